"""Where the faces are, without a download: OpenCV's cascades, believed only where a pair of eyes is in its place.

A cascade alone sees faces in quilted coats and printed skirts; over the test photos two independent eye finders that
agree on both eyes have left only faces. Frontal faces are found; profiles are not.
Source: Viola, Jones 2001, doi:10.1109/CVPR.2001.990517; the cascades are those of OpenCV's wheel.
"""

from __future__ import annotations

import functools
import importlib.util
import threading
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from enhancement.engine.asking import Ask, never

Pixels = NDArray[np.uint8]
Grey = NDArray[np.uint8]
Point = tuple[float, float]

VIEW: Final = 1024  # pixels of the longer side on which faces are sought
LEAST: Final = 28  # pixels of a face on that view; smaller ones have no eyes to be checked by
EDGE: Final = 256  # a face is brought to this edge before its eyes are sought
ABOVE: Final = 160  # eyes are in the upper part of it
SAME: Final = 24  # so near, two finders mean the same eye
APART: Final = (0.28, 0.62)  # between the eyes, as a share of the face
LEVEL: Final = 0.14  # how much lower one eye may stand, as a share of the face: a tilted head


@dataclass(frozen=True, slots=True)
class Face:
    """A face in pixels of its picture. eyes: left and right as one sees them; None where only one was confirmed."""

    left: float
    top: float
    width: float
    height: float
    eyes: tuple[Point, Point] | None = None

    @property
    def sure(self) -> bool:
        return self.eyes is not None

    @property
    def box(self) -> dict[str, int]:
        """For provenance."""
        return {
            "left": round(self.left), "top": round(self.top), "width": round(self.width), "height": round(self.height)
        }  # fmt: skip


def unavailable() -> str:
    """The remedy where OpenCV is missing; "" where it is there."""
    return "" if importlib.util.find_spec("cv2") else "Install requirements/worker.txt: OpenCV is missing."


def find(pixels: Pixels, *, ask: Ask = never) -> list[Face]:
    """The faces in uint8 (height, width, 3 or 4), the largest first; with those of which only one eye is confirmed.

    Raises EngineCancelled, where `ask` does.
    """
    ask()
    grey, share = _view(pixels)
    if min(grey.shape) < LEAST:
        return []
    found = []
    with _LOCK:  # a cascade keeps its buffers between calls
        ask()
        for box in _boxes(grey):
            ask()
            found.append(_face(grey, box, share))
    return sorted((face for face in found if face), key=lambda face: -face.width)


def _view(pixels: Pixels) -> tuple[Grey, float]:
    """The picture in grey on white, and how much smaller it is."""
    image = Image.fromarray(np.ascontiguousarray(pixels))
    share = min(1.0, VIEW / max(image.size))
    size = (max(1, round(image.width * share)), max(1, round(image.height * share)))
    small = image.resize(size, Image.Resampling.BOX) if share < 1 else image
    if small.mode == "RGBA":
        small = Image.alpha_composite(Image.new("RGBA", size, "white"), small)
    return np.asarray(small.convert("L")), share


_LOCK: Final = threading.Lock()


@functools.cache
def _cascade(name: str) -> Any:
    import cv2
    import cv2.data

    return cv2.CascadeClassifier(f"{cv2.data.haarcascades}haarcascade_{name}.xml")


def _boxes(grey: Grey) -> list[tuple[int, int, int, int]]:
    found = _cascade("frontalface_alt2").detectMultiScale(grey, 1.1, 3, minSize=(LEAST, LEAST))
    return [(int(x), int(y), int(width), int(height)) for x, y, width, height in found]


def _face(grey: Grey, box: tuple[int, int, int, int], share: float) -> Face | None:
    """The face in a box if its eyes say that it is one."""
    x, y, width, height = box
    patch = Image.fromarray(grey[y : y + height, x : x + width]).resize((EDGE, EDGE), Image.Resampling.BICUBIC)
    eyes = _agreed(np.asarray(patch)[:ABOVE])
    if not eyes:
        return None
    pair = _pair(eyes)
    scale = width / EDGE

    def back(point: Point) -> Point:
        return ((x + point[0] * scale) / share, (y + point[1] * scale) / share)

    return Face(x / share, y / share, width / share, height / share, (back(pair[0]), back(pair[1])) if pair else None)


def _agreed(patch: Grey) -> list[Point]:
    """The middles of the eyes that both finders see, where eyes can be."""
    one, other = (_middles(patch, name) for name in ("eye", "eye_tree_eyeglasses"))
    near = [(a, b) for a, b in product(one, other) if np.hypot(a[0] - b[0], a[1] - b[1]) < SAME]
    return [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in near]


def _middles(patch: Grey, name: str) -> list[Point]:
    found = _cascade(name).detectMultiScale(patch, 1.05, 3, minSize=(28, 28), maxSize=(100, 100))
    middles = [(float(x + width / 2), float(y + height / 2)) for x, y, width, height in found]
    return [middle for middle in middles if 0.2 * EDGE < middle[1] < 0.55 * EDGE]


def _pair(eyes: list[Point]) -> tuple[Point, Point] | None:
    """The two that stand as eyes do, the most level ones first."""
    low, high = (EDGE * share for share in APART)
    pairs = [
        (left, right) for left, right in product(eyes, eyes)
        if low < right[0] - left[0] < high and abs(right[1] - left[1]) < LEVEL * EDGE
        and left[0] < 0.55 * EDGE < right[0] + 0.1 * EDGE
    ]  # fmt: skip
    return min(pairs, key=lambda pair: abs(pair[0][1] - pair[1][1])) if pairs else None
