"""Pictures as files of all kinds that people send: honest ones in every format, colour and depth, and harmful ones."""

import io
from collections.abc import Callable
from typing import Final

from PIL import Image

from designer.assets import rows
from tests import images
from tests.profiles import ADOBE, DISPLAY_P3, TABLES

Maker = Callable[[Image.Image], bytes]  # from a picture in RGB


def deep(photo: Image.Image, profile: bytes = b"") -> bytes:
    """A PNG of 16 bits per channel."""
    out, samples = io.BytesIO(), images.deepened(photo)
    rows.write(out, [samples], height=photo.height, info={"icc_profile": profile} if profile else {}, private=False)
    return out.getvalue()


def veiled(photo: Image.Image) -> Image.Image:
    photo.putalpha(Image.linear_gradient("L").resize(photo.size))
    return photo


KINDS: Final[dict[str, Maker]] = {
    "JPEG": lambda photo: images.encoded("JPEG", photo, quality=85),
    "JPEG on its side": lambda photo: images.encoded("JPEG", photo, exif=images.exif(6)),
    "JPEG progressive": lambda photo: images.encoded("JPEG", photo, progressive=True),
    "JPEG CMYK": lambda photo: images.encoded("JPEG", photo.convert("CMYK")),
    "JPEG grey": lambda photo: images.encoded("JPEG", photo.convert("L")),
    "PNG": lambda photo: images.encoded("PNG", photo, icc_profile=DISPLAY_P3),
    "PNG transparent": lambda photo: images.encoded("PNG", veiled(photo)),
    "PNG palette": lambda photo: images.encoded("PNG", photo.convert("P")),
    "PNG 16 bits": deep,
    "WebP": lambda photo: images.encoded("WEBP", photo),
    "WebP transparent": lambda photo: images.encoded("WEBP", veiled(photo)),
    "TIFF": lambda photo: images.encoded("TIFF", photo, icc_profile=ADOBE),
    "TIFF 1 bit": lambda photo: images.encoded("TIFF", photo.convert("1")),
    "AVIF": lambda photo: images.encoded("AVIF", photo),
    "HEIC": lambda photo: images.encoded("HEIF", photo),
    "a strip": lambda photo: images.encoded("PNG", photo.crop((0, 0, photo.width, 3))),
}
RARE: Final[dict[str, Maker]] = {
    "PNG grey, transparent": lambda photo: images.encoded("PNG", veiled(photo).convert("LA")),
    "PNG grey, 16 bits": lambda photo: deep(photo.convert("L")),
    "PNG transparent, 16 bits": lambda photo: deep(veiled(photo)),
    "PNG palette with a clear colour": lambda photo: images.encoded("PNG", photo.convert("P"), transparency=0),
    "PNG under tables, 16 bits": lambda photo: deep(photo, TABLES),
    "JPEG with a broken profile": lambda photo: images.encoded("JPEG", photo, icc_profile=b"no profile" * 99),
    "TIFF CMYK": lambda photo: images.encoded("TIFF", photo.convert("CMYK")),
    "TIFF of two pages": lambda photo: images.encoded("TIFF", photo, save_all=True, append_images=[photo.rotate(180)]),
    "WebP that moves": lambda photo: images.encoded("WEBP", photo, save_all=True, append_images=[photo.rotate(180)]),
    "a single pixel": lambda photo: images.encoded("PNG", photo.crop((0, 0, 1, 1))),
}
HOSTILE: Final[dict[str, Callable[[bytes], bytes]]] = {
    "cut short": lambda data: data[: len(data) // 2],
    "flipped bits": lambda data: bytes(byte ^ 0x55 if number % 97 == 60 else byte for number, byte in enumerate(data)),
    "a bomb of pixels": lambda _: images.png_header_only(60_000, 60_000),
    "a bomb of text": lambda _: images.text_bomb(),
    "no picture": lambda data: b"%PDF-1.7\n" + data,
    "empty": lambda _: b"",
    "full of secrets": lambda _: images.with_secrets("JPEG"),
}
