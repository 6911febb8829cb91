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
from designer.providers.drawing.lighting import Canvas
from designer.providers.drawing.sheet import Sheet
from designer.providers.drawing.spec import Spec
from designer.providers.drawing.weaving import weave

Pixels = NDArray[np.float32]  # (height, width, channels), 0..1
AREA: Final = 1024 * 1365  # a sheet's area in its own units, whatever its proportions
COARSE: Final = 3  # the light is soft: a third of the resolution is enough
ROOM: Final = 3.0  # cm around the pieces, for what is drawn beside them and for the softness of the light
Place = tuple[float, float, float]  # x, y, units per centimetre
Box = tuple[int, int, int, int]  # left, top, right, bottom, in pixels


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
    box = _around(sheet.extent(), placed, page.scale, width, height)
    colours, alpha = _inked(sheet, page, placed, box)
    if _is_cut(alpha, box, width, height):  # something reaches far beyond the pieces: the whole page, then
        box = (0, 0, width, height)
        colours, alpha = _inked(sheet, page, placed, box)
    step(0.45)
    garment = _answered(colours, _lit(sheet, page, placed, box), cloth.material)
    step(0.75)
    whole = np.zeros((height, width), dtype=np.uint8)
    area = np.s_[box[1] : box[3], box[0] : box[2]]
    whole[area] = alpha
    result = paper.ground(spec, page, width, height, placed, sheet.extent())
    result *= _shadow(whole, page.scale)[..., None]
    _over(result[area], garment, alpha)
    strip = min(height, round(paper.STRIP * page.scale))
    marked = _render(paper.marks(spec, page), width, strip)
    _over(result[-strip:], _shares(marked[..., :3]), marked[..., 3])
    result *= 255
    result += 0.5
    return Drawing(Image.fromarray(np.clip(result, 0, 255, out=result).astype(np.uint8)), whole)


def _over(ground: Pixels, colours: Pixels, alpha: NDArray[np.uint8]) -> None:
    """Lay `colours` over `ground`, which is changed."""
    cover = _shares(alpha)[..., None]
    ground += (colours - ground) * cover


def _around(extent: tuple[float, float, float, float], placed: Place, scale: float, width: int, height: int) -> Box:
    """The part of the page that the garment is on, in pixels; in steps of the light's, which are coarser."""
    x, y, units = placed
    left, top = ((at + (edge - ROOM) * units) * scale for at, edge in zip((x, y), extent[:2], strict=True))
    right, bottom = ((at + (edge + ROOM) * units) * scale for at, edge in zip((x, y), extent[2:], strict=True))
    return (
        max(0, math.floor(left / COARSE) * COARSE),
        max(0, math.floor(top / COARSE) * COARSE),
        min(width, math.ceil(right / COARSE) * COARSE),
        min(height, math.ceil(bottom / COARSE) * COARSE),
    )


def _is_cut(alpha: NDArray[np.uint8], box: Box, width: int, height: int) -> bool:
    """Whether ink reaches an edge of the box that is not the page's."""
    ends = (alpha[:, 0], alpha[0], alpha[:, -1], alpha[-1])
    inner = (box[0] > 0, box[1] > 0, box[2] < width, box[3] < height)
    return any(free and end.any() for free, end in zip(inner, ends, strict=True))


def _inked(sheet: Sheet, page: Page, placed: Place, box: Box) -> tuple[Pixels, NDArray[np.uint8]]:
    """The ink's colours with the cloth's texture, (height, width, 3), 0..1, and how much they cover, 0..255."""
    size = box[2] - box[0], box[3] - box[1]
    ink = _render(_svg(page, placed, box, "".join(sheet.ink)), *size)
    shows = _render(_svg(page, placed, box, sheet.weave()), *size)[..., 0]
    colours = ink[..., :3].astype(np.float32)
    place = placed[0] * page.scale - box[0], placed[1] * page.scale - box[1], placed[2] * page.scale
    weave(sheet, place, colours, _shares(shows))
    return np.clip(colours, 0, 255, out=colours) / np.float32(255), ink[..., 3]


