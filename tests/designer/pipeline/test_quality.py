"""Quality: what spoils a picture is seen, what cannot be told is unknown, and the same picture has the same record."""

import io
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from designer.pipeline import measures, natural, quality
from designer.pipeline.analysis import analyse
from designer.pipeline.checks import Check, judged
from designer.pipeline.colours import lab_of
from designer.pipeline.photo import PhotoReading
from designer.pipeline.quality import QualityRecord
from designer.pipeline.records import Attribute
from designer.providers.drawing import flat, spec

DATA = Path(os.environ.get("DESIGNER_SHARED_DATA", Path(__file__).resolve().parents[4] / "shared" / "data"))
PHOTOS = sorted((DATA / "photos" / "kodak").glob("*.png"))[:6]
with_photos = pytest.mark.skipif(not PHOTOS, reason="the Kodak photographs are not beside the repository")


def drawn(brief: str, seed: int = 3, size: tuple[int, int] = (384, 512)) -> Image.Image:
    wish = spec.read(analyse(brief).known(), seed=seed, prompt=brief)
    return flat.draw(wish, *size, step=lambda share: None).picture


def check(record: QualityRecord, name: str) -> Check:
    return next(each for each in record.checks if each.name == name)


def verdict(picture: Image.Image, name: str, brief: str = "a dress") -> str:
    return check(quality.measure(picture, analyse(brief)), name).verdict


def test_the_quick_ways_say_what_the_plain_ones_say():
    pixels = np.random.default_rng(5).integers(0, 256, (64, 48, 3), dtype=np.uint8)
    assert np.array_equal(lab_of(pixels), lab_of(pixels.astype(np.float32)))
    light = pixels[..., 0].astype(np.float32)
    for axis in (0, 1):
        wide = np.pad(light, [(4, 4) if each == axis else (0, 0) for each in (0, 1)], mode="edge")
        plain = np.lib.stride_tricks.sliding_window_view(wide, measures.TAPS, axis=axis).sum(axis=-1) / measures.TAPS
        assert np.array_equal(measures._blurred(light, axis), plain)
    tiles = np.random.default_rng(6).standard_t(4, (5, 24, 24)).astype(np.float32)
    _, left, right = natural._asymmetric(tiles)
    for tile, low, high in zip(tiles.astype(np.float64), left, right, strict=True):
        assert low == pytest.approx(np.sqrt(np.mean(tile[tile < 0] ** 2)), rel=1e-4)
        assert high == pytest.approx(np.sqrt(np.mean(tile[tile >= 0] ** 2)), rel=1e-4)


def test_the_colour_that_was_asked_for_is_said_to_be_kept():
    for brief in ("emerald midi dress", "red shirt", "navy trousers", "camel coat", "ivory blouse"):
        found = check(quality.measure(drawn(brief), analyse(brief)), "colour")
        assert (found.verdict, found.unit) == ("ok", "ΔE"), brief


def test_another_colour_fails_and_is_named():
    found = check(quality.measure(drawn("teal dress"), analyse("emerald dress")), "colour")
    assert found.verdict == "failed"
    assert found.said.startswith("Colour is off: asked emerald, got ")
    assert "ΔE" in found.said


def test_what_the_analyser_cannot_read_is_unknown_and_never_failed():
    even = Image.new("RGB", (400, 400), (200, 30, 40))
    record = quality.measure(even, analyse("emerald silk dress with bishop sleeves"))
    assert {check(record, name).verdict for name in ("colour", "garment", "naturalness")} == {"unknown"}
    assert check(record, "blank").verdict == "failed"


def test_a_garment_is_only_called_wrong_when_the_reading_is_very_sure(monkeypatch):
    for confidence, expected in ((0.4, "unknown"), (0.6, "warn"), (0.9, "failed")):
        reading = PhotoReading(
            attributes={"garment": Attribute(value="trousers", confidence=confidence, source="image")}
        )
        monkeypatch.setattr(quality.photo, "read", lambda *_, seen=reading, **__: seen)
        assert verdict(drawn("red coat"), "garment", "a red coat") == expected


