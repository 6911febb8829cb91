"""Reads a photo of a garment without any network: where it is, its kind, its colours, its pattern, its
outline.

What it cannot tell stays unknown: fabric, fit, neckline and the like are for a vision model or the designer to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from designer.paper import on_white
from designer.pipeline import kinds, outline, pattern
from designer.pipeline.codec import Record
from designer.pipeline.colours import delta_e, hex_of, lab_of, nearest_name
from designer.pipeline.records import Attribute
from designer.pipeline.segmentation import EDGE, Bools, Floats, Segment, border_of, box_blur, kmeans, segment

WORKING: Final = 512  # pixels of the longer side for colour and pattern
LEAST_SIDE: Final = 16  # a smaller picture shows no garment
LEAST_PIXELS: Final = 32  # fewer tell no colour
LEAST_SURE: Final = 0.35  # segment confidence under which nothing is read from the picture
# How often the main colour's family is right, by the segment's confidence: fitted to the labelled photos for tuning
SURE_AT, SURE_BY = 0.1, 0.75
COLOUR_GROUPS: Final = 6
SAME_COLOUR: Final = 11.0  # CIEDE2000 under which two groups are one colour in light and shade
GROUND_GROUPS: Final = 4
LEAST_GROUND: Final = 0.1  # of the picture's border, for a colour of it to be the ground's
SAME_AS_GROUND: Final = 6.0  # CIEDE2000 to it under which a group in the mask is ground, caught with the garment
LEAST_OWN: Final = 0.4  # of the mask that must be left: else the garment has the ground's colour itself
RIM: Final = 0.1  # how far from the mask's edge its core begins, by the root of its area
RATHER_RIM: Final = 0.5  # of how much of the rest lies in the core: what was caught lies rather at the rim
LEAST_COVERAGE: Final = 0.06
MOST_COLOURS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoReading(Record):
    """`share`: of the picture that the garment takes; `sure` 0..1: of where it is; `texture_energy`: L* units of the
    finest detail, 0 if no patch was large enough; `kind`: of garment, "" when it cannot be told, with `kind_sure` 0..1.
    Attributes that are absent are unknown."""

    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    share: float = 0.0
    sure: float = 0.0
    texture_energy: float = 0.0
    kind: str = ""
    kind_sure: float = 0.0


def read(
    photo: Image.Image | NDArray[np.uint8], garment: str | None = None, *, found: Segment | None = None
) -> PhotoReading:
    """What one decoded, upright photo shows. `garment`: what the brief says it is, which helps to read its outline;
    `found`: where it is, if that was sought already."""
    image = _upright(photo)
    if min(image.size) < LEAST_SIDE:
        return PhotoReading()
    found = found or located(image)
    if found.confidence < LEAST_SURE:
        return PhotoReading(share=round(found.share, 3), sure=found.confidence)
    lab = _lab(image, WORKING)
    mask = _grown(found.mask, lab.shape[:2])
    kind = kinds.kind_of(_small(image, WORKING), found)
    attributes = dict(_shape(found, kind, garment))
    cloth = pattern.patch_of(lab, mask)
    weave = pattern.weave_of(cloth) if cloth is not None else None
    if weave:
        attributes["pattern"] = pattern.class_of(weave, pattern.calm_of(lab, mask))
    printed = attributes.get("pattern", Attribute()).value not in (None, "solid")
    # a pattern may hold the ground's colour by its own right
    attributes["colours"] = _colours(lab, mask, None if printed else _ground(lab, mask), found)
    return PhotoReading(
        attributes={name: each for name, each in attributes.items() if each.is_known},
        share=round(found.share, 3),
        sure=found.confidence,
        texture_energy=round(weave.energy, 2) if weave else 0.0,
        kind=kind.name if kind.is_named else "",
        kind_sure=kind.confidence if kind.is_named else 0.0,
    )


def located(image: Image.Image) -> Segment:
    """Where the garment is in an upright RGB picture."""
    return segment(_lab(image, EDGE))


def _shape(found: Segment, kind: kinds.Kind, garment: str | None) -> dict[str, Attribute]:
    """What the classifier names, then what the outline tells of it. Where the two differ on the garment, neither is
    believed; a brief that names another garment than the classifier sees is about something else in the picture."""
    told = kinds.attributes_of(kind)
    seen = str(told["garment"].value) if "garment" in told else None
    drawn = outline.read(found.mask, garment=garment or seen, sure=found.confidence)
    if kind.is_named and "garment" in drawn and seen is None:
        drawn = {}  # legs in what is named a coat or a long sleeve are a person's own
    if garment and seen != garment:
        told = {}
    return {**drawn, **told}


def _upright(photo: Image.Image | NDArray[np.uint8]) -> Image.Image:
    """RGB on white: what is transparent is background, and white is the kindest one."""
    return on_white(photo if isinstance(photo, Image.Image) else Image.fromarray(photo))


def _lab(image: Image.Image, edge: int) -> Floats:
    return lab_of(np.asarray(_small(image, edge)))


def _small(image: Image.Image, edge: int) -> Image.Image:
    return image if max(image.size) <= edge else image.resize(_within(image.size, edge), Image.Resampling.BOX)


def _within(size: tuple[int, int], edge: int) -> tuple[int, int]:
    """`size` made to fit `edge`; no side under 8 pixels, however thin the picture."""
    share = edge / max(size)
    return max(8, round(size[0] * share)), max(8, round(size[1] * share))


def _grown(mask: Bools, shape: tuple[int, ...]) -> Bools:
    large = Image.fromarray(mask.astype(np.uint8) * 255).resize((shape[1], shape[0]), Image.Resampling.BILINEAR)
    grown: Bools = np.asarray(large) > 140
    return grown


def _ground(lab: Floats, mask: Bools) -> Floats | None:
    """CIELAB (n, 3) of what the picture's border shows outside the garment; None where the garment takes it all."""
    around = lab[border_of(*mask.shape) & ~mask]
    if len(around) < LEAST_PIXELS:
        return None
    centres, nearest = kmeans(around, GROUND_GROUPS, turns=6)
    return centres[np.bincount(nearest, minlength=GROUND_GROUPS) >= LEAST_GROUND * len(around)]


