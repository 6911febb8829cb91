"""Fabrics: the relief of their surface as a tile that repeats, and how they answer to light and fall."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from designer.providers.drawing import patterns
from designer.providers.drawing.needlework import worked
from designer.providers.drawing.noise import Field, cloudy, covering, grid, standard
from designer.providers.drawing.palette import distance, hexed, lightness, mixed, rgb
from designer.providers.drawing.spec import Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """`relief` how deep the texture shows; `shade`, `shine` how strong dark and light sides are; `gloss` >1 narrows
    the light to streaks; `rim` lights the edges as pile does; `cover` 0..1, below 1 the paper shows through;
    `drape` 0..1, how many soft folds it falls in."""

    texture: str
    relief: float = 0.04
    shade: float = 0.62
    shine: float = 0.16
    gloss: float = 1.0
    rim: float = 0.0
    cover: float = 1.0
    drape: float = 0.5


MATERIALS: Final = {
    "cotton": Material(texture="plain_weave", drape=0.45),
    "linen": Material(texture="slub", relief=0.06, shade=0.58, drape=0.4),
    "silk": Material(texture="satin", relief=0.016, shade=0.72, shine=0.62, gloss=1.4, drape=0.85),
    "satin": Material(texture="satin", relief=0.01, shade=0.84, shine=0.85, gloss=1.5, drape=0.8),
    "denim": Material(texture="denim", relief=0.085, shade=0.55, shine=0.10, drape=0.25),
    "wool": Material(texture="felt", relief=0.034, shade=0.58, shine=0.10, drape=0.35),
    "tweed": Material(texture="tweed", relief=0.12, shade=0.5, shine=0.08, drape=0.2),
    "knit": Material(texture="knit", relief=0.13, shade=0.58, shine=0.14, drape=0.4),
    "velvet": Material(texture="velvet", relief=0.045, shade=0.85, shine=0.34, gloss=1.3, rim=0.42, drape=0.6),
    "lace": Material(texture="lace", relief=0.05, shade=0.45, shine=0.12, cover=1.0, drape=0.5),
    "leather": Material(texture="leather", relief=0.045, shade=0.85, shine=0.9, gloss=1.5, drape=0.25),
    "chiffon": Material(texture="sheer", relief=0.03, shade=0.46, shine=0.26, cover=0.76, drape=1.0),
    "jersey": Material(texture="jersey", relief=0.035, shade=0.6, shine=0.15, drape=0.65),
    "organza": Material(texture="sheer", relief=0.03, shade=0.46, shine=0.42, gloss=1.6, cover=0.7, drape=0.6),
    "corduroy": Material(texture="corduroy", relief=0.17, shade=0.58, shine=0.14, drape=0.25),
    "cashmere": Material(texture="felt", relief=0.03, shade=0.55, shine=0.16, drape=0.5),
    "tulle": Material(texture="net", relief=0.04, shade=0.4, shine=0.2, cover=0.66, drape=0.9),
    "crepe": Material(texture="crepe", relief=0.036, shade=0.6, shine=0.12, drape=0.75),
}
BY_TEXTURE: Final = {
    "plain_weave": "cotton", "twill": "cotton", "denim": "denim", "knit": "knit", "satin": "satin",
    "velvet": "velvet", "lace": "lace", "tweed": "tweed", "corduroy": "corduroy", "leather": "leather",
    "sheer": "chiffon",
}  # fmt: skip
USUAL: Final = {
    "jeans": "denim", "sweater": "knit", "cardigan": "knit", "coat": "wool", "blazer": "wool", "t_shirt": "jersey",
    "shoes": "leather", "vest": "wool", "hat": "wool", "trousers": "crepe", "blouse": "crepe",
}  # fmt: skip
FALL: Final = {"light": 0.22, "medium": 0.0, "heavy": -0.18}


def material_of(spec: Spec) -> Material:
    """The fabric by name, else by its texture, else what such a garment is usually made of."""
    name = spec.fabric if spec.fabric in MATERIALS else BY_TEXTURE.get(spec.texture, USUAL.get(spec.garment, "cotton"))
    found = MATERIALS[name]
    if spec.texture in TEXTURES and spec.texture not in ("satin", "sheer") and spec.fabric in MATERIALS:
        found = replace(found, texture=spec.texture, relief=max(found.relief, BASE_RELIEF.get(spec.texture, 0.1)))
    if spec.texture == "sheer":
        found = replace(found, cover=min(found.cover, 0.76))
    found = replace(found, drape=min(1.0, max(0.1, found.drape + FALL.get(spec.weight, 0.0))))
    return _finished(found, spec.finish)


def _finished(found: Material, finish: str) -> Material:
    if finish == "matte":
        return replace(found, shine=found.shine * 0.45, gloss=1.0)
    if finish == "sheen":
        return replace(found, shine=max(found.shine, 0.38), gloss=max(found.gloss, 1.5))
    if finish == "glossy":
        return replace(found, shine=max(found.shine, 0.66), gloss=max(found.gloss, 2.4), shade=max(found.shade, 0.75))
    if finish == "brushed":
        return replace(found, rim=max(found.rim, 0.2), relief=found.relief + 0.03)
    return found


BASE_RELIEF: Final = {"twill": 0.07, "denim": 0.085, "knit": 0.13, "tweed": 0.12, "corduroy": 0.17, "lace": 0.05}


def _plain_weave(n: int, seed: int) -> Field:
    x, y = grid(n)
    weave = np.sin(2 * np.pi * x * (n // 5)) * np.sin(2 * np.pi * y * (n // 5))
    return weave * 0.5 + 0.5 * cloudy(n, seed, across=0.0012, down=0.02) + 0.5 * cloudy(
        n, seed + 1, across=0.02, down=0.0012
    )  # fmt: skip


def _slub(n: int, seed: int) -> Field:
    """Linen: threads of uneven thickness both ways."""
    return cloudy(n, seed, across=0.0014, down=0.055) + cloudy(n, seed + 1, across=0.055, down=0.0014)


def _twill(n: int, seed: int) -> Field:
    x, y = grid(n)
    return np.sin(2 * np.pi * (x + y) * (n // 6)) + 0.45 * cloudy(n, seed, across=0.002, down=0.012)


def _denim(n: int, seed: int) -> Field:
    """Steep twill, broken by slubs in the warp."""
    x, y = grid(n)
    lines = np.sin(2 * np.pi * (x * (n // 5) + y * (n // 8)))
    return (
        lines * 0.8
        + 0.4 * cloudy(n, seed, across=0.0016, down=0.014)
        + 0.16 * cloudy(n, seed + 1, across=0.03, down=0.03)
    )


def _knit(n: int, seed: int) -> Field:
    """Stocking stitch: columns of V-shaped loops."""
    x, y = grid(n)
    columns, rows = 30, 38
    u = (x * columns) % 1 - 0.5
    v = y * rows + np.abs(u) * 1.25
    loop = np.cos(2 * np.pi * v) * 0.55 + np.cos(2 * np.pi * (np.abs(u) * 2 - 0.5)) * 0.75
    return loop + 0.22 * cloudy(n, seed, across=0.003, down=0.003)


def _chunky(n: int, seed: int) -> Field:
    x, y = grid(n)
    u = (x * 15) % 1 - 0.5
    v = y * 20 + np.abs(u) * 1.3
    loop = np.cos(2 * np.pi * v) * 0.6 + np.cos(2 * np.pi * (np.abs(u) * 2 - 0.5)) * 0.85
    return loop + 0.25 * cloudy(n, seed, across=0.003, down=0.003)


def _rib(n: int, seed: int) -> Field:
    """Two knit, two purl: the edges of knitwear."""
    x, y = grid(n)
    wale = np.cos(2 * np.pi * x * 24)
    return wale * 1.2 + 0.3 * np.cos(2 * np.pi * (y * 40 + wale)) + 0.15 * cloudy(n, seed, across=0.003, down=0.003)


def _jersey(n: int, seed: int) -> Field:
    x, y = grid(n)
    u = np.abs((x * (n // 6)) % 1 - 0.5)
    return 0.6 * np.cos(2 * np.pi * (y * (n // 6) + u)) + 0.7 * cloudy(n, seed, across=0.002, down=0.008)


def _satin(n: int, seed: int) -> Field:
    return cloudy(n, seed, across=0.04, down=0.0015)


def _velvet(n: int, seed: int) -> Field:
    return 0.7 * cloudy(n, seed, across=0.03, down=0.05) + 0.7 * cloudy(n, seed + 1, across=0.002, down=0.003)


def _felt(n: int, seed: int) -> Field:
    """Milled wool and cashmere: short fibres lying all ways."""
    soft = cloudy(n, seed, across=0.007, down=0.002) + cloudy(n, seed + 1, across=0.002, down=0.007)
    return soft + 0.15 * cloudy(n, seed + 2, across=0.02, down=0.02)


def _tweed(n: int, seed: int) -> Field:
    x, y = grid(n)
    weave = np.sin(2 * np.pi * (x + y) * (n // 9)) * np.sin(2 * np.pi * (x - y) * (n // 18))
    return weave * 0.6 + 0.9 * cloudy(n, seed, across=0.005, down=0.004)


def _leather(n: int, seed: int) -> Field:
    """Pebbled grain: the creases between cells."""
    cells = np.minimum(
        np.abs(cloudy(n, seed, across=0.006, down=0.006)), np.abs(cloudy(n, seed + 1, across=0.006, down=0.006))
    )
    return standard(np.minimum(cells, 0.5))


def _corduroy(n: int, seed: int) -> Field:
    x, _ = grid(n)
    wale = np.abs(np.sin(np.pi * x * 26)) ** 0.7
    return standard(wale) + 0.25 * cloudy(n, seed, across=0.002, down=0.01)


def _crepe(n: int, seed: int) -> Field:
    return cloudy(n, seed, across=0.004, down=0.004)


def _sheer(n: int, seed: int) -> Field:
    x, y = grid(n)
    return 0.5 * (np.sin(2 * np.pi * x * (n // 4)) + np.sin(2 * np.pi * y * (n // 4))) + 0.5 * _satin(n, seed)


def _net(n: int, seed: int) -> Field:
    """Tulle and the ground of lace: a fine hexagonal net."""
    x, y = grid(n)
    turns = [np.cos(2 * np.pi * (x * round(44 * c) + y * round(44 * s))) for c, s in _THIRDS]
    return standard(np.maximum(0, -(turns[0] + turns[1] + turns[2]))) + 0.1 * cloudy(n, seed, across=0.01, down=0.01)


_THIRDS: Final = ((1.0, 0.0), (-0.5, 0.866), (-0.5, -0.866))
TEXTURES: Final[dict[str, Callable[[int, int], Field]]] = {
    "plain_weave": _plain_weave, "slub": _slub, "twill": _twill, "denim": _denim, "knit": _knit, "chunky": _chunky,
    "rib": _rib, "jersey": _jersey, "satin": _satin, "velvet": _velvet, "felt": _felt, "tweed": _tweed,
    "leather": _leather, "corduroy": _corduroy, "crepe": _crepe, "sheer": _sheer, "net": _net, "lace": _net,
}  # fmt: skip


def _flecked(colours: NDArray[np.float64], spec: Spec, seed: int) -> NDArray[np.float64]:
    """Tweed: fibres of the accents and of paler and deeper tones of the cloth, spun in."""
    n = colours.shape[0]
    threads = [
        *spec.palette.accents[:2],
        mixed(spec.palette.main, "#ffffff", 0.34),
        mixed(spec.palette.main, "#000000", 0.4),
    ]
    for number, colour in enumerate(threads):
        field = cloudy(n, seed + 11 * number, across=0.006, down=0.003)
        cover = np.clip((field - 1.3) * 1.6, 0, 0.5)[..., None]
        colours = colours * (1 - cover) + rgb(colour) * cover
    return colours


def _washed(colours: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """Denim: the white weft shows through in short dashes."""
    field = cloudy(colours.shape[0], seed + 5, across=0.004, down=0.0015)
    cover = np.clip((field - 0.9) * 0.24, 0, 0.2)[..., None]
    return np.asarray(colours * (1 - cover) + np.array([0.93, 0.94, 0.95]) * cover)


def _lace_cover(n: int, seed: int) -> Field:
    """How far lace covers: whole in its flowers and scallops, a third in the net between."""
    x, y = grid(n)
    cover = np.zeros((n, n))
    for cx, cy, petals, turn, size in _LACE_FLOWERS:
        dx, dy = (x - cx + 0.5) % 1 - 0.5, (y - cy + 0.5) % 1 - 0.5
        r, angle = np.hypot(dx, dy), np.arctan2(dy, dx) + turn
        edge = size * (0.60 + 0.40 * np.abs(np.cos(petals * angle / 2)) ** 0.7)
        ring = np.minimum(covering(r - edge, 0.008), covering(0.2 * size - r, 0.008))
        vein = covering(np.abs(np.cos(petals * angle / 2)) * r - 0.006, 0.006) * covering(r - edge, 0.008)
        cover = np.maximum(cover, ring * (0.8 + 0.2 * vein))
        cover = np.maximum(cover, covering(np.abs(r - edge - 0.016) - 0.004, 0.006) * 0.95)
    mesh = np.clip(_net(n, seed) * 0.32 + 0.34, 0.2, 0.75)
    return np.maximum(cover, mesh)


# middle, petals, turn, size of each flower in shares of the tile
_LACE_FLOWERS: Final = (
    (0.16, 0.16, 5, 0.3, 0.13), (0.63, 0.10, 6, 0.9, 0.10), (0.40, 0.42, 5, 1.7, 0.12), (0.86, 0.38, 5, 2.2, 0.13),
    (0.13, 0.66, 6, 0.1, 0.11), (0.62, 0.70, 5, 1.1, 0.13), (0.38, 0.90, 5, 0.6, 0.09), (0.90, 0.84, 6, 2.6, 0.10),
    (0.40, 0.15, 5, 2.0, 0.055), (0.62, 0.38, 5, 0.2, 0.06), (0.36, 0.66, 6, 1.4, 0.06), (0.12, 0.41, 5, 0.8, 0.055),
    (0.88, 0.61, 5, 1.9, 0.06), (0.86, 0.12, 5, 1.2, 0.055), (0.13, 0.90, 5, 2.4, 0.055),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tile:
    """A piece of cloth that repeats without a seam: (n, n, 3), 0..255, and its mean colour as #rrggbb."""

    pixels: NDArray[np.uint8]
    mean: str


