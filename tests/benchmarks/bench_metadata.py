"""What a picture keeps on its way through an enlargement: python -m tests.benchmarks.bench_metadata.

First the operations alone. PEERS E2: PNG, JPEG, WebP and TIFF, in sRGB, Display P3, Adobe RGB, grey, RGBA and 16 bits:
the ICC profile, EXIF, XMP, the resolution, the orientation and transparency, each kept, or EXIF and XMP left out where
that is set. CMYK becomes sRGB with a notice. A dash stands where the format itself has no place for it.

Then the way through the studio, under either setting of the team: upload, enlargement, the stored result, and that
result downloaded as PNG, JPEG and WebP. Camera, author and exposure are in each file as set; place, serial number and
foreign XMP in none; the resolution and the studio's own record in each result; thumbnails are bare.
"""

import io
import struct
import sys
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from PIL import Image, TiffImagePlugin
from PIL.TiffImagePlugin import IFDRational

from designer.assets import camera, provenance, rows
from designer.assets.images import converted, normalise
from designer.assets.provenance import PROGRAM, Facts
from enhancement.operations import files, pictures, registry
from tests.images import SRGB
from tests.profiles import ADOBE, DISPLAY_P3, GREY

KINDS = ("PNG", "JPEG", "WEBP", "TIFF")
COLOURS: dict[str, tuple[str, bytes]] = {
    "sRGB": ("RGB", SRGB),
    "Display P3": ("RGB", DISPLAY_P3),
    "Adobe RGB": ("RGB", ADOBE),
    "grey": ("L", GREY),
    "RGBA": ("RGBA", SRGB),
    "16-bit": ("RGB", SRGB),
    "16-bit grey": ("L", GREY),
    "CMYK": ("CMYK", b""),
}
IMPOSSIBLE = {
    ("WEBP", "grey"),
    ("JPEG", "RGBA"),
    ("JPEG", "16-bit"),
    ("WEBP", "16-bit"),
    ("JPEG", "16-bit grey"),
    ("WEBP", "16-bit grey"),
    ("PNG", "CMYK"),
    ("WEBP", "CMYK"),
}
SIZE = (24, 16)
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">kept</x:xmpmeta>'
CAMERA, AUTHOR, SECRET, DPI, TURNED = "A camera", "An author", "A serial number", 300, 6
EXPOSURE, PLACE = {0x829A: IFDRational(1, 250), 0xA431: SECRET}, {2: (48.0, 51.0, 30.0)}
TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
LIMITS = {"max_pixels": 10_000, "max_side": 1_000}


@dataclass(frozen=True)
class Case:
    """One file of the matrix."""

    kind: str
    colour: str

    @property
    def possible(self) -> bool:
        return (self.kind, self.colour) not in IMPOSSIBLE

    @property
    def deep(self) -> bool:
        return self.colour.startswith("16-bit")


class Look(Protocol):
    """How a case is looked at: for each of its parts whether it came through as it should."""

    def __call__(self, case: Case, *, private: bool) -> dict[str, bool]: ...


def everything() -> list[Case]:
    return [Case(kind, colour) for kind in KINDS for colour in COLOURS]


def shown(mode: str) -> Image.Image:
    """A soft picture, lighter to the right, clearer to the bottom."""
    ramp = Image.linear_gradient("L").rotate(90).resize(SIZE)
    picture = ramp.convert("RGB" if mode == "RGBA" else mode)
    if mode == "RGBA":
        picture.putalpha(Image.linear_gradient("L").resize(SIZE))
    return picture


def file_of(case: Case) -> bytes:
    """The file, with all that its format has a place for."""
    mode, profile = COLOURS[case.colour]
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x013B] = TURNED, CAMERA, AUTHOR
    exif[0x8769], exif[0x8825] = EXPOSURE, PLACE
    said: dict[str, Any] = {"exif": exif, "icc_profile": profile or None, "xmp": XMP, "dpi": (DPI, DPI)}
    out = io.BytesIO()
    if case.deep and case.kind == "PNG":
        samples = np.asarray(shown(mode)).reshape(SIZE[1], SIZE[0], -1).astype(np.uint16) * 256 + 100
        rows.write(out, [samples], height=len(samples), info=said | {"exif": exif.tobytes()}, private=True)
    elif case.deep:
        return deep_tiff(shown(mode), said)
    elif case.kind == "PNG":
        samples = np.asarray(shown(mode)).reshape(SIZE[1], SIZE[0], -1)
        rows.write(out, [samples], height=len(samples), info=said | {"exif": exif.tobytes()}, private=True)
    else:
        if case.kind == "TIFF":
            exif[700] = said.pop("xmp")
            said["exif"] = exif.tobytes()
        shown(mode).save(out, case.kind, **said, **({"lossless": True} if case.kind == "WEBP" else {"quality": 95}))
    return out.getvalue()


def deep_tiff(picture: Image.Image, said: dict[str, Any]) -> bytes:
    """A TIFF of 16 bits, which Pillow does not write: its tags and one strip."""
    strip = (np.asarray(picture).astype("<u2") * 256 + 100).tobytes()
    tags, count = TiffImagePlugin.ImageFileDirectory_v2(), len(picture.getbands())
    sizes = {256: SIZE[0], 257: SIZE[1], 258: (16,) * count, 259: 1, 262: 1 + (count > 1), 277: count, 278: SIZE[1]}
    sizes |= {279: len(strip), 34665: EXPOSURE, 34853: PLACE}
    words = {
        271: CAMERA,
        315: AUTHOR,
        274: TURNED,
        282: DPI,
        283: DPI,
        296: 2,
        700: said["xmp"],
        34675: said["icc_profile"],
    }
    for tag, value in {**sizes, **words, 273: 0}.items():  # 273: Pillow adds where the tags end
        tags[tag] = value
    return b"II*\0" + struct.pack("<I", 8) + tags.tobytes(8) + strip


