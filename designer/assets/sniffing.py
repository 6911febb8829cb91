"""What a file is, by its first bytes; and how deep its colours are, by its own header. Pure."""

from __future__ import annotations

from typing import Any, Final

AVIF: Final = frozenset({b"avif", b"avis"})
HEIF: Final = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"})
TIFF: Final = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")


def kind_of(data: bytes) -> str | None:
    """Pillow's name of the format, for the six that are taken; else None."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data.startswith(TIFF):
        return "TIFF"
    return _brand_of(data) if data[4:8] == b"ftyp" else None


def _brand_of(data: bytes) -> str | None:
    """AVIF or HEIF, by the brands of an ISO media file (ISO/IEC 14496-12, 4.3)."""
    end = min(int.from_bytes(data[:4], "big"), 256)
    brands = {data[8:12], *(data[place : place + 4] for place in range(16, end, 4))}
    if brands & AVIF:
        return "AVIF"
    return "HEIF" if brands & HEIF else None


def bits_of(data: bytes, kind: str, image: Any) -> int:
    """Bits per channel in the file, which Pillow may have made 8 without a word; 8 where nothing says otherwise."""
    if kind == "PNG":
        return data[24] if len(data) > 24 else 8
    if kind == "TIFF":
        said = getattr(image, "tag_v2", {}).get(258) or (8,)
        return int(max(said if isinstance(said, tuple) else (said,)))
    if kind == "AVIF":
        return _avif_bits(data)
    return int(image.info.get("bit_depth") or 8)


def is_signed(image: Any) -> bool:
    """Whether the numbers of a TIFF may be below zero (its SampleFormat): what is black in them is not said."""
    said = getattr(image, "tag_v2", {}).get(339) or (1,)
    return 2 in (said if isinstance(said, tuple) else (said,))


def _avif_bits(data: bytes) -> int:
    """From the `av1C` box: marker, profile, then high_bitdepth and twelve_bit (AV1 in ISOBMFF, 2.3.3)."""
    place = data.find(b"av1C", 0, 65536)
    if place < 0 or len(data) < place + 7:
        return 8
    flags = data[place + 6]
    return 8 if not flags & 0x40 else 12 if flags & 0x20 else 10
