"""The operation "crop": to a shape for a page, around what the picture is of, without cutting a face."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from PIL import Image

from enhancement.operations import faces, framing, pictures, strips, subject
from enhancement.operations.base import (
    Choice,
    Estimate,
    Number,
    Parameter,
    ParameterError,
    Parameters,
    Position,
)
from enhancement.operations.frame import InMemory, Made, Task
from enhancement.operations.framing import Box

FREE, SWATCH = "free", "swatch"
RATIOS: Final = {"3:4": 3 / 4, "2:3": 2 / 3, "1:1": 1.0, "4:5": 4 / 5, "9:16": 9 / 16, "16:9": 16 / 9}
LABELS: Final = {
    **{ratio: f"{ratio}, {'lookbook' if ratio in ('3:4', '2:3') else 'social'}" for ratio in RATIOS},
    SWATCH: "A swatch of the fabric", FREE: "A box of your own",
}  # fmt: skip
HAIR, CHIN, EARS = 0.45, 0.2, 0.2  # shares of a face's box that belong to the head above, below and beside it
LEAST_SWATCH: Final = 16  # pixels; a smaller patch shows no weave
SECONDS, SECONDS_PER_PIXEL = 1.2, 4e-8  # looking for the subject and for faces; copying


class Crop(InMemory):
    """A part of the picture; its pixels stay as they are."""

    name = "crop"
    title = "Crop"
    position = Position.CROP
    parameters: tuple[Parameter, ...] = (
        Choice(
            name="shape", title="Shape", default="3:4", choices=(*RATIOS, SWATCH, FREE), labels=LABELS,
            note="Garment and faces stay whole. A swatch is the piece of fabric with most texture.",
        ),
        Number(
            name="margin", title="Margin", default=0.06, minimum=0, maximum=0.5,
            note="Room around the garment, as a share of its longer side.",
        ),
        Number(
            name="patch", title="Size of the swatch", default=0.25, minimum=0.02, maximum=1,
            note="As a share of the picture's shorter side.",
        ),
        Number(name="left", title="Left", default=0, minimum=0, maximum=1, note="For free, as a share of the width."),
        Number(name="top", title="Top", default=0, minimum=0, maximum=1, note="For free, as a share of the height."),
        Number(name="width", title="Width", default=1, minimum=0, maximum=1, note="For free."),
        Number(name="height", title="Height", default=1, minimum=0, maximum=1, note="For free."),
    )  # fmt: skip

    def unavailable(self) -> str:
        return faces.unavailable()

    def validate(self, params: Mapping[str, object]) -> Parameters:
        """The wish with all parameters. Raises ParameterError, also for a box that leaves the picture."""
        clean = super().validate(params)
        for side, start in (("width", "left"), ("height", "top")):
            if clean["shape"] == FREE and not 0 < clean[side] <= 1 - clean[start] + 1e-9:
                reason = f"A box from {clean[start]:g} on cannot have a {side} of {clean[side]:g}."
                raise ParameterError(side, reason, f"{start} and {side} together are at most 1, and more than 0.")
        return clean

    def estimate(self, width: int, height: int, params: Mapping[str, object]) -> Estimate:
        """Seconds on two processor cores, and the size of the result: for a ratio the largest that it may have."""
        clean = self.validate(params)
        strips.check_size(width, height)
        seconds = width * height * SECONDS_PER_PIXEL + (0.0 if clean["shape"] == FREE else SECONDS)
        if clean["shape"] == FREE:
            box = Box.of_shares(clean, width, height)
            made = (box.width, box.height)
        elif clean["shape"] == SWATCH:
            made = (_edge(width, height, clean),) * 2
        else:
            made = framing.largest(width, height, RATIOS[clean["shape"]])
        return Estimate(seconds=round(seconds, 2), width=made[0], height=made[1])

    def work(self, task: Task) -> Made:
        """Cut. Raises ParameterError where every place would cut a face."""
        picture, wish = task.picture, task.wish
        height, width = picture.samples.shape[:2]
        if wish["shape"] == FREE:
            box = Box.of_shares(wish, width, height)
            facts: dict[str, Any] = {"guides": framing.guides(box, [], None)}
        else:
            box, facts = _found(task)
        made = picture.samples[box.top : box.bottom, box.left : box.right]
        said = {"shape": wish["shape"], "box": box.shown(), "of": {"width": width, "height": height}, **facts}
        return Made(picture, made, said)


def _edge(width: int, height: int, clean: Parameters) -> int:
    """Pixels of a swatch's side. Raises ParameterError for one in which no weave would show."""
    edge = round(min(width, height) * float(clean["patch"]))
    if edge < LEAST_SWATCH:
        reason = f"A swatch of {edge} pixels would show no weave; {LEAST_SWATCH} are the least."
        raise ParameterError("patch", reason, "Use a larger swatch, or a larger picture.")
    return edge


