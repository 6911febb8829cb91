"""The operation "color": white balance, exposure, contrast, saturation, and a palette's colours for the garment.

All of it happens in the picture's own colour space (see `spaces`), in linear light and OKLab. A colour that the space
cannot show gives up chroma at the same lightness and hue, so that nothing is clipped into another hue. Transparency is
not touched; a grey picture keeps its grey.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from designer.pipeline import colours, segmentation
from enhancement.engine.asking import Ask, Cancelled, Progress
from enhancement.operations import balance, outline, palette, pictures, planes, spaces, strips
from enhancement.operations.base import (
    Choice,
    Colours,
    Estimate,
    Flag,
    Number,
    OtherPicture,
    Parameter,
    ParameterError,
    Parameters,
    Position,
    Taste,
)
from enhancement.operations.frame import InMemory, Made, Task, estimate_by_area
from enhancement.operations.pictures import Picture, Samples
from enhancement.operations.spaces import Floats, Space

Plane = NDArray[np.float32]
Pixels = NDArray[np.uint8]

VIEW: Final = 768  # pixels of the longer side on which everything is decided
MIDDLE: Final = 0.55  # OKLab lightness that contrast turns about: about a mid grey
SURE: Final = 0.12  # confidence of the outline below which the whole picture is meant
SECONDS_PER_PIXEL: Final = 0.9e-6  # with everything switched on; two cores of a server
FINE: Final = 12  # pixels of margin within which the outline follows the picture's own edges


@dataclass(slots=True)
class _Plan:
    """What will be done to every pixel."""

    space: Space
    matrix: Floats
    whiten: bool  # whether white and cut pixels stay what they are
    raised: bool  # whether highlights need a shoulder
    contrast: float
    saturation: float
    match: palette.Match | None = None
    keep_lightness: bool = False
    area: Plane | None = None  # how far each pixel of the small view follows the palette, 0..1
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def idle(self) -> bool:
        still = np.array_equal(self.matrix, np.eye(3, dtype=np.float32))
        return still and not self.contrast and not self.saturation and self.match is None

    def toned(self, light: Floats) -> Floats:
        """OKLab after balance, exposure, contrast and saturation."""
        lit = light @ self.matrix.T
        if self.whiten:
            kept = planes.step(light.min(axis=-1, keepdims=True), 0.82, 0.98)
            lit = lit + (light - lit) * kept
        if self.raised:
            lit = balance.shouldered(lit)
        lab = self.space.oklab(np.maximum(lit, 0))
        if self.contrast:
            bent = lab[..., 0] + self.contrast * 2 * (lab[..., 0] - MIDDLE) * lab[..., 0] * (1 - lab[..., 0])
            lab *= np.clip(bent / np.maximum(lab[..., 0], 1e-4), 0, 3)[..., None]
        if self.saturation:
            lab[..., 1:] *= np.float32(1 + self.saturation)
        return lab

    def moved(self, lab: Floats, share: Plane) -> Floats:
        return palette.moved(lab, self.match, share, keep_lightness=self.keep_lightness) if self.match else lab


class Colour(InMemory):
    """Colours as they were meant. Deterministic; every pixel is decided by the picture and its own value."""

    name = "color"
    title = "Colour"
    position = Position.COLOUR
    parameters: tuple[Parameter, ...] = (
        Choice(
            name="white_balance", title="White balance", default="auto", choices=("auto", "off"),
            labels={"auto": "Automatic", "off": "As it is"},
            note="Automatic: a cast of the light is taken out, up to a limit. Neutral light stays as it is.",
        ),
        Number(
            name="temperature", title="Temperature", default=0, minimum=-100, maximum=100,
            note="Warmer above 0, cooler below.",
        ),
        Number(
            name="tint", title="Tint", default=0, minimum=-100, maximum=100,
            note="More purple above 0, greener below.", advanced=True,
        ),
        Number(name="exposure", title="Exposure", default=0, minimum=-3, maximum=3, note="In stops."),
        Flag(
            name="auto_exposure", title="Raise a dark picture",
            note="As far as its highlights allow, at most one and a half stops.",
        ),
        Number(name="contrast", title="Contrast", default=0, minimum=-1, maximum=1),
        Number(name="saturation", title="Saturation", default=0, minimum=-1, maximum=1),
        Colours(name="palette", title="Palette", note="Colours for the garment."),
        Taste(
            name="persona", title="Palette of a persona", fills="palette",
            note="The colours that it has learned, as they are when the work is asked for.",
        ),
        OtherPicture(name="reference", title="Reference", note="An image whose colours the garment shall have."),
        Number(
            name="match", title="Match", default=1, minimum=0, maximum=1,
            note="How far the colours go towards the palette.",
        ),
        Choice(
            name="area", title="Area", default="garment", choices=("garment", "whole"), advanced=True,
            labels={"garment": "The garment", "whole": "The whole picture"},
            note="What takes the palette: the garment, where it can be told from its background, or all.",
        ),
        Flag(
            name="keep_lightness", title="Keep lightness", advanced=True,
            note="The palette's hue and chroma only, with the garment as light or dark as it is.",
        ),
        Flag(
            name="protect_skin", title="Protect skin", default=True, advanced=True,
            note="Colours of skin stay, unless most of the garment has them.",
        ),
    )  # fmt: skip

    def validate(self, params: Mapping[str, object]) -> Parameters:
        """The wish with all parameters. Raises ParameterError, also for a palette and a reference together."""
        clean = super().validate(params)
        if (clean["palette"] or clean["persona"]) and clean["reference"]:
            raise ParameterError("reference", "A palette and a reference cannot both be met.", "Give one of them.")
        return clean

    def estimate(self, width: int, height: int, params: Mapping[str, object]) -> Estimate:
        """Seconds on two processor cores. Raises ParameterError for a picture that is too large."""
        clean = self.validate(params)
        matched = clean["palette"] or clean["persona"] or clean["reference"]
        rate = SECONDS_PER_PIXEL if matched else SECONDS_PER_PIXEL / 2
        return estimate_by_area(width, height, start=0.3, per_pixel=rate)

    def work(self, task: Task) -> Made:
        """Correct the colours."""
        picture, space, profile = spaces.of(task.picture)
        plan = _planned(picture, space, task)
        made, mapped = _applied(picture.samples, plan, task.progress, task.cancelled)
        share = round(mapped / (made.shape[0] * made.shape[1]), 5)
        return Made(picture, made, {**plan.facts, "profile": profile, "gamut_mapped_share": share})


def _small(picture: Picture, edge: int) -> tuple[Pixels, NDArray[np.bool_]]:
    """The picture's colours on at most `edge` pixels a side, and where it is not transparent."""
    share = min(1.0, edge / max(picture.pixels.shape[:2]))
    height, width = (max(1, round(side * share)) for side in picture.pixels.shape[:2])
    small = Image.fromarray(np.ascontiguousarray(picture.pixels)).resize((width, height), Image.Resampling.BOX)
    pixels = np.asarray(small)
    seen = pixels[..., 3] >= 128 if pixels.shape[2] == 4 else np.ones(pixels.shape[:2], bool)
    return np.ascontiguousarray(pixels[..., :3]), seen