def test_an_outline_that_fits_several_garments_blames_none_of_them(monkeypatch):
    reading = PhotoReading(attributes={"garment": Attribute(value="blouse", confidence=0.95, source="image")})
    monkeypatch.setattr(quality.photo, "read", lambda *_, **__: reading)
    assert verdict(drawn("white shirt"), "garment", "a white shirt") == "ok"


@pytest.mark.parametrize(
    ("size", "asked", "expected"),
    [
        ((384, 512), (384, 512), "ok"),
        ((384, 512), (768, 1024), "warn"),
        ((832, 1216), (680, 1024), "warn"),
        ((512, 512), (384, 512), "failed"),
        ((384, 512), None, "unknown"),
    ],
)
def test_a_size_is_held_against_the_one_asked_for(size, asked, expected):
    record = quality.measure(drawn("a dress", size=size), analyse("a dress"), asked)
    assert check(record, "size").verdict == expected


@with_photos
@pytest.mark.parametrize("path", PHOTOS, ids=lambda path: path.stem)
def test_good_photographs_fail_nothing_and_spoiled_ones_do(path):
    photo = Image.open(path).convert("RGB")
    good = quality.measure(photo, {}, photo.size)
    assert not [each.said for each in good.checks if each.verdict == "failed"]

    assert verdict(photo.filter(ImageFilter.GaussianBlur(4)), "sharpness") == "failed"
    grain = np.random.default_rng(1).normal(0, 40, (photo.height, photo.width, 3))
    noisy = Image.fromarray(np.clip(np.asarray(photo) + grain, 0, 255).astype(np.uint8))
    assert verdict(noisy, "noise") == "failed"
    assert verdict(photo.point(lambda value: min(255, value * 20)), "exposure") in ("warn", "failed")
    assert verdict(photo.point(lambda value: 120 + value // 64), "contrast") == "failed"
    file = io.BytesIO()
    photo.save(file, "JPEG", quality=5)
    assert verdict(Image.open(file), "naturalness") in ("warn", "failed")
    blurred = quality.measure(photo.filter(ImageFilter.GaussianBlur(4)), {})
    assert blurred.score < good.score - 0.1


def test_a_drawing_is_never_held_against_photographs():
    record = quality.measure(drawn("red dress"), analyse("red dress"), simulated=True)
    assert record.simulated
    assert check(record, "naturalness").verdict == "unknown"


def test_white_paper_and_a_black_dress_are_no_exposure_fault():
    assert verdict(drawn("black dress"), "exposure", "a black dress") == "ok"
    assert verdict(drawn("white shirt"), "exposure", "a white shirt") == "ok"


def test_the_same_picture_gives_the_same_record_and_survives_storage():
    first, again = (quality.measure(drawn("teal coat"), analyse("teal coat"), (384, 512)) for _ in range(2))
    assert first == again
    assert QualityRecord.from_json(first.to_json()) == first


@given(st.integers(1, 90), st.integers(1, 90), st.sampled_from(["L", "RGB", "RGBA", "P", "LA"]), st.integers(0, 255))
@settings(max_examples=40, deadline=None)
def test_any_picture_whatsoever_can_be_measured(width, height, mode, level):
    record = quality.measure(Image.new("RGB", (width, height), (level, 0, 0)).convert(mode), {}, (64, 64))
    assert record.score is None or 0 <= record.score <= 1
    assert all(each.basis for each in record.checks)


@given(st.floats(0, 1e4), st.floats(0, 1e4))
def test_a_better_value_is_never_less_desirable(one, other):
    facts = {"basis": "", "source": "", "bad": ""}
    better, worse = sorted((one, other))
    low, high = (judged("x", value, "", ok=5, warn=9, **facts).score for value in (better, worse))
    assert low >= high
    low, high = (judged("x", value, "", ok=8, warn=4, **facts).score for value in (better, worse))
    assert low <= high
