"""What is printed or woven into a cloth: one tile of colour that repeats without a seam."""

from __future__ import annotations

import io
import math
import random
from collections.abc import Callable
from typing import Final

import numpy as np
import resvg_py
from numpy.typing import NDArray
from PIL import Image

from designer.providers.drawing.noise import cloudy, covering, grid
from designer.providers.drawing.palette import distance, lightness, mixed, rgb
from designer.providers.drawing.spec import Spec

Tile = NDArray[np.float64]  # (n, n, 3), 0..1
SIDE: Final = 256  # of a tile, in units of the sheet: 1024 units are the width of an upright sheet


def tile(spec: Spec, n: int) -> Tile:
    """The cloth's colours, n pixels a side. An unknown pattern is plain."""
    paint = PAINTERS.get(spec.pattern)
    return paint(spec, n) if paint else plain(spec.palette.main, n)


def plain(colour: str, n: int) -> Tile:
    return np.broadcast_to(rgb(colour), (n, n, 3)).copy()


def _laid(ground: Tile, colour: str, cover: NDArray[np.float64]) -> Tile:
    return np.asarray(ground * (1 - cover[..., None]) + rgb(colour) * cover[..., None])


def _second(spec: Spec) -> str:
    """The pattern's colour: the first accent that stands off the cloth, so that a pattern is always seen."""
    palette = spec.palette
    seen = next((c for c in palette.accents if distance(c, palette.main) > 18), None)
    return seen or mixed(palette.main, "#fbf6ec" if lightness(palette.main) < 58 else "#2b2421", 0.62)


def _stripe(spec: Spec, n: int) -> Tile:
    """Even, pin, or a pair of wide and narrow ones."""
    dice, (x, _) = spec.dice("pattern"), grid(n)
    second, soft = _second(spec), 1.5 / n
    fine = spec.says("pinstripe", "pinstriped", "pinstripes")
    count = 12 if fine else dice.choice([6, 8, 8])
    phase = (x * count) % 1
    width = 0.09 if fine else dice.choice([0.34, 0.44, 0.2])
    found = _laid(plain(spec.palette.main, n), second, covering(np.abs(phase - 0.5) - width / 2, soft * count))
    if not fine and len(spec.palette.accents) > 1 and spec.palette.named:
        line = covering(np.abs(phase - 0.06) - 0.035, soft * count)
        found = _laid(found, spec.palette.third, line)
    return found


def _sett(spec: Spec, dice: random.Random) -> list[tuple[float, float, str]]:
    """The bands of a tartan: middle and width in shares of the repeat, colour."""
    second, third = _second(spec), spec.palette.third
    deep = mixed(spec.palette.main, "#15110f", 0.45)
    wide = dice.uniform(0.26, 0.34)
    return [
        (0.5, wide, deep if lightness(spec.palette.main) > 22 else third),
        (0.5, wide * 0.22, second),
        (0.06, 0.05, third),
        (0.0, 0.022, second),
        (0.16, 0.02, second),
    ]