def _lit(sheet: Sheet, page: Page, placed: Place, box: Box) -> NDArray[np.float32]:
    """The light on that part of the page, (height, width), 0..1."""
    size = box[2] - box[0], box[3] - box[1]
    small = max(1, round(size[0] / COARSE)), max(1, round(size[1] / COARSE))
    across, down = size[0] / small[0], size[1] / small[1]
    x, y, scale = placed[0] * page.scale - box[0], placed[1] * page.scale - box[1], placed[2] * page.scale
    light = Canvas(*small, (x / across, y / down, scale / math.sqrt(across * down))).paint(sheet.light)
    lit = Image.fromarray((light * 255 + 0.5).astype(np.uint8)).resize(size, Image.Resampling.BILINEAR)
    return _shares(np.asarray(lit))


def _shares(levels: NDArray[np.uint8]) -> Pixels:
    """0..255 as 0..1."""
    return np.asarray(levels, dtype=np.float32) / np.float32(255)


def _placing(sheet: Sheet, page: Page, frame: tuple[float, float]) -> Place:
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


def _svg(page: Page, placed: Place, box: Box, body: str, defs: str = "") -> str:
    x, y, scale = placed
    left, top, right, bottom = (edge / page.scale for edge in box)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left:.4f} {top:.4f} {right - left:.4f} {bottom - top:.4f}"'
        f' preserveAspectRatio="none"><defs>{defs}</defs>'
        f'<g transform="translate({x:.3f} {y:.3f}) scale({scale:.5f})">{body}</g></svg>'
    )


def _render(svg: str, width: int, height: int, ground: str | None = None) -> NDArray[np.uint8]:
    """RGBA of exactly that size, 0..255."""
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
    return np.asarray(picture)


def _answered(colours: Pixels, light: NDArray[np.float32], material: Material) -> Pixels:
    """The cloth under the light, in the place of `colours`. Shade keeps the cloth's colour; light adds the lamp's."""
    pale = light * 2 - 1
    dark = np.maximum(-pale, 0)
    np.maximum(pale, 0, out=pale)
    if material.gloss > 1:  # smooth cloth throws light back in narrow streaks between deep shades
        pale = np.clip(pale * 1.5, 0, 1) ** material.gloss * 1.25
    if material.rim:  # pile is bright at the edges, where one looks along it
        pale = np.clip(pale * (1 - material.rim) + material.rim * np.clip(dark - 0.25, 0, 1) * 1.3, 0, 1)
    # shade takes a little more from red than from blue, as daylight does
    for channel, (shade, lamp) in enumerate(((1.0, 1.0), (0.99, 0.99), (0.95, 0.97))):
        one = colours[..., channel]
        one -= one * (dark * np.float32(material.shade * shade))
        one += (np.float32(lamp) - one) * (pale * np.float32(material.shine))
    return colours


def _shadow(alpha: NDArray[np.uint8], scale: float) -> Pixels:
    """How much light reaches the paper: a soft shade to the lower right and a close one around."""
    height, width = alpha.shape
    quarter = Image.fromarray(alpha).resize((max(1, width // 4), max(1, height // 4)), Image.Resampling.BOX)
    soft = _blurred(quarter, 26 * scale / 4, 12 * scale / 4, 20 * scale / 4)
    near = _blurred(quarter, 5 * scale / 4, 3 * scale / 4, 5 * scale / 4)
    both = Image.fromarray(np.clip(255 - 0.30 * soft - 0.22 * near, 0, 255).astype(np.uint8))
    return np.asarray(both.resize((width, height), Image.Resampling.BICUBIC), dtype=np.float32) / np.float32(255)


def _blurred(mask: Image.Image, radius: float, dx: float, dy: float) -> Pixels:
    blurred = mask.filter(ImageFilter.GaussianBlur(radius))
    shifted = blurred.transform(mask.size, Image.Transform.AFFINE, (1, 0, -dx, 0, 1, -dy), Image.Resampling.BILINEAR)
    return np.asarray(shifted, dtype=np.float32)