def _planned(picture: Picture, space: Space, task: Task) -> _Plan:
    clean, (pixels, seen) = task.wish, _small(picture, VIEW)
    task.stop_if_cancelled()
    light = space.linear(pixels)
    matrix, facts = _balanced(light, seen, space, clean, picture.grey)
    lifted = balance.stops(light @ matrix.T, seen) if clean["auto_exposure"] else 0.0
    raise_by = clean["exposure"] + lifted
    plan = _Plan(
        space,
        matrix=(matrix * 2**raise_by).astype(np.float32),
        whiten=facts["corrected_degrees"] > 0 and not raise_by,
        raised=raise_by > 0,
        contrast=clean["contrast"],
        saturation=0.0 if picture.grey else clean["saturation"],
    )
    plan.facts = {"white_balance": facts, "exposure_stops": round(raise_by, 2), "automatic_stops": lifted}
    plan.facts |= {"contrast": plan.contrast, "saturation": plan.saturation}
    if clean["palette"] or clean["reference"]:
        _plan_palette(plan, picture, (light, seen), task)
    return plan


def _balanced(
    light: Floats, seen: NDArray[np.bool_], space: Space, clean: Parameters, grey: bool
) -> tuple[Floats, dict[str, Any]]:
    """The matrix that takes the cast out and sets the temperature, and what it does in words."""
    white, capped, found = np.ones(3), False, 0.0
    if clean["white_balance"] == "auto" and not grey:
        estimate = balance.cast(light, seen)
        found = balance.angle(estimate)
        white, capped = balance.believed(estimate, light, space)
    facts: dict[str, Any] = {"mode": clean["white_balance"], "cast_degrees": round(found, 1), "capped": capped}
    facts |= {"corrected_degrees": round(balance.angle(white), 1), "white": [round(float(each), 3) for each in white]}
    facts |= {"temperature": clean["temperature"], "tint": clean["tint"]}
    matrix = np.eye(3, dtype=np.float32) if (white == 1).all() else space.adapted(white)
    if (clean["temperature"] or clean["tint"]) and not grey:
        matrix = space.adapted(balance.chosen(clean["temperature"], clean["tint"])) @ matrix
    return matrix, facts


