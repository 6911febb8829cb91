"""Sketchbook, the offline model: draws a fashion flat from the understood attributes, the same one for the same seed."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final

import resvg_py

from designer.providers.base import (
    Cancelled,
    Capabilities,
    GeneratedImage,
    ImageRequest,
    ImageResult,
    InvalidRequest,
)
from designer.providers.registry import register

MODEL: Final = "sketchbook-1"
RATIOS: Final = ("1:1", "3:4", "4:3", "2:3", "3:2", "4:5", "9:16", "16:9")
WIDE, HIGH = 768, 1024  # the drawing's own units
LENGTHS: Final = {
    "cropped": 360,
    "hip": 470,
    "mini": 540,
    "knee": 660,
    "midi": 770,
    "maxi": 880,
    "ankle": 900,
    "floor": 930,
    "full": 900,
}
FLARES: Final = {"a_line": 1.5, "flared": 1.8, "tiered": 1.8, "pleated": 1.6, "mermaid": 1.5, "pencil": 0.8, "fitted": 0.95,
                 "straight": 1.05, "boxy": 1.15, "oversized": 1.3, "cocoon": 0.9, "wide_leg": 1.4, "tapered": 0.7}  # fmt: skip
SLEEVES: Final = {
    "cap": 60,
    "short": 120,
    "elbow": 190,
    "three_quarter": 270,
    "long": 350,
    "bishop": 350,
    "puff": 130,
    "bell": 330,
    "raglan": 340,
}
LOWER: Final = {"skirt", "trousers", "jeans", "shorts"}
LEGGED: Final = {"trousers", "jeans", "shorts", "jumpsuit"}


def _text(attributes: Mapping[str, object], name: str, default: str) -> str:
    value = attributes.get(name)
    return value if isinstance(value, str) else default


def _palette(attributes: Mapping[str, object], dice: random.Random) -> list[str]:
    colours = attributes.get("colours")
    found = [c["hex"] for c in colours if isinstance(c, dict) and "hex" in c] if isinstance(colours, list) else []
    base = dice.choice(["#6b7f78", "#8c6a5d", "#56617a", "#9a8c6f", "#7a5b6b"])
    return (found or [base]) + ["#f4efe6", "#2b2622"]


def _pattern(kind: str, palette: list[str], dice: random.Random) -> str:
    """An SVG pattern named `cloth` for the fabric's surface."""
    main, second = palette[0], palette[1]
    step = dice.choice([26, 32, 38])
    marks = {
        "stripe": f'<rect width="{step // 2}" height="{step}" fill="{second}"/>',
        "plaid": f'<rect width="9" height="{step}" fill="{second}" opacity=".6"/><rect width="{step}" height="9" fill="{second}" opacity=".6"/>',
        "check": f'<path d="M0 0h{step / 2}v{step / 2}H0zM{step / 2} {step / 2}h{step / 2}v{step / 2}h-{step / 2}z" fill="{second}"/>',
        "houndstooth": f'<path d="M0 0h{step / 2}l{step / 4} {step / 4}v{step / 4}H{step / 2}L0 {step * 0.75}z" fill="{second}"/>',
        "polka_dot": f'<circle cx="{step / 2}" cy="{step / 2}" r="{step / 5}" fill="{second}"/>',
        "floral": "".join(
            f'<circle cx="{step / 2 + 5 * math.cos(a)}" cy="{step / 2 + 5 * math.sin(a)}" r="4" fill="{second}"/>'
            for a in (0, 1.26, 2.51, 3.77, 5.03)
        ),
        "herringbone": f'<path d="M0 {step}L{step / 2} 0L{step} {step}" fill="none" stroke="{second}" stroke-width="3"/>',
    }
    inner = marks.get(kind, "")
    return (
        f'<pattern id="cloth" width="{step}" height="{step}" patternUnits="userSpaceOnUse">'
        f'<rect width="{step}" height="{step}" fill="{main}"/>{inner}</pattern>'
    )


