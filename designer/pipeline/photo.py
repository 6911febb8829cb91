"""Reads a photo of a garment without any model: where it is, its colours, its pattern, its outline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from designer.pipeline.codec import Record
from designer.pipeline.records import Attribute


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoReading(Record):
    attributes: Mapping[str, Attribute] = field(default_factory=dict)


def read(photo: Image.Image | NDArray[np.uint8]) -> PhotoReading:
    return PhotoReading()
