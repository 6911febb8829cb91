"""What the small networks learn from: photographs of clothes, and textiles drawn by formula.

Every picture is held as a pair of uint8 arrays: the sharp one (height, width, 3), both sides a multiple of the scale,
and the same made `scale` times smaller. Pairs are made once; a crop is then two slices and costs nothing.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

Pixels = NDArray[np.uint8]
Plane = NDArray[np.float32]
Rng = np.random.Generator
Wanted = Callable[[str, str], bool]
SUPERSAMPLING = 2
SUFFIXES = {".png", ".jpg", ".jpeg", ".webp"}


@dataclass(frozen=True, slots=True)
class Pair:
    """One picture, sharp and small."""

    sharp: Pixels
    small: Pixels


def shrink(sharp: Pixels, scale: int) -> Pixels:
    """Make a picture `scale` times smaller by antialiased bicubic (a = -0.5), as the usual benchmarks do."""
    height, width = sharp.shape[0] // scale, sharp.shape[1] // scale
    return np.asarray(Image.fromarray(sharp).resize((width, height), Image.Resampling.BICUBIC))


def make_pair(sharp: Pixels, scale: int) -> Pair:
    height, width = (side - side % scale for side in sharp.shape[:2])
    trimmed = np.ascontiguousarray(sharp[:height, :width])
    return Pair(trimmed, shrink(trimmed, scale))


def all_of(kind: str, name: str) -> bool:
    """For whoever leaves no photograph out."""
    return True


def read_photos(folder: Path, *, resize: float = 1.0, wanted: Wanted = all_of) -> Iterator[Pixels]:
    """The pictures of one folder as RGB; `resize` under 1 makes them smaller first, which hides JPEG blocks.

    wanted: which of them, by the folder's name and theirs.
    """
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in SUFFIXES or not wanted(folder.name, path.name):
            continue
        with Image.open(path) as opened:
            image = opened.convert("RGB")
        if resize != 1.0:
            size = (round(image.width * resize), round(image.height * resize))
            image = image.resize(size, Image.Resampling.LANCZOS)
        yield np.asarray(image)


# --- textiles ---------------------------------------------------------------------------------------------------------


def _grid(edge: int, angle: float) -> tuple[Plane, Plane]:
    rows, columns = np.mgrid[0:edge, 0:edge].astype(np.float32)
    cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    return columns * cos + rows * sin, rows * cos - columns * sin


def _plane(values: object) -> Plane:
    return np.asarray(values, np.float32)


def weave(rng: Rng, x: Plane, y: Plane) -> Plane:
    """Plain weave, twill or satin: which thread lies on top at a crossing, and its round back in the light."""
    pitch = rng.uniform(5, 16)
    step, repeat = [(1, 2), (1, 3), (1, 4), (2, 5)][rng.integers(4)]
    warp, weft = np.floor(x / pitch), np.floor(y / pitch)
    on_top = np.mod(warp + step * weft, repeat) < max(1, repeat // 2)
    across, along = np.where(on_top, x, y), np.where(on_top, y, x)
    round_back = np.abs(np.sin(np.pi * across / pitch)) ** 0.5
    bow = 0.75 + 0.25 * np.abs(np.sin(np.pi * along / pitch))
    return _plane(round_back * bow * np.where(on_top, 1.0, rng.uniform(0.4, 0.95)))


def knit(rng: Rng, x: Plane, y: Plane) -> Plane:
    """Stocking stitch: columns of V, each leg a slanted ellipse."""
    pitch = rng.uniform(8, 24)
    leg = np.mod(x / pitch, 1.0) - 0.5
    slant = y / pitch + np.abs(leg) * rng.uniform(0.8, 1.6)
    return _plane((np.abs(np.sin(np.pi * slant)) * (1 - 1.6 * (np.abs(leg) - 0.25) ** 2 * 8)).clip(0, 1))


def plaid(rng: Rng, x: Plane, y: Plane) -> Plane:
    """A sett of bands in both directions, with twill lines through it."""
    period = rng.uniform(40, 140)
    edges = np.sort(rng.uniform(0, 1, rng.integers(2, 7)))
    tones = rng.uniform(0, 1, edges.size + 1)
    bands = [tones[np.searchsorted(edges, np.mod(axis / period, 1.0))] for axis in (x, y)]
    twill = np.mod(x + y, rng.uniform(4, 10)) < rng.uniform(2, 5)
    return _plane(np.where(twill, bands[0], bands[1]))


def houndstooth(rng: Rng, x: Plane, y: Plane) -> Plane:
    """Four dark and four light threads in a 2/2 twill."""
    pitch = rng.uniform(3, 9)
    warp, weft = np.floor(x / pitch).astype(int), np.floor(y / pitch).astype(int)
    on_top = np.mod(warp + weft, 4) < 2
    return _plane(np.where(on_top, np.mod(warp, 8) < 4, np.mod(weft, 8) < 4))


def stripes(rng: Rng, x: Plane, y: Plane) -> Plane:
    """Hard or soft stripes, straight or wavy."""
    wave = rng.uniform(0, 12) * np.sin(y / rng.uniform(15, 60)) * rng.integers(0, 2)
    tone = np.sin(2 * np.pi * (x + wave) / rng.uniform(5, 50))
    return _plane(0.5 + 0.5 * np.clip(tone * rng.choice([1.0, 4.0, 40.0]), -1, 1))


def lace(rng: Rng, x: Plane, y: Plane) -> Plane:
    """A net of thin threads with round holes and petals."""
    pitch = rng.uniform(14, 40)
    u, v = np.mod(x / pitch, 1.0) - 0.5, np.mod(y / pitch + 0.5 * np.mod(np.floor(x / pitch), 2), 1.0) - 0.5
    radius, turn = np.hypot(u, v), np.arctan2(v, u)
    petals = 0.3 + 0.08 * np.cos(rng.integers(4, 9) * turn)
    thread = np.exp(-(((radius - petals) / rng.uniform(0.03, 0.07)) ** 2)) + np.exp(-(((radius - 0.5) / 0.05) ** 2))
    return _plane(np.clip(thread, 0, 1))


def polka_dots(rng: Rng, x: Plane, y: Plane) -> Plane:
    """Hard round dots on a staggered lattice."""
    pitch = rng.uniform(12, 48)
    v = np.mod(y / pitch + 0.5 * np.mod(np.floor(x / pitch), 2), 1.0) - 0.5
    return _plane(np.hypot(np.mod(x / pitch, 1.0) - 0.5, v) < rng.uniform(0.15, 0.4))


TEXTILES: tuple[Callable[[Rng, Plane, Plane], Plane], ...] = (
    weave, knit, plaid, houndstooth, stripes, lace, polka_dots,
)  # fmt: skip


def textile(rng: Rng, edge: int) -> Pixels:
    """One square of cloth, uint8 (edge, edge, 3): a pattern in two colours, a little uneven, under soft light."""
    x, y = _grid(edge * SUPERSAMPLING, rng.uniform(0, np.pi))
    tone = TEXTILES[rng.integers(len(TEXTILES))](rng, x, y)
    dark, light = rng.uniform(0, 1, (2, 3))
    cloth = dark + tone[..., None] * (light - dark)
    shade = 0.85 + 0.15 * np.sin(x / rng.uniform(60, 300) + rng.uniform(0, 6))
    fibres = rng.normal(0, rng.uniform(0, 0.05), tone.shape)
    drawn = np.clip((cloth * shade[..., None] + fibres[..., None]) * 255, 0, 255).astype(np.uint8)
    return np.asarray(Image.fromarray(drawn).resize((edge, edge), Image.Resampling.BOX))


# --- batches ----------------------------------------------------------------------------------------------------------


def spoil(small: Pixels, rng: Rng) -> Pixels:
    """What an uploaded photo went through: JPEG of good quality, and at times a trace of sensor noise."""
    if rng.random() < 0.3:
        noisy = small + rng.normal(0, rng.uniform(0.5, 3), small.shape)
        small = np.clip(np.rint(noisy), 0, 255).astype(np.uint8)
    packed = io.BytesIO()
    Image.fromarray(small).save(packed, "JPEG", quality=int(rng.integers(75, 96)))
    with Image.open(packed) as opened:
        return np.asarray(opened.convert("RGB"))


@dataclass(frozen=True, slots=True)
class Shelf:
    """Pairs of one kind, and the share of crops that comes from them."""

    pairs: list[Pair]
    share: float


class Crops:
    """An endless source of batches: float32 tensors (batch, 3, edge, edge) and (batch, 3, edge*scale, edge*scale)."""

    def __init__(self, shelves: list[Shelf], *, scale: int, edge: int, spoiled: float, rng: Rng) -> None:
        self.shelves = [shelf for shelf in shelves if shelf.pairs]
        total = sum(shelf.share for shelf in self.shelves)
        self.shares = [shelf.share / total for shelf in self.shelves]
        self.scale, self.edge, self.spoiled, self.rng = scale, edge, spoiled, rng

    def batch(self, size: int) -> tuple[Tensor, Tensor]:
        crops = [self._crop() for _ in range(size)]
        return _tensor([small for small, _ in crops]), _tensor([sharp for _, sharp in crops])

    def _crop(self) -> tuple[Pixels, Pixels]:
        shelf = self.shelves[self.rng.choice(len(self.shelves), p=self.shares)]
        pair = shelf.pairs[self.rng.integers(len(shelf.pairs))]
        top = int(self.rng.integers(pair.small.shape[0] - self.edge + 1))
        left = int(self.rng.integers(pair.small.shape[1] - self.edge + 1))
        small = pair.small[top : top + self.edge, left : left + self.edge]
        area = [slice(start * self.scale, (start + self.edge) * self.scale) for start in (top, left)]
        sharp = pair.sharp[area[0], area[1]]
        if self.rng.random() < self.spoiled:
            small = spoil(small, self.rng)
        return self._turned(small, sharp)

    def _turned(self, small: Pixels, sharp: Pixels) -> tuple[Pixels, Pixels]:
        turns, mirror = int(self.rng.integers(4)), bool(self.rng.integers(2))
        small, sharp = np.rot90(small, turns), np.rot90(sharp, turns)
        return (small[:, ::-1], sharp[:, ::-1]) if mirror else (small, sharp)


def _tensor(pictures: list[Pixels]) -> Tensor:
    stacked = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2)
    return stacked.to(torch.float32).div_(255).contiguous(memory_format=torch.channels_last)


def shelves_from(
    folder: Path, *, scale: int, edge: int, textiles: int, rng: Rng, one_size: bool = False, wanted: Wanted = all_of
) -> list[Shelf]:
    """Read every sub-folder of `folder` and draw the cloth. Photographs come in two sizes: the less has finer detail.

    Clothing is shrunk in both, to hide its JPEG blocks. one_size: only the larger one. wanted: see
    `read_photos`.
    """
    shares = {"clothing": 0.45, "kodak": 0.33, "skimage": 0.06}
    shelves = []
    for kind in sorted(path for path in folder.iterdir() if path.is_dir()):
        sizes = (0.7, 0.45) if kind.name == "clothing" else (1.0, 0.6)
        pairs = [
            make_pair(photo, scale)
            for resize in sizes[: 1 if one_size else 2]
            for photo in read_photos(kind, resize=resize, wanted=wanted)
        ]
        usable = [pair for pair in pairs if min(pair.small.shape[:2]) >= edge]
        shelves.append(Shelf(usable, shares.get(kind.name, 0.2)))
    drawn = [make_pair(textile(rng, 192), scale) for _ in range(textiles)]
    return [*shelves, Shelf(drawn, 0.16)]
