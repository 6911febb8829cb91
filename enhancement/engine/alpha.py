"""Transparency: enlarged on its own, after the colours beneath it have been made harmless.

Under a fully transparent pixel any colour may lie, mostly black. A network would smear it into the outline of the cut
garment as a dark fringe, so such pixels first take the colour of the nearest visible ones.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Samples = NDArray[np.unsignedinteger[Any]]  # uint8 or uint16
REACH = (2, 8, 32)  # pixels, widening: near colours first
SNAP = 2  # a network leaves 254 where 255 was; so near to an end, the end is meant


def bleed(colour: Samples, alpha: Samples) -> Samples:
    """The colours, those under fully transparent pixels replaced: (h, w, 3) and (h, w) to (h, w, 3), 8 or 16 bits."""
    hidden = alpha == 0
    if not hidden.any() or hidden.all():
        return colour
    step = 1 if colour.dtype == np.uint8 else 257  # what is hidden needs no more than 8 bits
    filled = colour.copy()
    filled[hidden] = _near((colour // step).astype(np.uint8), (alpha // step).astype(np.uint8), hidden)[hidden] * step
    return filled


def _near(colour: NDArray[np.uint8], alpha: NDArray[np.uint8], hidden: NDArray[np.bool_]) -> Samples:
    """The colour nearest to each hidden pixel, in the type of the 16-bit one so that it can be scaled."""
    filled, left = colour.astype(np.uint16), hidden
    filled[hidden] = np.average(colour[~hidden], axis=0).round().astype(np.uint8)
    premultiplied = (colour * (alpha[..., None] / 255.0)).round().astype(np.uint8)
    for reach in REACH:
        near = np.asarray(Image.fromarray(premultiplied).filter(ImageFilter.GaussianBlur(reach)), np.float32)
        weight = np.asarray(Image.fromarray(alpha).filter(ImageFilter.GaussianBlur(reach)), np.float32)
        usable = left & (weight >= 8)
        filled[usable] = np.clip(near[usable] * (255 / weight[usable][:, None]), 0, 255).round().astype(np.uint8)
        left = left & ~usable
    return filled


def snapped(alpha: Samples) -> Samples:
    """Nearly opaque becomes opaque, nearly clear becomes clear."""
    white = np.iinfo(alpha.dtype).max
    near = SNAP * (white // 255)
    return np.where(alpha >= white - near, white, np.where(alpha <= near, 0, alpha)).astype(alpha.dtype)
