"""A recipe for a whole picture, said anew for a small part of it. Pure: no picture is stored and no row is read."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final

import numpy as np
from PIL import Image

from enhancement.operations import framing, registry
from enhancement.operations.crop import Crop
from enhancement.operations.face_restore import FaceRestore
from enhancement.operations.framing import Box
from enhancement.operations.upscale import Upscale
from enhancement.operations.watermark import LARGEST_SHARE, MARGIN
from enhancement.operations.watermark import NAME as WATERMARK
from enhancement.prices import LOCAL
from enhancement.recipes import Plan, Step
from teams.base.errors import Refused

EDGES: Final = (384, 320, 256, 192, 128)  # of the part, in pixels of the source: the largest that is quick enough
QUICK: Final = 8.0  # seconds by the operations' own estimates, of all recipes together
PATIENT: Final = 20.0  # the same for a part that has to be larger, so that a mark or a face lies whole on it
HEAD: Final = 2.0  # sides of a face as it is found: what a network of faces looks at
LARGEST: Final = 2048  # pixels of a part's side, however quick
EDGEWISE: Final = 1e-7  # pixels: what a share of a side may lose by being told
UNCUT: Final = "The crop is drawn over the whole picture, as a small view suggests it; the part is not cut."
AT_MARK: Final = "Tried where the mark is."
NOT_ON_IT: Final = "The mark is outside the part that is tried. Let the studio choose the spot, or point at the mark."
TOO_SMALL: Final = "The mark is left: it needs a larger part than is tried here. Draw it closer, or do the whole."
TOO_LARGE: Final = "The mark is left: its box is too large to be tried on a part. Draw it closer, or do the whole."
AT_FACE: Final = "Tried where a face is."
NO_FACE: Final = "No face was found in a view of the whole, so it is tried where most detail is."
LARGE_FACE: Final = "The face is too large to be tried on a part, so it is tried where most detail is."
ALONE: Final = {
    "color": "Light and colours are judged from this part alone; of the whole they may come out a little different.",
    "background": "The subject is looked for in this part alone; in the whole it is found better.",
}
TOLD: Final = 512  # pixels of the view in which the most detailed spot is sought
Spot = tuple[float, float]  # shares of width and height


@dataclass(frozen=True, slots=True)
class OnPart:
    """Steps as `operations` know them, each with the `size` that its result is brought to, and what to know of them."""

    steps: list[dict[str, Any]]
    notes: list[str]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a trial is about, in pixels of the source: it has to lie whole on the part, of at least `edge` a side."""

    operation: str
    box: Box
    edge: int


def on_part(plan: Plan, *, size: tuple[int, int], part: Box) -> OnPart:
    """The plan of a picture of `size` for a part of it.

    Raises Refused where nothing of it can be shown there.
    """
    steps, notes, side = [], [], part.width
    width = size[0]
    for step in plan.steps:
        name, factor, width = step.checked.operation.name, step.estimate.width / width, step.estimate.width
        if left_out := _left_out(step) or (_mark_left_out(step, size, part) if name == WATERMARK else ""):
            notes.append(left_out)
            continue
        side = max(1, round(side * factor))
        steps.append({**_said_anew(step, factor, size, part), "size": side})
        notes += [ALONE[name]] if name in ALONE else []
    if not steps and not any(step.checked.operation.name == Crop.name for step in plan.steps):
        remedy = "Take in an operation that changes its pixels, or enhance the whole."
        raise Refused("nothing_to_preview", notes[0], field="operations", remedy=remedy)
    return OnPart(steps, notes)


def _said_anew(step: Step, factor: float, size: tuple[int, int], part: Box) -> dict[str, Any]:
    """The wish of a step, for the part."""
    name, wish = step.checked.operation.name, step.checked.wish
    if name == Upscale.name:
        return _scaled(step, factor)
    if name == WATERMARK:
        box, edge = Box.of_shares(wish, *size), part.width
        start = {"left": (box.left - part.left + EDGEWISE) / edge, "top": (box.top - part.top + EDGEWISE) / edge}
        width, height = min(box.width / edge, 1 - start["left"]), min(box.height / edge, 1 - start["top"])
        return {**wish, **start, "width": width, "height": height}
    return wish


def _mark_left_out(step: Step, size: tuple[int, int], part: Box) -> str:
    mark = Box.of_shares(step.checked.wish, *size)
    if part.holds(mark) and _least_of(mark) <= part.width:
        return ""
    if _least_of(mark) > min(LARGEST, *size):
        return TOO_LARGE
    return TOO_SMALL if _least_of(mark) > part.width else NOT_ON_IT


def _least_of(mark: Box) -> int:
    """The least side of a part for a mark: no box of its operation takes a larger share of its picture."""
    return max(mark.width, mark.height, math.ceil(math.sqrt(mark.width * mark.height / LARGEST_SHARE)) + 1)


def _left_out(step: Step) -> str:
    if step.price.provider != LOCAL:
        return f"{step.checked.operation.title} is left out: a service does it, and it would be paid for."
    return UNCUT if step.checked.operation.name == Crop.name else ""


def _scaled(step: Step, factor: float) -> dict[str, Any]:
    """Enlarging by a factor, whichever way the size was said; `keep`: no network, only brought to its size."""
    known = next(each.choices for each in step.checked.operation.parameters if each.name == "scale")  # type: ignore[union-attr]  # it is a choice
    scale = next((each for each in known if float(each) >= factor - 1e-6), known[-1])
    return {**step.checked.wish, "target": "scale", "scale": scale, **({"keep": True} if factor <= 1 else {})}


def _params(step: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in step.items() if key not in ("name", "size", "keep")}


