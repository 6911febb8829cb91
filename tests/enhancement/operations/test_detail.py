"""Weave that is seen, no bright seam beside it, no grain where there is none."""

import numpy as np
import pytest
from PIL import Image

from enhancement.operations import registry, strips, texture
from enhancement.operations.base import ParameterError
from tests.benchmarks.bench_detail import areas_of, brightness, detailed, drawn, equal_unsharp, score


def done(pixels, **wish):
    result = registry.get("detail").run(
        Image.fromarray(pixels), wish, progress=lambda share: None, cancelled=lambda: False
    )
    return np.asarray(result.image), result.facts


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_cloth_gains_and_flat_ground_does_not(seed):
    pixels = drawn(seed)
    gained = score(pixels, detailed(pixels, 0.5), areas_of(pixels))
    assert gained.texture > 1.2
    assert gained.noise < 1.02


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_an_unsharp_mask_that_raises_the_cloth_as_much_has_more_halo_and_more_noise(seed):
    pixels = drawn(seed)
    areas, made = areas_of(pixels), detailed(pixels, 0.5)
    ours = score(pixels, made, areas)
    theirs = score(pixels, equal_unsharp(pixels, areas, ours.texture), areas)
    assert theirs.texture == pytest.approx(ours.texture, rel=0.05)
    assert ours.halo_mean < theirs.halo_mean / 2
    assert ours.noise < theirs.noise - 0.1


@pytest.mark.parametrize("scale", ["fine", "medium", "coarse"])
def test_beside_an_outline_nothing_leaves_the_range_of_its_sides_by_more_than_the_stated_limit(scale):
    step = np.full((64, 64, 3), 60, np.uint8)
    step[:, 32:] = 200
    made, facts = done(step, amount=1, scale=scale, protect=0)
    assert made.max() <= 200 + facts["halo_limit_levels"]
    assert made.min() >= 60 - facts["halo_limit_levels"]


def test_only_brightness_changes():
    pixels = drawn(0)
    made, _ = done(pixels, amount=1)
    change = made.astype(int) - pixels
    assert np.abs(change).max() > 10
    assert np.ptp(change, axis=-1).max() <= 1


def test_no_channel_is_cut_alone():
    bright = drawn(0) // 2 + np.array([128, 0, 60], np.uint8)
    made, _ = done(bright, amount=1)
    change = made.astype(int) - bright
    assert np.ptp(change, axis=-1).max() <= 1


def test_more_amount_raises_more_and_none_raises_nothing():
    pixels = drawn(1)
    areas = areas_of(pixels)
    gains = [score(pixels, done(pixels, amount=amount)[0], areas).texture for amount in (0, 0.3, 0.6, 1)]
    assert gains[0] == 1
    assert gains == sorted(gains)


def test_protection_leaves_faint_texture_such_as_skin_alone():
    y, x = np.mgrid[:128, :128]
    faint = np.clip(150 + 5 * np.sin(x * 1.1) * np.cos(y * 0.9), 0, 255)
    faint[:, :64] = 150  # a calm part, by which the noise is known
    faint += np.random.default_rng(1).normal(0, 0.6, faint.shape)
    skin = (faint[..., None] * np.array([1.0, 0.8, 0.7])).astype(np.uint8)
    kept, raised = (brightness(done(skin, amount=1, protect=protect)[0]).std() for protect in (1, 0))
    assert kept == pytest.approx(brightness(skin).std(), rel=0.02)
    assert raised > kept * 1.05


def test_coarse_raises_what_fine_leaves():
    x = np.arange(128)
    ribs = np.repeat((120 + 18 * np.sin(x * 2 * np.pi / 14))[None], 128, axis=0)
    knit = np.repeat(ribs[..., None], 3, axis=2).astype(np.uint8)
    fine, coarse = (brightness(done(knit, amount=1, scale=scale)[0]).std() for scale in ("fine", "coarse"))
    assert coarse > fine * 1.1


def test_the_noise_of_a_plain_ground_is_measured_and_cloth_does_not_pass_for_it():
    rng = np.random.default_rng(0)
    for level in (2, 8, 20):
        plain = (0.5 + rng.normal(0, level / 255, (256, 256))).astype(np.float32)
        assert texture.noise(plain) * 255 == pytest.approx(level, rel=0.1)
    assert texture.noise(texture.luma(drawn(0))) * 255 < 3
    assert texture.noise(np.zeros((9, 9), np.float32)) == 0
    assert texture.noise(np.ones((128, 128), np.float32)) == 0


@pytest.mark.parametrize("strip", [1, 64 * 40, 10**6])
@pytest.mark.parametrize("size", [(64, 200), (70, 333), (31, 90), (64, 20)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_the_noise_of_a_picture_is_the_same_measured_strip_by_strip(dtype, size, strip, monkeypatch):
    monkeypatch.setattr(strips, "STRIP", strip)
    cloth = np.random.default_rng(2).normal(0.4, 0.05, (size[1], size[0], 3)).clip(0, 1)
    pixels = (cloth * np.iinfo(dtype).max).astype(dtype)
    assert texture.noise_of(pixels, texture.luma) == texture.noise(texture.luma(pixels))


@pytest.mark.parametrize(
    ("wish", "field"), [({"amount": 1.1}, "amount"), ({"scale": "huge"}, "scale"), ({"radius": 2}, "radius")]
)
def test_a_wish_that_cannot_be_met_names_the_parameter(wish, field):
    with pytest.raises(ParameterError) as refusal:
        registry.get("detail").validate(wish)
    assert refusal.value.field == field
