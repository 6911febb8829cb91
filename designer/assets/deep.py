"""Pictures of 16 bits per channel, which Pillow reads in 8 without a word: their samples whole, by OpenCV. Pure.

OpenCV comes with the workers' requirements; where it is not installed, such a picture is one of 8 bits.
"""

from __future__ import annotations

import importlib.util
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Deep = NDArray[np.uint16]
KINDS: Final = ("PNG", "TIFF")
LARGEST: Final = 40_000_000  # pixels; beyond it the samples of 16 bits take more than a decoder may have
TURNS: Final = {2: (0, True), 3: (2, False), 4: (2, True), 5: (3, True), 6: (3, False), 7: (1, True), 8: (1, False)}


def samples_of(data: bytes, image: Image.Image, orientation: int = 1) -> Deep | None:
    """The upright samples of a PNG or TIFF with 16 bits, (height, width, 1, 3 or 4); None where it is no such file.

    image: the same file as Pillow opened it; nothing of it need be decoded. orientation: EXIF's, 1 to 8.
    """
    if image.format not in KINDS or image.width * image.height > LARGEST or getattr(image, "n_frames", 1) > 1:
        return None
    if importlib.util.find_spec("cv2") is None:
        return None
    import cv2

    try:
        found: Any = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None
    if found is None or found.dtype != np.uint16 or found.shape[:2] != (image.height, image.width):
        return None
    turned = image.format == "TIFF"  # OpenCV has done it, as Pillow does
    return _turned(_in_order(found), 1 if turned else orientation)


def _in_order(found: Deep) -> Deep:
    """OpenCV's blue, green, red as red, green, blue; grey with its one channel."""
    if found.ndim == 2:
        return found[..., None]
    if found.shape[2] == 1:
        return found
    return found[..., [2, 1, 0, *range(3, found.shape[2])]]


def _turned(samples: Deep, orientation: int) -> Deep:
    """Upright, as EXIF says the camera stood."""
    quarters, mirrored = TURNS.get(orientation, (0, False))
    turned = np.rot90(samples, quarters)
    return np.ascontiguousarray(turned[:, ::-1] if mirrored else turned)
