"""How true a result is to its source: brought to the same size, what is left of it and how far the colours moved."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from designer.pipeline.colours import delta_e
from designer.pipeline.measures import blur_effect
from enhancement.operations import pictures, spaces
from enhancement.operations.pictures import Picture

Pixels = NDArray[np.uint8]
Plane = NDArray[np.float64]
WINDOW, SIGMA = 11, 1.5  # Wang et al. 2004, doi:10.1109/TIP.2003.819861
EDGE: Final = 768  # pixels of the longer side at which two pictures are laid on each other: half a second on one core
MIDDLE: Final = 1024  # pixels of the square in which sharpness is measured
FAITHFUL_MEAN, FAITHFUL_P99 = 1.0, 3.0  # CIEDE2000; below, nobody sees a shift in a cloth's colour
SAME_SHAPE: Final = 0.01  # of the ratio of the sides
HOTTEST: Final = 10.0  # CIEDE2000 at which the map shows its last colour
HEAT: Final = ("#000004", "#420a68", "#932667", "#dd513a", "#fca50a", "#fcffa4")  # even steps, light grows throughout
FIGURES: Final = (
    "width", "height", "psnr", "ssim", "delta_e_mean", "delta_e_p99", "faithful", "sharpness_before", "sharpness_after",
)  # fmt: skip
GREY: Final = 128  # under what is transparent


def luma(image: Pixels) -> Plane:
    """ITU-R BT.601 luma with its offset, 16..235, from uint8 (height, width, 3)."""
    return np.asarray(16 + image.astype(np.float64) @ np.array([65.481, 128.553, 24.966]) / 255)


def psnr(one: Pixels, other: Pixels, *, border: int = 0) -> float:
    """Decibels on luma; infinite for equal pictures. border: pixels left out on every side."""
    inner = np.s_[border : one.shape[0] - border, border : one.shape[1] - border]
    error = float(np.mean((luma(one)[inner] - luma(other)[inner]) ** 2))
    return float("inf") if error == 0 else 10 * float(np.log10(255**2 / error))


def _blurred(plane: Plane) -> Plane:
    offsets = np.arange(WINDOW) - WINDOW // 2
    kernel = np.exp(-(offsets**2) / (2 * SIGMA**2))
    kernel /= kernel.sum()
    for axis in (0, 1):
        windows = np.lib.stride_tricks.sliding_window_view(plane, WINDOW, axis=axis)
        plane = windows @ kernel
    return plane


def ssim(one: Pixels, other: Pixels, *, border: int = 0) -> float:
    """Structural similarity of the lumas, 1 for equal pictures. border: pixels left out on every side."""
    inner = np.s_[border : one.shape[0] - border, border : one.shape[1] - border]
    x, y = luma(one)[inner], luma(other)[inner]
    mean_x, mean_y = _blurred(x), _blurred(y)
    spread_x, spread_y = _blurred(x * x) - mean_x**2, _blurred(y * y) - mean_y**2
    both = _blurred(x * y) - mean_x * mean_y
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    upper = (2 * mean_x * mean_y + c1) * (2 * both + c2)
    return float(np.mean(upper / ((mean_x**2 + mean_y**2 + c1) * (spread_x + spread_y + c2))))


def compared(before: Image.Image, after: Image.Image) -> tuple[dict[str, Any], Image.Image | None]:
    """Figures, and a map of where the colours moved (None where the two cannot be laid on each other).

    Figures: `psnr` (dB on luma, None for equal pictures), `ssim`, `delta_e_mean` and `delta_e_p99` (CIEDE2000), all at
    the smaller of the two sizes (`width`, `height`, at most EDGE long); `faithful`, whether these stay below what an
    eye sees; `sharpness_before` and `sharpness_after` (0 blurred to 1 sharp). Or `reason`, why there are none.
    """
    one, two = pictures.read(before), pictures.read(after)
    if reason := _incomparable(one, two):
        return {"reason": reason}, None
    size = _common(one, two)
    first, second = (_at(picture, size) for picture in (one, two))
    far = delta_e(_lab(first), _lab(second))
    decibels, mean, p99 = psnr(first.pixels, second.pixels), float(far.mean()), float(np.percentile(far, 99))
    figures = {
        "width": size[0],
        "height": size[1],
        "psnr": None if decibels == float("inf") else round(decibels, 2),
        "ssim": round(ssim(first.pixels, second.pixels), 4),
        "delta_e_mean": round(mean, 3),
        "delta_e_p99": round(p99, 3),
        "faithful": mean <= FAITHFUL_MEAN and p99 <= FAITHFUL_P99,
        **_sharpness(one, two),
    }
    return figures, _map(far)


def _incomparable(one: Picture, two: Picture) -> str:
    (height, width), (other_height, other_width) = one.pixels.shape[:2], two.pixels.shape[:2]
    if abs(width * other_height - height * other_width) > max(SAME_SHAPE * width * other_height, other_height, height):
        return "They have different shapes: one was cropped, so there is nothing to lay on top of each other."
    if min(_common(one, two)) < WINDOW:
        return "They are too small to be compared."
    return ""


def _common(one: Picture, two: Picture) -> tuple[int, int]:
    height, width = min((one.pixels.shape[:2], two.pixels.shape[:2]), key=lambda each: each[1])
    share = min(1.0, EDGE / max(height, width))
    return max(1, round(width * share)), max(1, round(height * share))


def _at(picture: Picture, size: tuple[int, int]) -> Picture:
    """At `size` and without transparency; what showed through shows grey."""
    shown = Image.fromarray(picture.pixels)
    if shown.size != size:
        shown = shown.resize(size, Image.Resampling.BICUBIC, reducing_gap=3.0)  # as `faithful` shrinks
    if shown.mode == "RGBA":
        shown = Image.alpha_composite(Image.new("RGBA", size, (GREY, GREY, GREY, 255)), shown).convert("RGB")
    return Picture(np.asarray(shown), info=picture.info)


def _lab(picture: Picture) -> NDArray[np.float32]:
    seen, space, _ = spaces.of(picture)
    return space.lab(space.linear(seen.pixels[..., :3]))


def _sharpness(one: Picture, two: Picture) -> dict[str, float | None]:
    """Of the middle of both at the size of the larger one, so that enlarging alone makes nothing sharper."""
    largest = max((one, two), key=lambda each: each.pixels.shape[1])
    height, width = largest.pixels.shape[:2]
    left, top = max(0, (width - MIDDLE) // 2), max(0, (height - MIDDLE) // 2)
    box = (left, top, min(width, left + MIDDLE), min(height, top + MIDDLE))
    blurs = [blur_effect(luma(_part(picture, box, (width, height)))) for picture in (one, two)]
    said = [None if blur is None else round(1 - blur, 3) for blur in blurs]
    return {"sharpness_before": said[0], "sharpness_after": said[1]}


def _part(picture: Picture, box: tuple[int, int, int, int], size: tuple[int, int]) -> Pixels:
    """What lies in `box` of the picture as if it were of `size`: uint8 RGB."""
    shown = Image.fromarray(picture.pixels)
    shown = shown if shown.mode == "RGB" else shown.convert("RGB")  # which would copy an 8K picture
    across, down = shown.width / size[0], shown.height / size[1]
    source = (box[0] * across, box[1] * down, box[2] * across, box[3] * down)
    return np.asarray(shown.resize((box[2] - box[0], box[3] - box[1]), Image.Resampling.LANCZOS, box=source))


def _map(far: NDArray[Any]) -> Image.Image:
    """CIEDE2000 (height, width) in the colours of HEAT, as a picture with a palette."""
    steps = np.array([[int(code[at : at + 2], 16) for at in (1, 3, 5)] for code in HEAT])
    share = np.linspace(0, len(HEAT) - 1, 256)
    palette = np.stack([np.interp(share, np.arange(len(HEAT)), steps[:, channel]) for channel in range(3)], axis=-1)
    made = Image.fromarray(np.clip(far / HOTTEST * 255, 0, 255).astype(np.uint8), "P")
    made.putpalette(palette.round().astype(np.uint8).tobytes())
    return made
