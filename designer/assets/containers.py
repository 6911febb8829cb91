"""The parts of PNG, JPEG and WebP files, beside whose pixels something is written. Pure: bytes in, bytes out."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

EXIF: Final = b"Exif\0\0"  # begins JPEG's segment of that kind


def png_chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """(name, whole chunk) of each, up to the end of the picture."""
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        raise ValueError("no PNG")
    found, place = [], 8
    while place + 12 <= len(data):
        size, name = struct.unpack_from(">I4s", data, place)
        found.append((name, data[place : place + 12 + size]))
        place += 12 + size
        if name == b"IEND":
            return found
    raise ValueError("cut off")


def jpeg_heads(data: bytes) -> tuple[list[bytes], int]:
    """The segments before the first scan, and where that begins."""
    if data[:2] != b"\xff\xd8":
        raise ValueError("no JPEG")
    found, place = [], 2
    while data[place] == 0xFF and data[place + 1] != 0xDA:
        end = place + 2 + struct.unpack_from(">H", data, place + 2)[0]
        if end > len(data):
            raise ValueError("cut off")
        found.append(data[place:end])
        place = end
    return found, place


def leads_jpeg(head: bytes) -> bool:
    """JFIF and EXIF: each wants to be first, and readers look for the two before all else."""
    return head[1] == 0xE0 or (head[1] == 0xE1 and head[4:].startswith(EXIF))


def webp_chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """(name, body) of each."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        raise ValueError("no WebP")
    found, place = [], 12
    end = min(len(data), 8 + struct.unpack_from("<I", data, 4)[0])
    while place + 8 <= end:
        name, size = struct.unpack_from("<4sI", data, place)
        body = data[place + 8 : place + 8 + size]
        if len(body) < size:
            raise ValueError("cut off")
        found.append((name, body))
        place += 8 + size + (size & 1)
    return found


def webp_of(chunks: Sequence[tuple[bytes, bytes]]) -> bytes:
    """A WebP file of these, whose head tells which of them there are (RFC 9649, 2.7). Raises ValueError."""
    kept = list(chunks)
    head = kept.pop(0)[1] if kept[0][0] == b"VP8X" else _webp_head(kept)
    names = {name for name, _ in kept}
    flags = head[0] & ~0x0C | 0x08 * (b"EXIF" in names) | 0x04 * (b"XMP " in names)
    told = [(b"VP8X", bytes([flags]) + head[1:]), *kept]
    whole = b"".join(name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) & 1) for name, body in told)
    return b"RIFF" + struct.pack("<I", 4 + len(whole)) + b"WEBP" + whole


def _webp_head(chunks: list[tuple[bytes, bytes]]) -> bytes:
    """The VP8X body of a plain file: flags and the size less one, 24 bits each (RFC 9649, 2.7)."""
    name, body = chunks[0]
    if name == b"VP8L":
        bits = struct.unpack_from("<I", body, 1)[0]
        wide, high, flags = bits & 0x3FFF, bits >> 14 & 0x3FFF, 0x10 if bits >> 28 & 1 else 0
    elif name == b"VP8 ":
        across, down = struct.unpack_from("<HH", body, 6)
        wide, high, flags = (across & 0x3FFF) - 1, (down & 0x3FFF) - 1, 0
    else:
        raise ValueError("a WebP of another kind")
    size: bytes = wide.to_bytes(3, "little") + high.to_bytes(3, "little")
    return struct.pack("<I", flags) + size
