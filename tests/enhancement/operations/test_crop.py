"""Crops around what a picture is of."""

import json

import numpy as np
import pytest
from PIL import Image, ImageDraw

from designer.pipeline import segmentation
from enhancement.engine.errors import EngineCancelled
from enhancement.operations import faces, framing, outline, registry
from enhancement.operations.base import ParameterError
from enhancement.operations.framing import Box
from tests.enhancement.engine.conftest import shared_data

RATIOS = {"3:4": 0.75, "2:3": 2 / 3, "1:1": 1.0, "4:5": 0.8, "9:16": 0.5625, "16:9": 16 / 9}


def run(image, *, cancelled=lambda: False, **params):
    return registry.get("crop").run(image, params, progress=lambda share: None, cancelled=cancelled)


@pytest.fixture
def dress():
    """A red dress with a woven pattern, left of the middle, on a pale wall."""
    image = Image.new("RGB", (400, 300), (225, 225, 220))
    draw = ImageDraw.Draw(image)
    draw.polygon([(110, 60), (170, 60), (200, 250), (80, 250)], fill=(160, 30, 50))
    for row in range(140, 240, 4):
        draw.line((100, row, 180, row), fill=(210, 60, 80))
    return image


@pytest.mark.parametrize(("shape", "ratio"), RATIOS.items())
def test_a_crop_has_its_ratio_and_holds_the_garment_where_the_picture_allows(dress, shape, ratio):
    result = run(dress, shape=shape)
    assert result.image.width / result.image.height == pytest.approx(ratio, abs=0.02)
    assert registry.get("crop").estimate(400, 300, {"shape": shape}).width >= result.image.width
    box = result.facts["box"]
    assert box["left"] <= 85 and box["left"] + box["width"] >= 195
    shown = dress.crop((box["left"], box["top"], box["left"] + box["width"], box["top"] + box["height"]))
    assert result.image.tobytes() == shown.tobytes()


def test_the_facts_hold_the_box_and_guides_for_a_page_to_draw(dress):
    facts = run(dress, shape="1:1").facts
    assert json.loads(json.dumps(facts)) == facts
    assert facts["guides"]["thirds"] == [0.3333, 0.6667]
    garment = facts["guides"]["subject"]
    assert 0 <= garment["left"] < 0.5 < garment["left"] + garment["width"] <= 1
    assert facts["of"] == {"width": 400, "height": 300}


def test_a_larger_margin_leaves_more_room(dress):
    tight, roomy = (run(dress, shape="1:1", margin=margin).facts["box"]["width"] for margin in (0, 0.15))
    assert tight < roomy


def test_a_swatch_is_a_square_of_the_fabric_where_it_has_texture(dress):
    result = run(dress, shape="swatch", patch=0.2)
    assert result.image.size == (60, 60)
    top = result.facts["box"]["top"]
    assert 130 <= top <= 190  # where the lines are
    assert (np.asarray(result.image)[..., 0] > np.asarray(result.image)[..., 1] + 60).mean() > 0.95


def test_a_free_box_is_cut_as_it_was_drawn(dress):
    result = run(dress, shape="free", left=0.25, top=0.5, width=0.5, height=0.25)
    assert result.image.tobytes() == dress.crop((100, 150, 300, 225)).tobytes()
    told = registry.get("crop").estimate(400, 300, {"shape": "free", "left": 0.25, "width": 0.5})
    assert (told.width, told.height) == (200, 300)


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"shape": "5:1"}, "shape"),
        ({"shape": "free", "left": 0.6, "width": 0.5}, "width"),
        ({"shape": "free", "height": 0}, "height"),
        ({"shape": "free", "top": 1}, "height"),
        ({"margin": 0.9}, "margin"),
        ({"left": float("nan")}, "left"),
    ],
)
def test_a_crop_that_cannot_be_is_refused_by_field(wish, field):
    with pytest.raises(ParameterError) as refusal:
        registry.get("crop").validate(wish)
    assert (refusal.value.field, bool(refusal.value.remedy)) == (field, True)


def test_a_swatch_too_small_to_show_a_weave_is_refused():
    with pytest.raises(ParameterError, match="16 are the least") as refusal:
        registry.get("crop").estimate(100, 50, {"shape": "swatch"})
    assert refusal.value.field == "patch"


