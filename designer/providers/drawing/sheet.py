"""The sheet: panels of cloth laid over each other, each with its ink (colour and lines) and its light (form, folds).

Both are SVG in centimetres of the garment. The light is grey: half is the cloth's own colour, darker is shade.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from designer.providers.drawing.fabrics import Cloth
from designer.providers.drawing.geometry import Line, bounds, brush, contour, moved, offset, part, path
from designer.providers.drawing.palette import INK, lightness, mixed
from designer.providers.drawing.spec import Spec

OUTLINE, SEAM, STITCH = 0.46, 0.26, 0.15  # pen widths, cm
LIGHT_SHIFT: Final = 0.9  # cm from a fold's shade to its light


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """A fold along `line`, deepest where it starts. `width` cm, `depth` 0..1; negative depth is a ridge."""

    line: Line
    width: float = 1.6
    depth: float = 0.5


class Sheet:
    """Collects what is drawn, back to front."""

    def __init__(self, spec: Spec, cloth: Cloth) -> None:
        self.spec, self.cloth = spec, cloth
        self.ink: list[str] = []
        self.light: list[str] = []
        self.box: list[Line] = []
        self._grains: dict[tuple[str, int], str] = {}
        self._clips = 0
        dark = lightness(spec.palette.main) < 34
        self.seam_colour = spec.palette.seam
        # on near-black cloth an ink line would be lost where two pieces meet
        self.ink_colour = INK if lightness(spec.palette.main) > 20 else mixed(spec.palette.main, "#ffffff", 0.34)
        self.stitch_colour = mixed(spec.palette.main, "#ffffff" if dark else "#201a17", 0.5 if dark else 0.45)

    def fill(self, kind: str, grain: float = 0.0) -> str:
        """A paint: a kind of cloth lying at an angle (degrees, clockwise), or a plain #rrggbb."""
        if kind.startswith("#"):
            return kind
        key = (kind, round(grain))
        self._grains.setdefault(key, f"{kind}{key[1] % 360}")
        return f"url(#{self._grains[key]})"

    def panel(
        self,
        outline: Line,
        *,
        kind: str = "cloth",
        grain: float = 0.0,
        folds: Iterable[Fold] = (),
        volume: float = 1.0,
        tone: float = 0.5,
        pen: float = OUTLINE,
        casts: float = 0.0,
    ) -> None:
        """A piece of cloth. volume: how round it lies; tone: its own light, 0..1; casts: shade on what is below."""
        self.box.append(outline)
        data = path(outline, closed=True)
        if pen and self.ink_colour != INK:  # a dark rim outside, the pale line inside
            self.ink.append(f'<path d="{contour(outline, 1.5 * pen)}" fill="{INK}"/>')
            pen *= 0.6
        self.ink.append(f'<path d="{data}" fill="{self.fill(kind, grain)}"/>')
        if pen:
            self.ink.append(f'<path d="{contour(outline, pen)}" fill="{self.ink_colour}"/>')
        if casts:
            shadow = path(moved(outline, 0.5 * casts, 0.9 * casts), closed=True)
            self.light.append(f'<path d="{shadow}" fill="#000" fill-opacity=".34" filter="url(#near)"/>')
        self.light.append(self._form(outline, data, list(folds), volume, tone))

    def _form(self, outline: Line, data: str, folds: list[Fold], volume: float, tone: float) -> str:
        """The light on one panel: its own tone, roundness to both sides, then folds."""
        self._clips += 1
        name, level = f"c{self._clips}", round(255 * tone)
        left, top, right, bottom = bounds(outline)
        wide = min(right - left, bottom - top)
        turn = min(6.0, wide * 0.30)
        round_ = (
            f'<path d="{path(moved(outline, -turn * 0.30, -turn * 0.22), closed=True)}" fill="none" stroke="#000"'
            f' stroke-width="{turn:.2f}" stroke-opacity="{0.46 * volume:.2f}" filter="url(#{_blur(turn)})"/>'
            f'<path d="{path(moved(outline, turn * 0.42, turn * 0.30), closed=True)}" fill="none" stroke="#fff"'
            f' stroke-width="{turn * 0.5:.2f}" stroke-opacity="{0.34 * volume:.2f}" filter="url(#{_blur(turn)})"/>'
            if volume > 0 and turn > 0.6
            else ""
        )
        return (
            f'<clipPath id="{name}"><path d="{data}"/></clipPath><g clip-path="url(#{name})">'
            f'<path d="{data}" fill="rgb({level},{level},{level})"/>{round_}{_fallen(folds)}</g>'
        )

    def line(self, line: Line, *, width: float = SEAM, colour: str = "", fade: bool = False) -> None:
        """A seam or an edge. `fade`: thins out to nothing at its end."""
        widths = (width, width * 0.8, 0.02) if fade else (width * 0.7, width, width * 0.7)
        data = path(brush(line, widths), closed=True)
        self.ink.append(f'<path d="{data}" fill="{colour or self.seam_colour}"/>')

    def crease(self, line: Line, *, width: float = 0.26, opacity: float = 0.55) -> None:
        """The pen's mark of a fold: swells and dies."""
        data = path(brush(line, (0.05, width, width * 0.7, 0.02)), closed=True)
        self.ink.append(f'<path d="{data}" fill="{self.seam_colour}" fill-opacity="{opacity:.2f}"/>')

    def stitch(self, line: Line, *, colour: str = "") -> None:
        """Topstitching: short dashes."""
        self.ink.append(
            f'<path d="{path(line)}" fill="none" stroke="{colour or self.stitch_colour}" stroke-width="{STITCH}"'
            ' stroke-dasharray=".8 .5" stroke-linecap="round"/>'
        )

    def hem(self, edge: Line, inset: float, *, rows: int = 1) -> None:
        """Stitching along an edge drawn clockwise, `inset` cm inside."""
        for row in range(rows):
            self.stitch(part(offset(edge, -inset - row * 0.6), 0.01, 0.99))

    def shade(self, area: Line, opacity: float, *, light: bool = False) -> None:
        """A soft patch of shade or light over all that lies below it."""
        colour = "#fff" if light else "#000"
        self.light.append(
            f'<path d="{path(area, closed=True)}" fill="{colour}" fill-opacity="{opacity:.2f}" filter="url(#near)"/>'
        )

    def draw(self, svg: str) -> None:
        """Ink as it comes, in centimetres: buttons, zips, buckles."""
        self.ink.append(svg)

    def patterns(self, scale: float) -> str:
        """The definitions of all paints used. scale: units of the sheet per centimetre."""
        out = []
        for (kind, angle), name in self._grains.items():
            side = self.cloth.side
            out.append(
                f'<pattern id="{name}" width="{side}" height="{side}" patternUnits="userSpaceOnUse"'
                f' patternTransform="rotate({angle}) scale({1 / scale:.6f})"><image width="{side}" height="{side}"'
                f' preserveAspectRatio="none" href="{self.cloth.tiles[kind]}"/></pattern>'
            )
        return "".join(out)

    def extent(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of all panels, cm."""
        boxes = [bounds(line) for line in self.box]
        lefts, tops, rights, bottoms = zip(*boxes, strict=True)
        return min(lefts), min(tops), max(rights), max(bottoms)


def _blur(turn: float) -> str:
    return "far" if turn > 3.2 else "mid" if turn > 1.4 else "near"


def _fallen(folds: Sequence[Fold]) -> str:
    """Each fold as a wedge of shade with a wedge of light beside it, blurred together."""
    if not folds:
        return ""
    wedges = []
    for fold in folds:
        dark, pale = ("#000", "#fff") if fold.depth >= 0 else ("#fff", "#000")
        depth, width = min(0.8, 1.35 * abs(fold.depth)), 1.1 * fold.width
        shape = (width, width * 0.72, width * 0.34, 0.05)
        wedges.append(
            f'<path d="{path(brush(fold.line, shape), closed=True)}" fill="{dark}" fill-opacity="{depth:.2f}"/>'
        )
        beside = moved(fold.line, -LIGHT_SHIFT * max(0.5, width * 0.62), 0)
        wedges.append(
            f'<path d="{path(brush(beside, tuple(0.8 * w for w in shape)), closed=True)}" fill="{pale}"'
            f' fill-opacity="{depth * 0.62:.2f}"/>'
        )
    return f'<g filter="url(#fold)">{"".join(wedges)}</g>'


# standard deviations, cm, and how far around the shape the blur is worked out: wide is dear, and panels clip it anyway
BLURS: Final = {"far": (2.6, 12), "mid": (1.3, 16), "near": (0.65, 40), "fold": (0.6, 14)}


def filters() -> str:
    """The blurs that the light uses, in centimetres."""
    return "".join(
        f'<filter id="{name}" x="-{room}%" y="-{room}%" width="{100 + 2 * room}%" height="{100 + 2 * room}%">'
        f'<feGaussianBlur stdDeviation="{spread}"/></filter>'
        for name, (spread, room) in BLURS.items()
    )
