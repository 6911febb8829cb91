"""Puts a flat together: ink and light rendered, the fabric's answer to light, shadow, paper, palette, mark."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import resvg_py
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from designer.providers.drawing import board, garments, paper
from designer.providers.drawing.fabrics import Material, cloth_for
from designer.providers.drawing.sheet import Sheet, filters
from designer.providers.drawing.spec import Spec

Pixels = NDArray[np.float32]  # (height, width, channels), 0..1
AREA: Final = 1024 * 1365  # a sheet's area in its own units, whatever its proportions
LIGHT_SHARE: Final = 0.5  # the light is soft: half the resolution is enough


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet of width x height units; `scale` pixels per unit."""

    width: float
    height: float
    scale: float

    @classmethod
    def of(cls, width: int, height: int) -> Page:
        scale = math.sqrt(width * height / AREA)
        return cls(width / scale, height / scale, scale)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A finished picture with, for those who look closer, where the garment is."""

    picture: Image.Image
    mask: NDArray[np.uint8]  # (height, width), 255 where the garment covers the paper


def no_step(share: float) -> None:
    """For who does not watch."""


def draw(spec: Spec, width: int, height: int, *, step: Callable[[float], None] = no_step) -> Drawing:
    """The flat of a spec, or a swatch board when nothing tells which garment. width, height: pixels; `step` is told
    the share done, 0..1, and may raise to stop."""
    step(0.0)
    page = Page.of(width, height)
    cloth = cloth_for(spec, page.scale)
    sheet = Sheet(spec, cloth)
    garments.lay(sheet, spec) if spec.garment else board.lay(sheet, spec)
    placed = _placing(sheet, page, garments.frame(spec))
    step(0.15)
    ink = _render(_svg(sheet, page, placed, "".join(sheet.ink), sheet.patterns(placed[2])), width, height)
    step(0.45)
    small = max(1, round(width * LIGHT_SHARE)), max(1, round(height * LIGHT_SHARE))
    light = _render(_svg(sheet, page, placed, "".join(sheet.light), filters()), *small, ground="#808080")
    step(0.75)
    lit = Image.fromarray((light[..., 0] * 255).astype(np.uint8)).resize((width, height), Image.Resampling.BILINEAR)
    alpha = ink[..., 3:]
    garment = _answered(ink[..., :3], np.asarray(lit, dtype=np.float32) / np.float32(255), cloth.material)
    ground = paper.ground(spec, page, width, height, placed, sheet.extent())
    ground *= _shadow(alpha[..., 0], page.scale)[..., None]
    result = garment * alpha + ground * (1 - alpha)
    strip = min(height, round(paper.STRIP * page.scale))
    marked = _render(paper.marks(spec, page), width, strip)
    result[-strip:] = marked[..., :3] * marked[..., 3:] + result[-strip:] * (1 - marked[..., 3:])
    picture = Image.fromarray((np.clip(result, 0, 1) * 255 + 0.5).astype(np.uint8))
    return Drawing(picture, (alpha[..., 0] * 255).astype(np.uint8))


def _placing(sheet: Sheet, page: Page, frame: tuple[float, float]) -> tuple[float, float, float]:
    """x, y and units per centimetre. Between one scale for all lengths and filling the page, so that a maxi dress
    is longer than a mini on the page too, and neither is lost on it. frame: usual width and height, cm."""
    left, top, right, bottom = sheet.extent()
    high = 0.62 * (bottom - top) + 0.38 * max(frame[1], bottom - top)
    wide = 0.75 * (right - left) + 0.25 * max(frame[0], right - left)
    scale = min(page.width * 0.78 / wide, page.height * 0.78 / high)
    middle = (left + right) / 2
    x = page.width / 2 - middle * scale
    spare = page.height - (bottom - top) * scale
    return x, spare * 0.47 - top * scale, scale


def _svg(sheet: Sheet, page: Page, placed: tuple[float, float, float], body: str, defs: str) -> str:
    x, y, scale = placed
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {page.width:.3f} {page.height:.3f}"'
        f' preserveAspectRatio="none"><defs>{defs}</defs>'
        f'<g transform="translate({x:.3f} {y:.3f}) scale({scale:.5f})">{body}</g></svg>'
    )


def _render(svg: str, width: int, height: int, ground: str | None = None) -> Pixels:
    """RGBA of exactly that size."""
    png = resvg_py.svg_to_bytes(
        svg_string=svg,
        width=width,
        height=height,
        background=ground,
        skip_system_fonts=True,
        image_rendering="optimize_speed",
    )
    picture = Image.open(io.BytesIO(png)).convert("RGBA")
    if picture.size != (width, height):
        picture = picture.resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(picture, dtype=np.float32) / np.float32(255)


def _answered(colours: Pixels, light: NDArray[np.float32], material: Material) -> Pixels:
    """The cloth under the light. Shade keeps the cloth's colour; light adds the lamp's."""
    dark = np.clip((0.5 - light) * 2, 0, 1)
    pale = np.clip((light - 0.5) * 2, 0, 1)
    if material.gloss > 1:  # smooth cloth throws light back in narrow streaks between deep shades
        pale = np.clip(pale * 1.5, 0, 1) ** material.gloss * 1.25
    if material.rim:  # pile is bright at the edges, where one looks along it
        pale = np.clip(pale * (1 - material.rim) + material.rim * np.clip(dark - 0.25, 0, 1) * 1.3, 0, 1)
    # shade takes a little more from red than from blue, as daylight does
    keep = 1 - dark[..., None] * np.float32(material.shade) * np.array([1.0, 0.99, 0.95], dtype=np.float32)
    shaded = colours * keep
    gain = pale[..., None] * np.float32(material.shine)
    return np.asarray(shaded + (np.array([1.0, 0.99, 0.97], dtype=np.float32) - shaded) * gain)


def _shadow(alpha: NDArray[np.float32], scale: float) -> Pixels:
    """How much light reaches the paper: a soft shade to the lower right and a close one around."""
    height, width = alpha.shape
    quarter = Image.fromarray((alpha * 255).astype(np.uint8)).resize(
        (max(1, width // 4), max(1, height // 4)), Image.Resampling.BOX
    )
    soft = _blurred(quarter, 26 * scale / 4, 12 * scale / 4, 20 * scale / 4)
    near = _blurred(quarter, 5 * scale / 4, 3 * scale / 4, 5 * scale / 4)
    both = Image.fromarray(np.clip(255 - 0.30 * soft - 0.22 * near, 0, 255).astype(np.uint8))
    return np.asarray(both.resize((width, height), Image.Resampling.BICUBIC), dtype=np.float32) / np.float32(255)


def _blurred(mask: Image.Image, radius: float, dx: float, dy: float) -> Pixels:
    blurred = mask.filter(ImageFilter.GaussianBlur(radius))
    shifted = blurred.transform(mask.size, Image.Transform.AFFINE, (1, 0, -dx, 0, 1, -dy), Image.Resampling.BILINEAR)
    return np.asarray(shifted, dtype=np.float32)
