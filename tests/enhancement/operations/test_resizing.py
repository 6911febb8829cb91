import numpy as np
import pytest
from PIL import Image

from enhancement.operations.resizing import resized, resized_bands


@pytest.fixture(params=[(np.uint8, 3), (np.uint8, 4), (np.uint16, 1), (np.uint16, 4)], ids=str)
def soft(request):
    """A soft picture with some grain, (90, 60, channels)."""
    dtype, channels = request.param
    rng = np.random.default_rng(6)
    coarse = np.asarray(Image.fromarray(rng.normal(128, 40, (9, 6)).astype(np.float32)).resize((60, 90)))
    levels = (coarse[..., None] + rng.normal(0, 3, (90, 60, channels))).clip(10, 245)
    return (levels * (np.iinfo(dtype).max // 255)).astype(dtype)


@pytest.mark.parametrize("size", [(60, 90), (53, 80), (30, 45), (30, 46), (7, 11), (1, 1)])
@pytest.mark.parametrize("rows", [1, 13, 90])
def test_bands_give_what_the_whole_gives(soft, size, rows):
    whole = resized(soft, size)
    bands = (soft[top : top + rows] for top in range(0, 90, rows))
    made = np.concatenate(list(resized_bands(bands, (60, 90), size)))
    assert made.shape == (size[1], size[0], soft.shape[2])
    assert np.abs(made.astype(int) - whole).max() <= 1 + (soft.shape[2] == 4)


def test_only_a_few_rows_are_held(soft):
    bands, seen = [soft[top : top + 5] for top in range(0, 90, 5)], []
    for made in resized_bands(iter(bands), (60, 90), (30, 45)):
        assert made.base is None or made.base.nbytes < soft.nbytes
        seen.append(len(made))
    assert sum(seen) == 45
    assert max(seen) <= 9


def test_what_is_transparent_lends_no_colour():
    samples = np.zeros((20, 20, 4), np.uint16)
    samples[:10, :, 0], samples[:10, :, 3] = 60_000, 65_535
    samples[10:, :, 1] = 65_535  # green, but hidden
    made = resized(samples, (5, 5))
    assert made[..., 1].max() == 0
    assert (made[:2, :, 0] == 60_000).all()
