"""What camera and author wrote into a photo (EXIF 3.0, CIPA DC-008): read, weeded, and written into a file. Pure.

Kept is what a designer or a printer has a use for, TAGS; so never a place, a serial number, the owner's name, a small
picture or a maker's notes. Nothing is copied as bytes: every value is read, held against what its tag may be, and
written anew. The pictures stand upright, so there is no orientation to tell.
"""

from __future__ import annotations

import contextlib
import re
import struct
import warnings
from collections.abc import Mapping
from datetime import datetime
from enum import Enum, auto
from typing import Any, Final, NamedTuple

from PIL import ExifTags, Image

from designer.assets import rows
from designer.assets.containers import EXIF, jpeg_heads, png_chunks, webp_chunks, webp_of

MOST: Final = 1 << 20  # bytes of EXIF that are looked into; a JPEG's segment has 64 kB
LONGEST: Final = 1000  # letters of a text: so all of them fit into one segment
DAMAGED: Final = "What the camera wrote (EXIF) is damaged and was left out."
MOMENT: Final = "%Y:%m:%d %H:%M:%S"
PART: Final = 0x8769  # where the directory of the exposure is
VERSION: Final = (0x9000, 7, 4, b"0300")
BLANK: Final = re.compile(r"[\s0:]*")  # how a camera without a clock tells the time


class Kind(Enum):
    """What a value is: a str, an ISO 8601 str without a zone, an int, or [numerator, denominator]."""

    TEXT = auto()
    MOMENT = auto()
    COUNT = auto()
    RATIO = auto()


class Tag(NamedTuple):
    """One value: its number, its name in the facts, what it is, and whether it stands in the first directory."""

    number: int
    name: str
    kind: Kind
    main: bool = False


TAGS: Final = (  # in the order of their numbers, as a directory wants them
    Tag(0x010E, "description", Kind.TEXT, main=True),
    Tag(0x010F, "make", Kind.TEXT, main=True),
    Tag(0x0110, "model", Kind.TEXT, main=True),
    Tag(0x0131, "software", Kind.TEXT, main=True),
    Tag(0x013B, "artist", Kind.TEXT, main=True),
    Tag(0x8298, "copyright", Kind.TEXT, main=True),
    Tag(0x829A, "exposure_time", Kind.RATIO),
    Tag(0x829D, "f_number", Kind.RATIO),
    Tag(0x8827, "iso", Kind.COUNT),
    Tag(0x9003, "taken", Kind.MOMENT),
    Tag(0x920A, "focal_length", Kind.RATIO),
    Tag(0xA405, "focal_length_35mm", Kind.COUNT),
    Tag(0xA434, "lens", Kind.TEXT),
)


class Unfit(Exception):
    """A value that its tag cannot have."""


def read(image: Image.Image) -> tuple[dict[str, Any], list[str]]:
    """The values by name, and notices of what was left out. Raises whatever Pillow raises over damaged files.

    image: as it was opened, with its pixels decoded, for a PNG may bring EXIF behind them.
    """
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        said = _said(image)
        if said is None:
            return {}, ["The file carried more EXIF than a photo has a use for. It was left out."]
        parts = {True: said, False: said.get_ifd(ExifTags.IFD.Exif)}
        found = {tag: parts[tag.main][tag.number] for tag in TAGS if tag.number in parts[tag.main]}
    kept: dict[str, Any] = {}
    unfit = []
    for tag, value in found.items():
        try:
            fit = READ[tag.kind](value)
        except Unfit:
            unfit.append(tag.name.replace("_", " "))
        else:
            if fit is not None:
                kept[tag.name] = fit
    if unfit:
        return kept, [f"Of what the camera wrote this could not be read and was left out: {', '.join(unfit)}."]
    return kept, [DAMAGED] if heard and not kept else []


def embed(data: bytes, media_type: str, said: Mapping[str, Any]) -> bytes:
    """`data` with these values as its EXIF, in place of any that was there; with none it has no EXIF. Raises
    ValueError for what is no such file."""
    block = _block(said) if said else b""
    try:
        if media_type == "image/png":
            return _png_with(data, block)
        if media_type == "image/jpeg":
            return _jpeg_with(data, block)
        if media_type == "image/webp":
            return _webp_with(data, block)
    except (struct.error, IndexError) as error:
        raise ValueError("This file cannot be written into.") from error
    raise ValueError(f"{media_type} takes no EXIF here.")


def _said(image: Image.Image) -> Image.Exif | None:
    """The file's EXIF, read anew so that its warnings are heard; None where there is too much."""
    raw = image.info.get("exif")
    if not isinstance(raw, bytes):
        return image.getexif()
    if len(raw) > MOST:
        return None
    said = Image.Exif()
    said.load(raw)
    return said


