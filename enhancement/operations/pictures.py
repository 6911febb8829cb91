"""From any picture to the RGB or RGBA that networks read, and back, by stated rules.

RGB, RGBA: as they are.         grey (L, LA, 1): through three equal channels, and grey again; 1-bit becomes 8-bit grey.
palette: its colours, RGB(A).   float grey: refused, for its white is not known.
16 bits per channel: whole, for operations that ask for them; the others get 8, and the result says so.
CMYK: sRGB by the embedded profile (by the plain formula without one), and the result carries sRGB.
YCbCr, LAB, HSV: RGB.           More frames than one: the first.
An EXIF orientation is applied. The ICC profile, the resolution, other EXIF data and XMP go along; who writes the file
says whether the last two get into it (see `files`).
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageCms, ImageOps

from designer.assets.deep import samples_of
from designer.paper import DEEP_GREY
from enhancement.engine.errors import UnsupportedImage

Pixels = NDArray[np.uint8]
Samples = NDArray[np.unsignedinteger[Any]]  # uint8 or uint16
KEPT = ("icc_profile", "dpi", "xmp")
EXIF_KEPT = {270, 271, 272, 305, 306, 315, 33432}  # what and by whom; the other tags tell how a file is laid out
EXIF_PARTS = (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo)
ROWS = 256  # that are done at once
REDUCED = "This step worked in 8 of the picture's 16 bits per channel."


class DeepImage(Image.Image):
    """A picture of 16 bits per channel: one of 8 bits for whoever knows no better, and its `samples` whole.

    samples: uint16 (height, width, 1 to 4). Whatever Pillow makes of it is an image of 8 bits.
    """

    def __init__(self, samples: NDArray[np.uint16]) -> None:
        super().__init__()
        self.__dict__.update(_plain(eight_bits(samples)).__dict__)
        self.samples = samples


@dataclass(slots=True)
class Picture:
    """Samples (height, width, 3 or 4), and what is needed to make them a picture of their kind again."""

    samples: Samples
    grey: bool = False
    info: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def pixels(self) -> Pixels:
        """The samples in 8 bits."""
        return eight_bits(self.samples)

    def image(self, samples: Samples) -> Image.Image:
        """A picture of this kind with other samples, uint8 or uint16 (any height, any width, 3 or 4)."""
        made = of_samples(self.native(samples))
        made.info.update(self.info)
        return made

    def native(self, samples: Samples) -> Samples:
        """The channels that a picture of this kind has: of a grey one its light, and its transparency."""
        if not self.grey:
            return np.ascontiguousarray(samples)
        return np.concatenate([_light(samples), samples[..., 3:]], axis=2)


def of_samples(samples: Samples) -> Image.Image:
    """A picture of just these channels (height, width, 1 to 4), of 8 or 16 bits."""
    if samples.dtype == np.uint16:
        return DeepImage(cast(NDArray[np.uint16], samples))
    return _plain(cast(Pixels, samples))


def whole(image: Image.Image) -> Samples:
    """All channels of a picture in L, LA, RGB or RGBA (height, width, 1 to 4), of 16 bits where it has them."""
    if isinstance(image, DeepImage):
        return image.samples
    return np.asarray(image).reshape(image.height, image.width, -1)


def opened(data: bytes) -> Image.Image:
    """The picture in a file, decoded: with 16 bits per channel where it has them. Raises OSError."""
    image: Image.Image = Image.open(io.BytesIO(data))
    found = samples_of(data, image, image.getexif().get(ExifTags.Base.Orientation, 1))
    if found is None:
        image.load()
        return image
    made = DeepImage(found)
    made.info.update(_said(image))
    return made


def read(image: Image.Image, *, deep: bool = False) -> Picture:
    """The samples of a picture by the rules above; deep: of 16 bits where it has them. Raises UnsupportedImage."""
    notes: list[str] = []
    if getattr(image, "n_frames", 1) > 1:
        notes.append("Only the first frame was used.")
    info = _said(image)
    found = _deep_samples(image)
    if found is not None:
        if not deep:
            notes.append(REDUCED)
        return _of_channels(found if deep else eight_bits(found), info, notes)
    image = ImageOps.exif_transpose(image)
    if image.mode == "CMYK":
        notes.append("CMYK was converted to sRGB.")
        image, info["icc_profile"] = _to_srgb(image, info.get("icc_profile"))
    return _by_mode(image, info, notes)


def upright_size(image: Image.Image) -> tuple[int, int]:
    """(width, height) after the camera's orientation has been applied; no pixel is decoded."""
    turned = image.getexif().get(ExifTags.Base.Orientation, 1) in (5, 6, 7, 8)
    return (image.height, image.width) if turned else image.size


