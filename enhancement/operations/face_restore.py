"""The operation "face_restore": faces drawn anew by GFPGAN or RestoreFormer, and nothing but faces.

A face is turned so that its eyes stand where the network knows them, restored there, and what changed is carried back
under a soft mask. So a face that the network leaves alone stays exactly as it was, and outside the mask no pixel is
written. CodeFormer is not offered: its licence (S-Lab 1.0) forbids commercial use.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from enhancement.engine import manifest
from enhancement.engine.asking import Ask, Progress, never
from enhancement.operations import faces, pictures, planes
from enhancement.operations.base import (
    Choice,
    Estimate,
    Number,
    Parameter,
    ParameterError,
    Parameters,
    Position,
)
from enhancement.operations.frame import InMemory, Made, Task, estimate_by_area
from enhancement.operations.framing import Box
from enhancement.operations.pictures import Samples, rounded, white_of
from enhancement.remote import offers

Floats = NDArray[np.float32]

FACE: Final = "face"
EDGE: Final = 512
EYES: Final = ((192.98, 239.95), (318.90, 240.19))  # of the networks' template (FFHQ, as in facexlib)
MIDDLE, RADII = (256.0, 268.0), (150.0, 195.0)  # of the mask's ellipse in it: brows to chin, ear to ear
FEATHER: Final = 0.35  # of the ellipse's radius over which the mask falls to nothing
LEAST: Final = 14.0  # pixels between the eyes; below it there is no face to go by
WINDOW: Final = 5  # radius of the similarity's windows, pixels of the template
SECONDS, SECONDS_PER_FACE, SECONDS_PER_PIXEL = 1.5, 8.0, 4e-8  # the count of faces is not known before: one is assumed


@dataclass(frozen=True, slots=True)
class Place:
    """A face's way to the template, (2, 3), and the box of the picture that its mask can reach."""

    there: Floats
    box: Box


Draw = Callable[[Samples, Place], Samples]  # from a face in the template, and its place, to the same drawn anew


class FaceRestore(InMemory):
    """Faces drawn anew as far as `fidelity` allows. Without a face, or with none large enough, nothing is done."""

    name = "face_restore"
    title = "Restore faces"
    position = Position.FACE

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """With the services that have a key now."""
        return (
            Number(
                name="fidelity", title="Fidelity", default=0.5, minimum=0, maximum=1,
                note="1: the face as it is. 0: wholly as the network draws it, which may be somebody else's face.",
            ),
            Choice(
                name="model", title="Model", default="auto", advanced=True,
                choices=("auto", *(name for name, entry in manifest.catalogue().items() if entry.purpose == FACE)),
                note="auto: the first that is installed.",
            ),
            *offers.parameters(self.name),
        )  # fmt: skip

    def unavailable(self) -> str:
        if _installed() or offers.ready(self.name):
            return faces.unavailable()
        return f"Run manage.py models install {_known()[0].name}: no model of faces is on this machine."

    def sold_as(self, params: Mapping[str, Any]) -> tuple[str, str] | None:
        """Whom a service's price is asked of; None for this machine."""
        return offers.sold_as(params)

    def validate(self, params: Mapping[str, object]) -> Parameters:
        """The wish with all parameters. Raises ParameterError, also for a service that is not set up."""
        offers.check_known(self.name, params)
        clean = super().validate(params)
        offers.check(offers.chosen(clean), clean, {"model": "auto"})
        return clean

    def estimate(self, width: int, height: int, params: Mapping[str, object]) -> Estimate:
        """Seconds on two processor cores for one face. Raises ParameterError for a picture that is too large, or a
        model that is not there."""
        clean = self.validate(params)
        if offer := offers.chosen(clean):
            offers.check_size(offer, width, height, width * height, 1, "service")
            return estimate_by_area(width, height, start=offer.start, per_pixel=offer.per_megapixel / 1e6)
        _model(clean)
        return estimate_by_area(width, height, start=SECONDS + SECONDS_PER_FACE, per_pixel=SECONDS_PER_PIXEL)

    def work(self, task: Task) -> Made:
        """Restore. Raises MissingWeights, InvalidWeights, EngineError."""
        offers.refuse_here(task.wish)
        picture, entry = task.picture, _model(task.wish)

        def draw(before: Samples, place: Place) -> Samples:
            from enhancement.engine import networks, portraits

            with networks.heeding(task.cancelled):
                network = portraits.load(entry.name)
            return portraits.restored(before, network, task.cancelled)

        said = {"model": entry.name, "licence": entry.licence}
        found = found_in(picture, ask=task.stop_if_cancelled)
        return drawn_anew(picture, found, task.wish["fidelity"], draw, said, task.progress)


