"""Colours of one drawing: the cloth's own from the attributes, lines that show on it, and a paper that suits it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

RGB = NDArray[np.float64]  # (3,), 0..1
HEX: Final = re.compile(r"#?([0-9a-fA-F]{6})")
INK: Final = "#2a2421"
# cloths that a designer might lay out when the brief names no colour: main and two that go with it
UNNAMED: Final = (
    ("#7d8f82", "#e9e2d3", "#3d4a45"), ("#a4674f", "#ead9c6", "#4f342b"), ("#5b6b86", "#dfe3e8", "#2c3850"),
    ("#b29a72", "#f2eadb", "#5d4a33"), ("#8b5e74", "#efdfe3", "#4a2d3e"), ("#4f6f72", "#e5e0d2", "#27393d"),
    ("#c08a86", "#f3e6e0", "#6d4446"), ("#6f6a5a", "#ece6d8", "#39362d"),
)  # fmt: skip
BACKGROUNDS: Final = {
    "white_studio": "#f7f6f3", "grey_studio": "#d3d2d0", "black_studio": "#3a393b", "studio": "#eeece8",
    "street": "#d9d7d2", "beach": "#f1e6d2", "garden": "#e3e8d9", "runway": "#dedbdd", "interior": "#ebe0d3",
}  # fmt: skip
MOODS: Final = {
    "calm": "#ebecea", "playful": "#f6e9dc", "dramatic": "#d8d2cf", "elegant": "#eeeae3", "dreamy": "#ece7f0",
    "confident": "#efe6dd", "sensual": "#f0e2df", "moody": "#cfcccb", "fresh": "#e8f0ec", "cosy": "#f0e5d6",
    "nostalgic": "#efe6d2",
}  # fmt: skip
SEASONS: Final = {"spring": "#edf1e6", "summer": "#f5eedc", "autumn": "#efe2d1", "winter": "#e6ebf0"}
PAPERS: Final = ("#f3efe8", "#efece7", "#f1ede4", "#ecebe7", "#f4eee9", "#e9e9e4")


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """`main` is the cloth; `accents` go into its pattern and trims, in the order of their share. All #rrggbb."""

    main: str
    accents: tuple[str, ...]
    paper: str
    seam: str
    named: bool

    @property
    def second(self) -> str:
        return self.accents[0]

    @property
    def third(self) -> str:
        return self.accents[1] if len(self.accents) > 1 else mixed(self.main, self.accents[0], 0.5)


def rgb(colour: str) -> RGB:
    """#rrggbb as three shares 0..1."""
    return np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])


def hexed(value: RGB) -> str:
    return "#" + "".join(f"{round(255 * min(1.0, max(0.0, float(c)))):02x}" for c in value)


def mixed(one: str, other: str, share: float) -> str:
    """`share` of the other colour laid into the one."""
    return hexed(rgb(one) * (1 - share) + rgb(other) * share)


def lightness(colour: str) -> float:
    """CIE L*, 0..100."""
    linear = np.where(rgb(colour) <= 0.04045, rgb(colour) / 12.92, ((rgb(colour) + 0.055) / 1.055) ** 2.4)
    y = float(linear @ np.array([0.2126, 0.7152, 0.0722]))
    return 116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y


def distance(one: str, other: str) -> float:
    """How different two colours look, roughly in units of L* (a quick measure, for choosing)."""
    chroma = float(np.abs((rgb(one) - rgb(one).mean()) - (rgb(other) - rgb(other).mean())).sum())
    return abs(lightness(one) - lightness(other)) + 60 * chroma


def _share(entry: Mapping[str, Any]) -> float:
    share = entry.get("coverage")
    return float(share) if isinstance(share, (int, float)) and share == share else 0.0


def named_colours(value: object) -> list[str]:
    """The hex colours of an attribute of any shape, the largest share first; [] when none can be read."""
    entries = list(value) if isinstance(value, (list, tuple)) else [value]
    found: list[tuple[float, str]] = []
    for entry in entries:
        text, share = (entry.get("hex"), _share(entry)) if isinstance(entry, Mapping) else (entry, 0.0)
        match = HEX.fullmatch(text.strip()) if isinstance(text, str) else None
        if match:
            found.append((share, f"#{match.group(1).lower()}"))
    ordered = [colour for _, colour in sorted(found, key=lambda pair: -pair[0])]
    return list(dict.fromkeys(ordered))


def _companions(main: str) -> tuple[str, ...]:
    """Two colours that go with a cloth that came alone: a pale or deep one of its own hue, and ivory or ink."""
    if lightness(main) > 62:
        return mixed(main, "#3b322c", 0.62), mixed(main, "#ffffff", 0.6)
    return mixed(main, "#f6efe2", 0.78), mixed(main, "#120e0c", 0.45)


def seam_on(main: str) -> str:
    """A line that shows on the cloth: deeper than a light one, paler than a dark one."""
    if lightness(main) < 34:
        return mixed(main, "#ffffff", 0.42 if lightness(main) < 18 else 0.36)
    return mixed(main, "#1d1715", 0.66)


def _paper(main: str, place: str, mood: str, season: str, dice: Random) -> str:
    paper = BACKGROUNDS.get(place) or MOODS.get(mood) or SEASONS.get(season) or dice.choice(PAPERS)
    if distance(main, paper) < 14:  # a white shirt needs a paper that is a little deeper
        paper = mixed(paper, "#8d857c", 0.24)
    return paper


def palette_for(colours: object, *, place: str, mood: str, season: str, dice: Random) -> Palette:
    """The palette of a drawing. Colours nobody named are drawn by lot."""
    named = named_colours(colours)
    main, *rest = named or list(dice.choice(UNNAMED))
    accents = tuple(c for c in rest if distance(c, main) > 6) or _companions(main)
    return Palette(
        main=main, accents=accents[:5], paper=_paper(main, place, mood, season, dice), seam=seam_on(main),
        named=bool(named),
    )  # fmt: skip