def enlarged(data: bytes, *, private: bool) -> tuple[Image.Image, list[str]]:
    """The result as its file shows it, and the notes."""
    before = pictures.opened(data)
    wish = {"scale": 2, "model": "designer-compact-x2"}
    result = registry.get("upscale").run(before, wish, progress=lambda share: None, cancelled=lambda: False)
    return pictures.opened(files.encoded(result.image, private=private)), result.facts["notes"]


def kept(case: Case, *, private: bool) -> dict[str, bool]:
    """For each of its parts whether it came through as it should; only those that this format has a place for."""
    after, notes = enlarged(file_of(case), private=private)
    profile = SRGB if case.colour == "CMYK" else COLOURS[case.colour][1]
    found: dict[str, bool] = {"ICC": same_profile(after.info.get("icc_profile"), profile)}
    found["EXIF"] = after.getexif().get(0x010F) == (CAMERA if private else None)
    found["XMP"] = after.info.get("xmp") == (XMP if private else None)
    if case.kind != "WEBP":
        found["DPI"] = [round(each) for each in after.info.get("dpi", (0, 0))] == [DPI, DPI]
    upright = np.asarray(after.convert("L").resize((SIZE[1], SIZE[0])), float)
    found["orientation"] = after.size == (2 * SIZE[1], 2 * SIZE[0]) and bool((np.diff(upright.mean(axis=1)) > 0).all())
    if case.colour == "RGBA":
        clear = np.asarray(after.getchannel("A"), float)
        found["alpha"] = after.mode == "RGBA" and bool(clear[:, 0].mean() > clear[:, -1].mean() + 100)
    if case.deep:
        found["16 bits"] = isinstance(after, pictures.DeepImage) and len(np.unique(after.samples)) > 256
    if case.colour == "CMYK":
        found["notice"] = any("CMYK" in note for note in notes)
    if case.colour in ("grey", "16-bit grey"):
        found["grey"] = after.mode == "L"
    return found


def through(case: Case, *, private: bool) -> dict[str, bool]:
    """The same of the whole way through the studio: the stored upload, the stored result, and its downloads."""
    taken = normalise(file_of(case), **LIMITS, exif=private)
    said = taken.facts.get("camera", {})
    stored = camera.embed(taken.data, taken.media_type, said)
    wish = {"scale": 2, "model": "designer-compact-x2"}
    result = registry.get("upscale").run(
        pictures.opened(stored), wish, progress=lambda share: None, cancelled=lambda: False
    )
    made = normalise(files.encoded(result.image), **LIMITS, keep=True)
    found = {"upload": as_set(stored, private=private), "thumbnail": bare(made.thumbnails[160])}
    for kind, media_type in TYPES.items():
        data = made.data if media_type == made.media_type else converted(made.data, media_type)
        whole = provenance.embed(camera.embed(data, media_type, said), media_type, Facts(program=PROGRAM))
        found[kind] = as_set(whole, private=private) and provenance.read(whole, media_type) is not None
        if "WEBP" not in (kind, case.kind):
            found[f"{kind} DPI"] = density(whole) == [DPI, DPI]
    return found


def as_set(data: bytes, *, private: bool) -> bool:
    """Camera, author and exposure are in the file or are not; what is never kept is not."""
    with Image.open(io.BytesIO(data)) as picture:
        picture.load()
        exif = picture.getexif()
        part = exif.get_ifd(0x8769)
    told = (exif.get(0x010F), exif.get(0x013B), part.get(0x829A))
    kept = told == ((CAMERA, AUTHOR, EXPOSURE[0x829A]) if private else (None, None, None))
    return kept and not exif.get_ifd(0x8825) and SECRET.encode() not in data and XMP not in data


def density(data: bytes) -> list[int]:
    with Image.open(io.BytesIO(data)) as picture:
        picture.load()
        return [round(each) for each in picture.info.get("dpi", (0, 0))]


def bare(data: bytes) -> bool:
    with Image.open(io.BytesIO(data)) as picture:
        return not picture.getexif()


def same_profile(found: bytes | None, wanted: bytes) -> bool:
    """Equal but for the day of its making, which Pillow writes into each sRGB anew."""
    return found is not None and found[:24] + found[36:] == wanted[:24] + wanted[36:]


def cell(case: Case, looked_at: Look) -> tuple[str, int, int]:
    """What was lost, how many parts were looked at, and how many of them came through."""
    if not case.possible:
        return "-", 0, 0
    parts = [(private, *part) for private in (True, False) for part in looked_at(case, private=private).items()]
    lost = sorted({name if private else f"{name} (left out)" for private, name, right in parts if not right})
    return ", ".join(lost) or "all", len(parts), sum(right for _, _, right in parts)


def table(title: str, looked_at: Look) -> bool:
    """Print it; whether all came through."""
    print(f"{title:26}" + "".join(f"{kind:>20}" for kind in KINDS))
    looked = right = 0
    for colour in COLOURS:
        cells = [cell(Case(kind, colour), looked_at) for kind in KINDS]
        print(f"{colour:26}" + "".join(f"{words:>20}" for words, _, _ in cells), flush=True)
        looked, right = looked + sum(each[1] for each in cells), right + sum(each[2] for each in cells)
    print(f"{right} of {looked} parts came through as set.")
    return right == looked


def main() -> int:
    rights = [table("The operations alone", kept), table("Through the studio", through)]
    return 0 if all(rights) else 1


if __name__ == "__main__":
    sys.exit(main())