def _body(garment: str, attributes: Mapping[str, object], dice: random.Random) -> tuple[str, dict[str, float]]:
    """The outline of the body of the garment, and its measures."""
    middle = WIDE / 2
    top = 150.0 if garment not in LOWER else 330.0
    default = {
        "dress": "knee",
        "coat": "knee",
        "skirt": "midi",
        "trousers": "ankle",
        "jeans": "ankle",
        "jumpsuit": "ankle",
        "shorts": "mini",
    }
    bottom = float(LENGTHS.get(_text(attributes, "length", default.get(garment, "hip")), 470))
    if garment in LOWER and bottom < 480:
        bottom = 560.0
    ease = {"slim": 0.92, "relaxed": 1.1, "oversized": 1.25}.get(_text(attributes, "fit", ""), 1.0) * dice.uniform(
        0.97, 1.03
    )
    flare = FLARES.get(_text(attributes, "silhouette", ""), 1.2 if garment in ("dress", "skirt") else 1.0)
    shoulder, waist = 128 * ease, 96 * ease
    hem = 118 * ease * flare * (1 + (bottom - 470) / 2200)
    m = {"top": top, "bottom": bottom, "shoulder": shoulder, "waist": waist, "hem": hem, "middle": middle}
    if garment in LEGGED and garment != "jumpsuit":
        return _legs(m, middle, top), m
    if garment in LOWER:
        path = f"M{middle - waist} {top} Q{middle} {top + 10} {middle + waist} {top} Q{middle + waist + 18} {top + 110} {middle + hem} {bottom} Q{middle} {bottom + 34} {middle - hem} {bottom} Q{middle - waist - 18} {top + 110} {middle - waist} {top}Z"
        return path, m
    y = top + 190
    if garment == "jumpsuit":
        torso = f"M{middle - shoulder} {top + 16} Q{middle - waist - 6} {y - 60} {middle - waist} {y} L{middle + waist} {y} Q{middle + waist + 6} {y - 60} {middle + shoulder} {top + 16} Q{middle} {top - 6} {middle - shoulder} {top + 16}Z"
        return torso + " " + _legs({**m, "waist": waist}, middle, y), m
    path = f"M{middle - shoulder} {top + 16} Q{middle - waist - 4} {y - 70} {middle - waist} {y} C{middle - waist - 20} {y + 80} {middle - hem} {bottom - 120} {middle - hem} {bottom} Q{middle} {bottom + 30} {middle + hem} {bottom} C{middle + hem} {bottom - 120} {middle + waist + 20} {y + 80} {middle + waist} {y} Q{middle + waist + 4} {y - 70} {middle + shoulder} {top + 16} Q{middle} {top - 6} {middle - shoulder} {top + 16}Z"
    return path, m


def _legs(m: dict[str, float], middle: float, top: float) -> str:
    waist, bottom = m["waist"], m["bottom"]
    leg = max(34.0, m["hem"] * 0.5)
    fork = min(top + 190, bottom - 40)
    return f"M{middle - waist} {top} L{middle + waist} {top} Q{middle + waist + 26} {top + 110} {middle + 26 + leg} {bottom} L{middle + 22 - leg * 0.2} {bottom} L{middle} {fork} L{middle - 22 + leg * 0.2} {bottom} L{middle - 26 - leg} {bottom} Q{middle - waist - 26} {top + 110} {middle - waist} {top}Z"


