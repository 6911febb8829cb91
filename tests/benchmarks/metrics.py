"""How near two pictures are, measured as papers on super-resolution do: on luma, without the border."""

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Plane = NDArray[np.float64]
WINDOW, SIGMA = 11, 1.5  # Wang et al. 2004, doi:10.1109/TIP.2003.819861


def shared_data(part: str) -> Path | None:
    """A part of the shared data, or None if it is not on this machine."""
    beside = Path(__file__).resolve().parents[2].parent / "shared" / "data"
    found = Path(os.environ.get("DESIGNER_SHARED_DATA", beside)) / part
    return found if found.exists() else None


def luma(image: NDArray[np.uint8]) -> Plane:
    """ITU-R BT.601 luma with its offset, 16..235, from uint8 (height, width, 3)."""
    return np.asarray(16 + image.astype(np.float64) @ np.array([65.481, 128.553, 24.966]) / 255)


def psnr(one: NDArray[np.uint8], other: NDArray[np.uint8], *, border: int = 0) -> float:
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


def ssim(one: NDArray[np.uint8], other: NDArray[np.uint8], *, border: int = 0) -> float:
    """Structural similarity of the lumas, 1 for equal pictures. border: pixels left out on every side."""
    inner = np.s_[border : one.shape[0] - border, border : one.shape[1] - border]
    x, y = luma(one)[inner], luma(other)[inner]
    mean_x, mean_y = _blurred(x), _blurred(y)
    spread_x, spread_y = _blurred(x * x) - mean_x**2, _blurred(y * y) - mean_y**2
    both = _blurred(x * y) - mean_x * mean_y
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    upper = (2 * mean_x * mean_y + c1) * (2 * both + c2)
    return float(np.mean(upper / ((mean_x**2 + mean_y**2 + c1) * (spread_x + spread_y + c2))))


def set5_pairs(folder: Path, scale: int) -> list[tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
    """The five pairs (small, sharp) of Set5 at a scale, as RGB."""
    pairs = []
    for small in sorted((folder / f"image_SRF_{scale}").glob("*_LR.png")):
        sharp = small.with_name(small.name.replace("_LR", "_HR"))
        pairs.append(tuple(np.asarray(Image.open(path).convert("RGB")) for path in (small, sharp)))
    return [(small, sharp) for small, sharp in pairs]