@pytest.mark.parametrize("size", [(1, 1), (1, 4000), (4000, 1), (7, 5)])
@pytest.mark.parametrize("shape", ["3:4", "16:9"])
def test_the_thinnest_picture_gives_a_crop_of_at_least_a_pixel(size, shape):
    result = run(Image.new("RGB", size, (9, 90, 200)), shape=shape)
    assert min(result.image.size) >= 1
    assert "No garment stood out" in result.facts["notes"][0]


@pytest.mark.parametrize(
    ("mode", "kept"), [("RGB", "RGB"), ("RGBA", "RGBA"), ("L", "L"), ("LA", "LA"), ("P", "RGB"), ("CMYK", "RGB")]
)
def test_every_kind_of_picture_can_be_cut(dress, mode, kept, srgb):
    dress.info["icc_profile"] = srgb
    source = dress.convert(mode)
    if mode != "CMYK":
        source.info["icc_profile"] = srgb
    result = run(source, shape="1:1")
    assert (result.image.mode, "icc_profile" in result.image.info) == (kept, True)


def test_cancelling_stops_before_anything_is_sought(dress):
    with pytest.raises(EngineCancelled):
        run(dress, cancelled=lambda: True)


@pytest.mark.parametrize("name", ["crop", "background", "face_restore"])
def test_a_cancel_is_heard_while_garment_and_faces_are_looked_for(dress, name, pieces, late, monkeypatch, tmp_path):
    (tmp_path / "GFPGANv1.4.pth").write_bytes(b"not opened")
    monkeypatch.setenv("DESIGNER_MODELS_DIR", str(tmp_path))
    monkeypatch.setattr(faces, "_boxes", lambda grey: [(20, 20, 60, 60)] * 20)  # none of which is a face
    seeing = ((segmentation, "segment"), (outline, "_refined"), (outline, "_nearest"))
    begun = pieces(*seeing, (faces, "_view"), (faces, "_boxes"), (faces, "_face"))
    wish = {"shape": "1:1"} if name == "crop" else {}
    ways = {"progress": lambda share: None}
    worst, whole = late(lambda **asked: registry.get(name).run(dress, wish, **ways, **asked), begun, 12)
    assert (worst, whole > 20) == (0, True)


def portrait(name):
    with Image.open(shared_data(f"photos/{name}.png")) as opened:
        return opened.convert("RGB")


@pytest.mark.parametrize("name", ["skimage/astronaut", "kodak/04", "kodak/15", "kodak/18"])
@pytest.mark.parametrize("shape", RATIOS)
def test_no_crop_of_a_portrait_cuts_the_face_or_leaves_it_out(name, shape):
    image = portrait(name)
    found = faces.find(np.asarray(image))
    assert len([face for face in found if face.sure]) == 1
    try:
        box = run(image, shape=shape).facts["box"]
    except ParameterError as refusal:  # a face that is wider than the strip
        assert refusal.field == "shape"
        assert found[0].width > min(framing.largest(image.width, image.height, RATIOS[shape]))
        return
    cut = Box(box["left"], box["top"], box["left"] + box["width"], box["top"] + box["height"])
    assert cut.left <= found[0].left and found[0].left + found[0].width <= cut.right + 1
    assert cut.top <= found[0].top and found[0].top + found[0].height <= cut.bottom + 1


@pytest.mark.parametrize("kind", ["outwear", "skirt", "pants"])
def test_no_garment_is_taken_for_a_face(kind):
    for path in sorted(shared_data("photos/clothing").glob(f"{kind}_*.jpg"))[:8]:
        with Image.open(path) as opened:
            assert not [face for face in faces.find(np.asarray(opened.convert("RGB"))) if face.sure], path.name


def test_a_face_that_cannot_be_kept_is_left_out_whole_rather_than_cut():
    left, right = Box(0, 20, 40, 60), Box(160, 20, 200, 60)
    box = framing.placed((100, 100), 200, 100, Box(0, 0, 200, 100), [left, right])
    assert sum(box.holds(face) for face in (left, right)) == 1
    assert not any(box.meets(face) and not box.holds(face) for face in (left, right))
