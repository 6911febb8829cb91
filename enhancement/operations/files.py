"""The last step of a recipe, written as a PNG file; where the operation gives rows, while the next are computed."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from designer.assets import rows
from enhancement.engine.asking import Cancelled, Progress, unheard
from enhancement.engine.errors import EngineCancelled
from enhancement.operations.base import GivesRows, Operation, Pictures
from enhancement.operations.pictures import DeepImage, Samples

STRIP = 512  # rows that are taken out of a picture at once


class Finished(NamedTuple):
    """A file, its size in pixels, and the facts for its provenance."""

    data: bytes
    width: int
    height: int
    facts: dict[str, Any]


def finished(
    operation: Operation,
    image: Image.Image,
    params: Mapping[str, object],
    *,
    progress: Progress,
    cancelled: Cancelled,
    others: Pictures,
    scratch: Path | None = None,
) -> Finished:
    """Run the operation into a file. scratch: see Operation. Raises what it raises."""
    ways: dict[str, Any] = {"progress": progress, "cancelled": cancelled, "scratch": scratch}
    if not isinstance(operation, GivesRows):
        result = operation.run(image, params, others=others, **ways)
        return Finished(
            encoded(result.image, cancelled=cancelled), result.image.width, result.image.height, result.facts
        )
    made, out = operation.rows(image, params, **ways), io.BytesIO()
    rows.write(out, made.bands, height=made.height, info=made.info, private=False)
    return Finished(out.getvalue(), made.width, made.height, made.facts())


def encoded(image: Image.Image, *, private: bool = False, cancelled: Cancelled = unheard) -> bytes:
    """A picture in L, LA, RGB or RGBA, of 8 or 16 bits, as PNG with its profile and its resolution.

    private: with EXIF and XMP too. Raises EngineCancelled.
    """
    out = io.BytesIO()
    info = {str(name): value for name, value in image.info.items()}
    rows.write(out, _strips(image, cancelled), height=image.height, info=info, private=private)
    return out.getvalue()


def _strips(image: Image.Image, cancelled: Cancelled) -> Iterator[Samples]:
    for top in range(0, image.height, STRIP):
        if cancelled():
            raise EngineCancelled
        bottom = min(top + STRIP, image.height)
        if isinstance(image, DeepImage):
            yield image.samples[top:bottom]
        else:
            yield np.asarray(image.crop((0, top, image.width, bottom))).reshape(bottom - top, image.width, -1)
