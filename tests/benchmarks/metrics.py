"""How near two pictures are, measured as papers on super-resolution do: on luma, without the border."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from enhancement.fidelity import psnr, ssim
from enhancement.operations.faithful import true

__all__ = ["drawn_back", "psnr", "set5_pairs", "shared_data", "ssim"]


def shared_data(part: str) -> Path | None:
    """A part of the shared data, or None if it is not on this machine."""
    beside = Path(__file__).resolve().parents[2].parent / "shared" / "data"
    found = Path(os.environ.get("DESIGNER_SHARED_DATA", beside)) / part
    return found if found.exists() else None


def set5_pairs(folder: Path, scale: int) -> list[tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
    """The five pairs (small, sharp) of Set5 at a scale, as RGB."""
    pairs = []
    for small in sorted((folder / f"image_SRF_{scale}").glob("*_LR.png")):
        sharp = small.with_name(small.name.replace("_LR", "_HR"))
        pairs.append(tuple(np.asarray(Image.open(path).convert("RGB")) for path in (small, sharp)))
    return [(small, sharp) for small, sharp in pairs]


def drawn_back(
    plain: Callable[[NDArray[np.uint8]], NDArray[np.uint8]], times: int, small: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """What `plain` makes of a picture, corrected by that picture so many times."""
    made = plain(small)
    for _ in range(times):
        made = np.asarray(true(made, small), np.uint8)
    return made