def eight_bits(samples: Samples) -> Pixels:
    """The nearest levels of 8 bits; the same array if it has them."""
    if samples.dtype == np.uint8:
        return cast(Pixels, samples)
    made = _in_strips(samples, lambda part: (part.astype(np.uint32) * 255 + 32895 >> 16).astype(np.uint8))
    return cast(Pixels, made)


def _in_strips(samples: Samples, work: Callable[[Samples], Samples]) -> Samples:
    """What `work` makes of each row, without wider numbers for more than some rows at once."""
    first = work(samples[:ROWS])
    made = np.empty((len(samples), *first.shape[1:]), first.dtype)
    made[:ROWS] = first
    for top in range(ROWS, len(samples), ROWS):
        made[top : top + ROWS] = work(samples[top : top + ROWS])
    return made


def white_of(samples: Samples) -> np.float32:
    """What full white is in these samples' own numbers: 255 or 65535."""
    return np.float32(np.iinfo(samples.dtype).max)


def rounded(values: NDArray[np.float32], like: Samples) -> Samples:
    """The nearest whole numbers that samples of that type can hold."""
    whole: Samples = np.clip(np.rint(values), 0, white_of(like)).astype(like.dtype)
    return whole


def _said(image: Image.Image) -> dict[str, Any]:
    """What is known beside the pixels, once these have been turned upright."""
    info = {name: image.info[name] for name in KEPT if image.info.get(name)}
    if exif := _exif_of(image):
        info["exif"] = exif
    return info


def _exif_of(image: Image.Image) -> bytes:
    """What EXIF says of the taking of the picture, without its orientation; b"" for nothing, or for what is broken."""
    try:
        said, upright = image.getexif(), Image.Exif()
        for tag in EXIF_KEPT & said.keys():
            upright[tag] = said[tag]
        for tag in EXIF_PARTS:
            if part := said.get_ifd(tag):
                upright[tag] = dict(part)
        return upright.tobytes() if len(upright) else b""
    except (OSError, ValueError, SyntaxError, KeyError, TypeError, struct.error):
        return b""


def _deep_samples(image: Image.Image) -> Samples | None:
    """The samples of 16 bits, (height, width, 1 to 4), if it has them."""
    if isinstance(image, DeepImage):
        return image.samples
    if image.mode not in DEEP_GREY:
        return None
    return np.asarray(ImageOps.exif_transpose(image)).astype(np.int64).clip(0, 65535).astype(np.uint16)[..., None]


def _of_channels(samples: Samples, info: dict[str, Any], notes: list[str]) -> Picture:
    if samples.shape[2] >= 3:
        return Picture(samples, info=info, notes=notes)
    spread = samples[..., [0, 0, 0, *range(1, samples.shape[2])]]
    return Picture(spread, grey=True, info=info, notes=notes)


def _by_mode(image: Image.Image, info: dict[str, Any], notes: list[str]) -> Picture:
    if image.mode == "F":
        raise UnsupportedImage("A floating-point picture has no known white.", remedy="Save it with 8 or 16 bits.")
    grey = image.mode in ("1", "L", "LA", "La")
    clear = image.has_transparency_data
    flat = image.convert("LA" if clear else "L") if grey else image
    pixels = np.asarray(flat.convert("RGBA" if clear else "RGB"))
    return Picture(pixels, grey=grey, info=info, notes=notes)


def _plain(pixels: Pixels) -> Image.Image:
    """An image of 8 bits with as many channels as these pixels have, 1 to 4."""
    return Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)


def _light(samples: Samples) -> Samples:
    """One channel from three, by Pillow's own formula (ITU-R BT.601)."""

    def light(part: Samples) -> Samples:
        colour = part[..., :3].astype(np.uint32)
        made = colour[..., 0] * 19595 + colour[..., 1] * 38470 + colour[..., 2] * 7471 + 0x8000 >> 16
        return made.astype(part.dtype)[..., None]

    return _in_strips(samples, light)


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