def found_in(picture: pictures.Picture, *, ask: Ask = never) -> list[faces.Face]:
    """The faces that are large enough to be restored. Raises EngineCancelled, where `ask` does."""
    return [face for face in faces.find(picture.pixels, ask=ask) if face.eyes and _apart(face.eyes) >= LEAST]


def drawn_anew(
    picture: pictures.Picture,
    found: list[faces.Face],
    fidelity: float,
    draw: Draw,
    said: Mapping[str, Any],
    progress: Progress,
) -> Made:
    """The picture with these faces as `draw` gives them in the template; `said`: the facts of who drew."""
    made, rows = picture.samples, []
    for done, face in enumerate(found):
        made, alike = _restored(made, face, draw, fidelity)
        rows.append({**face.box, "similarity": round(alike, 4)})
        progress((done + 1) / len(found))
    if not found:
        picture.notes.append("No face was found that is large enough; nothing was changed.")
    facts: dict[str, Any] = {"faces": len(rows), "boxes": rows, "fidelity": fidelity}
    facts["similarity_measure"] = "mean SSIM of the aligned face in luma"
    return Made(picture, made, {**facts, **(said if rows else {})})


def _known() -> list[manifest.Entry]:
    return [entry for entry in manifest.catalogue().values() if entry.purpose == FACE]


def _installed() -> list[manifest.Entry]:
    return [entry for entry in _known() if manifest.locate(entry)]


def _model(clean: Parameters) -> manifest.Entry:
    """The model that a wish means. Raises ParameterError if it is not on this machine."""
    named = [entry for entry in _installed() if clean["model"] in ("auto", entry.name)]
    if not named:
        name = _known()[0].name if clean["model"] == "auto" else clean["model"]
        reason = f"The weights of {name} are not on this machine."
        raise ParameterError("model", reason, f"Run manage.py models install {name}, or choose another model.")
    return named[0]


def _apart(eyes: tuple[faces.Point, faces.Point]) -> float:
    return float(np.hypot(eyes[1][0] - eyes[0][0], eyes[1][1] - eyes[0][1]))


def _restored(pixels: Samples, face: faces.Face, draw: Draw, fidelity: float) -> tuple[Samples, float]:
    """The picture with one face restored, and how alike the face before and after are."""
    if face.eyes is None:
        raise ValueError("A face without eyes cannot be turned to the template.")
    place = placed(face.eyes, pixels.shape[1], pixels.shape[0])
    before = aligned(pixels, place)
    drawn = draw(before, place)
    change = (drawn.astype(np.float32) - before) * np.float32(1 - fidelity)
    after = before + change * _mask()[..., None]
    level = white_of(pixels) / 255
    return _carried(pixels, change, place), likeness(before / level, after / level)


def placed(eyes: tuple[faces.Point, faces.Point], width: int, height: int) -> Place:
    """The similarity (turn, scale, shift) that brings the eyes to the template's, by complex numbers."""
    here, there = ([complex(*point) for point in pair] for pair in (eyes, EYES))
    turn = (there[1] - there[0]) / (here[1] - here[0])
    shift = there[0] - turn * here[0]
    forth = np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]], np.float32)
    corners = [complex(MIDDLE[0] + x * RADII[0], MIDDLE[1] + y * RADII[1]) for x in (-1, 1) for y in (-1, 1)]
    seen = [(corner - shift) / turn for corner in corners]
    left, right = (side(point.real for point in seen) for side in (min, max))
    top, bottom = (side(point.imag for point in seen) for side in (min, max))
    box = Box(
        max(0, int(left) - 2), max(0, int(top) - 2), min(width, int(right) + 3), min(height, int(bottom) + 3)
    )  # fmt: skip
    return Place(forth, box)