def _sleeves(kind: str, m: dict[str, float]) -> str:
    reach = SLEEVES.get(kind)
    if reach is None:
        return ""
    wide = 46 * {"bishop": 1.7, "puff": 1.9, "bell": 1.8}.get(kind, 1.0)
    paths = []
    for side in (-1, 1):
        x, y = m["middle"] + side * m["shoulder"], m["top"] + 18
        ex, ey = x + side * (26 + reach * 0.42), y + reach
        if kind in ("bishop", "puff"):
            path = f"M{x} {y} Q{x + side * wide * 1.5} {y + reach * 0.5} {ex} {ey} L{ex - side * 40} {ey + 8} Q{x - side * 18} {y + reach * 0.6} {x - side * 24} {y + 96}Z"
        else:
            path = f"M{x} {y} Q{x + side * 40} {y + 40} {ex + side * wide * 0.3} {ey} L{ex - side * wide} {ey + 14} Q{x - side * 6} {y + reach * 0.5} {x - side * 24} {y + 96}Z"
        paths.append(path)
    return " ".join(paths)


def _neck(kind: str, m: dict[str, float]) -> str:
    x, y, w = m["middle"], m["top"] + 8, m["shoulder"] * 0.5
    if kind in ("v_neck", "lapel"):
        return f"M{x - w} {y} L{x} {y + 96} L{x + w} {y}Z"
    if kind in ("boat", "off_shoulder"):
        return f"M{x - w * 1.6} {y} Q{x} {y + 26} {x + w * 1.6} {y}Z"
    if kind == "square":
        return f"M{x - w} {y - 6} L{x - w} {y + 52} L{x + w} {y + 52} L{x + w} {y - 6}Z"
    if kind in ("scoop", "sweetheart", "cowl"):
        return f"M{x - w * 1.1} {y} Q{x} {y + 110} {x + w * 1.1} {y}Z"
    return f"M{x - w * 0.8} {y} Q{x} {y + 44} {x + w * 0.8} {y}Z"


def _folds(m: dict[str, float], dice: random.Random) -> str:
    lines = []
    for place in range(-3, 4):
        x = m["middle"] + place * m["hem"] / 4 + dice.uniform(-8, 8)
        start = m["bottom"] - dice.uniform(90, 260)
        lines.append(
            f"M{m['middle'] + place * m['waist'] / 4:.1f} {max(start, m['top'] + 120):.1f} Q{x:.1f} {m['bottom'] - 60:.1f} {x:.1f} {m['bottom'] - 4:.1f}"
        )
    return " ".join(lines)


def draw(attributes: Mapping[str, object], seed: int) -> str:
    """The flat as SVG, WIDE x HIGH units."""
    dice = random.Random(seed)  # noqa: S311  (a drawing, not a secret)
    garment = _text(attributes, "garment", "dress")
    palette = _palette(attributes, dice)
    outline, m = _body(garment, attributes, dice)
    upper = garment not in LOWER
    default = {
        "coat": "long",
        "jacket": "long",
        "blazer": "long",
        "sweater": "long",
        "cardigan": "long",
        "shirt": "long",
        "blouse": "long",
        "t_shirt": "short",
    }
    sleeves = _sleeves(_text(attributes, "sleeves", default.get(garment, "sleeveless")), m) if upper else ""
    neck = (
        _neck(_text(attributes, "neckline", "lapel" if garment in ("coat", "jacket", "blazer") else "crew"), m)
        if upper
        else ""
    )
    paper = dice.choice(["#f6f2ec", "#f3f1ee", "#f1efe9", "#f4eeee"])
    middle = m["middle"]
    front = (
        f'<path d="M{middle} {m["top"] + 60}V{m["bottom"] + 8}" class="seam"/>'
        if garment in ("coat", "jacket", "blazer", "shirt", "blouse", "cardigan")
        else ""
    )
    buttons = "".join(
        f'<circle cx="{middle + 12}" cy="{m["top"] + 130 + i * 66}" r="6" fill="{palette[-1]}" opacity=".8"/>'
        for i in range(max(0, int((m["bottom"] - m["top"] - 170) / 66)))
        if front
    )
    sheen = ".5" if _text(attributes, "fabric", "") in ("silk", "satin", "velvet", "leather") else ".22"
    return f'''<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}"><defs>{_pattern(_text(attributes, "pattern", "solid"), palette, dice)}
<linearGradient id="light" x1="0" x2="1"><stop offset="0" stop-color="#000" stop-opacity=".28"/><stop offset=".38" stop-color="#fff" stop-opacity="{sheen}"/><stop offset=".62" stop-color="#fff" stop-opacity="0"/><stop offset="1" stop-color="#000" stop-opacity=".3"/></linearGradient>
<filter id="soft" x="-20%" y="-20%" width="140%" height="140%"><feGaussianBlur stdDeviation="16"/></filter></defs>
<style>.seam{{fill:none;stroke:#2b2622;stroke-opacity:.55;stroke-width:2}}.line{{fill:none;stroke:#2b2622;stroke-width:3.2;stroke-linejoin:round}}.fold{{fill:none;stroke:#1c1815;stroke-opacity:.22;stroke-width:2.4;stroke-linecap:round}}</style>
<rect width="{WIDE}" height="{HIGH}" fill="{paper}"/><ellipse cx="{middle}" cy="{m["bottom"] + 44}" rx="{m["hem"] + 60}" ry="22" fill="#3a2f25" opacity=".22" filter="url(#soft)"/>
<g><path d="{sleeves}" fill="url(#cloth)"/><path d="{sleeves}" fill="url(#light)"/><path d="{sleeves}" class="line"/><path d="{outline}" fill="url(#cloth)"/><path d="{outline}" fill="url(#light)"/><path d="{_folds(m, dice)}" class="fold"/><path d="{neck}" fill="{paper}"/><path d="{neck}" class="seam"/><path d="{outline}" class="line"/>{front}{buttons}</g>
<g fill="none" stroke="#2b2622" stroke-opacity=".5" stroke-width="2.4"><path d="M{WIDE - 92} {HIGH - 34}q10 -22 20 0q10 22 20 0q8 -18 14 -4"/><circle cx="{WIDE - 24}" cy="{HIGH - 36}" r="4"/></g></svg>'''


