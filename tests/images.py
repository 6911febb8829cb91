"""Pictures good and bad, made here byte by byte."""

import io
import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, PngImagePlugin, TiffImagePlugin

MARKER = b"PLANTED-SECRET-48.8584N-2.2945E"
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def photo(size: tuple[int, int] = (64, 48), mode: str = "RGB") -> Image.Image:
    """A picture whose corners differ, so that a turn shows: left dark, right light, top warmer."""
    ramp = Image.linear_gradient("L").rotate(90).resize(size)
    tall = Image.linear_gradient("L").resize(size)
    return Image.merge("RGB", (ramp, tall, ramp)).convert(mode)


def deepened(image: Image.Image) -> NDArray[np.uint16]:
    """The same in 16 bits, the lower of which say something of their own: (height, width, 1 to 4)."""
    samples = np.asarray(image).reshape(image.height, image.width, -1).astype(np.int64) * 257
    return (samples + np.random.default_rng(6).integers(-128, 128, samples.shape)).clip(0, 65535).astype(np.uint16)


def encoded(kind: str, image: Image.Image | None = None, **options: Any) -> bytes:
    if kind == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener()
    buffer = io.BytesIO()
    (image or photo()).save(buffer, kind, **options)
    return buffer.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_header_only(width: int, height: int) -> bytes:
    """A PNG that promises width x height pixels and holds none."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 64)) + chunk(b"IEND", b"")


def exif(orientation: int = 1) -> Image.Exif:
    """EXIF with an orientation, a place, a serial number and a maker's words."""
    tags = Image.Exif()
    tags[0x0112] = orientation
    tags[0x010F] = MARKER.decode()
    tags[0x9286] = MARKER
    tags.get_ifd(0x8825)[2] = (48.0, 51.0, 30.0)
    tags.get_ifd(0x8825)[29] = MARKER.decode()
    return tags


def with_secrets(kind: str) -> bytes:
    """A picture that tells where and by whom it was taken, in every place its format has for it."""
    options: dict[str, Any] = {"exif": exif(), "icc_profile": SRGB}
    if kind == "JPEG":
        options |= {"comment": MARKER, "xmp": b"<x:xmpmeta>" + MARKER + b"</x:xmpmeta>"}
    elif kind == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_text("Comment", MARKER.decode())
        info.add_itxt("XML:com.adobe.xmp", MARKER.decode())
        options["pnginfo"] = info
    elif kind in ("WEBP", "AVIF", "HEIF"):
        options["xmp"] = MARKER
    elif kind == "TIFF":
        options = {"icc_profile": SRGB, "description": MARKER.decode(), "software": MARKER.decode()}
    return encoded(kind, **options) + MARKER


def signed_tiff(bits: int) -> bytes:
    """A TIFF of signed numbers, which Pillow does not write: its tags and one strip, from below zero to above."""
    tags, strip = TiffImagePlugin.ImageFileDirectory_v2(), struct.pack("<4h" if bits == 16 else "<4b", -90, -1, 0, 90)
    sizes = {256: 2, 257: 2, 258: bits, 259: 1, 262: 1, 273: 0, 277: 1, 278: 2, 279: len(strip), 339: 2}
    for number, value in sizes.items():  # 273: Pillow adds where the tags end
        tags[number] = value
    return b"II*\0" + struct.pack("<I", 8) + tags.tobytes(8) + strip


def text_bomb(*, behind: bool = False) -> bytes:
    """A PNG with a text chunk that inflates to 64 MiB, before its pixels or behind them."""
    packed = zlib.compress(b"A" * (64 << 20), 9)
    body = encoded("PNG")
    place = len(body) - 12 if behind else 33  # bytes of IEND, of the signature with IHDR
    return body[:place] + chunk(b"zTXt", b"Comment\0\0" + packed) + body[place:]