def aligned(pixels: Samples, place: Place) -> Samples:
    """The face in the template, (EDGE, EDGE, 3); a large one is made smaller without steps first."""
    import cv2

    shrink = max(1, round(1 / float(np.hypot(*place.there[:, 0]))))
    colour = np.ascontiguousarray(pixels[..., :3])
    way = place.there
    if shrink > 1:
        size = (max(1, colour.shape[1] // shrink), max(1, colour.shape[0] // shrink))
        ratio = np.array([colour.shape[1] / size[0], colour.shape[0] / size[1]], np.float32)
        colour = np.asarray(cv2.resize(colour, size, interpolation=cv2.INTER_AREA), colour.dtype)
        way = np.hstack([place.there[:, :2] * ratio, place.there[:, 2:]])
    turned = cv2.warpAffine(colour, way, (EDGE, EDGE), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(turned, colour.dtype)


def _mask() -> Floats:
    """1 on the face, 0 from the ellipse on, soft between: float32 (EDGE, EDGE)."""
    rows, columns = np.mgrid[:EDGE, :EDGE].astype(np.float32)
    away = np.hypot((columns - MIDDLE[0]) / RADII[0], (rows - MIDDLE[1]) / RADII[1])
    return planes.step(1 - away, 0, FEATHER)


def _carried(pixels: Samples, change: Floats, place: Place) -> Samples:
    """The change brought back to the picture under the mask; outside of the mask no pixel is written."""
    import cv2

    box = place.box
    # from a pixel of the box to the template, as warpAffine asks for with WARP_INVERSE_MAP
    way = place.there.copy()
    way[:, 2] += place.there[:, :2] @ np.array([box.left, box.top], np.float32)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    size = (box.width, box.height)
    soft = np.asarray(cv2.warpAffine(_mask(), way, size, flags=flags), np.float32)
    moved = np.asarray(cv2.warpAffine(_fitting(change, place), way, size, flags=flags), np.float32)
    made = pixels.copy()
    part = made[box.top : box.bottom, box.left : box.right, :3]
    part[...] = np.where(soft[..., None] > 0, rounded(part + moved * soft[..., None], part), part)
    return made


def _fitting(change: Floats, place: Place) -> Floats:
    """The change without what a small face has no pixels for: else it would come back as grain."""
    radius = round(float(np.hypot(*place.there[:, 0])) / 2)
    if radius < 1:
        return change
    return np.stack([planes.box(change[..., channel], radius) for channel in range(3)], axis=-1)


def likeness(before: NDArray[Any], after: NDArray[Any]) -> float:
    """Mean SSIM of two faces (h, w, 3), 0..255, in luma under the mask: 1 = the same. Source: Wang et al. 2004,
    doi:10.1109/TIP.2003.819861."""
    one, two = (np.asarray(each @ np.array([0.299, 0.587, 0.114]), np.float32) for each in (before, after))
    mean1, mean2 = planes.box(one, WINDOW), planes.box(two, WINDOW)
    var1 = planes.box(one * one, WINDOW) - mean1 * mean1
    var2 = planes.box(two * two, WINDOW) - mean2 * mean2
    both = planes.box(one * two, WINDOW) - mean1 * mean2
    light = (2 * mean1 * mean2 + 6.5025) / (mean1**2 + mean2**2 + 6.5025)
    weight = _mask()
    structure = (2 * both + 58.5225) / (var1 + var2 + 58.5225)
    return float((light * structure * weight).sum() / weight.sum())