class Cloth:
    """The materials of one drawing, by the part they are for; each is woven when first asked for."""

    def __init__(self, material: Material, makers: dict[str, Callable[[], NDArray[np.uint8]]]) -> None:
        self.material, self.makers = material, makers
        self.woven: dict[str, Tile] = {}

    def tile(self, kind: str) -> Tile:
        if kind not in self.woven:
            pixels = self.makers[kind]()
            self.woven[kind] = Tile(pixels, hexed(pixels.mean(axis=(0, 1)) / 255))
        return self.woven[kind]


def _textured(colours: NDArray[np.float64], relief: Field, depth: float) -> NDArray[np.float64]:
    """Relief laid on colour without changing its mean; dark cloth takes it as light, else it would not be seen."""
    lit = np.clip(relief, -2.4, 2.4)[..., None] * depth
    dark = 1 - colours.mean()
    return np.asarray(colours * (1 + lit) + np.maximum(lit, 0) * 0.16 * dark - 0.064 * depth * dark)


def _laid(colours: NDArray[np.float64], cover: Field | float = 1.0, ground: str = "#ffffff") -> NDArray[np.uint8]:
    """A tile's pixels. Where cloth does not cover, the ground shows: mixed in here, for a pane that really let through
    would show the seams and pieces below it."""
    share = np.broadcast_to(cover, colours.shape[:2])[..., None]
    mixed_in = np.clip(colours * share + rgb(ground) * (1 - share), 0, 1)
    return np.asarray(mixed_in * 255 + 0.5, dtype=np.uint8)


