"""Photos: drawn ones whose truth is known, strange ones, and real ones where the shared data is present."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from designer.pipeline import kinds, photo, taxonomy
from designer.pipeline.analysis import analyse
from designer.pipeline.colours import COLOURS, delta_e, lab_of, rgb_of
from designer.pipeline.kinds import NOTHING, Kind
from designer.pipeline.segmentation import components
from designer.pipeline.training.photos import Labelled, labelled, opened

SHARED = Path(os.environ.get("DESIGNER_SHARED_DATA", Path(__file__).parents[4] / "shared" / "data"))
CLOTHES = SHARED / "photos" / "clothing"


def drawn(cloth, size=(360, 480), ground=(205, 190, 165)):
    """A T-shaped garment of `cloth` (an array of size (height, width, 3)) on a grainy floor."""
    width, height = size
    grain = np.random.default_rng(3).normal(0, 4, (height, width, 1))
    floor = np.clip(np.array(ground) + grain, 0, 255).astype(np.uint8)
    stencil = Image.new("L", size)
    pen = ImageDraw.Draw(stencil)
    pen.rectangle((width * 0.28, height * 0.15, width * 0.72, height * 0.85), fill=255)
    pen.rectangle((width * 0.12, height * 0.15, width * 0.88, height * 0.32), fill=255)
    inside = np.asarray(stencil)[..., None] > 0
    return np.where(inside, cloth, floor).astype(np.uint8), inside[..., 0]


def cloth_of(kind, one=(30, 60, 140), two=(240, 240, 235), size=(360, 480)):
    y, x = np.mgrid[0 : size[1], 0 : size[0]]
    wave = {"solid": 0 * x, "stripe": (x // 9) % 2, "plaid": (x // 9) % 2 + (y // 9) % 2}[kind] / (
        2 if kind == "plaid" else 1
    )
    return np.array(one) * (1 - wave[..., None]) + np.array(two) * wave[..., None]


@pytest.mark.parametrize("kind", ["solid", "stripe", "plaid"])
def test_a_pattern_that_is_plain_to_see_is_named(kind):
    image, _ = drawn(cloth_of(kind))
    assert photo.read(image).attributes["pattern"].value == kind


@pytest.mark.parametrize("name", ["burgundy", "navy", "emerald", "mustard", "black"])
def test_the_main_colour_is_measured_and_named(name):
    image, inside = drawn(cloth_of("solid", rgb_of(COLOURS[name])))
    reading = photo.read(image)
    main = reading.attributes["colours"].value[0]
    assert main["name"] == name and main["coverage"] > 0.85
    assert delta_e(lab_of(rgb_of(main["hex"])), lab_of(rgb_of(COLOURS[name]))) < 3
    assert reading.share == pytest.approx(inside.mean(), abs=0.06)


def test_the_ground_that_is_caught_with_the_garment_is_none_of_its_colours():
    size = (384, 512)
    paper = Image.new("RGB", size, (236, 233, 228))
    pen = ImageDraw.Draw(paper)
    pen.ellipse((60, 60, 324, 324), fill=(230, 226, 222))  # as a lamp throws it on paper
    pen.polygon([(140, 80), (244, 80), (270, 440), (114, 440)], fill="#82586d")
    image = Image.fromarray(np.clip(paper + np.random.default_rng(2).normal(0, 2, (512, 384, 3)), 0, 255).astype("u1"))
    colours = photo.read(image).attributes["colours"].value
    assert len(colours) == 1
    assert delta_e(lab_of(rgb_of(colours[0]["hex"])), lab_of(rgb_of("#82586d"))) < 3


def test_a_pattern_keeps_the_colour_that_the_ground_has_too():
    image, _ = drawn(cloth_of("stripe", two=(205, 190, 165)))
    assert len(photo.read(image).attributes["colours"].value) == 2


def test_a_garment_in_the_colour_of_its_ground_keeps_it():
    image, _ = drawn(cloth_of("solid", (222, 212, 190)), ground=(205, 200, 178))
    assert photo.read(image).attributes["colours"].value[0]["coverage"] > 0.85


@pytest.mark.parametrize("ground", [(252, 252, 252), (240, 240, 238)])
def test_a_part_of_the_garment_in_the_colour_of_its_ground_stays_one_of_its_colours(ground):
    look = Image.new("RGB", (384, 512), ground)
    pen = ImageDraw.Draw(look)
    top = [(130, 70), (254, 70), (330, 190), (296, 220), (262, 170), (262, 250), (122, 250), (122, 170), (88, 220),
           (54, 190)]  # fmt: skip
    pen.polygon(top, fill=rgb_of(COLOURS["off white"]))
    pen.polygon([(122, 250), (262, 250), (300, 450), (84, 450)], fill=rgb_of(COLOURS["navy"]))
    image = Image.fromarray(np.clip(look + np.random.default_rng(2).normal(0, 2, (512, 384, 3)), 0, 255).astype("u1"))
    shares = {each["name"]: each["coverage"] for each in photo.read(image).attributes["colours"].value}
    assert shares["navy"] < 0.65 and max(share for name, share in shares.items() if name != "navy") > 0.3


def test_the_brief_wins_over_the_photo_and_fills_nothing_else():
    image, _ = drawn(cloth_of("stripe"))
    record = analyse("a red dress", [Image.fromarray(image)])
    assert record["colours"].source == "brief" and record["pattern"].source == "image"
    assert record.value("pattern") == "stripe" and record.value("fabric") is None and record.value("fit") is None
    assert analyse("dress, not striped", [image]).value("pattern") is None


@pytest.mark.parametrize(
    "strange",
    [
        Image.new("RGB", (1, 1)),
        Image.new("RGB", (900, 3), "red"),
        Image.new("RGB", (17, 4000), "red"),
        Image.new("RGB", (300, 300), "white"),
        Image.new("RGBA", (64, 64), (0, 0, 0, 0)),
        Image.new("L", (64, 64), 9),
        Image.new("CMYK", (64, 64)),
        Image.new("P", (64, 64)),
        Image.new("LA", (64, 64)),
        Image.new("I;16", (64, 64)),
    ],
    ids=lambda image: f"{image.mode}-{image.size}",
)
def test_a_picture_of_nothing_is_unknown_throughout(strange):
    assert photo.read(strange).attributes == {}


def test_parts_that_touch_are_one_part():
    mask = np.array([[1, 0, 1, 0], [1, 1, 1, 0], [0, 0, 0, 1]], bool)
    labels, count = components(mask)
    assert count == 2 and labels[0, 0] == labels[0, 2] == labels[1, 1] != labels[2, 3]
    assert (labels == 0).tolist() == (~mask).tolist()


@pytest.mark.skipif(not CLOTHES.is_dir(), reason="the shared clothing photos are absent")
def test_of_held_out_photos_most_are_found_and_what_is_named_mostly_is_right():
    named = {}
    found = 0
    held = [each for each in labelled(CLOTHES.parent) if each.is_test and each.label != NOTHING][::3]
    for each in held:
        reading = photo.read(opened(each.path))
        found += "colours" in reading.attributes
        if reading.kind:
            named[each] = reading.kind
    assert found >= 0.9 * len(held)
    assert len(named) >= 0.25 * len(held)
    assert sum(kind == each.label for each, kind in named.items()) >= 0.8 * len(named)


@pytest.mark.skipif(not CLOTHES.is_dir(), reason="the shared photos are absent")
def test_held_out_photos_without_a_garment_are_named_nothing():
    others = [each for each in labelled(CLOTHES.parent) if each.label == NOTHING and each.is_test]
    assert others
    assert [each.path.name for each in others if photo.read(opened(each.path)).kind] == []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_noise_is_named_nothing(seed):
    noise = np.random.default_rng(seed).integers(0, 256, (240, 200, 3), np.uint8)
    reading = photo.read(noise)
    assert reading.kind == "" and "garment" not in reading.attributes and "silhouette" not in reading.attributes


def test_the_same_photo_is_read_the_same_twice():
    image, _ = drawn(cloth_of("plaid"))
    assert photo.read(image) == photo.read(image.copy())


@pytest.mark.parametrize("scale", [0.6, 2.0])
def test_the_size_of_a_photo_changes_neither_colours_nor_place(scale):
    image, _ = drawn(cloth_of("solid"))
    size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
    one, other = photo.read(image), photo.read(Image.fromarray(image).resize(size, Image.Resampling.LANCZOS))
    assert one.attributes["colours"].value[0]["name"] == other.attributes["colours"].value[0]["name"]
    assert other.share == pytest.approx(one.share, abs=0.03)


def test_another_hue_is_another_colour_and_the_same_place():
    colours = [rgb_of(COLOURS[name]) for name in ("crimson", "cobalt")]
    one, other = (photo.read(drawn(cloth_of("solid", colour))[0]) for colour in colours)
    assert [each.attributes["colours"].value[0]["name"] for each in (one, other)] == ["crimson", "cobalt"]
    assert other.share == pytest.approx(one.share, abs=0.02)


def test_what_is_not_sure_enough_fixes_nothing():
    sure, unsure = Kind("skirt", 0.9, is_named=True), Kind("skirt", 0.5, is_named=False)
    said = kinds.attributes_of(sure)["garment"]
    assert (said.value, said.confidence, said.source) == ("skirt", 0.9, "image")
    assert kinds.attributes_of(unsure) == {}


def test_a_kind_fixes_only_words_of_the_vocabulary_and_a_coat_is_not_told_from_a_jacket():
    assert set(kinds.classifier().names) == {*kinds.MEANS, NOTHING}
    for fixed in kinds.MEANS.values():
        assert all(value in taxonomy.values(name) for name, value in fixed.items())
    assert kinds.attributes_of(Kind("outwear", 0.99, is_named=True)) == {}


def test_shares_add_up_and_a_greater_warmth_is_less_sure():
    model = kinds.classifier()
    seen = np.random.default_rng(4).random((5, len(model.matrix)), np.float32)
    cold, warm = model.shares(seen), replace(model, warmth=4 * model.warmth).shares(seen)
    assert np.allclose(cold.sum(axis=1), 1) and np.allclose(warm.sum(axis=1), 1)
    assert (warm.max(axis=1) < cold.max(axis=1)).all()


def test_no_photo_is_in_two_parts_and_the_parts_stay_the_same():
    names = [f"dress_{number}.jpg" for number in range(400)]
    split = [Labelled(Path(name), "dress").is_test for name in names]
    assert 0.2 < sum(split) / len(split) < 0.4
    assert split == [Labelled(Path("elsewhere") / name, "dress").is_test for name in names]
