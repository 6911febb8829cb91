"""Pictures as those see them who know neither transparency nor grey of 16 bits."""

from __future__ import annotations

from typing import Final

from PIL import Image

DEEP_GREY: Final = ("I", "I;16", "I;16L", "I;16B", "I;16N")


def shallow(image: Image.Image, bits: int = 16) -> Image.Image:
    """Grey of so many bits in 8, any other picture as it is. Pillow's own conversion shows every level above 255 as
    white."""
    if image.mode not in DEEP_GREY:
        return image
    return image.convert("I").point(lambda value: value * (255 / ((1 << bits) - 1)) + 0.5).convert("L")


def on_white(image: Image.Image) -> Image.Image:
    """The picture in RGB. What is transparent is paper: dropping the alpha alone would uncover what lies under it."""
    image = shallow(image)
    if not image.has_transparency_data:
        return image.convert("RGB")
    rgba = image.convert("RGBA")
    paper = Image.new("RGBA", image.size, "white")
    paper.alpha_composite(rgba)
    flat = paper.convert("RGB")
    flat.info = dict(image.info)
    return flat
