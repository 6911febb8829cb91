"""What is sent to a service for a step, and what becomes of the picture that comes back. No network, no Django.

Sent are the colours alone, upright and without metadata or profile: transparency, grey, resolution and profile stay
here and are put back by the rules of `pictures`. What comes back is brought to the exact size that was promised.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from enhancement.engine.asking import untold
from enhancement.operations import face_restore, pictures, targets
from enhancement.operations.base import OperationResult, Parameters
from enhancement.operations.face_restore import Place
from enhancement.operations.faithful import TWICE, true
from enhancement.operations.frame import Made
from enhancement.operations.pictures import Samples, rounded
from enhancement.operations.resizing import resized
from enhancement.remote import registry
from enhancement.remote.base import BadOutput, Order
from enhancement.remote.offers import Offer, chosen

Pixels = NDArray[np.uint8]
JPEG_QUALITY: Final = 97
SKEWED: Final = 0.03  # proportions that differ by more are another picture
Finish = Callable[[Image.Image], OperationResult]


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What is ordered, and how its result is put together with what stayed here."""

    offer: Offer
    order: Order
    finish: Finish


def errand_of(operation: str, image: Image.Image, params: Parameters) -> Errand | OperationResult | None:
    """What to buy for a step: None where this machine does it; a result at once where there is nothing to be done."""
    offer = chosen(params)
    if offer is None:
        return None
    return {"upscale": _upscale, "face_restore": _faces}[operation](offer, image, params)


def _upscale(offer: Offer, image: Image.Image, params: Parameters) -> Errand:
    picture = pictures.read(image)
    height, width = picture.pixels.shape[:2]
    size = targets.wanted(width, height, params)
    factor = _factor(max(size.width / width, size.height / height), offer)

    def finish(made: Image.Image) -> OperationResult:
        notes = [*picture.notes, *_size_notes(made, (size.width, size.height))]
        colours = resized(_rgb(made, size.width / size.height), (size.width, size.height))
        whole, is_true = _with_alpha(colours, picture.pixels), params["faithful"] and not offer.creative
        for _ in range(TWICE if is_true else 0):
            whole = true(whole, picture.pixels)
        done = picture.image(whole)
        if params["target"] == targets.ON_PAPER:
            done.info["dpi"] = (params["dpi"], params["dpi"])
        facts = {"target": params["target"], "scale": round(size.width / width, 4), "faithful": is_true, "notes": notes}
        return OperationResult(done, {**facts, **_facts(offer)})

    return Errand(offer=offer, order=_order(offer, picture.pixels, offer.words(factor, params)), finish=finish)


def _factor(wanted: float, offer: Offer) -> float:
    """Whole steps of what is asked for, rounded up: what is too much is taken down here, exactly."""
    return float(min(offer.most_times, max(1, -(-wanted // 1))))


def _faces(offer: Offer, image: Image.Image, params: Parameters) -> Errand | OperationResult:
    """Without a face nothing is sent, and nothing paid."""
    picture = pictures.read(image, deep=True)
    found = face_restore.found_in(picture)
    fidelity = params["fidelity"]
    if not found:
        return _result(face_restore.drawn_anew(picture, [], fidelity, lambda before, place: before, {}, untold))

    def finish(made: Image.Image) -> OperationResult:
        height, width = picture.pixels.shape[:2]
        sent, whole = picture.pixels, resized(_rgb(made, width / height), (width, height))

        def draw(before: Samples, place: Place) -> Samples:
            drawn = face_restore.aligned(whole, place)
            return drawn if before.dtype == np.uint8 else _carried(before, face_restore.aligned(sent, place), drawn)

        return _result(face_restore.drawn_anew(picture, found, fidelity, draw, _facts(offer), untold))

    return Errand(offer=offer, order=_order(offer, picture.pixels, offer.words(1, params)), finish=finish)


def _carried(before: Samples, sent: Samples, drawn: Samples) -> Samples:
    """Of 16 bits, with what the service changed in the 8 bits that it was sent."""
    return rounded(before + 257 * (drawn.astype(np.float32) - sent), before)


def _result(made: Made) -> OperationResult:
    return OperationResult(made.picture.image(made.pixels), {**made.facts, "notes": made.picture.notes})


def _facts(offer: Offer) -> dict[str, Any]:
    """For the provenance: who did it, with what."""
    return {"service": offer.service, "model": offer.model, "version": offer.version}


def _order(offer: Offer, pixels: Pixels, words: Mapping[str, Any]) -> Order:
    picture, media_type = _packed(pixels, registry.service(offer.service).most_bytes)
    return Order(
        model=offer.model,
        version=offer.version,
        inputs=words,
        picture_field=offer.picture_field,
        picture=picture,
        media_type=media_type,
    )


def _packed(pixels: Pixels, most: int) -> tuple[bytes, str]:
    """As PNG, which loses nothing; as JPEG where that is more than the service takes."""
    image = Image.fromarray(np.ascontiguousarray(pixels[..., :3]))
    for kind, options in (("PNG", {"compress_level": 3}), ("JPEG", {"quality": JPEG_QUALITY, "subsampling": 0})):
        buffer = io.BytesIO()
        image.save(buffer, kind, **options)
        if buffer.tell() <= most:
            break
    return buffer.getvalue(), f"image/{kind.lower()}"


def _rgb(made: Image.Image, ratio: float) -> Pixels:
    """The colours of what came back. Raises BadOutput for a picture of other proportions."""
    if abs(made.width / made.height / ratio - 1) > SKEWED:
        message = f"The service sent a picture of other proportions, {made.width} x {made.height}."
        raise BadOutput(message, "Try again, choose another service, or local.")
    return np.asarray(made.convert("RGB"))


def _with_alpha(colours: Pixels, before: Pixels) -> Pixels:
    """With the transparency that the picture had, brought to the size of `colours`."""
    if before.shape[2] == 3:
        return colours
    alpha = Image.fromarray(np.ascontiguousarray(before[..., 3]))
    grown = alpha.resize((colours.shape[1], colours.shape[0]), Image.Resampling.LANCZOS)
    return np.dstack([colours, np.asarray(grown)])


def _size_notes(made: Image.Image, promised: tuple[int, int]) -> list[str]:
    if made.size == promised:
        return []
    return [f"The service sent {made.width} x {made.height} pixels; they were brought to the size that was asked for."]
