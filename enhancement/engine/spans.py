"""How a side of a picture is cut: windows of one length that overlap by what the network must see, and no more.

All windows of a picture have one shape: a compiled network is made for it once. The first and the last window need
their margin on one side only and keep more, so that the whole is computed with the least overlap.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """Part of a side, input pixels, ends excluded: what is computed (seen) and what of it is kept."""

    seen: tuple[int, int]
    kept: tuple[int, int]


def spans(side: int, edge: int, margin: int, align: int = 1) -> list[Span]:
    """Cut `side` pixels into windows that keep about `edge` pixels each and see `margin` more on either side.

    edge, margin: multiples of `align`, at which every window begins.
    """
    window, overlap = edge + 2 * margin, 2 * margin
    if side <= window:
        return [Span((0, side), (0, side))]
    count = -(-(side - overlap) // edge)
    length = aligned(-(-(side + overlap * (count - 1)) // count), align)
    starts = [min(number * (length - overlap), (side - length) // align * align) for number in range(count)]
    cuts = [0, *(start + margin for start in starts[1:]), side]
    ends = [start + length for start in starts[:-1]] + [side]
    return [Span((starts[i], ends[i]), (cuts[i], cuts[i + 1])) for i in range(count)]


def aligned(length: int, align: int) -> int:
    """The least multiple of `align` that is not below `length`."""
    return -(-length // align) * align


@dataclass(frozen=True, slots=True)
class Piece:
    """A rectangle of the input: what is computed, and what of it is kept."""

    rows: Span
    columns: Span

    @property
    def pixels(self) -> int:
        """How many pixels of the input it settles."""
        return (self.rows.kept[1] - self.rows.kept[0]) * (self.columns.kept[1] - self.columns.kept[0])

    @property
    def edge(self) -> int:
        """The longer kept side."""
        return max(span.kept[1] - span.kept[0] for span in (self.rows, self.columns))

    @property
    def seen(self) -> tuple[slice, slice]:
        return slice(*self.rows.seen), slice(*self.columns.seen)

    @property
    def inner(self) -> tuple[slice, slice]:
        """What is kept, counted from the beginning of what is seen."""
        rows, columns = (slice(*(at - span.seen[0] for at in span.kept)) for span in (self.rows, self.columns))
        return rows, columns

    def cut(self, edge: int, margin: int, shape: tuple[int, int]) -> Iterator[Piece]:
        """The same piece in smaller ones that keep at most `edge` by `edge`. shape: the picture's height and width."""
        for rows in _shorter(self.rows, edge, margin, shape[0]):
            for columns in _shorter(self.columns, edge, margin, shape[1]):
                yield Piece(rows, columns)


def _shorter(span: Span, edge: int, margin: int, side: int) -> Iterator[Span]:
    start, stop = span.kept
    for low in range(start, stop, edge):
        high = min(low + edge, stop)
        yield Span((max(0, low - margin), min(side, high + margin)), (low, high))
