"""Transparency: enlarged on its own, after the colours beneath it have been made harmless.

Under a fully transparent pixel any colour may lie, mostly black. A network would smear it into the outline of the cut
garment as a dark fringe, so such pixels first take the colour of the nearest visible ones.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Pixels = NDArray[np.uint8]
REACH = (2, 8, 32)  # pixels, widening: near colours first
SNAP = 2  # a network leaves 254 where 255 was; so near to an end, the end is meant


def bleed(colour: Pixels, alpha: Pixels) -> Pixels:
    """The colours with those under fully transparent pixels replaced: uint8 (h, w, 3) and (h, w) to uint8 (h, w, 3)."""
    hidden = alpha == 0
    if not hidden.any() or hidden.all():
        return colour
    filled, left = colour.copy(), hidden
    filled[hidden] = np.average(colour[~hidden], axis=0).round().astype(np.uint8)
    premultiplied = (colour * (alpha[..., None] / 255.0)).round().astype(np.uint8)
    for reach in REACH:
        near = np.asarray(Image.fromarray(premultiplied).filter(ImageFilter.GaussianBlur(reach)), np.float32)
        weight = np.asarray(Image.fromarray(alpha).filter(ImageFilter.GaussianBlur(reach)), np.float32)
        usable = left & (weight >= 8)
        filled[usable] = np.clip(near[usable] * (255 / weight[usable][:, None]), 0, 255).round().astype(np.uint8)
        left = left & ~usable
    return filled


def snapped(alpha: Pixels) -> Pixels:
    """Nearly opaque becomes opaque, nearly clear becomes clear."""
    return np.where(alpha >= 255 - SNAP, 255, np.where(alpha <= SNAP, 0, alpha)).astype(np.uint8)
