"""From any picture to the 8-bit RGB or RGBA that networks read, and back, by stated rules.

RGB, RGBA: as they are.         grey (L, LA, 1): through three equal channels, and grey again; 1-bit becomes 8-bit grey.
palette: its colours, RGB(A).   16-bit grey: the upper 8 bits.   float grey: refused, for its white is not known.
CMYK: sRGB by the embedded profile (by the plain formula without one), and the result carries sRGB.
YCbCr, LAB, HSV: RGB.           More frames than one: the first.
The ICC profile and the resolution are kept; an EXIF orientation is applied, other EXIF data dropped.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageCms, ImageOps

from enhancement.engine.errors import UnsupportedImage

Pixels = NDArray[np.uint8]
KEPT = ("icc_profile", "dpi")
DEEP_GREY = ("I", "I;16", "I;16L", "I;16B", "I;16N")


@dataclass(slots=True)
class Picture:
    """Pixels uint8 (height, width, 3 or 4), and what is needed to make them a picture of their kind again."""

    pixels: Pixels
    grey: bool = False
    info: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def image(self, pixels: Pixels) -> Image.Image:
        """A picture of this kind with other pixels, uint8 (any height, any width, 3 or 4)."""
        made = Image.fromarray(np.ascontiguousarray(pixels))
        if self.grey:
            made = made.convert("LA" if pixels.shape[2] == 4 else "L")
        made.info.update(self.info)
        return made


def read(image: Image.Image) -> Picture:
    """The pixels of a picture by the rules above. Raises UnsupportedImage."""
    notes: list[str] = []
    if getattr(image, "n_frames", 1) > 1:
        notes.append("Only the first frame was used.")
    info = {name: image.info[name] for name in KEPT if image.info.get(name)}
    image = ImageOps.exif_transpose(image)
    if image.mode in DEEP_GREY:
        notes.append("16 bits per pixel were reduced to 8.")
        image = _eight_bits(image)
    if image.mode == "CMYK":
        notes.append("CMYK was converted to sRGB.")
        image, info["icc_profile"] = _to_srgb(image, info.get("icc_profile"))
    return _by_mode(image, info, notes)


def upright_size(image: Image.Image) -> tuple[int, int]:
    """(width, height) after the camera's orientation has been applied; no pixel is decoded."""
    turned = image.getexif().get(ExifTags.Base.Orientation, 1) in (5, 6, 7, 8)
    return (image.height, image.width) if turned else image.size


def resized(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """Brought to (width, height) by Lanczos; what is transparent lends no colour. The same array if it fits already."""
    if (pixels.shape[1], pixels.shape[0]) == size:
        return pixels
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS))


def _by_mode(image: Image.Image, info: dict[str, Any], notes: list[str]) -> Picture:
    if image.mode == "F":
        raise UnsupportedImage("A floating-point picture has no known white.", remedy="Save it with 8 or 16 bits.")
    grey = image.mode in ("1", "L", "LA", "La")
    clear = image.has_transparency_data
    flat = image.convert("LA" if clear else "L") if grey else image
    pixels = np.asarray(flat.convert("RGBA" if clear else "RGB"))
    return Picture(pixels, grey=grey, info=info, notes=notes)


def _eight_bits(image: Image.Image) -> Image.Image:
    values = np.asarray(image).astype(np.int64).clip(0, 65535)
    return Image.fromarray((values // 257).astype(np.uint8))


def _to_srgb(image: Image.Image, profile: bytes | None) -> tuple[Image.Image, bytes]:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    if profile:
        try:
            made = ImageCms.profileToProfile(
                image, ImageCms.ImageCmsProfile(io.BytesIO(profile)), srgb, outputMode="RGB"
            )
        except (ImageCms.PyCMSError, OSError):
            made = None  # a broken profile, or one for other colours: the plain formula is what viewers use too
        if made is not None:
            return made, srgb.tobytes()
    return image.convert("RGB"), srgb.tobytes()