@register
class Sketchbook:
    """Needs no key and no network. Its pictures carry a small mark and count as simulated."""

    name: ClassVar[str] = "sketchbook"
    simulated: ClassVar[bool] = True

    def capabilities(self, model: str) -> Capabilities:
        if model != MODEL:
            raise InvalidRequest(f"Sketchbook has no model {model!r}.", f"Use {MODEL}.", field="model")
        facts: dict[str, Any] = {"seed": True, "negative_prompt": False, "references": True, "max_images": 8}
        return Capabilities(**facts, ratios=RATIOS, max_pixels=4_200_000, idempotency="key")

    def generate(
        self,
        request: ImageRequest,
        *,
        idempotency_key: str,
        cancelled: Callable[[], bool],
        progress: Callable[[float], None],
    ) -> ImageResult:
        made = []
        for number, seed in enumerate(request.seeds):
            if cancelled():
                raise Cancelled
            data = bytes(
                resvg_py.svg_to_bytes(
                    svg_string=_fitted(request, seed),
                    width=request.width,
                    height=request.height,
                    skip_system_fonts=True,
                )
            )
            made.append(
                GeneratedImage(data=data, media_type="image/png", width=request.width, height=request.height, seed=seed)
            )
            progress((number + 1) / len(request.seeds))
        return ImageResult(images=tuple(made), model=MODEL, request_id=idempotency_key, simulated=True)


def _fitted(request: ImageRequest, seed: int) -> str:
    """The drawing centred on a sheet of the wished proportions."""
    inner = draw(request.attributes, seed)
    if request.width * HIGH == request.height * WIDE:
        return inner
    scale = min(request.width / WIDE, request.height / HIGH)
    x, y = (request.width - WIDE * scale) / 2, (request.height - HIGH * scale) / 2
    placed = inner.replace("<svg ", f'<svg x="{x}" y="{y}" width="{WIDE * scale}" height="{HIGH * scale}" ', 1)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {request.width} {request.height}"><rect width="100%" height="100%" fill="#f4f1ec"/>{placed}</svg>'
