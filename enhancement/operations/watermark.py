"""The operation "watermark_removal": a mark taken off one's own picture, and nothing else of it touched.

Only who declares to hold the rights may ask; whether the picture is somebody else's by its own provenance, and who
declared what when, is the service's matter (see `enhancement.rights`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from enhancement.engine.errors import EngineError
from enhancement.operations import faces, inpainting, planes, strips
from enhancement.operations.base import (
    Choice,
    Estimate,
    Flag,
    Number,
    Parameter,
    ParameterError,
    Parameters,
    Position,
)
from enhancement.operations.frame import InMemory, Made, Task
from enhancement.operations.framing import Box
from enhancement.operations.pictures import Samples, white_of

Bools = NDArray[np.bool_]

NAME: Final = "watermark_removal"
STROKES, BOX = "strokes", "box"
NEAREST, LINES = "telea", "navier-stokes"
CLEAR: Final = 10.0  # levels of 255 by which a stroke stands out from what is around it
STROKE: Final = 0.12  # of the box's shorter side: the widest stroke of a letter
GROW: Final = 2  # pixels around a stroke that its soft edge reaches
MARGIN: Final = 20  # pixels around the box that its filling may see
LARGEST_SHARE: Final = 0.25  # of the picture: what is painted anew beyond that is another picture
SECONDS_PER_PIXEL: Final = 4e-6  # of the box


class NoMark(EngineError):
    """Nothing in the box stands out as a mark does."""

    code = "no_mark"


class WatermarkRemoval(InMemory):
    """Paints a marked box, or only the strokes in it, from what is around them. Every pixel outside stays as it is."""

    name = NAME
    title = "Remove a watermark"
    position = Position.WATERMARK
    parameters: tuple[Parameter, ...] = (
        Flag(
            name="rights", title="I hold the rights to this image",
            note="Needed. Your name, the time and the image are written into the team's audit log.",
        ),
        Number(name="left", title="Left", default=0.6, minimum=0, maximum=1, note="As a share of the width."),
        Number(name="top", title="Top", default=0.85, minimum=0, maximum=1, note="As a share of the height."),
        Number(name="width", title="Width", default=0.38, minimum=0, maximum=1),
        Number(name="height", title="Height", default=0.13, minimum=0, maximum=1),
        Choice(
            name="area", title="What is painted", default=STROKES, choices=(STROKES, BOX),
            labels={STROKES: "Letters and lines", BOX: "All of the box"},
            note="What stands out in the box as letters and lines do, or all of it.",
        ),
        Choice(
            name="method", title="Method", default=NEAREST, choices=(NEAREST, LINES), advanced=True,
            labels={NEAREST: "From the nearest pixels", LINES: "Lines are carried on"},
            note="Lines that are carried on suit seams and folds under the mark.",
        ),
    )  # fmt: skip

    def unavailable(self) -> str:
        return faces.unavailable()

    def estimate(self, width: int, height: int, params: Mapping[str, object]) -> Estimate:
        """Seconds on two processor cores. Raises ParameterError without a declaration, or for a box that cannot be."""
        box = _box(width, height, self.validate(params))
        seconds = 0.2 + box.width * box.height * SECONDS_PER_PIXEL
        return Estimate(seconds=round(seconds, 2), width=width, height=height)

    def work(self, task: Task) -> Made:
        """Take the mark off. Raises NoMark."""
        picture, wish = task.picture, task.wish
        height, width = picture.samples.shape[:2]
        box = _box(width, height, wish)
        marked = _marked(task, box)
        made = _painted(task, box, marked)
        facts = {"rights_declared": True, "box": box.shown(), "area": wish["area"], "method": wish["method"]}
        return Made(picture, made, {**facts, "painted_pixels": int(marked.sum())})


def _box(width: int, height: int, clean: Parameters) -> Box:
    """The box in pixels. Raises ParameterError without a declaration, for an empty box or one too large."""
    if not clean["rights"]:
        raise ParameterError("rights", "Nobody has declared to hold the rights.", "Declare it, if you do hold them.")
    strips.check_size(width, height)
    for side, start in (("width", "left"), ("height", "top")):
        if not 0 < clean[side] <= 1 - clean[start] + 1e-9:
            reason = f"A box from {clean[start]:g} on cannot have a {side} of {clean[side]:g}."
            raise ParameterError(side, reason, f"{start} and {side} together are at most 1, and more than 0.")
    if clean["width"] * clean["height"] > LARGEST_SHARE:
        reason = f"The box takes more than {LARGEST_SHARE:.0%} of the picture."
        raise ParameterError("width", reason, "Draw it closer around the mark.")
    return Box.of_shares(clean, width, height)


def _marked(task: Task, box: Box) -> Bools:
    """Which pixels of the box are painted anew. Raises NoMark where nothing in it stands out."""
    part = task.picture.samples[box.top : box.bottom, box.left : box.right, :3]
    if task.wish["area"] == BOX:
        return np.ones(part.shape[:2], bool)
    light, radius = part.max(axis=-1), max(1, round(STROKE * min(part.shape[:2]) / 2))

    def reached(samples: Samples, radius: int, *, high: bool) -> Samples:
        task.stop_if_cancelled()  # of a large box each takes part of a second
        return planes.highest(samples, radius) if high else planes.lowest(samples, radius)

    # without what is brighter than its surroundings and thinner than twice the radius; then without what is darker
    dimmed = reached(reached(light, radius, high=False), radius, high=True)
    strokes = light - dimmed > CLEAR * (white_of(part) / 255)
    lifted = reached(reached(light, radius, high=True), radius, high=False)
    strokes |= lifted - light > CLEAR * (white_of(part) / 255)
    if not strokes.any():
        raise NoMark("Nothing in the box stands out as a mark does.", remedy="Move the box, or paint all of it.")
    return np.asarray(reached(strokes.astype(np.uint8), GROW, high=True) > 0)


def _painted(task: Task, box: Box, marked: Bools) -> Samples:
    """The picture with what is marked in the box painted anew."""
    pixels = task.picture.samples
    around = box.grown(MARGIN, MARGIN, MARGIN, pixels.shape[1], pixels.shape[0])
    inner = box.within(around)
    hole = np.zeros((around.height, around.width), bool)
    hole[inner.top : inner.bottom, inner.left : inner.right] = marked
    made = pixels.copy()
    part = made[around.top : around.bottom, around.left : around.right]
    lines, seen = task.wish["method"] == LINES, strips.opaque(part)
    filled = inpainting.filled(seen, hole, lines=lines, progress=task.progress, cancelled=task.cancelled)
    part[hole, :3] = filled[hole]
    return made
