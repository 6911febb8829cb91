"""Looking at bytes that should be a picture."""

from __future__ import annotations

import base64
import binascii
import io
import warnings
from typing import Final

from PIL import Image, ImageOps

from designer.paper import on_white
from designer.providers.base import GeneratedImage, InvalidRequest

MEDIA_TYPES: Final = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
SUFFIXES: Final = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
MAX_PIXELS: Final = 64_000_000


def generated(data: bytes, *, seed: int | None = None) -> GeneratedImage | None:
    """The picture with its true type and size in pixels, whatever it was said to be; None if it is none.

    Only its head is read here.
    """
    seen = _seen(data)
    if seen is None:
        return None
    media_type, width, height = seen
    return GeneratedImage(data=data, media_type=media_type, width=width, height=height, seed=seed)


def from_base64(text: str | None, *, seed: int | None = None) -> GeneratedImage | None:
    """As `generated`, from base64; None as well for what is no base64."""
    try:
        return generated(base64.b64decode(text or "", validate=True), seed=seed)
    except (binascii.Error, ValueError):
        return None


def fitted(reference: bytes, width: int, height: int) -> Image.Image:
    """A picture to be sent along as one of that size: its middle, not stretched, a cut-out on white. Raises
    InvalidRequest as below."""
    media_type_of(reference)
    with Image.open(io.BytesIO(reference)) as opened:
        return ImageOps.fit(on_white(opened), (width, height), Image.Resampling.LANCZOS)


def as_png(reference: bytes, width: int, height: int) -> bytes:
    """As `fitted`, in a file. Raises InvalidRequest as below."""
    out = io.BytesIO()
    fitted(reference, width, height).save(out, "PNG", compress_level=3)
    return out.getvalue()


def media_type_of(reference: bytes) -> str:
    """The type of a picture to be sent along. Raises InvalidRequest naming `references`."""
    seen = _seen(reference)
    if seen is None:
        raise InvalidRequest(
            "A reference is no picture that can be sent.", "Use PNG, JPEG or WebP.", field="references"
        )
    return seen[0]


def _seen(data: bytes) -> tuple[str, int, int] | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=list(MEDIA_TYPES)) as image:
                kind, (width, height) = image.format or "", image.size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    # A JPEG of several pictures, as phones write them, is opened as one too and calls itself MPO.
    return (MEDIA_TYPES.get(kind, "image/jpeg"), width, height) if width * height <= MAX_PIXELS else None