def _plan_palette(plan: _Plan, picture: Picture, view: tuple[Floats, NDArray[np.bool_]], task: Task) -> None:
    """Decide which colour goes where, on the small view, and measure what it will come to. Raises EngineCancelled."""
    if picture.grey:
        picture.notes.append("A grey picture takes no palette.")
        return
    clean, ask, (light, seen) = task.wish, task.stop_if_cancelled, view
    lab = plan.toned(light)
    area, facts = _area(picture, plan.space, lab, seen, clean["area"], ask)
    if clean["protect_skin"] and (area > 0.5).any():
        area = area * (1 - palette.bare(lab, palette.grouped(lab[area > 0.5])))
    if not (area > 0.5).any():
        picture.notes.append("There was nothing to take the palette.")
        return
    ask()
    groups, wanted = palette.grouped(lab[area > 0.5]), _wanted(task)
    ask()
    plan.match, plan.keep_lightness = palette.matched(groups, wanted), clean["keep_lightness"]
    plan.area = area * np.float32(clean["match"])
    made = balance.gamut_mapped(plan.space, plan.moved(lab, plan.area))[0]
    ask()
    facts |= _differences(plan.space, light[area > 0.5], made[area > 0.5], wanted.centres)
    facts["moves"] = [
        {"from": _hex(plan.space, here), "to": _hex(plan.space, there), "share": round(float(share), 3)}
        for here, there, share in zip(plan.match.centres, plan.match.targets, groups.shares, strict=True)
    ]
    facts |= {"match": clean["match"], "keep_lightness": clean["keep_lightness"]}
    facts |= {"persona": clean["persona"]} if clean["persona"] else {}
    plan.facts["palette"] = facts


def _area(
    picture: Picture, space: Space, lab: Floats, seen: NDArray[np.bool_], wish: str, ask: Ask
) -> tuple[Plane, dict[str, Any]]:
    """Where the palette applies on the small view, 0..1, and how that was found. Raises EngineCancelled."""
    every = seen.astype(np.float32)
    if wish == "whole" or min(lab.shape[:2]) < 32:
        return every, {"area": "whole"}
    if not seen.all():  # cut out already: what is there is the garment
        return every, {"area": "garment"}
    tiny = space.lab(space.linear(_small(picture, segmentation.EDGE)[0]))
    if min(tiny.shape[:2]) < 8:
        return every, {"area": "whole"}
    area, sure = outline.found(tiny, space.lab(space.from_oklab(lab)), ask=ask)
    if sure < SURE:
        picture.notes.append("The garment could not be told from its background; the palette was used for all.")
        return every, {"area": "whole", "confidence": sure}
    return area, {"area": "garment", "confidence": sure, "share": round(float(area.mean()), 3)}


