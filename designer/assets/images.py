"""What a picture file is, and what becomes of it. Pure: no ORM, no network. Runs in the sandbox process.

Rules, stated once:
- The type is read from the content, never from the name: JPEG (also MPO), PNG, WebP, TIFF, AVIF, HEIC; no other.
- Of an animation or of several pages the first picture counts, with a notice.
- EXIF orientation is applied. All else that is in the file is dropped, but for a sound ICC profile, the dots per inch
  (WebP has no place for them) and, where that is asked for, what `camera` takes out of EXIF: that goes into the facts,
  and who stores the file writes it in.
- 16 bits per channel of a PNG or TIFF, grey ones too, are kept (as PNG) where OpenCV is installed; otherwise more than
  8 bits become 8, with a notice. 32-bit, floating-point and signed channels are refused.
- CMYK and Lab become sRGB (CMYK through its profile), with a notice; palettes become RGB(A); grey stays grey.
- A file that ends too early is refused, never filled up with grey.
- Stored: JPEG as JPEG, WebP as WebP, HEIC and AVIF as JPEG (WebP with transparency), the rest as PNG.
- A thumbnail is WebP in sRGB.
"""

from __future__ import annotations

import io
import struct
import warnings
from dataclasses import dataclass, field
from typing import Any, Final

from PIL import Image, ImageCms, ImageOps

from designer.assets import camera, rows
from designer.assets.deep import samples_of
from designer.assets.provenance import origin_of
from designer.assets.sniffing import bits_of, is_signed, kind_of
from designer.assets.stripping import stripped
from designer.paper import DEEP_GREY, on_white, shallow

SHOWN_FORMATS: Final = "JPEG, PNG, WebP, TIFF, AVIF or HEIC"
MEDIA_TYPES: Final = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
}
EXTENSIONS: Final = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
WIDTHS: Final = (160, 320, 640, 1280)
MAX_ICC: Final = 4 << 20
DENSEST: Final = 65_535  # dots per inch that a JPEG has room for
DAMAGE: Final = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    ArithmeticError,
    RuntimeError,
    MemoryError,
    struct.error,
)  # what Pillow's readers are seen to raise over damaged files
SRGB_PROFILE: Final = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
SRGB: Final = SRGB_PROFILE.tobytes()


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
    kind = kind_of(data)
    if kind is None:
        raise ImageRefused("unknown_format", "This is not a picture we can read.", f"Use {SHOWN_FORMATS}.", 415)
    image = _opened(data, kind, max_pixels)
    if image.width * image.height > max_pixels:
        raise _too_many(f"{image.width} x {image.height}", max_pixels)
    if max(image.size) > max_side:
        shown = f"The picture is {image.width} x {image.height} pixels; {max_side} on a side are the limit."
        raise ImageRefused("too_large_side", shown, "Scale it down.", 413)
    return image


def _opened(data: bytes, kind: str, max_pixels: int) -> Image.Image:
    if kind == "HEIF":
        _register_heif()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return Image.open(io.BytesIO(data), formats=[kind])
    except Image.DecompressionBombError as error:
        raise _too_many("far too many", max_pixels) from error
    except DAMAGE as error:  # UnidentifiedImageError too: it begins like one and goes on like none
        raise _damaged(error, "The file's header cannot be read.") from error


def _damaged(error: BaseException, seen: str) -> ImageRefused:
    if "MAX_TEXT" in str(error):  # so Pillow names its limits for what a PNG says beside its pixels
        said = "The file carries more text than a picture has a use for."
        return ImageRefused("too_much_text", said, "Save it without comments and metadata.", 413)
    return ImageRefused("truncated", seen, "Send the whole file.")


def _too_many(size: str, limit: int) -> ImageRefused:
    return ImageRefused(
        "too_many_pixels", f"The picture has {size} pixels; {limit:,} are the limit.", "Scale it down.", 413
    )


def _register_heif() -> None:
    import pillow_heif

    pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)


def decoded(image: Image.Image, bits: int = 8, *, exif: bool = False) -> tuple[Image.Image, dict[str, Any]]:
    """All pixels, upright, in L, LA, RGB or RGBA, and facts about what was done, with `exif` also about the camera.
    Raises ImageRefused."""
    facts: dict[str, Any] = {"format": image.format, "mode": image.mode, "notices": []}
    try:
        if getattr(image, "n_frames", 1) > 1:
            facts["notices"].append("Only the first picture of this file was taken.")
        image.load()  # of several pictures this is the first, in HEIC the primary one
    except DAMAGE as error:
        raise _damaged(error, "The file ends too early or is damaged.") from error
    if image.mode == "F" or (image.format == "TIFF" and bits > 16):
        raise ImageRefused("too_deep", f"{bits} bits per channel are too many.", "Save it with 8 or 16.")
    if is_signed(image):
        shown = "This TIFF holds signed numbers, which do not say what is black and what is white."
        raise ImageRefused("signed", shown, "Save it with 8 or 16 bits per channel, unsigned.")
    if exif:
        _tell_of_camera(image, facts)
    profile, density = image.info.get("icc_profile"), _density(image)
    upright = _upright(image)
    plain = _in_plain_mode(upright, _sound(profile, upright.mode), facts, bits)
    if density:
        plain.info["dpi"] = density
    return plain, facts


