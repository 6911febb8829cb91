"""The sheet: panels of cloth laid over each other, each with its ink (colour and lines) and its light (form, folds).

Both are SVG in centimetres of the garment. The light is grey: half is the cloth's own colour, darker is shade.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from designer.providers.drawing.fabrics import Cloth
from designer.providers.drawing.geometry import Line, bounds, brush, contour, moved, offset, part, path
from designer.providers.drawing.lighting import CAST, Fold, Form, Shade
from designer.providers.drawing.palette import INK, lightness, mixed
from designer.providers.drawing.spec import Spec

OUTLINE, SEAM, STITCH = 0.46, 0.26, 0.15  # pen widths, cm
WOVEN: Final = 'class="woven"'  # marks an area that is to have a texture
COLOUR: Final = re.compile(r'="#[0-9a-fA-F]{3,6}"')


class Sheet:
    """Collects what is drawn, back to front."""

    def __init__(self, spec: Spec, cloth: Cloth) -> None:
        self.spec, self.cloth = spec, cloth
        self.ink: list[str] = []
        self.light: list[Form | Shade] = []
        self.box: list[Line] = []
        self.pieces: list[tuple[Line, str, int]] = []  # outline, kind of cloth and the angle at which it lies, degrees
        self._clips = 0
        dark = lightness(spec.palette.main) < 34
        self.seam_colour = spec.palette.seam
        # on near-black cloth an ink line would be lost where two pieces meet
        self.ink_colour = INK if lightness(spec.palette.main) > 20 else mixed(spec.palette.main, "#ffffff", 0.34)
        self.stitch_colour = mixed(spec.palette.main, "#ffffff" if dark else "#201a17", 0.5 if dark else 0.45)

    def _paint(self, kind: str) -> str:
        """The attributes of an area of cloth, which gets its texture later, or of one in a plain #rrggbb."""
        return f'fill="{kind}"' if kind.startswith("#") else f'{WOVEN} fill="{self.cloth.tile(kind).mean}"'

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
        """A piece of cloth. kind: of cloth, or a plain #rrggbb; grain: degrees, clockwise; volume: how round it lies;
        tone: its own light, 0..1; casts: shade on what is below."""
        self.box.append(outline)
        self.pieces.append((outline, kind, round(grain) % 360))
        data = path(outline, closed=True)
        if pen and self.ink_colour != INK:  # a dark rim outside, the pale line inside
            self.ink.append(f'<path d="{contour(outline, 1.5 * pen)}" fill="{INK}"/>')
            pen *= 0.6
        self.ink.append(f'<path {self._paint(kind)} d="{data}"/>')
        if pen:
            self.ink.append(f'<path d="{contour(outline, pen)}" fill="{self.ink_colour}"/>')
        if casts:
            self.light.append(Shade(area=moved(outline, 0.5 * casts, 0.9 * casts), opacity=CAST))
        self.light.append(Form(outline=outline, volume=volume, tone=tone, folds=list(folds)))

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
        self.light.append(Shade(area=area, opacity=opacity, light=light))

    def draw(self, svg: str) -> None:
        """Ink as it comes, in centimetres: buttons, zips, buckles."""
        self.ink.append(svg)

    def weave(self) -> str:
        """The ink again, as how much of the cloth shows through it: white cloth, all else black."""
        plain = COLOUR.sub('="#000"', "".join(self.ink))
        return plain.replace(f'{WOVEN} fill="#000"', 'fill="#fff"')

    def extent(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of all panels, cm."""
        boxes = [bounds(line) for line in self.box]
        lefts, tops, rights, bottoms = zip(*boxes, strict=True)
        return min(lefts), min(tops), max(rights), max(bottoms)