def _wanted(task: Task) -> palette.Groups:
    """The colours wanted, with their shares. Raises ParameterError where the reference was not brought or is empty,
    EngineCancelled."""
    if task.wish["palette"]:
        shown = spaces.srgb()
        rgb = np.array([colours.rgb_of(each) for each in task.wish["palette"]], np.uint8)
        return palette.Groups(shown.oklab(shown.linear(rgb)), np.full(len(rgb), 1 / len(rgb), np.float32))
    if "reference" not in task.others:
        raise ParameterError("reference", "The reference is not there.", "Choose another image.")
    picture, space, _ = spaces.of(pictures.read(task.others["reference"]))
    pixels, seen = _small(picture, VIEW)
    lab = space.oklab(space.linear(pixels))
    inside = lab[_area(picture, space, lab, seen, "garment", task.stop_if_cancelled)[0] > 0.5]
    if not len(inside):
        raise ParameterError("reference", "The reference is wholly transparent.", "Choose another image.")
    return palette.grouped(inside)


def _differences(space: Space, before: Floats, after: Floats, wanted: Floats) -> dict[str, Any]:
    """Mean CIEDE2000 from the pixels (n, 3) to the nearest colour of the palette, before and after."""
    target = space.lab(space.from_oklab(wanted))
    every = max(1, len(before) // 4000)
    means = [
        float(colours.delta_e(space.lab(light[::every])[:, None], target[None]).min(axis=1).mean())
        for light in (before, after)
    ]
    shown = [_hex(space, each) for each in wanted]
    return {"colours": shown, "delta_e_before": round(means[0], 2), "delta_e_after": round(means[1], 2)}


def _hex(space: Space, lab: Floats) -> str:
    """The colour as sRGB writes it, whatever the picture's own space."""
    shown = spaces.srgb()
    rgb = shown.encoded(balance.gamut_mapped(shown, shown.oklab(shown.linear(np.zeros((1, 3), np.uint8))) + lab)[0])[0]
    return f"#{rgb[0]:02x}{rgb[1]:02x}{rgb[2]:02x}"


def _applied(pixels: Samples, plan: _Plan, progress: Progress, cancelled: Cancelled) -> tuple[Samples, int]:
    """The picture with the plan carried out, and how many pixels gave up chroma."""
    if plan.idle:
        progress(1.0)
        return pixels, 0
    height, mapped = pixels.shape[0], 0

    def work(part: Samples, top: int) -> Samples:
        nonlocal mapped
        lab = plan.toned(plan.space.linear(part[..., :3]))
        light, out = balance.gamut_mapped(plan.space, plan.moved(lab, _share(plan, lab, top, height)))
        mapped += out
        made = part.copy()
        made[..., :3] = plan.space.encoded(light, deep=part.dtype == np.uint16)
        return made

    made = strips.done(
        pixels, work, halo=2 * FINE if plan.area is not None else 0, progress=progress, cancelled=cancelled
    )
    return made, mapped


def _share(plan: _Plan, lab: Floats, top: int, height: int) -> Plane:
    """How far each pixel of a strip follows the palette, 0..1: the small view's outline along this strip's edges."""
    if plan.area is None:
        return np.zeros(lab.shape[:2], np.float32)
    rows, columns = lab.shape[:2]
    scale = plan.area.shape[0] / height
    box = (0, top * scale, plan.area.shape[1], min((top + rows) * scale, plan.area.shape[0]))
    rough = np.asarray(Image.fromarray(plan.area).resize((columns, rows), Image.Resampling.BILINEAR, box=box))
    reach = min(FINE, round(1.5 / scale))
    if reach < 2:
        return rough
    return np.clip(planes.guided(lab[..., 0], rough, reach, 0.03), 0, 1)