def _density(image: Image.Image) -> tuple[float, float] | None:
    """Dots per inch across and down, of the picture once it is upright; None where the file tells none that could be
    meant."""
    try:
        across, down = map(float, image.info.get("dpi", ()))
    except (*DAMAGE, OverflowError):
        return None
    if not all(1 <= each <= DENSEST for each in (across, down)):
        return None
    lay = getattr(image, "tag_v2", {}).get(256, image.width) != image.width  # a TIFF that Pillow has turned already
    return (down, across) if lay or _orientation(image) in (5, 6, 7, 8) else (across, down)


def _tell_of_camera(image: Image.Image, facts: dict[str, Any]) -> None:
    try:
        said, notices = camera.read(image)
    except DAMAGE:
        said, notices = {}, [camera.DAMAGED]
    if said:
        facts["camera"] = said
    facts["notices"] += notices


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except DAMAGE:  # EXIF that cannot be read turns nothing
        return image


def _sound(profile: Any, mode: str) -> bytes | None:
    """An embedded profile if it is one, whole, small, and of the picture's own colour space; nothing behind it."""
    if not isinstance(profile, bytes) or not 128 <= len(profile) <= MAX_ICC:
        return None
    size = int.from_bytes(profile[:4], "big")  # by its own word (ICC.1:2022, 7.2.2)
    if not 128 <= size <= len(profile):
        return None
    try:
        space = ImageCms.ImageCmsProfile(io.BytesIO(profile[:size])).profile.xcolor_space.strip()
    except (*DAMAGE, ImageCms.PyCMSError):
        return None
    expected = "GRAY" if mode in ("1", "L", "LA") or mode.startswith("I") else {"CMYK": "CMYK", "LAB": "Lab"}.get(mode)
    return profile[:size] if space == (expected or "RGB") else None


def _in_plain_mode(image: Image.Image, profile: bytes | None, facts: dict[str, Any], bits: int) -> Image.Image:
    mode = image.mode
    if mode == "CMYK":
        facts["notices"].append("Converted from CMYK to sRGB.")
        image, profile = _from_cmyk(image, profile), SRGB
    elif mode == "LAB":
        facts["notices"].append("Converted from Lab to sRGB.")
        image, profile = _from_lab(image), SRGB
    elif mode in DEEP_GREY:
        image = shallow(image, bits if 8 < bits < 16 else 16)
    elif mode in ("P", "PA"):
        image = image.convert("RGBA" if "transparency" in image.info or mode == "PA" else "RGB")
    elif mode not in ("L", "LA", "RGB", "RGBA"):
        image = image.convert("RGBA" if "A" in mode or "a" in mode else "RGB" if mode != "1" else "L")
    facts["icc"] = profile is not None
    image.info = {"icc_profile": profile} if profile else {}
    return image


def _from_cmyk(image: Image.Image, profile: bytes | None) -> Image.Image:
    if profile is None:
        return image.convert("RGB")
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        made = ImageCms.profileToProfile(image, source, SRGB_PROFILE, outputMode="RGB")
    except (*DAMAGE, ImageCms.PyCMSError):
        return image.convert("RGB")
    return made if made is not None else image.convert("RGB")


def _from_lab(image: Image.Image) -> Image.Image:
    made = ImageCms.profileToProfile(image, ImageCms.createProfile("LAB"), SRGB_PROFILE, outputMode="RGB")
    if made is None:
        raise ImageRefused("unreadable", "These Lab colours cannot be read.", "Save it in RGB.")
    return made


def encoded(image: Image.Image, media_type: str, *, quality: int = 92) -> bytes:
    """The pixels, the ICC profile and the dots per inch, and nothing else that the file said."""
    buffer = io.BytesIO()
    profile = image.info.get("icc_profile")
    density = {"dpi": image.info["dpi"]} if "dpi" in image.info else {}
    if media_type == "image/jpeg":
        flat = image if image.mode in ("L", "RGB") else on_white(image)
        flat.save(buffer, "JPEG", quality=quality, subsampling=0, icc_profile=profile, exif=b"", comment=b"", **density)
    elif media_type == "image/webp":
        image.save(buffer, "WEBP", quality=quality, method=2, icc_profile=profile, exif=b"", xmp=b"")
    else:
        image.save(buffer, "PNG", compress_level=2, icc_profile=profile, **density)
    return buffer.getvalue()


