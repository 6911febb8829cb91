"""A mark of known letters on pictures whose truth is known."""

import json

import numpy as np
import pytest
from PIL import Image, ImageDraw

from enhancement.engine.errors import EngineCancelled
from enhancement.operations import registry
from enhancement.operations.base import ParameterError
from enhancement.operations.watermark import NoMark

BOX = {"left": 0.5, "top": 0.75, "width": 0.45, "height": 0.2}


def run(image, *, cancelled=lambda: False, **params):
    wish = {"rights": True, **BOX, **params}
    return registry.get("watermark_removal").run(image, wish, progress=lambda share: None, cancelled=cancelled)


@pytest.fixture
def clean():
    return Image.linear_gradient("L").rotate(180).resize((240, 160)).convert("RGB")


@pytest.fixture
def marked(clean):
    veil = Image.new("RGBA", clean.size, (255, 255, 255, 0))
    ImageDraw.Draw(veil).text((130, 128), "STUDIO MARK", fill=(255, 255, 255, 140))
    return Image.alpha_composite(clean.convert("RGBA"), veil).convert("RGB")


@pytest.mark.parametrize("area", ["strokes", "box"])
@pytest.mark.parametrize("method", ["telea", "navier-stokes"])
def test_the_mark_goes_and_no_pixel_outside_the_box_changes(clean, marked, area, method):
    made = np.asarray(run(marked, area=area, method=method).image, int)
    truth, before = np.asarray(clean, int), np.asarray(marked, int)
    inside = np.zeros(truth.shape[:2], bool)
    inside[120:152, 120:228] = True
    assert np.array_equal(made[~inside], before[~inside])
    mark = np.abs(before - truth).max(axis=-1) > 20
    assert inside[mark].all() and mark.sum() > 100
    assert np.abs(made - truth)[mark].mean() < 0.25 * np.abs(before - truth)[mark].mean()


def test_only_the_strokes_are_painted_unless_the_whole_box_is_wanted(marked):
    strokes, box = (run(marked, area=area).facts["painted_pixels"] for area in ("strokes", "box"))
    assert 0 < strokes < 0.8 * box
    assert box == 108 * 32


def test_a_box_without_a_mark_is_said_to_have_none(clean):
    with pytest.raises(NoMark) as refusal:
        run(clean)
    assert refusal.value.remedy


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"rights": False}, "rights"),
        ({}, "rights"),
        ({"rights": True, "left": 0.9, "width": 0.2}, "width"),
        ({"rights": True, "height": 0}, "height"),
        ({"rights": True, "left": 0, "top": 0, "width": 1, "height": 1}, "width"),
    ],
)
def test_what_cannot_be_is_refused_by_field_before_any_work(wish, field):
    operation = registry.get("watermark_removal")
    for refused in (
        lambda: operation.estimate(100, 100, wish),
        lambda: operation.run(Image.new("RGB", (9, 9)), wish, progress=lambda share: None, cancelled=lambda: False),
    ):
        with pytest.raises(ParameterError) as refusal:
            refused()
        assert (refusal.value.field, bool(refusal.value.remedy)) == (field, True)


@pytest.mark.parametrize(("mode", "kept"), [("RGBA", "RGBA"), ("L", "L"), ("LA", "LA"), ("P", "RGB"), ("CMYK", "RGB")])
def test_every_kind_of_picture_can_be_freed_and_keeps_its_transparency(marked, mode, kept):
    result = run(marked.convert(mode), area="box")
    assert result.image.mode == kept
    if "A" in mode:
        assert result.image.getchannel("A").getextrema() == (255, 255)


@pytest.mark.parametrize("size", [(1, 1), (1, 4000), (4000, 1)])
def test_the_thinnest_picture_is_no_trouble(size):
    assert run(Image.new("RGB", size, (20, 90, 40)), area="box").image.size == size


def test_cancelling_leaves_the_mark(marked):
    with pytest.raises(EngineCancelled):
        run(marked, cancelled=lambda: True)


def test_the_facts_say_what_was_painted_and_fit_into_json(marked):
    facts = run(marked).facts
    assert json.loads(json.dumps(facts)) == facts
    assert facts["rights_declared"] is True
    assert facts["box"] == {"left": 120, "top": 120, "width": 108, "height": 32}
