"""Subjects cut out of drawn pictures whose truth is known, and out of photographs."""

import json

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms, ImageDraw

from enhancement.engine.errors import EngineCancelled
from enhancement.operations import cutting, faces, matting, pictures, planes, registry, subject
from enhancement.operations.background import NothingFound
from enhancement.operations.base import ParameterError
from tests import images
from tests.enhancement.engine.conftest import shared_data

WALL, CLOTH, NEW = (228, 224, 214), (150, 28, 44), "#2890c8"
NEW_RGB = (0x28, 0x90, 0xC8)
PIECES = 12  # that a cancel may have to wait for: filters of one plane, or the colours of one block


def run(image, *, cancelled=lambda: False, progress=lambda share: None, others=None, **params):
    operation = registry.get("background")
    return operation.run(image, params, progress=progress, cancelled=cancelled, others=others or {})


def skirt(size=(240, 300)):
    """A skirt with a soft edge on a plain wall, and its exact alpha."""
    large = Image.new("L", (size[0] * 4, size[1] * 4), 0)
    wide, high = large.size
    draw = ImageDraw.Draw(large)
    draw.polygon([(wide * 0.4, high * 0.25), (wide * 0.6, high * 0.25), (wide * 0.75, high * 0.8),
                  (wide * 0.25, high * 0.8)], fill=255)  # fmt: skip
    alpha = large.resize(size, Image.Resampling.BOX)
    return Image.composite(Image.new("RGB", size, CLOTH), Image.new("RGB", size, WALL), alpha), alpha


@pytest.fixture
def picture():
    return skirt()[0]


def test_a_new_colour_stands_behind_and_the_garment_keeps_its_pixels(picture):
    made = np.asarray(run(picture, mode="colour", colour=NEW).image, int)
    assert np.abs(made[:40] - NEW_RGB).max() == 0
    assert np.array_equal(made[120:220, 105:135], np.asarray(picture, int)[120:220, 105:135])


def test_no_fringe_of_the_old_background_is_left_at_the_edge(picture):
    """Along the edge every pixel lies between the cloth and the new colour; the pale wall would show as brighter."""
    made = np.asarray(run(picture, mode="colour", colour="#101010").image, int)
    assert made.max(axis=(0, 1)).tolist() == pytest.approx(list(CLOTH), abs=12)


def test_what_is_cut_out_has_the_true_alpha_and_no_wall_in_its_colours(picture):
    made = np.asarray(run(picture, mode="transparent").image, int)
    truth = np.asarray(skirt()[1], int)
    mask = np.where(truth > 127, 255, 0)
    edge = (truth > 0) & (truth < 255)
    assert np.abs(made[..., 3] - truth).mean() < 2
    assert np.abs(made[..., 3] - truth)[edge].mean() < 0.75 * np.abs(mask - truth)[edge].mean()
    seen = made[..., 3] > 60
    assert np.abs(made[seen][:, :3] - CLOTH).mean() < 6


def test_holes_of_lace_show_the_new_background_only_where_that_is_asked_for(picture):
    draw = ImageDraw.Draw(picture)
    for x in range(105, 136, 10):
        for y in range(130, 221, 10):
            draw.ellipse((x - 3, y - 3, x + 3, y + 3), fill=WALL)
    hole = (140, 115)
    closed = np.asarray(run(picture, mode="colour", colour=NEW).image, int)[hole]
    opened = np.asarray(run(picture, mode="colour", colour=NEW, see_through=True).image, int)[hole]
    assert np.abs(closed - WALL).max() <= 2
    assert np.abs(opened - NEW_RGB).max() <= 12


def test_cleaning_takes_folds_and_dust_out_and_keeps_the_soft_light(picture):
    ramp = np.asarray(picture, float)
    ramp[..., :] -= np.linspace(0, 14, ramp.shape[0])[:, None, None] * (np.asarray(skirt()[1])[..., None] == 0)
    spotted = Image.fromarray(ramp.astype(np.uint8))
    ImageDraw.Draw(spotted).line((5, 5, 60, 5), fill=(120, 110, 100), width=2)
    made = np.asarray(run(spotted, mode="cleanup").image, int)
    assert np.abs(made[5, 5:60] - made[12, 5:60]).max() <= 3
    assert 6 <= made[5, 20].mean() - made[-6, 20].mean() <= 18


