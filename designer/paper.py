"""Pictures without transparency."""

from __future__ import annotations

from PIL import Image


def on_white(image: Image.Image) -> Image.Image:
    """The picture in RGB. What is transparent is paper: dropping the alpha alone would uncover what lies under it."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    rgba = image.convert("RGBA")
    paper = Image.new("RGBA", image.size, "white")
    paper.alpha_composite(rgba)
    flat = paper.convert("RGB")
    flat.info = dict(image.info)
    return flat