def mark_of(plans: Sequence[Plan], size: tuple[int, int], spot: Spot | None) -> Subject | None:
    """The marks that the recipes take off, together where one part can hold them; else the first, or the one that
    somebody points at. None where they point elsewhere."""
    steps = (step for plan in plans for step in plan.steps if step.checked.operation.name == WATERMARK)
    marks = [_marked([Box.of_shares(step.checked.wish, *size)], size) for step in steps]
    if not marks:
        return None
    together = _marked([mark.box for mark in marks], size)
    fitting = [*([together] if _side_for(plans, size, together) else []), *marks]
    return next((mark for mark in fitting if spot is None or is_meant(mark, spot, size)), None)


def _marked(boxes: Sequence[Box], size: tuple[int, int]) -> Subject:
    whole = reduce(Box.joined, boxes)
    roomy = max(whole.width, whole.height) + 2 * MARGIN
    return Subject(WATERMARK, whole, max(whole.width, whole.height, *map(_least_of, boxes), min(roomy, *size)))


def has_faces(plan: Plan) -> bool:
    """Whether faces are restored here."""
    return any(step.checked.operation.name == FaceRestore.name and not _left_out(step) for step in plan.steps)


def face_of(faces: Sequence[Box], spot: Spot | None, size: tuple[int, int]) -> Subject | None:
    """The first of the faces, or the one that somebody points at."""
    found = [Subject(FaceRestore.name, box, min(round(HEAD * max(box.width, box.height)), *size)) for box in faces]
    return next((face for face in found if spot is None or is_meant(face, spot, size)), None)


def is_meant(subject: Subject, spot: Spot, size: tuple[int, int]) -> bool:
    """Whether somebody points at it, or close to it."""
    box = subject.box
    near = box.grown(box.width / 4, box.height / 4, box.height / 4, *size)
    return near.left <= spot[0] * size[0] <= near.right and near.top <= spot[1] * size[1] <= near.bottom


def part_for(
    plans: Sequence[Plan],
    *,
    size: tuple[int, int],
    subject: Subject | None,
    spot: Spot | None,
    detailed: Callable[[int], Spot],
) -> tuple[Box, bool]:
    """The part on which all recipes are tried, and whether it is where it is for the sake of `subject`; else it is
    around `spot`, or where `detailed` says for a part of so many pixels.

    Its side is the largest that is quick enough; where the subject needs a larger one, that, if it can be waited for.
    """
    if subject is not None and (side := _side_for(plans, size, subject)):
        box = subject.box
        middle = ((box.left + box.right) / 2 / size[0], (box.top + box.bottom) / 2 / size[1])
        return box_at(*middle, size=size, edge=side), True
    edge = _quick_side(plans, size)
    return box_at(*(spot or detailed(edge)), size=size, edge=edge), False


def _quick_side(plans: Sequence[Plan], size: tuple[int, int]) -> int:
    """The largest side of a part that is quick enough."""
    fitting = [min(edge, *size) for edge in EDGES]
    return next((each for each in fitting if _seconds(plans, size, each) <= QUICK), fitting[-1])


def _side_for(plans: Sequence[Plan], size: tuple[int, int], subject: Subject) -> int:
    """The side of a part that holds a subject whole; 0 where none does that can be waited for."""
    edge = _quick_side(plans, size)
    if subject.edge <= edge:
        return edge
    return subject.edge if subject.edge <= min(LARGEST, *size) and _seconds(plans, size, subject.edge) <= PATIENT else 0


def told_of_mark(part: OnPart) -> list[str]:
    """That the part is where a mark is, by a recipe whose mark lies on it."""
    return [AT_MARK] if any(step["name"] == WATERMARK for step in part.steps) else []


def told_of_face(plan: Plan, face: Subject | None, *, about: bool, chosen: bool) -> list[str]:
    """Why the part is where it is, once faces were looked for. about: for the sake of the face; chosen: somebody
    pointed."""
    if not has_faces(plan):
        return []
    if about:
        return [AT_FACE]
    return [] if chosen else [LARGE_FACE if face else NO_FACE]


def _seconds(plans: Sequence[Plan], size: tuple[int, int], edge: int) -> float:
    """What the recipes come to on a part of `edge` pixels. A face takes as long on any part, and is not counted."""
    seconds = 0.0
    for plan in plans:
        side, width = edge, size[0]
        for step in plan.steps:
            name, factor, width = step.checked.operation.name, step.estimate.width / width, step.estimate.width
            if _left_out(step):
                continue
            said = _scaled(step, factor) if name == Upscale.name else step.checked.wish
            if name != FaceRestore.name and not said.get("keep"):
                seconds += registry.get(name).estimate(side, side, _params(said)).seconds
            side = max(1, round(side * factor))
    return seconds


def box_at(x: float, y: float, *, size: tuple[int, int], edge: int) -> Box:
    """The square of `edge` pixels around a point (shares of width and height) that lies wholly in the picture."""
    width, height = size
    left = min(max(0, round(x * width - edge / 2)), width - edge)
    top = min(max(0, round(y * height - edge / 2)), height - edge)
    return Box(left, top, left + edge, top + edge)


def detailed_spot(view: Image.Image, *, share: float) -> tuple[float, float]:
    """The middle of the most detailed square of a picture, in shares of its sides. share: the square's side, of the
    width."""
    small = view.convert("L")
    small.thumbnail((TOLD, TOLD))
    light = np.asarray(small, np.float32) / np.float32(255)
    edge = max(1, min(round(share * small.width), *small.size))
    box, _ = framing.swatch(light, np.ones_like(light), edge)
    return (box.left + edge / 2) / small.width, (box.top + edge / 2) / small.height