def _plaid(spec: Spec, n: int) -> Tile:
    """A tartan: the same bands across and down, crossed as a twill crosses them."""
    dice, (x, y) = spec.dice("pattern"), grid(n)
    repeats = dice.choice([2, 3])
    threads = [plain(spec.palette.main, n), plain(spec.palette.main, n)]
    for middle, width, colour in _sett(spec, dice):
        for i, way in enumerate((x, y)):
            away = np.abs((way * repeats - middle + 0.5) % 1 - 0.5)
            threads[i] = _laid(threads[i], colour, covering(away - width / 2, 1.5 * repeats / n))
    lines = np.clip(0.5 + 1.1 * np.sin(2 * np.pi * (x + y) * (n // 5)), 0.12, 0.88)[..., None]
    return np.asarray(threads[0] * lines + threads[1] * (1 - lines))


def _check(spec: Spec, n: int) -> Tile:
    """Gingham, or a windowpane when the words ask for one."""
    dice, (x, y) = spec.dice("pattern"), grid(n)
    second = _second(spec)
    if spec.says("windowpane"):
        away = np.minimum(np.abs(x * 3 % 1 - 0.5), np.abs(y * 3 % 1 - 0.5))
        return _laid(plain(spec.palette.main, n), second, covering(away - 0.02, 4.5 / n))
    count = dice.choice([7, 9, 11])
    bands = [covering(np.abs((way * count) % 1 - 0.5) - 0.25, 1.5 * count / n) for way in (x, y)]
    return _laid(plain(spec.palette.main, n), second, (bands[0] + bands[1]) / 2)


def _houndstooth(spec: Spec, n: int) -> Tile:
    """Four dark and four light threads both ways in a 2/2 twill: the weave that makes the teeth by itself."""
    repeats = spec.dice("pattern").choice([8, 10])
    i, j = np.meshgrid(np.arange(8), np.arange(8))
    warp_up = ((i + j) % 4) < 2
    dark = np.where(warp_up, i < 4, j < 4).astype(np.float64)
    cells = np.kron(np.tile(dark, (repeats, repeats)), np.ones((4, 4)))
    scaled = Image.fromarray((cells * 255).astype(np.uint8)).resize((n, n), Image.Resampling.BOX)
    return _laid(plain(spec.palette.main, n), _second(spec), np.asarray(scaled, dtype=np.float64) / 255)


def _herringbone(spec: Spec, n: int) -> Tile:
    x, y = grid(n)
    columns, steps = 8, spec.dice("pattern").choice([20, 24])
    zigzag = np.abs((x * columns) % 2 - 1) / columns * 1.6
    wavy = np.sin(2 * np.pi * steps * (y + zigzag))
    return _laid(plain(spec.palette.main, n), mixed(spec.palette.main, _second(spec), 0.7), np.clip(wavy * 1.6, 0, 1))


def _abstract(spec: Spec, n: int) -> Tile:
    """Large brushed fields of the accents, one over the other."""
    dice = spec.dice("pattern")
    found = plain(spec.palette.main, n)
    colours = [_second(spec), *spec.palette.accents[1:3], mixed(spec.palette.main, "#ffffff", 0.5)]
    for colour in colours:
        field = cloudy(n, dice.randrange(2**31), across=0.07, down=0.045)
        field = field + 0.22 * cloudy(n, dice.randrange(2**31), across=0.05, down=0.004)
        found = _laid(found, colour, np.clip((field - 1.05) * 5, 0, 1) * 0.92)
    return found


def _drawn(spec: Spec, n: int, marks: str) -> Tile:
    """Vector marks on the cloth's colour."""
    return over(plain(spec.palette.main, n), marks)


def over(tile: Tile, marks: str) -> Tile:
    """Vector marks, SIDE units a side, laid over a tile; what crosses an edge comes in on the other side."""
    n = tile.shape[0]
    copies = "".join(
        f'<g transform="translate({dx} {dy})">{marks}</g>' for dx in (-SIDE, 0, SIDE) for dy in (-SIDE, 0, SIDE)
    )
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}">{copies}</svg>'
    png = resvg_py.svg_to_bytes(svg_string=svg, width=n, height=n, skip_system_fonts=True)
    drawn = np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"), dtype=np.float64) / 255
    return np.asarray(tile * (1 - drawn[..., 3:]) + drawn[..., :3] * drawn[..., 3:])


def scattered(dice: random.Random, count: int) -> list[tuple[float, float]]:
    """`count` squared places over a tile, jittered and each second row shifted."""
    step = SIDE / count
    return [
        ((column + 0.5 * (row % 2) + dice.uniform(-0.2, 0.2)) * step, (row + 0.5 + dice.uniform(-0.2, 0.2)) * step)
        for row in range(count)
        for column in range(count)
    ]


def _polka_dot(spec: Spec, n: int) -> Tile:
    count = spec.dice("pattern").choice([6, 8, 10])
    step = SIDE / count
    dots = "".join(
        f'<circle cx="{(c + 0.5 * (r % 2)) * step:.1f}" cy="{(r + 0.5) * step:.1f}" r="{step * 0.24:.1f}"/>'
        for r in range(count)
        for c in range(count)
    )
    return _drawn(spec, n, f'<g fill="{_second(spec)}">{dots}</g>')


def _blossom(x: float, y: float, size: float, turn: float, colour: str, heart: str, petals: int) -> str:
    """A flower seen from above: rounded petals, each with a vein of shade, and a heart."""
    petal = f"M0 0C{-size * 0.62:.1f} {-size * 0.4:.1f} {-size * 0.5:.1f} {-size * 1.1:.1f} 0 {-size:.1f}"
    petal += f"C{size * 0.5:.1f} {-size * 1.1:.1f} {size * 0.62:.1f} {-size * 0.4:.1f} 0 0Z"
    vein = f'<path d="M0 {-size * 0.2:.1f}V{-size * 0.72:.1f}" stroke="{heart}" stroke-opacity=".4" fill="none"/>'
    each = "".join(
        f'<g transform="rotate({k * 360 / petals:.1f})"><path d="{petal}" fill="{colour}" stroke="{heart}"'
        f' stroke-width=".6" stroke-opacity=".35"/>{vein}</g>'
        for k in range(petals)
    )
    return (
        f'<g transform="translate({x:.1f} {y:.1f}) rotate({turn:.0f})">{each}<circle r="{size * 0.2:.1f}"'
        f' fill="{heart}"/></g>'
    )


def _leaf(x: float, y: float, size: float, turn: float, colour: str) -> str:
    shape = f"M0 0C{size * 0.5:.1f} {-size * 0.3:.1f} {size * 0.4:.1f} {-size:.1f} 0 {-size * 1.3:.1f}"
    shape += f"C{-size * 0.4:.1f} {-size:.1f} {-size * 0.5:.1f} {-size * 0.3:.1f} 0 0Z"
    return f'<path d="{shape}" fill="{colour}" transform="translate({x:.1f} {y:.1f}) rotate({turn:.0f})"/>'


def _floral(spec: Spec, n: int) -> Tile:
    """Flowers of three sizes with leaves, strewn evenly: a small ditsy one or larger blooms, by the dice."""
    dice = spec.dice("pattern")
    count = dice.choice([4, 5])
    colours = [_second(spec), mixed(_second(spec), spec.palette.third, 0.5), spec.palette.third]
    dark = lightness(spec.palette.main) < 45
    leaf = mixed(spec.palette.main, "#a9bd96" if dark else "#4c6147", 0.62)
    marks = []
    for x, y in scattered(dice, count):
        size, turn = SIDE / count * dice.choice([0.2, 0.27, 0.34]), dice.uniform(0, 360)
        marks += [_leaf(x, y, size * 1.35, turn + off, leaf) for off in dice.choice([(40, 170), (100,), (20, 80, 220)])]
        colour = dice.choices(colours, weights=[5, 3, 2])[0]
        heart = mixed(colour, "#2b1d14" if lightness(colour) > 55 else "#f7e3b5", 0.6)
        marks.append(_blossom(x, y, size, turn, colour, heart, dice.choice([5, 5, 6])))
    return _drawn(spec, n, "".join(marks))


def _animal(spec: Spec, n: int) -> Tile:
    """Leopard: broken rings around a deeper heart."""
    dice = spec.dice("pattern")
    dark = mixed(_second(spec), "#1b120c", 0.62) if lightness(spec.palette.main) > 30 else _second(spec)
    heart = mixed(spec.palette.main, "#8a5a2c", 0.42)
    marks = []
    for x, y in scattered(dice, 9):
        r, turn = dice.uniform(6.5, 10.5), dice.uniform(0, 360)
        arcs = "".join(_ring_part(r, start, dice) for start in (0, 120, 235) if dice.random() > 0.12)
        marks.append(
            f'<g transform="translate({x:.1f} {y:.1f}) rotate({turn:.0f}) scale(1 {dice.uniform(0.65, 0.85):.2f})">'
            f'<circle r="{r * 0.8:.1f}" fill="{heart}"/>{arcs}</g>'
        )
    style = f'fill="none" stroke="{dark}" stroke-linecap="round"'
    return _drawn(spec, n, f"<g {style}>{''.join(marks)}</g>")


def _ring_part(r: float, start: float, dice: random.Random) -> str:
    a, b = (math.radians(start + d) for d in (dice.uniform(0, 18), dice.uniform(75, 100)))
    ends = f"M{r * math.cos(a):.1f} {r * math.sin(a):.1f}A{r:.1f} {r:.1f} 0 0 1 {r * math.cos(b):.1f}"
    return f'<path d="{ends} {r * math.sin(b):.1f}" stroke-width="{dice.uniform(3.4, 5.2):.1f}"/>'


def _geometric(spec: Spec, n: int) -> Tile:
    """Chevrons, diamonds or overlapping fans."""
    draw = spec.dice("pattern").choice([_chevrons, _diamonds, _fans])
    return _drawn(spec, n, draw(_second(spec), spec.palette.third))


def _chevrons(second: str, third: str) -> str:
    step = SIDE / 8
    lines = []
    for row in range(10):
        y = row * SIDE / 8
        zigzag = "".join(f"L{k * step:.1f} {y + (16 if k % 2 else 0):.1f}" for k in range(9))
        colour, width = (second, 9) if row % 2 else (third, 4)
        lines.append(f'<path d="M0 {y:.1f}{zigzag}" fill="none" stroke="{colour}" stroke-width="{width}"/>')
    return "".join(lines)


def _diamonds(second: str, third: str) -> str:
    w, h = SIDE / 8, SIDE / 5
    marks = []
    for row in range(5):
        for column in range(4):
            x, y = (2 * column + 1) * w, (row + 0.5) * h
            shape = f"M{x} {y - h / 2}L{x + w} {y}L{x} {y + h / 2}L{x - w} {y}Z"
            inner = f"M{x} {y - h / 5}L{x + w * 0.4} {y}L{x} {y + h / 5}L{x - w * 0.4} {y}Z"
            marks.append(f'<path d="{shape}" fill="{second}"/><path d="{inner}" fill="{third}"/>')
    return "".join(marks)


def _fans(second: str, third: str) -> str:
    r = SIDE / 10
    rows = []
    for row in range(11):
        for column in range(6):
            x, y = (2 * column + row % 2) * r, row * r
            rings = "".join(f'<circle cx="{x}" cy="{y}" r="{r * k:.1f}"/>' for k in (0.95, 0.66, 0.36))
            rows.append(rings)
    return f'<g fill="none" stroke="{second}" stroke-width="3">{"".join(rows)}</g><g fill="{third}"></g>'


def _paisley(spec: Spec, n: int) -> Tile:
    dice = spec.dice("pattern")
    second, third = _second(spec), spec.palette.third
    drop = "M0 14C-12 14 -16 2 -9 -7C-4 -14 4 -15 8 -22C12 -12 15 -4 13 4C11 10 6 14 0 14Z"
    marks = []
    for number, (x, y) in enumerate(scattered(dice, 5)):
        turn, size = dice.uniform(-30, 30) + 180 * (number % 2), dice.uniform(0.95, 1.25)
        beads = "".join(
            f'<circle cx="{17 * math.cos(a):.1f}" cy="{2 + 17 * math.sin(a):.1f}" r="1.5" fill="{third}"/>'
            for a in np.linspace(0.2, 3.6, 9)
        )
        marks.append(
            f'<g transform="translate({x:.1f} {y:.1f}) rotate({turn:.0f}) scale({size:.2f})">'
            f'<path d="{drop}" fill="{second}"/><path d="{drop}" transform="translate(.4 .8) scale(.62)"'
            f' fill="{third}"/><circle cy="4" r="3.4" fill="{spec.palette.main}"/>{beads}</g>'
        )
    return _drawn(spec, n, "".join(marks))


PAINTERS: Final[dict[str, Callable[[Spec, int], Tile]]] = {
    "stripe": _stripe, "plaid": _plaid, "check": _check, "houndstooth": _houndstooth, "herringbone": _herringbone,
    "abstract": _abstract, "polka_dot": _polka_dot, "floral": _floral, "animal": _animal, "geometric": _geometric,
    "paisley": _paisley,
}  # fmt: skip