def _found(task: Task) -> tuple[Box, dict[str, Any]]:
    """The box that the picture itself suggests, and facts for whoever draws it."""
    picture, clean = task.picture, task.wish
    height, width = picture.pixels.shape[:2]
    garment = subject.find(picture.pixels, ask=task.stop_if_cancelled)
    bare = [_bare(face, width, height) for face in faces.find(picture.pixels, ask=task.stop_if_cancelled)]
    task.stop_if_cancelled()
    heads = [_head(face, width, height) for face in bare]
    area = _box_of(garment, width, height) if garment.found else None
    if area is None:
        picture.notes.append("No garment stood out from the background; the crop is about the middle.")
    if clean["shape"] == SWATCH:
        box = _swatch(picture, garment, heads, _edge(width, height, clean))
    else:
        box = _framed(area, bare, heads, (width, height), clean)
    facts: dict[str, Any] = {"faces": len(bare), "confidence": garment.confidence}
    return box, {**facts, "guides": framing.guides(box, bare, area)}


def _bare(face: faces.Face, width: int, height: int) -> Box:
    box = Box(round(face.left), round(face.top), round(face.left + face.width), round(face.top + face.height))
    return box.grown(0, 0, 0, width, height)


def _head(face: Box, width: int, height: int) -> Box:
    return face.grown(EARS * face.width, HAIR * face.height, CHIN * face.height, width, height)


def _box_of(garment: subject.Subject, width: int, height: int) -> Box:
    """The subject's box in the picture's own pixels, rounded outwards."""
    small = framing.bounds(garment.area > subject.CORE)
    across, down = width / garment.area.shape[1], height / garment.area.shape[0]
    return Box(
        int(small.left * across), int(small.top * down),
        min(width, int(np.ceil(small.right * across))), min(height, int(np.ceil(small.bottom * down))),
    )  # fmt: skip


def _framed(area: Box | None, bare: list[Box], heads: list[Box], size: tuple[int, int], clean: Parameters) -> Box:
    """The box of the wished ratio: with whole heads, or if that cannot be, whole faces. Raises ParameterError."""
    for kept in (heads, bare):
        parts = [*([area] if area else []), *kept]
        wanted = Box(0, 0, *size)
        if parts:
            joined = functools.reduce(Box.joined, parts)
            room = clean["margin"] * max(joined.width, joined.height)
            wanted = joined.grown(room, room, room, *size)
        sides = framing.around(wanted, *size, RATIOS[clean["shape"]])
        box = framing.placed(sides, *size, wanted, kept)
        whole, met = (sum(asked(each) for each in kept) for asked in (box.holds, box.meets))
        if whole == met and (whole or not kept):
            return box
    reason = f"Every crop of {clean['shape']} would cut a face or leave all faces out."
    raise ParameterError("shape", reason, "Use a shape nearer to the picture's own, or a free box.")


def _swatch(picture: pictures.Picture, garment: subject.Subject, heads: list[Box], edge: int) -> Box:
    """The most telling square of fabric, sought on the small view."""
    height, width = picture.pixels.shape[:2]
    small = subject.view(picture.pixels, subject.VIEW)
    share = small.shape[0] / height
    light = np.asarray(Image.fromarray(small).convert("L"), np.float32) / np.float32(255)
    area = garment.area.copy() if garment.found else np.ones(light.shape, np.float32)
    for head in heads:
        area[
            int(head.top * share) : int(head.bottom * share) + 1, int(head.left * share) : int(head.right * share) + 1
        ] = 0
    least = min(light.shape)
    box, cover = framing.swatch(light, area, max(1, min(least, round(edge * share))))
    if cover < framing.COVER and garment.found:
        picture.notes.append(f"{1 - cover:.0%} of the swatch is not fabric: no square of this size is.")
    left, top = (min(round(at / share), side - edge) for at, side in ((box.left, width), (box.top, height)))
    return Box(left, top, left + edge, top + edge)
