"""Keeps a result true to its source, band by band: shrunk back, it is the source again.

A network may shift colours and redraw what it finds unlikely. What its result, shrunk back, lacks to be the source
is enlarged and added (back-projection; Irani and Peleg 1991, doi:10.1016/1049-9652(91)90045-L). Enlarging softens it,
so it is sharpened a little first: then one pass does the work of two.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from enhancement.operations.resizing import Box, Resizer, Samples, Size, by_bicubic

STRIP = 256  # rows that are corrected at once: what the processor's cache holds
TWICE = 2  # corrections of what a network made to look sharp; of ours, trained to be near, once is enough
SHARPER = 0.1  # more overshoots: with 0.2 results are further from their sources than with none


def true_bands(bands: Iterable[Samples], source: Samples, size: Size) -> Iterator[Samples]:
    """The bands of a picture of `size` that was made of `source`, drawn back to it. Transparency stays as it is."""
    before = (source.shape[1], source.shape[0])
    down, up = Resizer(size, before, by_bicubic), Resizer(before, size, _by_sharp_bicubic)
    held, seen = np.empty((0, size[0], source.shape[2]), source.dtype), 0
    for strip in (band[top : top + STRIP] for band in bands for top in range(0, len(band), STRIP)):
        held = np.concatenate([held, strip])
        small = down.add(strip)
        if not len(small):
            continue
        missing = up.add(_missing(source[seen : seen + len(small)], small))
        seen += len(small)
        yield _added(held[: len(missing)], missing)
        held = held[len(missing) :]


def true(made: Samples, source: Samples) -> Samples:
    """The same for a picture that is whole already."""
    return np.concatenate(list(true_bands([made], source, (made.shape[1], made.shape[0]))))


def _middle(samples: Samples) -> int:
    """The level that stands for no difference."""
    return int(np.iinfo(samples.dtype).max) // 2 + 1


def _missing(source: Samples, small: Samples) -> Samples:
    """What `small` lacks, around the middle level: (height, width, 3), and nothing where the source is clear."""
    far = source[..., :3].astype(np.int32) - small[..., :3]
    if source.shape[2] == 4:
        far = far * source[..., 3:].astype(np.int64) // np.iinfo(source.dtype).max
    return _levels(far + _middle(source), source)


def _added(band: Samples, missing: Samples) -> Samples:
    """The band with what it lacks."""
    whole: NDArray[Any] = missing.astype(np.int16 if band.dtype == np.uint8 else np.int32)
    made = band.copy()
    made[..., :3] = _levels(whole - _middle(band) + band[..., :3], band)
    return made


def _by_sharp_bicubic(missing: Samples, size: Size, box: Box) -> Samples:
    whole: NDArray[Any] = missing.astype(np.float32)
    for axis in (0, 1):
        edged = np.concatenate([whole.take([0], axis), whole, whole.take([-1], axis)], axis)
        beside = np.delete(edged, [-2, -1], axis) + np.delete(edged, [0, 1], axis)
        whole = (1 + 2 * SHARPER) * whole - SHARPER * beside
    return by_bicubic(_levels(np.rint(whole), missing), size, box)


def _levels(values: NDArray[Any], like: Samples) -> Samples:
    levels: Samples = values.clip(0, np.iinfo(like.dtype).max).astype(like.dtype)
    return levels
