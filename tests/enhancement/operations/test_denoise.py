"""Noise taken out, threads and outlines kept, and nothing done to a clean picture."""

import numpy as np
import pytest
from PIL import Image

from enhancement.operations import registry
from enhancement.operations.base import ParameterError
from tests.benchmarks.bench_denoise import means, ours, wavelets
from tests.benchmarks.bench_detail import brightness, drawn
from tests.benchmarks.metrics import psnr, ssim
from tests.enhancement.engine.conftest import shared_data


def done(pixels, **wish):
    result = registry.get("denoise").run(
        Image.fromarray(pixels), wish, progress=lambda share: None, cancelled=lambda: False
    )
    return np.asarray(result.image), result.facts


def noisy(pixels, level):
    noise = np.random.default_rng(1).normal(0, level, pixels.shape)
    return (pixels + noise).clip(0, 255).round().astype(np.uint8)


@pytest.fixture
def crop():
    """A piece of a Kodak photo, 256 x 256."""
    return np.asarray(Image.open(shared_data("photos/kodak/03.png")).convert("RGB"))[100:356, 200:456]


@pytest.mark.parametrize("level", [8, 20])
def test_a_photo_is_nearer_to_what_it_was_than_by_non_local_means_or_wavelets(crop, level):
    spoilt = noisy(crop, level)
    made = ours(spoilt, level, 0)
    for other in (means(spoilt, level), wavelets(spoilt, level)):
        assert psnr(made, crop) > psnr(other, crop) + 1
        assert ssim(made, crop) > ssim(other, crop)


@pytest.mark.parametrize("level", [4, 10])
def test_the_noise_is_measured(crop, level):
    spoilt = noisy(crop, level)
    made, facts = done(spoilt)
    assert psnr(made, crop) > psnr(spoilt, crop) + 2
    assert facts["noise_levels"][0] == pytest.approx(level, abs=2.5)


def test_a_clean_picture_is_left_as_it_is():
    clean = np.repeat(np.linspace(30, 220, 128).astype(np.uint8)[None, :, None], 96, axis=0).repeat(3, axis=2)
    made, facts = done(clean)
    assert facts["noise_levels"] == [0, 0, 0]
    assert (made == clean).all()


def test_more_strength_takes_out_more(crop):
    spoilt = noisy(crop, 12)
    changes = [np.abs(done(spoilt, auto=False, strength=s)[0].astype(int) - spoilt).mean() for s in (0, 0.2, 0.6)]
    assert changes[0] == 0
    assert changes == sorted(changes)


def test_cloth_gets_its_threads_back():
    spoilt = noisy(drawn(0), 4)
    before = brightness(spoilt)
    bare, kept = (brightness(done(spoilt, keep_texture=keep)[0]) for keep in (0, 1))
    inside, outside = np.s_[100:220, 100:220], np.s_[:40, :40]
    assert np.abs(kept[inside] - before[inside]).mean() < np.abs(bare[inside] - before[inside]).mean() * 0.9
    assert np.abs(kept[outside] - bare[outside]).max() <= 1


def test_colour_noise_is_taken_out_apart(crop):
    spoilt = noisy(crop, 10)
    with_colour, without = (done(spoilt, colour=share)[0].astype(float) for share in (1, 0))
    specks = [
        np.std(each[..., 0] - each[..., 2] - (crop[..., 0].astype(float) - crop[..., 2]))
        for each in (with_colour, without)
    ]
    assert specks[0] < specks[1] / 2


def test_an_outline_stays_where_it_was():
    step = np.full((96, 96, 3), 50, np.uint8)
    step[:, 48:] = 200
    made = done(noisy(step, 10), auto=False, strength=0.4)[0].astype(int)
    assert abs(made[:, 47].mean() - 50) < 4
    assert abs(made[:, 48].mean() - 200) < 4


@pytest.mark.parametrize(
    ("wish", "field"), [({"strength": 2}, "strength"), ({"auto": "perhaps"}, "auto"), ({"h": 3}, "h")]
)
def test_a_wish_that_cannot_be_met_names_the_parameter(wish, field):
    with pytest.raises(ParameterError) as refusal:
        registry.get("denoise").validate(wish)
    assert refusal.value.field == field