def _colours(lab: Floats, mask: Bools, ground: Floats | None, found: Segment) -> Attribute:
    """The garment's main colours, the largest first; shades of one colour are one. Coverage is of the garment, without
    what shows `ground`."""
    pixels = lab[mask]
    if len(pixels) < LEAST_PIXELS:
        return Attribute()
    centres, nearest = kmeans(pixels, COLOUR_GROUPS, turns=8)
    own = np.ones(len(centres), bool) if ground is None else _own(ground, mask, centres, nearest)
    shares = np.bincount(nearest, minlength=COLOUR_GROUPS) / len(pixels)
    merged = _merged(centres, np.where(own, shares, 0.0) / shares[own].sum())
    named = [_named(centre, share) for centre, share in merged if share >= LEAST_COVERAGE][:MOST_COLOURS]
    return Attribute(value=_once(named), confidence=round(SURE_AT + SURE_BY * found.confidence, 3), source="image")


def _own(ground: Floats, mask: Bools, centres: Floats, nearest: NDArray[np.intp]) -> Bools:
    """Which groups are the garment's: all, unless those that look like the ground lie rather at the mask's rim. A top
    in the colour of the paper reaches as deep into the mask as the skirt below it."""
    own = np.array([min(float(delta_e(centre, each)) for each in ground) >= SAME_AS_GROUND for centre in centres])
    kept = own[nearest]
    core = box_blur(mask.astype(np.float32), max(1, round(RIM * float(mask.sum()) ** 0.5)))[mask] > 0.999
    caught = not kept.all() and kept.mean() >= LEAST_OWN and core[~kept].mean() < RATHER_RIM * core[kept].mean()
    return own if caught else np.ones_like(own)


def _merged(centres: Floats, shares: Floats) -> list[tuple[Floats, float]]:
    """Groups that look alike joined, by area; (CIELAB, share) by falling share."""
    kept: list[tuple[Floats, float]] = []
    for place in np.argsort(-shares):
        centre, share = centres[place], float(shares[place])
        near = [at for at, (other, _) in enumerate(kept) if float(delta_e(centre, other)) < SAME_COLOUR]
        if near:
            other, had = kept[near[0]]
            kept[near[0]] = ((other * had + centre * share) / max(had + share, 1e-9), had + share)
        elif share > 0:
            kept.append((centre, share))
    return sorted(kept, key=lambda pair: -pair[1])


def _named(centre: Floats, share: float) -> dict[str, Any]:
    return {"name": nearest_name(centre)[0], "hex": hex_of(centre), "coverage": round(share, 3)}


def _once(named: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One entry per name: two greys with one name are one colour to a reader."""
    found: dict[str, dict[str, Any]] = {}
    for colour in named:
        had = found.get(colour["name"])
        found[colour["name"]] = {**had, "coverage": round(had["coverage"] + colour["coverage"], 3)} if had else colour
    return list(found.values())
