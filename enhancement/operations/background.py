"""The operation "background": the subject cut out to its hairs, before a colour, another picture, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from enhancement.engine.alpha import bleed
from enhancement.engine.asking import Cancelled, untold
from enhancement.engine.errors import EngineError
from enhancement.operations import cutting, faces, matting, pictures, spaces, strips, subject
from enhancement.operations.backdrops import Backdrop, Evened, Plain, Scene
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
    part_of,
)
from enhancement.operations.frame import InMemory, Made, Task, estimate_by_area
from enhancement.operations.matting import Matte
from enhancement.operations.pictures import Picture, Pixels, Samples, rounded, white_of
from enhancement.operations.planes import Plane
from enhancement.operations.spaces import Space

CLEANUP, COLOUR, PICTURE, TRANSPARENT = "cleanup", "colour", "picture", "transparent"
SECONDS, SECONDS_PER_PIXEL = 5.0, 1.6e-6  # finding and explaining on a small view; then every pixel
MASKED, FOUND = 0.15, 0.4  # shares of the progress at which the mask and the matte are there
UNSURE: Final = 0.35  # confidence under which a person should look at the outline


class NothingFound(EngineError):
    """No subject could be told from its background."""

    code = "nothing_found"


@dataclass(slots=True)
class _Cut:
    """How the subject is told from its background: by a matte, or by the picture's own transparency."""

    matte: Matte | None
    confidence: float

    def alpha(self, part: Samples, top: int, height: int) -> Plane:
        if self.matte is None:
            return np.asarray(part[..., 3] / white_of(part), np.float32)
        return self.matte.alpha(part, top, height)


class Background(InMemory):
    """Another background, or none, with clean edges; the subject's pixels stay as they are."""

    name = "background"
    title = "Background"
    position = Position.BACKGROUND
    parameters: tuple[Parameter, ...] = (
        Choice(
            name="mode", title="Background", default=CLEANUP, choices=(CLEANUP, COLOUR, PICTURE, TRANSPARENT),
            labels={
                CLEANUP: "Cleaned up", COLOUR: "A colour", PICTURE: "Another picture", TRANSPARENT: "Transparent",
            },
            note="Cleaned up, the old one is made even and softly lit.",
        ),
        Colours(name="colour", title="Colour", most=1, note="Such as #f4f1ec."),
        OtherPicture(name="picture", title="Picture", note="It is scaled to cover and cut evenly."),
        Number(
            name="strength", title="Strength", default=1, minimum=0, maximum=1, advanced=True,
            note="How much of the old unevenness goes.",
        ),
        Number(
            name="edge", title="Width of the edge", default=0.012, minimum=0.003, maximum=0.06, advanced=True,
            note="How far hair and fringe may stand out, as a share of the longer side.",
        ),
        Flag(
            name="see_through", title="See-through fabric", advanced=True,
            note="Lace and net: the new background shows through holes within the garment too.",
        ),
    )  # fmt: skip

    def unavailable(self) -> str:
        return faces.unavailable()

    def validate(self, params: Mapping[str, object]) -> Parameters:
        """The wish with all parameters. Raises ParameterError, also for a colour or a picture that is not named."""
        clean = super().validate(params)
        for name in (COLOUR, PICTURE):
            if clean["mode"] == name and not clean[name]:
                raise ParameterError(name, f"The {name} for the background is missing.", f"Name a {name}.")
        return clean

    def estimate(self, width: int, height: int, params: Mapping[str, object]) -> Estimate:
        """Seconds on two processor cores. Raises ParameterError for a picture that is too large."""
        self.validate(params)
        return estimate_by_area(width, height, start=SECONDS, per_pixel=SECONDS_PER_PIXEL)

    def work(self, task: Task) -> Made:
        """Put the subject before another background. Raises NothingFound."""
        wish = task.wish
        picture, space, _ = spaces.of(task.picture)
        cut = _cut(task, picture)
        task.progress(FOUND)
        task.stop_if_cancelled()
        drop = None if wish["mode"] == TRANSPARENT else _backdrop(task, picture, space, cut)
        made, shares = _composed(task, picture, cut, drop)
        picture.grey = picture.grey and _is_grey(made)
        if cut.confidence < UNSURE:
            picture.notes.append("The outline is unsure: look at the edges.")
        return Made(picture, made, {"mode": wish["mode"], "confidence": round(cut.confidence, 3), **shares})


