"""What a finished picture is worth: each check with its figure, how it was measured and whose formula it is.

Pure and deterministic, about 0.3 s for 1024 pixels. A check that cannot tell says `unknown`, never `failed`: a reading
that abstains is no fault of the picture. Limits were set on photographs (Kodak, 500 photos of clothes) and on the same
ones blurred, noisy and coarsely compressed; tests/benchmarks/bench_measures.py prints both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from PIL import Image

from designer.pipeline import measures, natural, photo
from designer.pipeline.adherence import colours_kept, garment_kept
from designer.pipeline.checks import Check, Verdict, judged
from designer.pipeline.codec import Record
from designer.pipeline.colours import lab_of
from designer.pipeline.records import Understanding
from designer.pipeline.segmentation import Segment

Wished = Mapping[str, Any] | Understanding

WORKING: Final = 1024  # pixels of the longer side; a larger picture is measured reduced
SAME_RATIO: Final = 0.035  # a part: vendors draw 2:3 as 832 x 1216, 4:5 as 896 x 1088; the next ratio is 0.06 off
SURE: Final = 0.35  # of where the garment is, to take the exposure there
BLANK: Final = 1.5  # standard deviation of luminance, 0..255
SCORED: Final = ("sharpness", "exposure", "noise", "contrast", "naturalness", "colour", "garment")
FLOOR: Final = 0.05  # one bad check pulls the whole down, but not to nothing
FORMULA: Final = (
    "Geometric mean of the desirabilities (0 to 1) of the checks that could tell, each at least 0.05: "
    "Derringer and Suich 1980, doi:10.1080/00224065.1980.11980968."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityRecord(Record):
    """`score` 0..1 by FORMULA, None where no check could tell; `simulated`: a drawing, not a model's picture."""

    checks: tuple[Check, ...] = ()
    score: float | None = None
    formula: str = FORMULA
    simulated: bool = False
    selection: Mapping[str, Any] = field(default_factory=dict)

    def worst(self) -> tuple[Check, ...]:
        """The checks that a person should be told of, the failed ones first."""
        order: tuple[Verdict, ...] = ("failed", "warn")
        return tuple(check for verdict in order for check in self.checks if check.verdict == verdict)


def measure(
    picture: Image.Image, wished: Wished, size: tuple[int, int] | None = None, *, simulated: bool = False
) -> QualityRecord:
    """Hold a decoded picture against what was wished. `size`: (width, height) asked for, None = not said."""
    known = wished.known() if isinstance(wished, Understanding) else wished
    flat = photo._upright(picture)
    small = flat if max(flat.size) <= WORKING else _within(flat)
    found = photo.located(small)
    reading = photo.read(small, found=found)
    checks = (
        size_check(picture.size, size),
        *_plain_checks(small, known, found, drawn=simulated),
        colours_kept(known.get("colours"), reading),
        garment_kept(known, reading),
    )
    return QualityRecord(checks=checks, score=score_of(checks), simulated=simulated)


def score_of(checks: tuple[Check, ...]) -> float | None:
    """One figure for choosing among pictures, by FORMULA."""
    told = [check.score for check in checks if check.name in SCORED and check.score is not None]
    return round(float(np.exp(np.mean(np.log(np.maximum(told, FLOOR))))), 4) if told else None


def size_check(size: tuple[int, int], asked: tuple[int, int] | None) -> Check:
    """Whether the picture has the size that was asked for. Models with sizes of their own keep the proportions."""
    basis = "Width and height of the file against those asked for."
    if asked is None:
        return Check(name="size", verdict="unknown", basis=basis, said="No size was asked for.")
    got, want = f"{size[0]} × {size[1]}", f"{asked[0]} × {asked[1]}"
    apart = abs(np.log((size[0] / size[1]) / (asked[0] / asked[1])))
    facts: dict[str, Any] = {
        "name": "size",
        "value": round(size[0] * size[1] / 1e6, 3),
        "unit": "megapixels",
        "basis": basis,
    }
    if size == asked:
        return Check(**facts, verdict="ok", said=f"{got} pixels, as asked.")
    if apart <= SAME_RATIO:
        return Check(**facts, verdict="warn", said=f"Another size: asked {want}, got {got} pixels, proportions kept.")
    return Check(**facts, verdict="failed", said=f"Another format: asked {want}, got {got} pixels.")


def _within(picture: Image.Image) -> Image.Image:
    small = picture.copy()
    small.thumbnail((WORKING, WORKING), Image.Resampling.LANCZOS)
    return small


def _plain_checks(picture: Image.Image, known: Mapping[str, Any], found: Segment, *, drawn: bool) -> tuple[Check, ...]:
    """What needs no reading of the garment's attributes."""
    luminance = np.asarray(picture.convert("L"), np.float32)
    return (
        _blank(luminance),
        _sharpness(luminance),
        _exposure(picture, known, found),
        _noise(luminance),
        _contrast(picture),
        _naturalness(picture, drawn=drawn),
    )


