"""Enlarges a picture of any size piece by piece, in bounded memory, watched and stoppable, and without seams.

Every piece is computed with a margin as wide as the network can see (its halo), and only the middle is kept: the pieces
are those of the whole picture, so nothing needs to be blended. A piece that does not fit into memory is cut in four
and tried again; no piece is ever left out or replaced.

`bands` gives the result from top to bottom, a row of pieces at a time, for who writes it straight into a file;
`upscale` gives it whole.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TypeVar, cast

import numpy as np
import torch

from enhancement.engine import room, warm
from enhancement.engine.alpha import bleed, snapped
from enhancement.engine.asking import Cancelled, Progress, unheard, untold
from enhancement.engine.compiled import POLL
from enhancement.engine.errors import EngineCancelled, OutOfMemory, UnsupportedImage
from enhancement.engine.networks import Network, Samples, heeding
from enhancement.engine.spans import Piece, Span, aligned, spans

Picture = TypeVar("Picture", bound=Samples)
SMALLEST_TILE = 32
GUESSED = 1e11  # multiplications a second of a network that has not computed yet
LARGEST_OUTPUT = 2**28  # pixels: 268 million, 0.8 GB; a wish beyond it is a mistake or an attack


class _Meter:
    """Tells how far the work is, never backwards, and stops it when asked. pixels: those of all planes together."""

    def __init__(self, pixels: int, progress: Progress, cancelled: Cancelled) -> None:
        self.pixels, self.progress, self.cancelled = pixels, progress, cancelled
        self.done, self.told = 0, 0.0

    def tell(self, pixels: float) -> None:
        share = min(1.0, pixels / self.pixels)
        if share > self.told:
            self.told = share
            self.progress(share)

    def begin(self, pixels: int) -> None:
        """So many are done before it starts."""
        self.done = pixels
        self.tell(pixels)

    def finish(self, piece: Piece) -> None:
        self.done += piece.pixels
        self.tell(self.done)


class _Within:
    """What a network asks while it computes a piece: whether to stop. Each question is a step forward.

    questions: how often it will ask, as far as that is known; nought tells nothing of its way.
    """

    def __init__(self, meter: _Meter, piece: Piece, questions: float) -> None:
        self.meter, self.piece, self.questions, self.asked = meter, piece, questions, 0

    def __call__(self) -> bool:
        if self.questions:
            self.meter.tell(self.meter.done + self.piece.pixels * min(1.0, self.asked / self.questions))
        self.asked += 1
        return self.meter.cancelled()


def upscale(
    image: Picture,
    network: Network,
    *,
    tile: int | None = None,
    halo: int | None = None,
    progress: Progress = untold,
    cancelled: Cancelled = unheard,
) -> Picture:
    """The picture `network.scale` times as large: uint8 or uint16 (height, width, 3 or 4) to the same, larger.

    tile: edge of a piece, input pixels (by default what memory allows, see `room`). halo: its margin (by default the
    network's own, which makes tiles exact). progress: called with the share done, 0..1, after each layer or piece.
    cancelled: asked at least as often, so it must be cheap.
    Raises EngineCancelled, UnsupportedImage for a shape it cannot take, OutOfMemory if the smallest piece is too large.
    """
    parts = bands(image, network, tile=tile, halo=halo, progress=progress, cancelled=cancelled)
    return cast(Picture, joined(parts, image, network))


def joined(parts: Iterable[Samples], image: Samples, network: Network) -> Samples:
    """The bands of what the network makes of a picture, as one."""
    height, width, channels = image.shape
    made, row = np.empty((height * network.scale, width * network.scale, channels), image.dtype), 0
    for band in parts:
        made[row : row + len(band)] = band
        row += len(band)
    return made


def bands(
    image: Samples,
    network: Network,
    *,
    tile: int | None = None,
    halo: int | None = None,
    skip: int = 0,
    progress: Progress = untold,
    cancelled: Cancelled = unheard,
) -> Iterator[Samples]:
    """The rows of what `upscale` makes, from top to bottom, in bands of a tile's height, each computed when asked for.

    skip: so many bands from the top are there already; progress begins behind them.
    The picture is looked at before the first band is asked for: UnsupportedImage is raised at once.
    """
    _check(image, network)
    work = _Work(image.shape[:2], network.of(image.dtype), tile, halo)
    return _bands(image, work, skip, progress, cancelled)


def heights(shape: tuple[int, int], network: Network, *, tile: int) -> list[int]:
    """How high each of the `bands` is of a picture of this height and width, pixels of the result."""
    work = _Work(shape, network, tile, None)
    return [(rows.kept[1] - rows.kept[0]) * network.scale for rows in work.rows]


def _bands(image: Samples, work: _Work, skip: int, progress: Progress, cancelled: Cancelled) -> Iterator[Samples]:
    colour, veil = image[..., :3], image[..., 3] if image.shape[2] == 4 else None
    even = veil is None or veil.min() == veil.max()
    planes, todo = 1 if even else 2, work.rows[skip:]
    meter = _Meter(image.shape[0] * image.shape[1] * planes, progress, cancelled)
    meter.begin(sum(rows.kept[1] - rows.kept[0] for rows in work.rows[:skip]) * image.shape[1] * planes)
    if veil is None:
        yield from (work.band(colour, rows, meter) for rows in todo)
        return
    grey = np.broadcast_to(veil[..., None], (*veil.shape, 3))
    colour = colour if even else bleed(colour, veil)
    for rows in todo:
        made = work.band(colour, rows, meter)
        if even:
            outline = np.full(made.shape[:2], veil[0, 0], image.dtype)
        else:
            outline = snapped(work.band(grey, rows, meter)[..., 1])
        yield np.dstack([made, outline])


def _check(image: Samples, network: Network) -> None:
    if image.dtype not in (np.uint8, np.uint16) or image.ndim != 3 or image.shape[2] not in (3, 4) or 0 in image.shape:
        raise UnsupportedImage(
            f"A picture of shape {image.shape} and type {image.dtype} cannot be enlarged.",
            remedy="Give RGB or RGBA of 8 or 16 bits with at least one pixel.",
        )
    if image.shape[0] * image.shape[1] * network.scale**2 > LARGEST_OUTPUT:
        raise UnsupportedImage(
            f"The result would have more than {LARGEST_OUTPUT // 10**6} million pixels.",
            remedy="Make the picture smaller first, or choose a smaller scale.",
        )


class _Work:
    """One picture's plan: its rows of pieces, and how large a piece may still be."""

    def __init__(self, shape: tuple[int, int], network: Network, tile: int | None, halo: int | None) -> None:
        self.shape, self.network = shape, network
        self.margin = aligned(network.halo if halo is None else halo, network.align)
        wish = room.edge_for(network) if tile is None else tile
        self.edge = aligned(max(wish, SMALLEST_TILE), network.align)
        self.rows, self.columns = (spans(side, self.edge, self.margin, network.align) for side in shape)
        self.cut_further = self.relieved = False
        self.pace = _questions_per_pixel(network)

    def band(self, plane: Samples, rows: Span, meter: _Meter) -> Samples:
        """One row of pieces of a plane, uint8 or uint16 (height, width, 3), enlarged."""
        scale = self.network.scale
        top, bottom = rows.kept
        made = np.empty(((bottom - top) * scale, self.shape[1] * scale, 3), plane.dtype)
        todo = deque(self._pieces(Piece(rows, columns) for columns in self.columns))
        while todo:
            if meter.cancelled():
                raise EngineCancelled
            piece = todo.popleft()
            part = self._enlarged(plane[piece.seen], piece, meter)
            if part is None:
                self._make_room(piece)
                todo = deque(self._pieces((piece, *todo)))
                continue
            left, row = piece.columns.kept[0] * scale, (piece.rows.kept[0] - top) * scale
            made[row : row + part.shape[0], left : left + part.shape[1]] = part
            meter.finish(piece)
        return made

    def _enlarged(self, seen: Samples, piece: Piece, meter: _Meter) -> Samples | None:
        """What becomes of a piece, or None where memory lacks: who goes on from here holds none of what was tried."""
        within = _Within(meter, piece, self.network.layers or self.pace * seen.shape[0] * seen.shape[1])
        try:
            with heeding(within):
                part = self.network.enlarge(seen, piece.inner)
        except (RuntimeError, MemoryError) as error:
            if not room.is_out_of_memory(error):
                raise
            if piece.edge <= SMALLEST_TILE and not self._can_relieve:
                raise OutOfMemory(
                    f"There is not enough memory for a piece of {piece.edge} pixels.",
                    remedy="Free memory, or use a smaller model.",
                ) from error
            return None
        if within.asked and not self.network.layers:
            self.pace = within.asked / (seen.shape[0] * seen.shape[1])
        return part

    def _pieces(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        """The pieces as planned, or cut to the size that memory was found to hold."""
        if not self.cut_further:
            return iter(pieces)
        return itertools.chain.from_iterable(piece.cut(self.edge, self.margin, self.shape) for piece in pieces)

    @property
    def _can_relieve(self) -> bool:
        return self.network.device.type == "cuda" and not self.relieved

    def _make_room(self, piece: Piece) -> None:
        """Let go of other networks on a device that is full, and have the piece tried again; else halve the pieces."""
        if self._can_relieve:
            self.relieved = True
            warm.keep_only(self.network)
            torch.cuda.empty_cache()
            return
        self.edge = max(SMALLEST_TILE, aligned(min(self.edge, piece.edge) // 2, self.network.align))
        self.cut_further = True


def _questions_per_pixel(network: Network) -> float:
    """How often a compiled network will ask for each pixel that it sees, before it has computed any."""
    if network.layers or network.device.type != "cpu":
        return 0.0
    try:
        return room.need_of(network).multiplications / GUESSED * 1000 / POLL
    except (RuntimeError, MemoryError):  # whatever is wrong will be found, and said, at the first piece
        return 0.0
