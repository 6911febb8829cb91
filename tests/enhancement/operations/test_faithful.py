import numpy as np
import pytest
from PIL import Image

from enhancement.operations.faithful import true_bands
from enhancement.operations.resizing import by_bicubic, resized

SMALL, LARGE = (48, 36), (192, 144)


@pytest.fixture(params=[(np.uint8, 3), (np.uint8, 4), (np.uint16, 3)], ids=str)
def source(request):
    """A soft picture with some grain, opaque at most places and clear at the top."""
    dtype, channels = request.param
    rng = np.random.default_rng(3)
    coarse = np.asarray(Image.fromarray(rng.integers(40, 216, (6, 8, 4), np.uint8)).resize(SMALL, 3), float)
    levels = (coarse + rng.normal(0, 4, coarse.shape)).clip(0, 255)
    levels[..., 3] = 255
    levels[:4, :, 3] = 0
    return (levels[..., :channels] * (np.iinfo(dtype).max // 255)).astype(dtype)


@pytest.fixture
def shifted(source):
    """The picture enlarged by something that makes it warmer and redraws it."""
    made = resized(source, LARGE).astype(float)
    step = np.iinfo(source.dtype).max // 255
    made[..., 0] += 9 * step
    made[40:, :, :3] += (20 * step) * (np.indices((104, 192)).sum(axis=0) // 6 % 2)[..., None]
    return made.clip(0, np.iinfo(source.dtype).max).astype(source.dtype)


def cut(samples, rows):
    return (samples[top : top + rows] for top in range(0, len(samples), rows))


def corrected(made, source, rows=144):
    return np.concatenate(list(true_bands(cut(made, rows), source, LARGE)))


def left_of(made, source):
    """Mean difference of the result, shrunk back, from its source where that can be seen; levels of 255."""
    small = by_bicubic(made, SMALL, (0, 0, *LARGE))
    far = np.abs(small.astype(float) - source)[..., :3] / (np.iinfo(source.dtype).max // 255)
    return far[source[..., 3] > 0].mean() if source.shape[2] == 4 else far.mean()


def test_shrunk_back_a_corrected_result_is_its_source(shifted, source):
    assert left_of(shifted, source) > 5
    assert left_of(corrected(shifted, source), source) < 1


@pytest.mark.parametrize("rows", [1, 30, 143])
def test_bands_give_what_the_whole_gives(shifted, source, rows):
    whole, parts = corrected(shifted, source), corrected(shifted, source, rows)
    assert whole.shape == parts.shape
    assert np.abs(whole.astype(int) - parts).max() <= 2 * (np.iinfo(source.dtype).max // 255)


def test_a_result_that_is_true_stays_as_it_is():
    flat = np.full((36, 48, 3), (200, 30, 40), np.uint8)
    made = np.full((144, 192, 3), (200, 30, 40), np.uint8)
    assert np.array_equal(corrected(made, flat), made)


@pytest.mark.parametrize("source", [(np.uint8, 4)], indirect=True)
def test_transparency_and_what_lies_under_it_are_left_alone(shifted, source):
    made = corrected(shifted, source)
    assert np.array_equal(made[..., 3], shifted[..., 3])
    assert np.array_equal(made[:4], shifted[:4])  # farther from what is seen than the filters reach


def test_rows_are_given_while_others_are_still_to_come(shifted, source):
    taken = []

    def bands():
        for band in cut(shifted, 8):
            taken.append(band)
            yield band

    next(true_bands(bands(), source, LARGE))
    assert len(taken) < 10
