"""The studio around a flat: paper with grain, a calm shape behind, the palette's chips, and Sketchbook's mark."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from designer.providers.drawing.noise import cloudy
from designer.providers.drawing.palette import INK, distance, lightness, mixed, rgb
from designer.providers.drawing.spec import Spec

if TYPE_CHECKING:
    from designer.providers.drawing.flat import Page

GRAIN_TILE: Final = 256
STRIP: Final = 110  # units at the foot of the page that the marks lie in
# what a lamp does to the paper
LAMPS: Final = {"golden_hour": (1.03, 0.985, 0.90), "neon": (0.97, 0.95, 1.05), "high_key": (1.03, 1.03, 1.03),
                "backlit": (1.02, 1.0, 0.97)}  # fmt: skip
SHAPES: Final = ("plain", "plain", "disc", "arch", "band", "wash")


def ground(
    spec: Spec, page: Page, width: int, height: int, placed: tuple[float, float, float],
    extent: tuple[float, float, float, float],
) -> NDArray[np.float32]:  # fmt: skip
    """The paper, (height, width, 3): lit from the upper left, with a shape of its own tint by the dice."""
    dice = spec.dice("composition")
    colour = np.minimum(rgb(spec.palette.paper) * np.array(LAMPS.get(spec.light, (1.0, 1.0, 1.0))), 1.0)
    dramatic = spec.light in ("dramatic", "hard") or spec.mood in ("dramatic", "moody")
    level = _lamp(width, height) * np.float32(-0.24 if dramatic else -0.13)
    level += np.float32(1.025)
    level += _grain(spec, width, height)
    kind = dice.choice(SHAPES)
    out = np.empty((height, width, 3), dtype=np.float32)
    if kind == "plain":
        np.multiply(level[..., None], colour.astype(np.float32), out=out)
        return out
    tint = _shape(spec, page, width, height, kind, placed, extent)
    partner = rgb(mixed(spec.palette.paper, spec.palette.main, 0.26))
    for channel, (own, other) in enumerate(zip(colour, partner, strict=True)):
        np.multiply(level, tint * np.float32(other - own) + np.float32(own), out=out[..., channel])
    return out


@lru_cache(maxsize=4)
def _lamp(width: int, height: int) -> NDArray[np.float32]:
    """How far the paper is from the lamp. Kept for a few sizes: the pictures of a batch share one."""
    x, y = np.meshgrid(np.linspace(0, 1, width, dtype=np.float32), np.linspace(0, 1, height, dtype=np.float32))
    return np.asarray(np.hypot(x - 0.36, (y - 0.30) * 0.9) ** 1.6, dtype=np.float32)


def _grain(spec: Spec, width: int, height: int) -> NDArray[np.float32]:
    seed = spec.dice("paper").randrange(2**31)
    fibre = cloudy(GRAIN_TILE, seed, across=0.006, down=0.0025) + 0.8 * cloudy(
        GRAIN_TILE, seed + 1, across=0.03, down=0.03
    )
    rows, columns = -(-height // GRAIN_TILE), -(-width // GRAIN_TILE)
    return np.asarray(np.tile(fibre, (rows, columns))[:height, :width] * 0.006, dtype=np.float32)


def _shape(
    spec: Spec, page: Page, width: int, height: int, kind: str, placed: tuple[float, float, float],
    extent: tuple[float, float, float, float],
) -> NDArray[np.float32]:  # fmt: skip
    """A soft field behind the garment, 0..1, drawn at a quarter of the size."""
    size = max(1, width // 2), max(1, height // 2)
    mask = Image.new("L", size, 0)
    pen, s = ImageDraw.Draw(mask), page.scale / 2
    w, h = page.width * s, page.height * s
    left, top, right, bottom = (v * placed[2] * s for v in extent)
    cx, cy = placed[0] * s + (left + right) / 2, placed[1] * s + (top + bottom) / 2
    r = min(w, h) * 0.40
    if kind == "disc":
        cy = cy - (bottom - top) * 0.12
        pen.ellipse((cx - r, cy - r, cx + r, cy + r), fill=150)
    elif kind == "arch":
        half, crown = w * 0.33, h * 0.08 + w * 0.33
        pen.ellipse((cx - half, crown - half, cx + half, crown + half), fill=140)
        pen.rectangle((cx - half, crown, cx + half, h * 0.93), fill=140)
    elif kind == "band":
        pen.rectangle((0, h * 0.60, w, h), fill=110)
    elif kind == "wash":
        pen.ellipse((cx - r * 1.1, cy - r * 1.3, cx + r * 1.0, cy + r * 1.2), fill=150)
        mask = mask.filter(ImageFilter.GaussianBlur(r * 0.28))
    mask = mask.filter(ImageFilter.GaussianBlur(max(0.8, 2.6 * s)))
    return np.asarray(mask.resize((width, height), Image.Resampling.BILINEAR), dtype=np.float32) / np.float32(255)


def marks(spec: Spec, page: Page) -> str:
    """Chips of the palette at the lower left and the mark at the lower right, as SVG of its lowest STRIP units."""
    w, h = page.width, page.height
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 {h - STRIP:.3f} {w:.3f} {STRIP}"'
        f' preserveAspectRatio="none">'
        f"{_chips(spec, w, h)}{_mark(spec, w, h)}</svg>"
    )


def _chips(spec: Spec, w: float, h: float) -> str:
    colours = [spec.palette.main, *(c for c in spec.palette.accents if distance(c, spec.palette.main) > 6)][:5]
    if not spec.palette.named:
        colours = colours[:3]
    out = []
    for number, colour in enumerate(colours):
        x, y = 52 + number * 34.0, h - 52
        edge = mixed(colour, "#2a2421", 0.35)
        out.append(
            f'<circle cx="{x + 1.5}" cy="{y + 3}" r="12.5" fill="#2a2118" fill-opacity=".14"/><circle cx="{x}" cy="{y}"'
            f' r="12.5" fill="{colour}" stroke="{edge}" stroke-opacity=".5" stroke-width=".8"/>'
        )
    return "".join(out)


# single strokes, one letter after the other, on a line of 20 units; lower case is 10 high
_LETTERS: Final = (
    "M11 3C8 -1 2 0 2 4C2 9 11 8 11 13.5C11 18 4 19 1 15",  # S
    "M15 0V17.5M22 7L15.5 13M17.5 11.5L22.5 17.5",  # k
    "M25 12.5H32.5C32.5 9 31 7 28.7 7C26 7 25 9.5 25 12.3C25 15.5 26.5 17.5 29 17.5C30.8 17.5 32 16.6 32.5 15.5",  # e
    "M37.5 2.5V14.5C37.5 17 39 17.8 41 17.3M35 7.2H41",  # t
    "M50.5 9C49.5 7.5 48.2 7 47 7C44.5 7 43.2 9.5 43.2 12.3"
    "C43.2 15.3 44.5 17.5 47 17.5C48.4 17.5 49.7 16.8 50.5 15.3",  # c
    "M53.8 0V17.5M53.8 11C54.5 8.5 56 7 57.8 7C60 7 61 8.5 61 11V17.5",  # h
    "M65 0V17.5M65 12.3C65 9 66.5 7 68.8 7C71.3 7 72.6 9.3 72.6 12.3"
    "C72.6 15.3 71.3 17.5 68.8 17.5C66.5 17.5 65 15.5 65 12.3",  # b
    "M79.5 7C77 7 75.6 9.3 75.6 12.3C75.6 15.3 77 17.5 79.5 17.5C82 17.5 83.4 15.3 83.4 12.3C83.4 9.3 82 7 79.5 7",  # o
    "M90.3 7C87.8 7 86.4 9.3 86.4 12.3C86.4 15.3 87.8 17.5 90.3 17.5"
    "C92.8 17.5 94.2 15.3 94.2 12.3C94.2 9.3 92.8 7 90.3 7",  # o
    "M97.6 0V17.5M104.6 7L98.1 13M100.1 11.5L105.1 17.5",  # k
)


def _mark(spec: Spec, w: float, h: float) -> str:
    """The name in a drawn hand with a pencil's stroke before it; says in every picture what made it."""
    colour = INK if lightness(spec.palette.paper) > 50 else "#f1ece4"
    x, y = w - 48 - 106 * 0.86, h - 60
    pencil = "M-20 17L-17.5 11L-7.5 1L-3.5 5L-13.5 15ZM-17.5 11L-13.5 15"
    return (
        f'<g transform="translate({x:.2f} {y:.2f}) scale(.86)" fill="none" stroke="{colour}" stroke-opacity=".62"'
        f' stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round">'
        f'<path d="{pencil}{"".join(_LETTERS)}"/></g>'
    )
