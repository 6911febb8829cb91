"""A mark of known letters on pictures whose truth is known."""

import json

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw

from enhancement.engine.errors import EngineCancelled
from enhancement.engine.training.data import textile
from enhancement.operations import inpainting, pictures, planes, registry
from enhancement.operations.base import ParameterError
from enhancement.operations.watermark import NoMark
from tests import images
from tests.enhancement.engine.conftest import shared_data

BOX = {"left": 0.5, "top": 0.75, "width": 0.45, "height": 0.2}
OPENCV = {"telea": cv2.INPAINT_TELEA, "navier-stokes": cv2.INPAINT_NS}


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


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
@pytest.mark.parametrize("area", ["strokes", "box"])
def test_sixteen_bits_stay_but_where_it_is_painted_and_there_it_is_as_in_eight(marked, area, mode):
    before = images.deepened(marked.convert(mode))
    result = run(pictures.DeepImage(before), area=area)
    made, changed = result.image.samples, (result.image.samples != before).any(axis=-1)
    inside = np.zeros(changed.shape, bool)
    inside[120:152, 120:228] = True
    assert (made.dtype, made.shape, result.facts["notes"]) == (np.uint16, before.shape, [])
    assert 0.9 * result.facts["painted_pixels"] < changed.sum() <= result.facts["painted_pixels"]
    assert not changed[~inside].any()
    flat = run(pictures.of_samples(pictures.eight_bits(before)), area=area)
    apart = np.abs(pictures.eight_bits(made).astype(int) - pictures.whole(flat.image))
    assert apart.max() <= 3
    assert len(np.unique(made[inside][:, 0])) > 300


def spoilt(truth, kind):
    """The picture with a hole that is painted white, and the hole."""
    hole = np.zeros(truth.shape[:2], np.uint8)
    if kind == "block":
        hole[40:72, 60:140] = 1
    else:
        cv2.putText(hole, "STUDIO", (20, 100), cv2.FONT_HERSHEY_SIMPLEX, 1.6, 1, 4)
    return np.where(hole[..., None] > 0, 255, truth).astype(np.uint8), hole


def nearer(truth, kind, method):
    """Decibels within the hole by which it is filled better than by OpenCV."""
    picture, hole = spoilt(truth, kind)
    theirs = cv2.inpaint(picture, hole, inpainting.REACH, OPENCV[method])
    ways = {"progress": lambda share: None, "cancelled": lambda: False}
    ours = inpainting.filled(picture, hole > 0, lines=method != "telea", **ways)
    assert (ours[hole == 0] == truth[hole == 0]).all()
    off = [((made.astype(float) - truth)[hole > 0] ** 2).mean() for made in (theirs, ours)]
    return 10 * np.log10(off[0] / off[1])


@pytest.mark.parametrize("method", ["telea", "navier-stokes"])
@pytest.mark.parametrize("kind", ["letters", "block"])
def test_photographs_are_filled_as_well_as_opencv_fills_them(kind, method):
    files = [
        *sorted(shared_data("photos/clothing").glob("*.jpg"))[:4],
        *sorted(shared_data("photos/kodak").glob("*"))[:4],
    ]
    photos = [Image.open(file).convert("RGB").resize((320, 400), Image.Resampling.LANCZOS) for file in files]
    assert np.mean([nearer(np.asarray(photo), kind, method) for photo in photos]) > -0.2


@pytest.mark.parametrize("method", ["telea", "navier-stokes"])
@pytest.mark.parametrize("kind", ["letters", "block"])
def test_drawn_cloths_are_filled_as_well_as_opencv_fills_them(kind, method):
    cloths = [textile(np.random.default_rng(seed), 160) for seed in range(6)]
    assert np.mean([nearer(cloth, kind, method) for cloth in cloths]) > -0.2


@pytest.mark.parametrize("kind", ["letters", "block"])
def test_a_soft_wall_is_filled_better_than_by_opencv(clean, kind):
    assert nearer(np.asarray(clean), kind, "telea") > 0


def test_it_does_not_matter_how_much_is_painted_at_once(marked, monkeypatch):
    whole = run(marked, area="box").image.tobytes()
    monkeypatch.setattr(inpainting, "AT_ONCE", 37)
    assert run(marked, area="box").image.tobytes() == whole


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


def test_hidden_colours_do_not_flow_into_what_is_painted(marked):
    open_ = run(marked, area="box")
    left, top, width, height = (open_.facts["box"][name] for name in ("left", "top", "width", "height"))
    veiled = np.asarray(marked.convert("RGBA")).copy()
    veiled[:, :left] = (255, 0, 255, 0)
    made = np.asarray(run(Image.fromarray(veiled), area="box").image)
    painted = (slice(top, top + height), slice(left, left + width))
    assert np.abs(made[painted][..., :3].astype(int) - np.asarray(open_.image)[painted]).max() < 60
    assert (made[:, :left] == veiled[:, :left]).all()


@pytest.mark.parametrize("size", [(1, 1), (1, 4000), (4000, 1)])
def test_the_thinnest_picture_is_no_trouble(size):
    assert run(Image.new("RGB", size, (20, 90, 40)), area="box").image.size == size


def test_cancelling_leaves_the_mark(marked):
    with pytest.raises(EngineCancelled):
        run(marked, cancelled=lambda: True)


@pytest.mark.parametrize("area", ["strokes", "box"])
def test_a_cancel_is_heard_before_the_next_piece_whenever_it_comes(marked, area, pieces, late, monkeypatch):
    monkeypatch.setattr(inpainting, "AT_ONCE", 40)
    begun = pieces((planes, "_extreme"), (inpainting._Hole, "mean"))
    worst, whole = late(lambda **ways: run(marked, area=area, **ways), begun, 12)
    assert (worst, whole > 20) == (0, True)


@pytest.mark.parametrize("method", ["telea", "navier-stokes"])
def test_a_cancel_is_heard_while_a_large_hole_is_only_looked_at(marked, method, pieces, late, monkeypatch):
    monkeypatch.setattr(inpainting, "SORTED_AT_ONCE", 500)
    begun = pieces((cv2, "distanceTransform"), (inpainting, "_laid"), (inpainting._Hole, "_sorted"))
    worst, whole = late(lambda **ways: run(marked, area="box", method=method, **ways), begun, 12)
    assert (worst <= 1, whole > 20) == (True, True)  # two thin planes of truths come at once


def test_the_order_of_a_hole_does_not_depend_on_how_much_of_it_is_sorted_at_once(marked, monkeypatch):
    whole = run(marked, area="box").image.tobytes()
    monkeypatch.setattr(inpainting, "SORTED_AT_ONCE", 501)
    assert run(marked, area="box").image.tobytes() == whole


def test_progress_is_told_while_it_paints(marked, monkeypatch):
    monkeypatch.setattr(inpainting, "AT_ONCE", 100)
    told: list[float] = []
    wish = {"rights": True, **BOX, "area": "box"}
    registry.get("watermark_removal").run(marked, wish, progress=told.append, cancelled=lambda: False)
    assert told == sorted(told) and told[-1] == 1 and len(told) > 20


def test_the_facts_say_what_was_painted_and_fit_into_json(marked):
    facts = run(marked).facts
    assert json.loads(json.dumps(facts)) == facts
    assert facts["rights_declared"] is True
    assert facts["box"] == {"left": 120, "top": 120, "width": 108, "height": 32}
