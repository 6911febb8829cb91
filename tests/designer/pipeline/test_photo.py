"""Photos: drawn ones whose truth is known, strange ones, and real ones where the shared data is present."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from designer.pipeline import photo
from designer.pipeline.analysis import analyse
from designer.pipeline.colours import COLOURS, delta_e, lab_of, rgb_of
from designer.pipeline.segmentation import components

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
def test_real_photos_are_found_and_what_is_called_trousers_mostly_is():
    paths = sorted(CLOTHES.glob("*.jpg"))[::10]
    named = {}
    found = 0
    for path in paths:
        with Image.open(path) as image:
            reading = photo.read(image)
        found += "colours" in reading.attributes
        if "garment" in reading.attributes:
            named[path.name] = reading.attributes["garment"].value
    assert found >= 0.9 * len(paths)
    right = sum(name.startswith("pants") for name, value in named.items() if value == "trousers")
    assert right >= 0.6 * len(named)
