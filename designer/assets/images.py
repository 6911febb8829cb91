"""What a picture file is, and what becomes of it. Pure: no ORM, no network. Runs in the sandbox process.

Rules, stated once: the type is read from the content, never from the name. Of an animation or MPO the first picture
counts, with a notice. EXIF orientation is applied. Everything else in the file is dropped, but for its ICC profile.
16-bit grey becomes 8-bit with a notice; CMYK becomes sRGB through its profile with a notice; palettes become RGB(A).
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass, field
from typing import Any, Final

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

FORMATS: Final = ("JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF")  # an MPO comes through JPEG
SHOWN_FORMATS: Final = "JPEG, PNG, WebP, TIFF, AVIF or HEIC"
MEDIA_TYPES: Final = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
}
EXTENSIONS: Final = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
WIDTHS: Final = (160, 320, 640, 1280)
MAX_ICC: Final = 4 << 20
SRGB: Final = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


class ImageRefused(Exception):
    """A file that is not taken. `status` is HTTP's."""

    def __init__(self, code: str, message: str, remedy: str, status: int = 422) -> None:
        super().__init__(message)
        self.code, self.message, self.remedy, self.status = code, message, remedy, status


@dataclass(slots=True)
class Normalised:
    """A picture as it is stored: encoded bytes, size in pixels, WebP thumbnails by width, facts and notices."""

    data: bytes
    media_type: str
    width: int
    height: int
    perceptual_hash: int
    thumbnails: dict[int, bytes] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)


def open_checked(data: bytes, *, max_pixels: int, max_side: int) -> Image.Image:
    """The picture's header, read and held against the limits before a pixel is decoded. Raises ImageRefused."""
    if not data:
        raise ImageRefused("empty", "The file is empty.", "Choose a picture.", 400)
    _register_heif()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError as error:
        raise ImageRefused(
            "unknown_format", "This is not a picture we can read.", f"Use {SHOWN_FORMATS}.", 415
        ) from error
    except Image.DecompressionBombError as error:
        raise _too_many("far too many", max_pixels) from error
    except (OSError, ValueError, SyntaxError, EOFError, RuntimeError) as error:
        raise ImageRefused("truncated", "The file's header cannot be read.", "Send the whole file.") from error
    if image.width * image.height > max_pixels:
        raise _too_many(f"{image.width} x {image.height}", max_pixels)
    if max(image.size) > max_side:
        shown = f"The picture is {image.width} x {image.height} pixels; {max_side} on a side are the limit."
        raise ImageRefused("too_large_side", shown, "Scale it down.", 413)
    return image


def _too_many(size: str, limit: int) -> ImageRefused:
    return ImageRefused(
        "too_many_pixels", f"The picture has {size} pixels; {limit:,} are the limit.", "Scale it down.", 413
    )


def _register_heif() -> None:
    import pillow_heif

    pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)


def decoded(image: Image.Image) -> tuple[Image.Image, dict[str, Any]]:
    """All pixels, upright, in L, LA, RGB or RGBA, and facts about what was done. Raises ImageRefused."""
    facts: dict[str, Any] = {"format": image.format, "mode": image.mode, "notices": []}
    if getattr(image, "n_frames", 1) > 1:
        facts["notices"].append("Only the first picture of this file was taken.")
        image.seek(0)
    try:
        image.load()
        upright = ImageOps.exif_transpose(image)
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, RuntimeError, MemoryError) as error:
        raise ImageRefused("truncated", "The file ends too early or is damaged.", "Send the whole file.") from error
    profile = image.info.get("icc_profile")
    return _in_plain_mode(upright, profile if _sound(profile, upright.mode) else None, facts), facts


def _sound(profile: Any, mode: str) -> bool:
    """Whether an embedded profile is one, small, and of the picture's own colour space."""
    if not isinstance(profile, bytes) or not 128 <= len(profile) <= MAX_ICC:
        return False
    try:
        space = ImageCms.ImageCmsProfile(io.BytesIO(profile)).profile.xcolor_space.strip()
    except (OSError, ImageCms.PyCMSError):
        return False
    return bool(space == {"CMYK": "CMYK", "L": "GRAY", "LA": "GRAY"}.get(mode, "RGB"))


