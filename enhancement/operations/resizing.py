"""A picture brought to another size by a filter, whole or band by band as its rows come in."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Samples = NDArray[np.unsignedinteger[Any]]  # uint8 or uint16
Size = tuple[int, int]  # width, height
Box = tuple[float, float, float, float]  # left, top, right, bottom
Window = Callable[[Samples, Size, Box], Samples]  # a box of the samples as a picture of that size
REACH = 3  # of the widest filter, in pixels of the coarser picture


def resized(samples: Samples, size: Size) -> Samples:
    """Brought to `size`; what is transparent lends no colour. The same array if it fits already."""
    height, width = samples.shape[:2]
    return samples if (width, height) == size else by_lanczos(samples, size, (0, 0, width, height))


class Resizer:
    """The rows of a picture of size `before` go in from top to bottom, those of one of size `after` come out."""

    def __init__(self, before: Size, after: Size, window: Window) -> None:
        self.before, self.after, self.window = before, after, window
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
        out = self.window(window, (self.after[0], last - first), box)
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
    resizer = Resizer(before, after, by_lanczos)
    for band in bands:
        made = resizer.add(band)
        if len(made):
            yield made


def _by(kernel: Image.Resampling, samples: Samples, size: Size, box: Box) -> Samples:
    """A box of the samples as a picture of `size`; rows outside of the box are seen where the filter reaches them."""
    if samples.dtype == np.uint8:
        shown = samples[..., 0] if samples.shape[2] == 1 else samples
        return np.asarray(Image.fromarray(shown).resize(size, kernel, box=box)).reshape(size[1], size[0], -1)
    planes = np.moveaxis(samples, 2, 0).astype(np.float32)
    if len(planes) in (2, 4):
        planes[:-1] *= planes[-1] / 65535
    made = np.stack([np.asarray(Image.fromarray(each).resize(size, kernel, box=box)) for each in planes], axis=2)
    if len(planes) in (2, 4):
        made[..., :-1] *= 65535 / np.maximum(made[..., -1:], 1)
    whole: Samples = np.rint(made.clip(0, 65535)).astype(np.uint16)
    return whole


by_lanczos = partial(_by, Image.Resampling.LANCZOS)
by_bicubic = partial(_by, Image.Resampling.BICUBIC)  # in reduction as super-resolution reduces: antialiased