def test_another_picture_covers_the_whole_background(picture):
    other = Image.new("RGB", (60, 20), (20, 120, 40))
    made = run(picture, mode="picture", picture="6a1f6a3e-0000-4000-8000-000000000000", others={"picture": other}).image
    assert made.size == picture.size
    assert np.abs(np.asarray(made, int)[:30] - (20, 120, 40)).max() <= 1


def test_the_new_colour_is_right_in_a_picture_of_another_colour_space(picture, srgb):
    wide = ImageCms.createProfile("LAB")  # tables: it becomes sRGB, and says so
    picture.info["icc_profile"] = ImageCms.ImageCmsProfile(wide).tobytes()
    assert np.abs(np.asarray(run(picture, mode="colour", colour=NEW).image, int)[5, 5] - NEW_RGB).max() <= 2
    picture.info["icc_profile"] = srgb
    made = run(picture, mode="colour", colour=NEW).image
    assert made.info["icc_profile"] == srgb


def test_what_is_cut_out_already_keeps_its_own_edge(picture):
    cut = picture.copy()
    cut.putalpha(skirt()[1])
    made = run(cut, mode="colour", colour=NEW).image
    assert made.mode == "RGB"
    share = np.asarray(skirt()[1], float)[..., None] / 255
    plain = np.asarray(picture, float) * share + np.array(NEW_RGB) * (1 - share)
    assert np.abs(np.asarray(made, float) - plain).max() <= 1.5


@pytest.mark.parametrize("wish", [{"mode": "colour", "colour": NEW}, {"mode": "cleanup"}, {"mode": "transparent"}])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
def test_sixteen_bits_stay_sixteen_and_the_garment_keeps_each(picture, mode, wish):
    before = images.deepened(picture.convert(mode))
    if mode == "RGBA":
        before[..., 3] = images.deepened(skirt()[1])[..., 0]
    result = run(pictures.DeepImage(before), **wish)
    made, colours = result.image.samples, 1 if mode == "L" else 3
    assert (made.dtype, result.facts["notes"]) == (np.uint16, [])
    if mode != "RGBA":
        assert (made[120:220, 105:135, :colours] == before[120:220, 105:135, :colours]).all()
    flat = run(pictures.of_samples(pictures.eight_bits(before)), **wish)
    deep, shallow = pictures.eight_bits(made).astype(float), pictures.whole(flat.image).astype(float)
    for each in (deep, shallow):  # under what is clear the colours do not matter
        each[..., :colours] *= each[..., -1:] / 255 if wish["mode"] == "transparent" else 1
    assert np.abs(deep - shallow).max() <= 3 and np.abs(deep - shallow).mean() < 0.3


@pytest.mark.parametrize(
    ("mode", "wish", "kept"),
    [
        ("RGB", "transparent", "RGBA"),
        ("RGBA", "transparent", "RGBA"),
        ("L", "transparent", "LA"),
        ("L", "cleanup", "L"),
        ("L", "colour", "RGB"),
        ("LA", "colour", "RGB"),
        ("P", "cleanup", "RGB"),
        ("CMYK", "cleanup", "RGB"),
    ],
)
def test_every_kind_of_picture_has_a_stated_result(picture, mode, wish, kept):
    params = {"mode": wish, **({"colour": NEW} if wish == "colour" else {})}
    assert run(picture.convert(mode), **params).image.mode == kept


@pytest.mark.parametrize("size", [(1, 1), (1, 4000), (4000, 1), (64, 64)])
def test_a_picture_without_a_subject_is_refused_with_a_remedy(size):
    with pytest.raises(NothingFound) as refusal:
        run(Image.new("RGB", size, (90, 90, 90)))
    assert refusal.value.remedy


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"mode": "beach"}, "mode"),
        ({"mode": "colour"}, "colour"),
        ({"mode": "colour", "colour": "teal"}, "colour"),
        ({"mode": "colour", "colour": "#112233,#445566"}, "colour"),
        ({"mode": "picture"}, "picture"),
        ({"mode": "picture", "picture": "7"}, "picture"),
        ({"edge": 1}, "edge"),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused_by_field(wish, field):
    with pytest.raises(ParameterError) as refusal:
        registry.get("background").validate(wish)
    assert (refusal.value.field, bool(refusal.value.remedy)) == (field, True)


