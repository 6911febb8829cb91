"""Detail against an unsharp mask that raises the texture as much: python -m tests.benchmarks.bench_detail [--quick].

Both raise the texture's energy by the same factor (the unsharp mask's amount is found for each picture), then are
measured where neither was asked to work: brightness by which pixels beside strong outlines leave the range of their
neighbours (halo), and the energy of the finest band in flat areas (noise). The areas are found here, on the untouched
picture, by other means than the operation's own. Pictures: the shared clothing photos, or woven ones drawn here.
`--pictures FOLDER` writes crops side by side: before, unsharp mask, detail.
"""

import argparse
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from enhancement.operations import registry
from tests.benchmarks.metrics import shared_data

Pixels = NDArray[np.uint8]
Plane = NDArray[np.float64]
RADIUS = 2.0  # of the unsharp mask: what editors offer first


@dataclass(frozen=True)
class Areas:
    """Where the picture is flat, where woven, where beside a strong outline; bool planes."""

    flat: NDArray[np.bool_]
    woven: NDArray[np.bool_]
    outline: NDArray[np.bool_]


@dataclass(frozen=True)
class Score:
    """Gains of energy (1: unchanged), and levels of 255 beyond the neighbours' range beside outlines."""

    texture: float
    noise: float
    halo_mean: float
    halo_p99: float


def brightness(pixels: Pixels) -> Plane:
    return np.asarray(pixels.astype(np.float64) @ np.array([0.299, 0.587, 0.114]))


def windows(plane: Plane, radius: int, of: Callable[..., Plane]) -> Plane:
    """A statistic over squares of 2 x radius + 1 pixels."""
    size = 2 * radius + 1
    padded = np.pad(plane, radius, mode="edge")
    return of(np.lib.stride_tricks.sliding_window_view(padded, (size, size)), axis=(2, 3))


def areas_of(pixels: Pixels) -> Areas:
    """Flat: hardly any spread. Outline: two calm sides with a high step between. Woven: steps all around, none high."""
    light = brightness(pixels)
    spread, wide = windows(light, 3, np.std), windows(light, 6, np.std)
    sides = [np.roll(light, (-4 * down, -4 * across), (0, 1)) for down, across in ((0, 1), (1, 0))]
    others = [np.roll(light, (4 * down, 4 * across), (0, 1)) for down, across in ((0, 1), (1, 0))]
    step = np.max(
        [np.abs(windows(a, 1, np.mean) - windows(b, 1, np.mean)) for a, b in zip(sides, others, strict=True)], 0
    )
    sharp = step > 50
    beside = windows(sharp.astype(float), 4, np.max) > 0
    quiet = windows(wide, 6, np.max)
    flat = (quiet < np.quantile(quiet, 0.2)) & (light > 8) & (light < 247)
    woven = (spread > 5) & (windows(spread, 4, np.min) > 3) & ~beside
    return Areas(flat=flat, woven=woven, outline=beside)


def finest(light: Plane) -> Plane:
    return light - windows(light, 2, np.mean)


def score(before: Pixels, after: Pixels, areas: Areas) -> Score:
    one, two = brightness(before), brightness(after)
    gains = [float(finest(two)[area].std() / max(finest(one)[area].std(), 1e-6)) for area in (areas.woven, areas.flat)]
    low, high = windows(one, 5, np.min), windows(one, 5, np.max)
    beyond = np.maximum(np.maximum(two - high, low - two), 0)[areas.outline]
    return Score(gains[0], gains[1], float(beyond.mean()), float(np.quantile(beyond, 0.99)))


def detailed(pixels: Pixels, amount: float) -> Pixels:
    result = registry.get("detail").run(
        Image.fromarray(pixels), {"amount": amount}, progress=lambda share: None, cancelled=lambda: False
    )
    return np.asarray(result.image)


def unsharp(pixels: Pixels, percent: int) -> Pixels:
    return np.asarray(Image.fromarray(pixels).filter(ImageFilter.UnsharpMask(RADIUS, percent, 0)))


def equal_unsharp(pixels: Pixels, areas: Areas, gain: float) -> Pixels:
    """The unsharp mask that raises the woven areas' energy by `gain`, found by halving."""
    low, high = 0, 500
    while high - low > 2:
        middle = (low + high) // 2
        reached = score(pixels, unsharp(pixels, middle), areas).texture
        low, high = (middle, high) if reached < gain else (low, middle)
    return unsharp(pixels, high)


def photos(count: int) -> list[Pixels]:
    """Clothing photos with all three areas in them, or drawn ones."""
    folder = shared_data("photos/clothing")
    if folder is None:
        return [drawn(seed) for seed in range(min(count, 4))]
    files = sorted(folder.glob("*.jpg"))
    kept: list[Pixels] = []
    for file in files[:: max(1, len(files) // (3 * count))]:
        pixels = np.asarray(Image.open(file).convert("RGB"))
        areas = areas_of(pixels)
        if min(areas.flat.sum(), areas.woven.sum(), areas.outline.sum()) > 1000 and len(kept) < count:
            kept.append(pixels)
    return kept


def drawn(seed: int) -> Pixels:
    """A woven square on a plain ground with a little noise, 320 x 320."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:320, :320]
    weave = 90 + 14 * np.sin(x * (0.9 + 0.2 * seed)) * np.cos(y * (1.1 - 0.1 * seed))
    inside = (abs(x - 160) < 100) & (abs(y - 160) < 100)
    grey = np.where(inside, weave, 205)[..., None] * np.array([1.0, 0.96, 0.9]) + rng.normal(0, 2, (320, 320, 3))
    return grey.clip(0, 255).astype(np.uint8)


def row(name: str, scores: list[Score]) -> str:
    middle = [statistics.median(getattr(each, part) for each in scores) for part in Score.__dataclass_fields__]
    return f"  {name:14} {middle[0]:13.2f} {middle[1]:12.2f} {middle[2]:16.2f} {middle[3]:15.1f}"


def main() -> int:
    parser = argparse.ArgumentParser(description="Detail against an unsharp mask of equal texture gain.")
    parser.add_argument("--quick", action="store_true", help="six pictures")
    parser.add_argument("--pictures", type=Path, help="write crops side by side into this folder")
    options = parser.parse_args()
    pictures = photos(6 if options.quick else 30)
    print(f"{len(pictures)} pictures; medians; gains of energy (1: unchanged), halo in levels of 255 beside outlines")
    print(f"  {'':14} {'texture gain':>13} {'noise gain':>12} {'halo, mean':>16} {'halo, 1 in 100':>15}")
    for amount in (0.3, 0.5, 1.0):
        ours, theirs = [], []
        for place, pixels in enumerate(pictures):
            areas, made = areas_of(pixels), detailed(pixels, amount)
            ours.append(score(pixels, made, areas))
            plain = equal_unsharp(pixels, areas, ours[-1].texture)
            theirs.append(score(pixels, plain, areas))
            if options.pictures and amount == 1.0:
                write(options.pictures / f"detail-{place}.png", pixels, plain, made)
        print(row(f"detail {amount:g}", ours))
        print(row("unsharp mask", theirs), flush=True)
    return 0


def write(path: Path, *columns: Pixels) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.concatenate(columns, axis=1)).save(path)


if __name__ == "__main__":
    sys.exit(main())