def thumbnails_of(image: Image.Image) -> dict[int, bytes]:
    """WebP thumbnails in sRGB, by width in pixels; none is wider than the picture, but the smallest is always there.

    Each is made from the next larger one: a picture of 64 megapixels is gone through once.
    """
    made: dict[int, bytes] = {}
    small = image
    for width in sorted((width for width in WIDTHS if width == WIDTHS[0] or width <= image.width), reverse=True):
        wide = min(width, image.width)
        size = (wide, min(max(1, round(image.height * wide / image.width)), 16_000))
        small = small.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
        if not made:
            small = _in_srgb(small, image.info.get("icc_profile"))
        made[width] = encoded(small, "image/webp", quality=82)
    return dict(sorted(made.items()))


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """RGB or RGBA in sRGB, without a profile: what a browser takes an untagged picture for."""
    plain = image.convert("RGBA" if "A" in image.mode else "RGB")
    plain.info = {}
    if not profile or profile == SRGB or image.mode == "LA":
        return plain
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        start = image if image.mode == "L" else plain
        made = ImageCms.profileToProfile(start, source, SRGB_PROFILE, outputMode=plain.mode)
    except (*DAMAGE, ImageCms.PyCMSError):
        return plain
    if made is None:
        return plain
    made.info = {}
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


def normalise(data: bytes, *, max_pixels: int, max_side: int, keep: bool = False, exif: bool = False) -> Normalised:
    """The whole way from a file to what is stored. `keep`: our own result, whose coded pixels stay as they are; `exif`:
    with what the camera wrote among its facts."""
    opened = open_checked(data, max_pixels=max_pixels, max_side=max_side)
    source = "JPEG" if opened.format == "MPO" else opened.format or ""
    bits = bits_of(data, source, opened)
    deep = bits == 16 and opened.mode in ("RGB", "RGBA", *DEEP_GREY)
    image, facts = decoded(opened, bits, exif=exif)
    if "A" in image.mode:
        facts["transparent"] = image.getchannel("A").histogram()[255] < image.width * image.height
    if origin := origin_of(data, opened.info):
        facts["origin"] = origin
    media_type = media_type_for(source, image.mode)
    as_it_is = keep and (bits <= 8 or deep) and MEDIA_TYPES.get(source) == media_type
    whole = stripped(data, source) if as_it_is and _faithful(opened, image, facts) else None
    if whole is None and deep:
        whole = _in_sixteen_bits(data, opened, image)
    if deep and whole:
        facts["bits"] = 16
    elif bits > 8:
        facts["notices"].append(f"Reduced from {bits} to 8 bits per channel.")
    return Normalised(
        data=whole or encoded(image, media_type),
        media_type=media_type,
        width=image.width,
        height=image.height,
        perceptual_hash=difference_hash(image),
        thumbnails=thumbnails_of(image),
        facts=facts,
    )


def _in_sixteen_bits(data: bytes, opened: Image.Image, image: Image.Image) -> bytes | None:
    """The file as a PNG of 16 bits with the profile of `image`, its picture in 8; None where that cannot be had."""
    samples = samples_of(data, opened, _orientation(opened))
    if samples is None or samples.shape != (image.height, image.width, len(image.mode)):
        return None
    out = io.BytesIO()
    info = {name: image.info.get(name) for name in ("icc_profile", "dpi")}
    rows.write(out, [samples], height=len(samples), info=info, private=False)
    return out.getvalue()


def _orientation(opened: Image.Image) -> int:
    """As EXIF says the camera stood, 1 to 8; 1, upright, for EXIF that cannot be read."""
    try:
        return int(opened.getexif().get(0x0112, 1))
    except DAMAGE:
        return 1


def own_png(data: bytes, image: Image.Image) -> Normalised:
    """What `normalise` would make, with `keep`, of a PNG that this process has encoded from `image`, L or RGB."""
    return Normalised(
        data=data,
        media_type="image/png",
        width=image.width,
        height=image.height,
        perceptual_hash=difference_hash(image),
        thumbnails=thumbnails_of(image),
        facts={"format": "PNG", "mode": image.mode, "notices": [], "icc": False},
    )


def _faithful(opened: Image.Image, image: Image.Image, facts: dict[str, Any]) -> bool:
    """Whether the file already shows what was made of it: nothing turned, converted or taken away."""
    same = opened.size == image.size and opened.info.get("icc_profile") == image.info.get("icc_profile")
    return same and not facts["notices"] and _orientation(opened) == 1


def media_type_for(source: str, mode: str) -> str:
    """What a picture of this format and mode is stored as."""
    if source in ("HEIF", "AVIF"):
        return "image/webp" if "A" in mode else "image/jpeg"
    media_type = MEDIA_TYPES.get(source, "image/png")
    return "image/png" if media_type == "image/jpeg" and "A" in mode else media_type


def converted(data: bytes, media_type: str) -> bytes:
    """A stored picture in another format, without anything but pixels and profile."""
    with Image.open(io.BytesIO(data), formats=list(MEDIA_TYPES)) as image:
        image.load()
        return encoded(shallow(image), media_type)