def _in_plain_mode(image: Image.Image, profile: bytes | None, facts: dict[str, Any]) -> Image.Image:
    mode = image.mode
    if mode == "CMYK":
        facts["notices"].append("Converted from CMYK to sRGB.")
        image, profile = _from_cmyk(image, profile), SRGB
    elif mode.startswith("I") or mode == "F":
        facts["notices"].append("Reduced from 16 to 8 bits per channel.")
        image = (
            image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
            if mode != "F"
            else image.convert("L")
        )
    elif mode == "P" or mode == "PA":
        image = image.convert("RGBA" if "transparency" in image.info or mode == "PA" else "RGB")
    elif mode not in ("L", "LA", "RGB", "RGBA"):
        image = image.convert("RGBA" if "A" in mode or "a" in mode else "RGB" if mode != "1" else "L")
    facts["icc"] = profile is not None
    image.info = {"icc_profile": profile} if profile else {}
    return image


def _from_cmyk(image: Image.Image, profile: bytes | None) -> Image.Image:
    if profile is None:
        return image.convert("RGB")
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    made = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    return made if made is not None else image.convert("RGB")


def encoded(image: Image.Image, media_type: str, *, quality: int = 92) -> bytes:
    """The pixels and the ICC profile, and nothing else that the file said."""
    buffer = io.BytesIO()
    profile = image.info.get("icc_profile")
    if media_type == "image/jpeg":
        flat = image if image.mode in ("L", "RGB") else flattened(image)
        flat.save(buffer, "JPEG", quality=quality, subsampling=0, icc_profile=profile, exif=b"", comment=b"")
    elif media_type == "image/webp":
        image.save(buffer, "WEBP", quality=quality, method=2, icc_profile=profile, exif=b"", xmp=b"")
    else:
        image.save(buffer, "PNG", compress_level=2, icc_profile=profile)
    return buffer.getvalue()


def flattened(image: Image.Image) -> Image.Image:
    """Without transparency, on white."""
    if "A" not in image.mode:
        return image.convert("RGB")
    rgba = image.convert("RGBA")
    paper = Image.new("RGBA", image.size, "white")
    paper.alpha_composite(rgba)
    flat = paper.convert("RGB")
    flat.info = dict(image.info)
    return flat


def thumbnails_of(image: Image.Image) -> dict[int, bytes]:
    """WebP thumbnails in sRGB, by width in pixels; none is wider than the picture, but the smallest is always there."""
    made = {}
    for width in WIDTHS:
        if width != WIDTHS[0] and width > image.width:
            break
        height = max(1, round(image.height * min(width, image.width) / image.width))
        small = image.convert("RGBA" if "A" in image.mode else "RGB")
        small = small.resize((min(width, image.width), min(height, 16_000)), Image.Resampling.LANCZOS, reducing_gap=2.0)
        small.info = dict(image.info)
        made[width] = encoded(small, "image/webp", quality=82)
    return made


def difference_hash(image: Image.Image) -> int:
    """dHash of 64 bits as a signed integer (Krawetz 2013): near-equal pictures differ in few bits."""
    small = image.convert("L").resize((9, 8), Image.Resampling.LANCZOS)
    pixels = list(small.tobytes())
    bits = 0
    for row in range(8):
        for column in range(8):
            bits = bits << 1 | (pixels[row * 9 + column] > pixels[row * 9 + column + 1])
    return bits - (1 << 64) if bits >= 1 << 63 else bits


def normalise(data: bytes, *, max_pixels: int, max_side: int, keep: bool = False) -> Normalised:
    """The whole way from a file to what is stored. `keep` stores the given bytes (our own results) as they are."""
    opened = open_checked(data, max_pixels=max_pixels, max_side=max_side)
    source = opened.format or ""
    image, facts = decoded(opened)
    media_type = MEDIA_TYPES.get("JPEG" if source == "MPO" else source, "image/png")
    if source in ("HEIF", "AVIF"):
        media_type = "image/webp" if "A" in image.mode else "image/jpeg"
    if media_type == "image/jpeg" and "A" in image.mode:
        media_type = "image/png"
    stored = data if keep and source in MEDIA_TYPES else encoded(image, media_type)
    return Normalised(
        data=stored,
        media_type=media_type,
        width=image.width,
        height=image.height,
        perceptual_hash=difference_hash(image),
        thumbnails=thumbnails_of(image),
        facts=facts,
    )