def _blank(luminance: Any) -> Check:
    spread = round(float(luminance.std()), 2)
    return Check(
        name="blank",
        value=spread,
        unit="grey levels",
        verdict="ok" if spread > BLANK else "failed",
        basis=f"Standard deviation of luminance; {BLANK} or less is an even surface.",
        said="Shows something." if spread > BLANK else "The picture is blank.",
    )


def _sharpness(luminance: Any) -> Check:
    return judged(
        "sharpness",
        measures.blur_effect(luminance),
        "blur, 0 to 1",
        ok=0.45,
        warn=0.60,
        basis="How little a further blur of 9 pixels changes the picture at 1024 pixels: 0 is sharp, 1 is blurred.",
        source="Crété-Roffet et al. 2007, doi:10.1117/12.702790",
        bad="Blurred",
        shown="blur {:.2f} of 1",
    )


def _noise(luminance: Any) -> Check:
    return judged(
        "noise",
        measures.noise(luminance),
        "grey levels",
        ok=5.0,
        warn=9.0,
        basis="Deviation of the noise where the picture is plainest (a tenth of its blocks).",
        source="Immerkaer 1996, doi:10.1006/cviu.1996.0060",
        bad="Noisy",
        shown="{:.1f} grey levels",
    )


def _contrast(picture: Image.Image) -> Check:
    reduced = picture.copy()
    reduced.thumbnail((256, 256), Image.Resampling.BOX)
    value = measures.contrast(lab_of(np.asarray(reduced))[..., 0])
    return judged(
        "contrast",
        value,
        "L* (RMS)",
        ok=8.0,
        warn=4.0,
        basis="Standard deviation of lightness L* over the whole picture.",
        source="Peli 1990, doi:10.1364/JOSAA.7.002032",
        bad="Hardly any contrast",
        shown="{:.0f} L*",
    )


def _naturalness(picture: Image.Image, *, drawn: bool) -> Check:
    basis = "Distance of local statistics from those of 24 photographs (NIQE's formula); ordinary photos have 4 to 13."
    source = "Mittal, Soundararajan, Bovik 2013, doi:10.1109/LSP.2012.2227726"
    if drawn:
        told = "A drawing cannot be held against photographs."
        return Check(name="naturalness", verdict="unknown", basis=basis, source=source, said=told)
    bad = "Unlike a photograph"
    value = natural.distance(picture)
    return judged(
        "naturalness",
        value,
        "distance",
        ok=8.0,
        warn=13.0,
        basis=basis,
        source=source,
        bad=bad,
        shown="distance {:.1f}",
    )


def _exposure(picture: Image.Image, known: Mapping[str, Any], found: Segment) -> Check:
    """Clipped shares on the garment where it is found, else on the whole; an end that was asked for does not count."""
    # clipping must not be averaged away
    rgb = np.asarray(picture.resize(found.mask.shape[::-1], Image.Resampling.NEAREST))
    lab = lab_of(rgb)
    on_garment = found.confidence >= SURE
    mask = found.mask if on_garment else np.ones(rgb.shape[:2], bool)
    low, high = measures.clipped(rgb, mask)
    black, white = _ends_asked(known)
    lost = (0.0 if black else low) + (0.0 if white else high)
    light = float(lab[..., 0][mask].mean()) if mask.any() else 50.0
    where = "the garment" if on_garment else "the whole picture"
    check = judged(
        "exposure",
        lost,
        "share clipped",
        ok=0.10,
        warn=0.30,
        basis=f"Share of {where} at pure black or white; mean lightness L* {light:.0f} of 100. "
        "An end that was asked for (a black or white garment) does not count.",
        source="CIE 15:2004 (L*)",
        bad="Overexposed" if high > low else "Underexposed",
        shown="{:.0%} clipped",
    )
    return check if light >= 6 or black or check.verdict == "failed" else _too_dark(check, light)


def _too_dark(check: Check, light: float) -> Check:
    facts = {
        **check.to_json(),
        "verdict": "warn",
        "said": f"Very dark: mean lightness {light:.0f} of 100.",
        "score": 0.5,
    }
    return Check(**facts)


def _ends_asked(known: Mapping[str, Any]) -> tuple[bool, bool]:
    """Whether a colour near black, or near white, was wished."""
    codes = [each.get("hex") for each in known.get("colours") or [] if isinstance(each, dict)]
    lights = [float(lab_of(_rgb(code))[0]) for code in codes if isinstance(code, str) and len(code) == 7]
    return any(light < 15 for light in lights), any(light > 90 for light in lights)


def _rgb(code: str) -> list[int]:
    return [int(code[place : place + 2], 16) for place in (1, 3, 5)]
