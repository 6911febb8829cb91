"""Portfolios good and bad, made here byte by byte."""

import io
import struct
import zipfile
from collections.abc import Iterable, Mapping

import numpy as np
from PIL import Image, ImageDraw

from tests import images

LINEN, WOOL = (222, 206, 170), (40, 42, 48)


def garment(number: int, colour: tuple[int, int, int] = LINEN, size: tuple[int, int] = (240, 320)) -> Image.Image:
    """A dress-like shape in `colour` on white, a little different for each number."""
    chance = np.random.default_rng(number)
    image = Image.new("RGB", size, (250, 250, 250))
    pen = ImageDraw.Draw(image)
    wide, tall = size
    shift = int(chance.integers(-8, 9))
    tone = tuple(int(np.clip(each + chance.integers(-4, 5), 0, 255)) for each in colour)
    top, waist, hem = int(tall * 0.15), int(tall * 0.4), int(tall * 0.9)
    middle = wide // 2 + shift
    shape = [(middle - 40, top), (middle + 40, top), (middle + 28, waist), (middle + 75, hem), (middle - 75, hem)]
    pen.polygon([*shape, (middle - 28, waist)], fill=tone)
    return image


def picture(number: int = 0, colour: tuple[int, int, int] = LINEN, kind: str = "PNG") -> bytes:
    return images.encoded(kind, garment(number, colour))


def zipped(files: Mapping[str, bytes] | Iterable[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    pairs = files.items() if isinstance(files, Mapping) else files
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in pairs:
            archive.writestr(name, data)
    return buffer.getvalue()


def with_link(name: str, target: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo(name)
        info.create_system, info.external_attr = 3, 0o120777 << 16
        archive.writestr(info, target)
        archive.writestr("good.png", picture())
    return buffer.getvalue()


def locked(data: bytes) -> bytes:
    """An archive whose members say that they are encrypted, in both headers."""
    found = bytearray(data)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = found.find(mark)
        while at >= 0:
            flags = struct.unpack_from("<H", found, at + place)[0]
            struct.pack_into("<H", found, at + place, flags | 1)
            at = found.find(mark, at + 4)
    return bytes(found)


def bomb(megabytes: int) -> bytes:
    """An archive in an archive that grows a thousand times."""
    inner = zipped({"zeros.bin": b"\0" * (megabytes << 20)})
    padded = zipped({"inner.zip": b"PK\x03\x04" + b"\0" * (megabytes << 20)})
    return padded if megabytes > 8 else inner