def _cut(task: Task, picture: Picture) -> _Cut:
    """How subject and background part. Raises NothingFound, EngineCancelled."""
    pixels = picture.pixels
    if pixels.shape[2] == 4 and (pixels[..., 3] < 255).any():
        return _Cut(None, 1.0)
    mask, confidence = cutting.mask(pixels, ask=task.stop_if_cancelled)
    if not mask.any() or mask.all():
        raise NothingFound(
            "Nothing stands out from the background of this picture.",
            remedy="Use a photo before a plainer background, or one that is cut out already.",
        )
    task.progress(MASKED)
    view = subject.view(pixels, matting.VIEW)
    band = max(2, round(task.wish["edge"] * max(view.shape)))
    matte = matting.matte(
        view,
        mask,
        band=band,
        see_through=task.wish["see_through"],
        ask=task.stop_if_cancelled,
        progress=part_of(task.progress, MASKED, FOUND),
    )
    return _Cut(matte, confidence)


def _backdrop(task: Task, picture: Picture, space: Space, cut: _Cut) -> Backdrop:
    """Raises ParameterError where the other picture was not brought, EngineCancelled."""
    clean, others = task.wish, task.others
    height, width = picture.pixels.shape[:2]
    if clean["mode"] == COLOUR:
        return Plain.of(clean["colour"][0], space)
    if clean["mode"] == PICTURE:
        if "picture" not in others:
            raise ParameterError("picture", "The picture is not there.", "Choose another image.")
        other, its_space, _ = spaces.of(pictures.read(others["picture"]))
        picture.notes.extend(f"Of the new background: {note}" for note in other.notes)
        return Scene(_opaque(other.pixels, task.cancelled), its_space, (width, height), space)
    view = subject.view(picture.pixels, matting.VIEW)
    back = cut.alpha(view, 0, view.shape[0]) < 0.02
    if cut.matte is None:
        back = np.zeros(back.shape, bool)  # under what was transparent lies no backdrop
    return Evened(view[..., :3], back, height, 1.0 if cut.matte is None else clean["strength"])


def _opaque(pixels: Pixels, cancelled: Cancelled) -> Pixels:
    """Without transparency, on white."""
    if pixels.shape[2] == 3:
        return pixels

    def on_white(part: Samples, _top: int) -> Samples:
        share, made = part[..., 3:].astype(np.float32) / np.float32(255), part.copy()
        made[..., :3] = part[..., :3] * share + 255 * (1 - share) + np.float32(0.5)
        return made

    return strips.done(pixels, on_white, halo=0, progress=untold, cancelled=cancelled)[..., :3]


def _composed(task: Task, picture: Picture, cut: _Cut, drop: Backdrop | None) -> tuple[Samples, dict[str, float]]:
    """The picture before its new background in strips, and how much of it is subject and how much is mixed."""
    pixels = picture.samples
    height, width = pixels.shape[:2]
    white, reach = white_of(pixels), max(4, round(1.5 * task.wish["edge"] * max(height, width)))
    counts = np.zeros(2)
    if drop is None and pixels.shape[2] == 3:
        pixels = np.dstack([pixels, np.full((height, width), white, pixels.dtype)])

    def work(part: Samples, top: int) -> Samples:
        alpha = cut.alpha(part, top, height)
        task.stop_if_cancelled()
        counts[:] += alpha.sum(), ((alpha > 0.02) & (alpha < 0.98)).sum()
        own = part[..., :3].astype(np.float32)
        if cut.matte is not None:
            own = matting.foreground(part, alpha, reach, ask=task.stop_if_cancelled)
            task.stop_if_cancelled()
        if drop is None:
            levels = rounded(alpha * white, part)
            return np.dstack([bleed(rounded(own, part), levels), levels])
        share = alpha[..., None]
        mixed = own * share + drop.rows(top, part) * (1 - share)
        made = np.full_like(part, white)
        made[..., :3] = rounded(mixed, part)
        return made

    ways: dict[str, Any] = {"progress": part_of(task.progress, FOUND, 1.0), "cancelled": task.cancelled}
    made = strips.done(pixels, work, halo=reach + max(2, reach // 6), **ways)
    made = made if drop is None else np.ascontiguousarray(made[..., :3])
    subject_share, mixed_share = (round(min(1.0, float(count) / (height * width)), 4) for count in counts)
    return made, {"subject_share": subject_share, "mixed_share": mixed_share}


def _is_grey(pixels: Samples) -> bool:
    return bool((pixels[..., :1] == pixels[..., 1:3]).all())