def _text(value: Any) -> str | None:
    if not isinstance(value, str):
        raise Unfit
    with contextlib.suppress(UnicodeError):
        value = value.encode("latin-1").decode()  # the standard says ASCII, cameras write UTF-8, Pillow reads Latin-1
    parts = (" ".join(part.split()) for part in value.split("\0"))  # a copyright has two: photographer's and editor's
    whole = "; ".join(part for part in parts if part)
    if not whole.isprintable() or len(whole) > LONGEST:
        raise Unfit
    return whole or None


def _moment(value: Any) -> str | None:
    text = _text(value)
    if text is None or BLANK.fullmatch(text):
        return None
    try:
        return datetime.strptime(text, MOMENT).isoformat()  # noqa: DTZ007  (EXIF's clock has no zone)
    except ValueError as error:
        raise Unfit from error


def _count(value: Any) -> int | None:
    first = value[0] if isinstance(value, tuple) and value else value
    if not isinstance(first, int) or not 0 <= first < 1 << 16:
        raise Unfit
    return first or None


def _ratio(value: Any) -> list[int] | None:
    above, below = getattr(value, "numerator", None), getattr(value, "denominator", None)
    if not (isinstance(above, int) and isinstance(below, int) and 0 <= above < 1 << 32 and 0 <= below < 1 << 32):
        raise Unfit
    return [above, below] if above and below else None  # 0: a lens that does not tell


READ: Final = {Kind.TEXT: _text, Kind.MOMENT: _moment, Kind.COUNT: _count, Kind.RATIO: _ratio}
Entry = tuple[int, int, int, bytes]  # number, type (2 text, 3 and 4 whole numbers, 5 ratio, 7 bytes), count, value


def _block(said: Mapping[str, Any]) -> bytes:
    """The values as TIFF directories, low byte first: what PNG's and WebP's chunks hold, and JPEG's behind a word."""
    main = [_entry(tag, said[tag.name]) for tag in TAGS if tag.main and tag.name in said]
    part = [_entry(tag, said[tag.name]) for tag in TAGS if not tag.main and tag.name in said]
    part = sorted([*part, VERSION])
    behind = 8 + len(_directory([*main, (PART, 4, 1, bytes(4))], 8))
    first = _directory(sorted([*main, (PART, 4, 1, struct.pack("<I", behind))]), 8)
    return b"II*\0" + struct.pack("<I", 8) + first + _directory(part, behind)


def _entry(tag: Tag, value: Any) -> Entry:
    if tag.kind is Kind.COUNT:
        return tag.number, 3, 1, struct.pack("<H", value)
    if tag.kind is Kind.RATIO:
        return tag.number, 5, 1, struct.pack("<II", *value)
    text = value.replace("-", ":").replace("T", " ") if tag.kind is Kind.MOMENT else value
    body = text.encode() + b"\0"
    return tag.number, 2, len(body), body


def _directory(entries: list[Entry], place: int) -> bytes:
    """The entries, and behind them those of their values that take more than four bytes. place: where it will stand."""
    heads, bodies = [struct.pack("<H", len(entries))], bytearray()
    behind = place + 2 + 12 * len(entries) + 4
    for number, kind, count, body in entries:
        short = body.ljust(4, b"\0") if len(body) <= 4 else struct.pack("<I", behind + len(bodies))
        heads.append(struct.pack("<HHI", number, kind, count) + short)
        if len(body) > 4:
            bodies += body + b"\0" * (len(body) & 1)
    return b"".join(heads) + bytes(4) + bytes(bodies)


def _png_with(data: bytes, block: bytes) -> bytes:
    kept = [chunk for name, chunk in png_chunks(data) if name != b"eXIf"]
    return data[:8] + kept[0] + (rows.chunk(b"eXIf", block) if block else b"") + b"".join(kept[1:])


def _jpeg_with(data: bytes, block: bytes) -> bytes:
    heads, place = jpeg_heads(data)
    kept = [head for head in heads if not (head[1] == 0xE1 and head[4:].startswith(EXIF))]
    said = [b"\xff\xe1" + struct.pack(">H", 2 + len(EXIF) + len(block)) + EXIF + block] if block else []
    first = 1 if kept and kept[0][1] == 0xE0 else 0  # JFIF wants to be first
    return b"\xff\xd8" + b"".join([*kept[:first], *said, *kept[first:]]) + data[place:]


def _webp_with(data: bytes, block: bytes) -> bytes:
    chunks = [(name, body) for name, body in webp_chunks(data) if name != b"EXIF"]
    place = next((place for place, (name, _) in enumerate(chunks) if name == b"XMP "), len(chunks))
    return webp_of([*chunks[:place], *([(b"EXIF", block)] if block else []), *chunks[place:]])