def cloth_for(spec: Spec, scale: float) -> Cloth:
    """The tiles of a drawing. scale: pixels per unit of the sheet, and so of a tile per pixel of the picture: one."""
    n = max(48, min(640, round(patterns.SIDE * scale)))
    material = material_of(spec)
    seed = spec.dice("cloth").randrange(2**31)
    heavy = material.texture == "knit" and (spec.weight == "heavy" or spec.says("chunky"))
    relief = standard(TEXTURES["chunky" if heavy else material.texture](n, seed))
    colours = worked(spec, patterns.tile(spec, n))
    if material.texture == "tweed":
        colours = _flecked(colours, spec, seed)
    if material.texture == "denim":
        colours = _washed(colours, seed)
    cover: Field | float = _lace_cover(n, seed) if material.texture == "lace" else material.cover
    under = mixed(spec.palette.main, "#14100e" if lightness(spec.palette.main) > 12 else "#6a625c", 0.3)
    paper = mixed(spec.palette.paper, spec.palette.main, 0.12)
    if distance(paper, spec.palette.main) < 22:  # pale lace needs a deeper ground to be seen on
        paper = mixed(paper, "#6d5f55", 0.36)
    deep = mixed(paper, under, 0.45)

    def plain(colour: str, depth: float, surface: Field = relief) -> NDArray[np.float64]:
        return _textured(patterns.plain(colour, n), surface, depth)

    return Cloth(
        material,
        {
            "cloth": lambda: _laid(_textured(colours, relief, material.relief), cover, paper),
            "self": lambda: _laid(plain(spec.palette.main, material.relief), cover, paper),
            "lining": lambda: _laid(plain(under, material.relief * 0.4), material.cover, deep),
            "trim": lambda: _laid(plain(spec.palette.second, material.relief)),
            "rib": lambda: _laid(plain(spec.palette.main, 0.13, standard(_rib(n, seed)))),
        },
    )
