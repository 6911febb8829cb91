"""A picture brought to another size by a Lanczos filter, whole or band by band as its rows come in."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Samples = NDArray[np.unsignedinteger[Any]]  # uint8 or uint16
Size = tuple[int, int]  # width, height
REACH = 3  # of the filter, in pixels of the coarser picture
LANCZOS = Image.Resampling.LANCZOS


def resized(samples: Samples, size: Size) -> Samples:
    """Brought to `size`; what is transparent lends no colour. The same array if it fits already."""
    height, width = samples.shape[:2]
    return samples if (width, height) == size else _window(samples, size, (0, 0, width, height))


class Resizer:
    """The rows of a picture of size `before` go in from top to bottom, those of one of size `after` come out."""

    def __init__(self, before: Size, after: Size) -> None:
        self.before, self.after = before, after
        self.step = before[1] / after[1]
        self.reach = REACH * max(1.0, self.step)
        self.held: list[Samples] = []
        self.top = self.rows = self.made = 0  # first row held, rows that came in, rows that went out

    def add(self, band: Samples) -> Samples:
        """What can be made of all rows so far and was not yet: (rows, width, channels), at times no rows."""
        self.held.append(band)
        self.rows += len(band)
        first, last = self.made, self._ready()
        if last <= first:
            return np.empty((0, self.after[0], band.shape[2]), band.dtype)
        window = np.concatenate(self.held) if len(self.held) > 1 else self.held[0]
        box = (0, first * self.step - self.top, self.before[0], last * self.step - self.top)
        out = _window(window, (self.after[0], last - first), box)
        needed = max(self.top, math.floor((last + 0.5) * self.step - self.reach) - 1)
        self.held, self.top, self.made = [window[needed - self.top :].copy()], needed, last
        return out

    def _ready(self) -> int:
        """How many rows of the result see no row that is still to come."""
        if self.rows == self.before[1]:
            return self.after[1]
        return max(0, math.floor((self.rows - self.reach) / self.step - 0.5))


def resized_bands(bands: Iterable[Samples], before: Size, after: Size) -> Iterator[Samples]:
    """The bands of a picture of size `before` as those of one of size `after`; the same bands if these are equal."""
    if before == after:
        yield from bands
        return
    resizer = Resizer(before, after)
    for band in bands:
        made = resizer.add(band)
        if len(made):
            yield made


def _window(samples: Samples, size: Size, box: tuple[float, float, float, float]) -> Samples:
    """A box of the samples as a picture of `size`; rows outside of the box are seen where the filter reaches them."""
    if samples.dtype == np.uint8:
        shown = samples[..., 0] if samples.shape[2] == 1 else samples
        return np.asarray(Image.fromarray(shown).resize(size, LANCZOS, box=box)).reshape(size[1], size[0], -1)
    planes = np.moveaxis(samples, 2, 0).astype(np.float32)
    if len(planes) in (2, 4):
        planes[:-1] *= planes[-1] / 65535
    made = np.stack([np.asarray(Image.fromarray(each).resize(size, LANCZOS, box=box)) for each in planes], axis=2)
    if len(planes) in (2, 4):
        made[..., :-1] *= 65535 / np.maximum(made[..., -1:], 1)
    whole: Samples = np.rint(made.clip(0, 65535)).astype(np.uint16)
    return whole
