"""A picture file without what its maker wrote beside the pixels; pixels and ICC profile stay byte for byte. Pure.

Results of a model come whole and are worth keeping as they are; to encode them again would cost their fineness. Each
function gives None for a file that it does not understand to the last byte: that one is encoded again.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

PNG_KEPT: Final = frozenset({b"IHDR", b"PLTE", b"tRNS", b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"pHYs", b"IDAT", b"IEND"})
WEBP_KEPT: Final = frozenset({b"VP8X", b"ICCP", b"ALPH", b"VP8 ", b"VP8L"})
TABLES: Final = frozenset({0xDB, 0xC4, 0xCC, 0xDD}) | frozenset(range(0xC0, 0xD0)) - {0xC8}


def stripped(data: bytes, kind: str) -> bytes | None:
    """`data` of kind JPEG, PNG or WEBP without metadata, or None when it must be encoded anew."""
    try:
        if kind == "PNG":
            return _png(data)
        if kind == "WEBP":
            return _webp(data)
        return _jpeg(data) if kind == "JPEG" else None
    except (struct.error, IndexError, ValueError):
        return None


def _png(data: bytes) -> bytes:
    kept, place = [data[:8]], 8
    while True:
        size, name = struct.unpack_from(">I4s", data, place)
        end = place + 12 + size
        if end > len(data):
            raise ValueError("cut off")
        if name in PNG_KEPT:
            kept.append(data[place:end])
        elif not name[0] & 0x20:
            raise ValueError("an unknown chunk that the picture needs")
        place = end
        if name == b"IEND":
            return b"".join(kept)


def _webp(data: bytes) -> bytes:
    kept, place, end = [], 12, 8 + struct.unpack_from("<I", data, 4)[0]
    while place < min(end, len(data)):
        name, size = struct.unpack_from("<4sI", data, place)
        body = data[place + 8 : place + 8 + size]
        if len(body) < size or name in (b"ANIM", b"ANMF"):
            raise ValueError("cut off, or moving")
        if name == b"VP8X":
            body = bytes([body[0] & 0x30]) + body[1:]  # of its flags: a profile and transparency
        if name in WEBP_KEPT:
            kept.append(name + struct.pack("<I", size) + body + b"\0" * (size & 1))
        place += 8 + size + (size & 1)
    whole = b"".join(kept)
    return b"RIFF" + struct.pack("<I", 4 + len(whole)) + b"WEBP" + whole


def _jpeg(data: bytes) -> bytes:
    return b"\xff\xd8" + b"".join(_segments(data)) + b"\xff\xd9"


def _segments(data: bytes) -> Iterator[bytes]:
    """The tables, frames and scans up to the end of the picture, and its colour: JFIF, Adobe, ICC."""
    place = 2
    while data[place] == 0xFF:
        mark = data[place + 1]
        if mark == 0xFF:
            place += 1
            continue
        if mark == 0xD9:
            return
        end = place + 2 + struct.unpack_from(">H", data, place + 2)[0]
        if end > len(data):
            raise ValueError("cut off")
        if mark == 0xDA:
            end = _scan_end(data, end)
        if mark == 0xE0 and data[place + 4 : place + 9] == b"JFIF\0":
            yield b"\xff\xe0\x00\x10" + data[place + 4 : place + 16] + b"\0\0"  # without its little picture
        elif mark in TABLES or mark == 0xDA or _is_colour(data, place, mark):
            yield data[place:end]
        place = end
    raise ValueError("no marker where one should be")


def _is_colour(data: bytes, place: int, mark: int) -> bool:
    icc = mark == 0xE2 and data[place + 4 : place + 16] == b"ICC_PROFILE\0"
    return icc or (mark == 0xEE and data[place + 4 : place + 9] == b"Adobe")


def _scan_end(data: bytes, place: int) -> int:
    """Where the next marker begins after the coded pixels; FF 00 and restarts belong to these."""
    while True:
        place = data.index(b"\xff", place)
        if data[place + 1] == 0 or 0xD0 <= data[place + 1] <= 0xD7:
            place += 2
        else:
            return place
