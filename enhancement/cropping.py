"""A recipe for a whole picture, said anew for a small part of it. Pure: no picture is stored and no row is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from PIL import Image

from enhancement.operations import framing, registry
from enhancement.operations.crop import Crop
from enhancement.operations.framing import Box
from enhancement.operations.upscale import Upscale
from enhancement.operations.watermark import NAME as WATERMARK
from enhancement.prices import LOCAL
from enhancement.recipes import Plan, Step
from teams.base.errors import Refused

EDGES: Final = (384, 320, 256, 192, 128)  # of the part, in pixels of the source: the largest that is quick enough
QUICK: Final = 8.0  # seconds by the operations' own estimates, of all recipes together
WHOLE: Final = {
    Crop.name: "The crop is drawn over the whole picture, as a small view suggests it; the part is not cut.",
    WATERMARK: "The mark is left where it is: its place is one of the whole picture.",
}
ALONE: Final = {
    "color": "Light and colours are judged from this part alone; of the whole they may come out a little different.",
    "background": "The subject is looked for in this part alone; in the whole it is found better.",
}
TOLD: Final = 512  # pixels of the view in which the most detailed spot is sought


@dataclass(frozen=True, slots=True)
class OnPart:
    """Steps as `operations` know them, each with the `size` that its result is brought to, and what to know of them."""

    steps: list[dict[str, Any]]
    notes: list[str]
    seconds: float


def on_part(plan: Plan, *, size: tuple[int, int], edge: int) -> OnPart:
    """The plan of a picture of `size` for a part of `edge` x `edge` pixels of it.

    Raises Refused where nothing of it can be shown on a part.
    """
    steps, notes, seconds, side = [], [], 0.0, edge
    width = size[0]
    for step in plan.steps:
        name, factor, width = step.checked.operation.name, step.estimate.width / width, step.estimate.width
        if left_out := _left_out(step):
            notes.append(left_out)
            continue
        said = _scaled(step, factor) if name == Upscale.name else step.checked.wish
        seconds += 0.0 if said.get("keep") else registry.get(name).estimate(side, side, _params(said)).seconds
        side = max(1, round(side * factor))
        steps.append({**said, "size": side})
        notes += [ALONE[name]] if name in ALONE else []
    if not steps and not any(step.checked.operation.name == Crop.name for step in plan.steps):
        remedy = "Take in an operation that changes its pixels, or enhance the whole."
        raise Refused("nothing_to_preview", notes[0], field="operations", remedy=remedy)
    return OnPart(steps, notes, seconds)


def _left_out(step: Step) -> str:
    if step.price.provider != LOCAL:
        return f"{step.checked.operation.title} is left out: a service does it, and it would be paid for."
    return WHOLE.get(step.checked.operation.name, "")


def _scaled(step: Step, factor: float) -> dict[str, Any]:
    """Enlarging by a factor, whichever way the size was said; `keep`: no network, only brought to its size."""
    known = next(each.choices for each in step.checked.operation.parameters if each.name == "scale")  # type: ignore[union-attr]  # it is a choice
    scale = next((each for each in known if float(each) >= factor - 1e-6), known[-1])
    return {**step.checked.wish, "target": "scale", "scale": scale, **({"keep": True} if factor <= 1 else {})}


def _params(step: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in step.items() if key not in ("name", "size", "keep")}


def edge_for(plans: list[Plan], *, size: tuple[int, int]) -> tuple[int, list[OnPart]]:
    """The largest side that is quick enough for all recipes, and these on it. Raises Refused."""
    fitting = [min(edge, *size) for edge in EDGES]
    for edge in fitting:
        found = [on_part(plan, size=size, edge=edge) for plan in plans]
        if sum(each.seconds for each in found) <= QUICK:
            break
    return edge, found


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
