"""Enlarges a picture of any size piece by piece, in bounded memory, watched and stoppable, and without seams.

Every piece is computed with a margin as wide as the network can see (its halo), and only the middle is kept: the pieces
are those of the whole picture, so nothing needs to be blended. A piece that does not fit into memory is cut in four
and tried again; no piece is ever left out or replaced.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from enhancement.engine.alpha import bleed, snapped
from enhancement.engine.errors import EngineCancelled, OutOfMemory, UnsupportedImage
from enhancement.engine.networks import Network, heeding

Pixels = NDArray[np.uint8]
TILE = 512
SMALLEST_TILE = 32
LARGEST_OUTPUT = 2**28  # pixels: 268 million, 0.8 GB; a wish beyond it is a mistake or an attack


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of the input, pixels, ends excluded."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def pixels(self) -> int:
        return (self.bottom - self.top) * (self.right - self.left)

    def cut(self, edge: int) -> Iterator[Area]:
        """The same area in pieces of at most `edge` by `edge`, row by row."""
        for top in range(self.top, self.bottom, edge):
            for left in range(self.left, self.right, edge):
                yield Area(top, left, min(top + edge, self.bottom), min(left + edge, self.right))

    def grown(self, margin: int, height: int, width: int) -> Area:
        """The area with a margin on every side, as far as the picture reaches."""
        top, left = max(0, self.top - margin), max(0, self.left - margin)
        return Area(top, left, min(height, self.bottom + margin), min(width, self.right + margin))


class _Meter:
    """Tells how far the work is, never backwards, and stops it when asked. pixels: those of the whole input."""

    def __init__(self, pixels: int, progress: Callable[[float], None], cancelled: Callable[[], bool]) -> None:
        self.pixels, self.progress, self.cancelled = pixels, progress, cancelled
        self.done, self.told = 0, 0.0

    def tell(self, pixels: float) -> None:
        share = min(1.0, pixels / self.pixels)
        if share > self.told:
            self.told = share
            self.progress(share)

    def finish(self, area: Area) -> None:
        self.done += area.pixels
        self.tell(self.done)

    def within(self, area: Area, layers: int) -> Callable[[], bool]:
        """What a network asks before each of its `layers`: whether to stop. Each question is a step forward."""
        passed = -1

        def ask() -> bool:
            nonlocal passed
            passed += 1
            self.tell(self.done + area.pixels * min(1.0, passed / max(1, layers)))
            return self.cancelled()

        return ask


def _never() -> bool:
    return False


def _ignore(_: float) -> None:
    return None


def upscale(
    image: Pixels,
    network: Network,
    *,
    tile: int = TILE,
    halo: int | None = None,
    progress: Callable[[float], None] = _ignore,
    cancelled: Callable[[], bool] = _never,
) -> Pixels:
    """The picture `network.scale` times as large: uint8 (height, width, 3 or 4) to the same with both sides larger.

    tile: edge of a piece, input pixels. halo: its margin (by default the network's own, which makes tiles exact).
    progress: called with the share done, 0..1, after each layer of each piece. cancelled: asked before each of them, so
    it must be cheap.
    Raises EngineCancelled, UnsupportedImage for a shape it cannot take, OutOfMemory if the smallest piece is too large.
    """
    _check(image, network)
    colour = image[..., :3]
    if image.shape[2] == 3:
        return _enlarge(colour, network, tile, halo, progress, cancelled)
    alpha = image[..., 3]
    if alpha.min() == alpha.max():
        made = _enlarge(colour, network, tile, halo, progress, cancelled)
        return np.dstack([made, np.full(made.shape[:2], alpha[0, 0], np.uint8)])
    colour = bleed(colour, alpha)
    made = _enlarge(colour, network, tile, halo, lambda share: progress(share / 2), cancelled)
    grey = np.repeat(alpha[..., None], 3, axis=2)
    outline = _enlarge(grey, network, tile, halo, lambda share: progress(0.5 + share / 2), cancelled)
    return np.dstack([made, snapped(outline[..., 1])])


def _check(image: Pixels, network: Network) -> None:
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] not in (3, 4) or 0 in image.shape:
        raise UnsupportedImage(
            f"A picture of shape {image.shape} and type {image.dtype} cannot be enlarged.",
            remedy="Give 8-bit RGB or RGBA with at least one pixel.",
        )
    if image.shape[0] * image.shape[1] * network.scale**2 > LARGEST_OUTPUT:
        raise UnsupportedImage(
            f"The result would have more than {LARGEST_OUTPUT // 10**6} million pixels.",
            remedy="Make the picture smaller first, or choose a smaller scale.",
        )


def _enlarge(
    image: Pixels,
    network: Network,
    tile: int,
    halo: int | None,
    progress: Callable[[float], None],
    cancelled: Callable[[], bool],
) -> Pixels:
    height, width = image.shape[:2]
    scale, margin = network.scale, _aligned(network.halo if halo is None else halo, network.align)
    edge = _aligned(max(tile, SMALLEST_TILE), network.align)
    made = np.empty((height * scale, width * scale, 3), np.uint8)
    todo, meter = deque(Area(0, 0, height, width).cut(edge)), _Meter(height * width, progress, cancelled)
    while todo:
        if cancelled():
            raise EngineCancelled
        area = todo.popleft()
        try:
            with heeding(meter.within(area, network.layers)):
                _paste(made, image, area, margin, network)
        except (RuntimeError, MemoryError) as error:
            edge = _smaller(edge, network, error)
            todo = deque(piece for waiting in (area, *todo) for piece in waiting.cut(edge))
            continue
        meter.finish(area)
    return made


def _aligned(length: int, align: int) -> int:
    return -(-length // align) * align


def _paste(made: Pixels, image: Pixels, area: Area, margin: int, network: Network) -> None:
    seen, scale = area.grown(margin, *image.shape[:2]), network.scale
    piece = network.enlarge(image[seen.top : seen.bottom, seen.left : seen.right])
    top, left = (area.top - seen.top) * scale, (area.left - seen.left) * scale
    rows, columns = (area.bottom - area.top) * scale, (area.right - area.left) * scale
    target = made[area.top * scale : area.bottom * scale, area.left * scale : area.right * scale]
    target[...] = piece[top : top + rows, left : left + columns]


def _is_out_of_memory(error: BaseException) -> bool:
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    text = str(error).lower()
    return "out of memory" in text or "can't allocate memory" in text or "not enough memory" in text


def _smaller(edge: int, network: Network, error: BaseException) -> int:
    """Half the edge after a lack of memory; any other error is raised again as it is."""
    if not _is_out_of_memory(error):
        raise error
    if edge <= SMALLEST_TILE:
        raise OutOfMemory(
            f"There is not enough memory for a piece of {edge} pixels.", remedy="Free memory, or use a smaller model."
        ) from error
    if network.device.type == "cuda":
        torch.cuda.empty_cache()
    return max(SMALLEST_TILE, _aligned(edge // 2, network.align))