def test_a_picture_that_was_not_brought_is_refused(picture):
    with pytest.raises(ParameterError, match="not there"):
        run(picture, mode="picture", picture="6a1f6a3e-0000-4000-8000-000000000000")


def test_a_picture_too_large_is_refused_before_any_work():
    with pytest.raises(ParameterError, match="80 is the limit"):
        registry.get("background").estimate(10_000, 9_000, {})


def test_cancelling_is_heard_between_strips_and_progress_never_goes_back(picture, monkeypatch):
    monkeypatch.setattr("enhancement.operations.strips.STRIP", 240 * 50)
    seen: list[float] = []
    run(picture, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    with pytest.raises(EngineCancelled):
        run(picture, progress=seen.append, cancelled=lambda: 0.4 < seen[-1] < 1)


@pytest.mark.parametrize("see_through", [True, False])
def test_a_cancel_is_heard_within_few_pieces_whenever_it_comes(picture, see_through, pieces, late, monkeypatch):
    monkeypatch.setattr("enhancement.operations.strips.STRIP", 240 * 50)
    places = ((subject, "find"), (faces, "find"), (cv2, "grabCut"), (np.linalg, "solve"), (planes, "box"))
    begun = pieces(*places, (matting, "_palette"), (matting, "_mixtures"), (matting, "_purer"))
    worst, whole = late(lambda **ways: run(picture, see_through=see_through, **ways), begun, 40, PIECES)
    assert (worst <= PIECES, whole > 10 * PIECES) == (True, True), (worst, whole)


def test_asking_between_its_turns_changes_no_outline():
    """Six turns at once, as OpenCV does them when nobody asks."""
    with Image.open(shared_data("photos/skimage/astronaut.png")) as opened:
        view = subject.view(np.asarray(opened.convert("RGB")), cutting.VIEW)
    marks = np.full(view.shape[:2], cutting.MAYBE_BACK, np.uint8)
    marks[60:, 80:300] = cutting.MAYBE_FRONT
    marks[:20] = cutting.BACK
    lab, models = cv2.cvtColor(view, cv2.COLOR_RGB2Lab), [np.zeros((1, 65)), np.zeros((1, 65))]
    cv2.setRNGSeed(0)
    whole = cv2.grabCut(lab, marks.copy(), None, *models, cutting.TURNS, cv2.GC_INIT_WITH_MASK)[0]
    assert (cutting._settled(view, marks, lambda: None) == ((whole == 1) | (whole == 3))).all()


def test_strips_leave_no_seam(picture, monkeypatch):
    whole = np.asarray(run(picture, mode="colour", colour=NEW).image, int)
    monkeypatch.setattr("enhancement.operations.strips.STRIP", 240 * 64)
    cut = np.asarray(run(picture, mode="colour", colour=NEW).image, int)
    assert np.abs(whole - cut).max() <= 1


def test_the_facts_say_how_sure_it_is_and_fit_into_json(picture):
    facts = run(picture, mode="transparent").facts
    assert json.loads(json.dumps(facts)) == facts
    assert facts["confidence"] > 0.35
    assert facts["subject_share"] == pytest.approx(np.asarray(skirt()[1]).mean() / 255, abs=0.02)


def test_who_wears_the_garment_comes_along_with_face_and_hair():
    with Image.open(shared_data("photos/skimage/astronaut.png")) as opened:
        pixels = np.asarray(opened.convert("RGB"))
    mask, _ = cutting.mask(pixels)
    face = faces.find(pixels)[0]
    share = mask.shape[1] / pixels.shape[1]
    head = mask[round(face.top * share) : round((face.top + face.height) * share),
                round((face.left + 15) * share) : round((face.left + face.width - 15) * share)]  # fmt: skip
    assert head.mean() > 0.97
    assert not mask[: mask.shape[0] // 3, -mask.shape[1] // 3 :].any()  # the rocket stays behind
