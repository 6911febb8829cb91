"""What a picture keeps on its way through an enlargement: python -m tests.benchmarks.bench_metadata.

PEERS E2: PNG, JPEG, WebP and TIFF, in sRGB, Display P3, Adobe RGB, grey, RGBA and 16 bits: the ICC profile, EXIF, XMP,
the resolution, the orientation and transparency, each kept, or EXIF and XMP left out where that is set. CMYK becomes
sRGB with a notice. A dash stands where the format itself has no place for it.
"""

import io
import struct
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, TiffImagePlugin

from designer.assets import rows
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
    "CMYK": ("CMYK", b""),
}
IMPOSSIBLE = {
    ("WEBP", "grey"),
    ("JPEG", "RGBA"),
    ("JPEG", "16-bit"),
    ("WEBP", "16-bit"),
    ("PNG", "CMYK"),
    ("WEBP", "CMYK"),
}
SIZE = (24, 16)
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">kept</x:xmpmeta>'
CAMERA, DPI, TURNED = "A camera", 300, 6


@dataclass(frozen=True)
class Case:
    """One file of the matrix."""

    kind: str
    colour: str

    @property
    def possible(self) -> bool:
        return (self.kind, self.colour) not in IMPOSSIBLE


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
    exif[0x0112], exif[0x010F] = TURNED, CAMERA
    said: dict[str, Any] = {"exif": exif, "icc_profile": profile or None, "xmp": XMP, "dpi": (DPI, DPI)}
    out = io.BytesIO()
    if case.colour == "16-bit" and case.kind == "PNG":
        samples = np.asarray(shown(mode)).astype(np.uint16) * 257 + 100
        rows.write(out, [samples], height=len(samples), info=said | {"exif": exif.tobytes()}, private=True)
    elif case.colour == "16-bit":
        return deep_tiff(shown(mode), said)
    elif case.kind == "PNG":
        samples = np.asarray(shown(mode)).reshape(SIZE[1], SIZE[0], -1)
        rows.write(out, [samples], height=len(samples), info=said | {"exif": exif.tobytes()}, private=True)
    else:
        if case.kind == "TIFF":
            exif[700] = said.pop("xmp")
        shown(mode).save(out, case.kind, **said, **({"lossless": True} if case.kind == "WEBP" else {"quality": 95}))
    return out.getvalue()


def deep_tiff(picture: Image.Image, said: dict[str, Any]) -> bytes:
    """A TIFF of 16 bits, which Pillow does not write: its tags and one strip."""
    strip = (np.asarray(picture).astype("<u2") * 257 + 100).tobytes()
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    sizes = {256: SIZE[0], 257: SIZE[1], 258: (16, 16, 16), 259: 1, 262: 2, 277: 3, 278: SIZE[1], 279: len(strip)}
    words = {271: CAMERA, 274: TURNED, 282: DPI, 283: DPI, 296: 2, 700: said["xmp"], 34675: said["icc_profile"]}
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
    if case.colour == "16-bit":
        found["16 bits"] = isinstance(after, pictures.DeepImage) and len(np.unique(after.samples)) > 256
    if case.colour == "CMYK":
        found["notice"] = any("CMYK" in note for note in notes)
    if case.colour == "grey":
        found["grey"] = after.mode == "L"
    return found


def same_profile(found: bytes | None, wanted: bytes) -> bool:
    """Equal but for the day of its making, which Pillow writes into each sRGB anew."""
    return found is not None and found[:24] + found[36:] == wanted[:24] + wanted[36:]


def cell(case: Case) -> tuple[str, int, int]:
    """What was lost, how many parts were looked at, and how many of them came through."""
    if not case.possible:
        return "-", 0, 0
    rows_ = [(private, name, right) for private in (True, False) for name, right in kept(case, private=private).items()]
    lost = sorted({name if private else f"{name} (left out)" for private, name, right in rows_ if not right})
    return ", ".join(lost) or "all", len(rows_), sum(right for _, _, right in rows_)


def main() -> int:
    print(f"{'':12}" + "".join(f"{kind:>24}" for kind in KINDS))
    looked = right = 0
    for colour in COLOURS:
        cells = [cell(Case(kind, colour)) for kind in KINDS]
        print(f"{colour:12}" + "".join(f"{words:>24}" for words, _, _ in cells), flush=True)
        looked, right = looked + sum(each[1] for each in cells), right + sum(each[2] for each in cells)
    print(f"{right} of {looked} parts came through as set.")
    return 0 if right == looked else 1


if __name__ == "__main__":
    sys.exit(main())
