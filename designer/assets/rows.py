"""A picture written as PNG while its rows come in: never whole in memory, and deflated on all processors. Pure.

Every row is predicted by the mean of its left and upper neighbours (PNG 3rd edition, 9.3): on photographs that comes
out smaller than choosing among all five filters for each row, in half the time. Rows are deflated in pieces that end at
a byte and know nothing of each other, so that many are made at once, as pigz does.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain
from typing import Any, BinaryIO, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.unsignedinteger[Any]]  # uint8 or uint16
SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
COLOUR_TYPES: Final = {1: 0, 2: 4, 3: 2, 4: 6}  # channels: grey, grey and alpha, RGB, RGBA
LEVEL: Final = 2  # level 6 takes six times as long and saves a tenth
AVERAGE: Final = 3  # the filter's number
PIECE: Final = 2 << 20  # bytes of rows that are deflated at once
WAITING: Final = 48 << 20  # bytes of rows that may wait for it; then who brings more waits
ADLER: Final = 65521
EMPTY: Final = b"\x03\x00"  # a last block with nothing in it
PRIVATE: Final = ("exif", "xmp")
METRE: Final = 39.3701  # inches


class _Deflated(NamedTuple):
    """A chunk of rows, and what the checksum of the whole needs: the rows' own Adler-32 and their length."""

    chunk: bytes
    adler: int
    length: int


def write(out: BinaryIO, bands: Iterable[Samples], *, height: int, info: Mapping[str, Any], private: bool) -> None:
    """Bands of rows from top to bottom, uint8 or uint16 (rows, width, 1 to 4), into `out` as one PNG of `height` rows.

    info: as Pillow names it: icc_profile, dpi, and, only where `private` says so, exif and xmp.
    The next band is asked for while earlier ones are deflated. Raises ValueError when the rows are not `height`, and
    whatever `bands` raises; `out` then holds the beginning of a file.
    """
    first, *rest = _begun(bands)
    out.write(SIGNATURE + _head(first, height) + b"".join(_beside(info, private=private)))
    threads = ThreadPoolExecutor(max_workers=os.cpu_count() or 1, thread_name_prefix="png")
    try:
        adler = _rows_written(out, chain([first], *rest), height, threads)
    finally:
        threads.shutdown(wait=True, cancel_futures=True)
    out.write(chunk(b"IDAT", EMPTY + struct.pack(">I", adler)) + chunk(b"IEND", b""))


def chunk(name: bytes, body: bytes) -> bytes:
    """One chunk of a PNG with its length and its checksum."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(body, zlib.crc32(name)))


def _begun(bands: Iterable[Samples]) -> tuple[Samples, Iterator[Samples]]:
    """The first band that has rows, which tells the kind of picture, and the others."""
    others = iter(bands)
    for band in others:
        if len(band):
            return band, others
    raise ValueError("There are no rows.")


def _head(band: Samples, height: int) -> bytes:
    _, width, channels = band.shape
    depth = band.dtype.itemsize * 8
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, COLOUR_TYPES[channels], 0, 0, 0))


def _beside(info: Mapping[str, Any], *, private: bool) -> Iterator[bytes]:
    """What stands before the pixels: the colour profile, the resolution, and what camera and editor wrote."""
    if profile := info.get("icc_profile"):
        yield chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(profile, 9))
    if dpi := info.get("dpi"):
        yield chunk(b"pHYs", struct.pack(">IIB", *(max(1, round(float(each) * METRE)) for each in dpi), 1))
    exif, xmp = (info.get(name) if private else None for name in PRIVATE)
    if exif:
        yield chunk(b"eXIf", exif.removeprefix(b"Exif\0\0"))
    if xmp:
        text = xmp.encode() if isinstance(xmp, str) else xmp
        yield chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + text.rstrip(b"\0"))


def _rows_written(out: BinaryIO, bands: Iterable[Samples], height: int, threads: ThreadPoolExecutor) -> int:
    """All rows, deflated side by side and written in order. Gives the checksum of the whole stream."""
    waiting: deque[tuple[Future[_Deflated], int]] = deque()
    held = seen = 0
    adler, begin = 1, b"\x78\x5e"  # zlib's own head: deflate with a window of 32 kB, made fast

    def settle() -> None:
        nonlocal held, adler
        done, size = waiting.popleft()
        made = done.result()
        out.write(made.chunk)
        adler, held = _joined(adler, made), held - size

    above: NDArray[np.uint8] | None = None
    for band in bands:
        seen += len(band)
        if seen > height:
            break
        for piece in _pieces(band):
            waiting.append((threads.submit(_deflated, piece, above, band, begin), piece.nbytes))
            held, above, begin = held + piece.nbytes, piece[-1], b""
        while waiting and (held > WAITING or waiting[0][0].done()):
            settle()
    if seen != height:
        raise ValueError(f"{seen} rows instead of {height}.")
    while waiting:
        settle()
    return adler


def _pieces(band: Samples) -> Iterator[NDArray[np.uint8]]:
    """The band's bytes as PNG orders them, a few rows at a time: uint8 (rows, bytes of a row)."""
    rows = max(1, PIECE // (band.shape[1] * band.shape[2] * band.dtype.itemsize))
    for top in range(0, len(band), rows):
        part = band[top : top + rows]
        ordered = part if part.dtype == np.uint8 else part.astype(">u2")
        yield np.ascontiguousarray(ordered).reshape(len(part), -1).view(np.uint8)


def _deflated(rows: NDArray[np.uint8], above: NDArray[np.uint8] | None, band: Samples, begin: bytes) -> _Deflated:
    step = band.shape[2] * band.dtype.itemsize
    upper, left = np.zeros_like(rows), np.zeros_like(rows)
    upper[1:], left[:, step:] = rows[:-1], rows[:, :-step]
    if above is not None:
        upper[0] = above
    filtered = np.empty((len(rows), rows.shape[1] + 1), np.uint8)
    filtered[:, 0] = AVERAGE
    np.subtract(rows, (upper & left) + ((upper ^ left) >> 1), out=filtered[:, 1:])
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS, 9)
    body = begin + packer.compress(filtered.data) + packer.flush(zlib.Z_SYNC_FLUSH)
    return _Deflated(chunk(b"IDAT", body), zlib.adler32(filtered.data), filtered.size)


def _joined(adler: int, after: _Deflated) -> int:
    """The Adler-32 of two texts one after the other, from those of each (as zlib's adler32_combine)."""
    low, high = adler & 0xFFFF, adler >> 16
    added = (after.adler & 0xFFFF) - 1
    high = (high + (after.adler >> 16) + after.length * (low - 1)) % ADLER
    return high << 16 | (low + added) % ADLER
