"""What the language adapters share: pictures made small before they are sent, and answers read as one JSON object."""

from __future__ import annotations

import base64
import io
import json
import warnings
from collections.abc import Mapping
from typing import Any, Final

from PIL import Image, ImageOps

from designer.paper import on_white
from designer.providers.base import InvalidRequest, LanguageRequest, LanguageResult, Moderated
from designer.providers.remote.pictures import MAX_PIXELS, MEDIA_TYPES

EDGE: Final = 1024  # pixels of the longer side of what is sent: vendors shrink larger pictures, and bill them
JPEG: Final = "image/jpeg"
MAX_BYTES: Final = 4 << 20  # of a whole answer; ours are a few kilobytes
MAX_TOKENS: Final = 8192  # of an answer, thoughts included
MAX_TEXT, MAX_IMAGES = 60_000, 8
MOST_TOKENS: Final = 10_000_000  # a count above it is a mistake, and not reckoned with
MAX_NAME: Final = 120  # characters of a model's name


class Declined(Moderated):
    """A refusal that the model itself wrote: it was billed like an answer. `usage` as in LanguageResult."""

    def __init__(self, vendor: str, words: str, usage: Mapping[str, Any]) -> None:
        super().__init__(
            f"{vendor} declined to answer{words}.", "Reword the brief.", stage="output", usage=counted(usage)
        )


def check(request: LanguageRequest, vendor: str) -> None:
    """Raises InvalidRequest naming the field that no vendor would take."""
    if not request.text.strip() or len(request.system) + len(request.text) > MAX_TEXT:
        raise InvalidRequest("There is no text, or too much.", f"{vendor} is sent {MAX_TEXT:,} letters at most.")
    if len(request.images) > MAX_IMAGES:
        raise InvalidRequest("There are too many photos.", f"Send at most {MAX_IMAGES}.", field="references")


def small(data: bytes) -> bytes:
    """The picture upright as JPEG of at most EDGE pixels a side, without its metadata. Raises InvalidRequest."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=list(MEDIA_TYPES)) as opened:
                return _shrunk(opened)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        words = "A reference is no picture that can be sent."
        raise InvalidRequest(words, "Use PNG, JPEG or WebP.", field="references") from error


def _shrunk(opened: Image.Image) -> bytes:
    if opened.width * opened.height > MAX_PIXELS:
        raise ValueError("too many pixels")
    opened.draft("RGB", (EDGE, EDGE))
    picture = on_white(ImageOps.exif_transpose(opened))
    picture.thumbnail((EDGE, EDGE))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88)
    return out.getvalue()


def in_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def said(text: str, *, model: str, usage: Mapping[str, Any], request_id: str = "") -> LanguageResult:
    """The answer as a result. Words that are no JSON object give {}: they were paid for, and may be asked for again.

    `usage`: tokens by the house's names; what is no count is left out.
    """
    return LanguageResult(data=_object(text), model=str(model)[:MAX_NAME], usage=counted(usage), request_id=request_id)


def counted(usage: Mapping[str, Any]) -> dict[str, int]:
    """The tokens that can have been counted."""
    return {name: count for name, count in usage.items() if isinstance(count, int) and 0 < count <= MOST_TOKENS}


def _object(text: str) -> dict[str, Any]:
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}
