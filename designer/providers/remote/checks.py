"""What is said before spending: a wish that the vendor would refuse, or would not heed, is refused here and named."""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec

from designer.providers.base import Capabilities, ImageRequest, InvalidRequest

# "Missing scopes: model.request", "This feature is not available in your plan"
OF_A_SORT = re.compile(r"\bmissing scopes\b|\bfeature\b", re.I)
HOUSE_DEFAULT = "standard"  # the quality of whoever named none


@cache
def installed(module: str) -> bool:
    """Whether a vendor's SDK is there. It is looked for, not imported."""
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # the package that it would lie in
        return False


def is_of_some(words: str, model: str) -> bool:
    """Whether a refusal says that the key is good, and that only this model or this sort of call is closed to it: an
    organisation that is not verified for the model, a project without it, a restricted key without the scope. A vendor
    may name the release behind the model: a number or a date after it."""
    named = re.search(rf"(?<![\w.-]){re.escape(model)}(-\d{{3,}}(-\d\d)*)?(?![\w-]|\.\d)", words, re.I)
    return named is not None or OF_A_SORT.search(words) is not None


def check(request: ImageRequest, can: Capabilities, vendor: str, *, max_prompt: int) -> None:
    """Raises InvalidRequest naming the field that `vendor` cannot serve. `max_prompt`: characters."""
    if not request.prompt.strip() or len(request.prompt) > max_prompt:
        raise InvalidRequest(
            "The prompt is empty or too long.", f"{vendor} takes 1 to {max_prompt:,} characters.", field="prompt"
        )
    if not 1 <= len(request.seeds) <= can.max_images:
        raise InvalidRequest("That is no number of images.", f"Ask for 1 to {can.max_images} at once.", field="n")
    if request.aspect_ratio not in can.ratios:
        raise InvalidRequest(
            f"{request.model} knows no ratio {request.aspect_ratio}.",
            f"Use one of {', '.join(can.ratios)}, or another model.",
            field="aspect_ratio",
        )
    if request.width < 1 or request.height < 1 or request.width * request.height > can.max_pixels:
        raise InvalidRequest(
            f"{request.model} cannot draw {request.width} x {request.height} pixels.",
            f"Ask for at most {can.max_pixels:,} pixels in all.",
            field="size",
        )
    if len(request.references) > can.max_references:
        raise InvalidRequest(
            "There are too many references.", f"Send at most {can.max_references}.", field="references"
        )
    if len(request.references) < can.min_references:
        raise InvalidRequest(
            f"{request.model} begins from a photo, and none was sent.", "Send one along.", field="references"
        )
    if request.negative_prompt and not can.negative_prompt:
        raise InvalidRequest(
            f"{request.model} takes no negative prompt.", "Say in the prompt what you want.", field="negative_prompt"
        )
    quality_of(request, can)


def quality_of(request: ImageRequest, can: Capabilities) -> str:
    """The model's word for the quality asked for. Raises InvalidRequest for one it does not have."""
    if request.quality in can.qualities:
        return request.quality
    if request.quality == HOUSE_DEFAULT:
        return can.qualities[0]
    raise InvalidRequest(
        f"{request.model} has no quality {request.quality!r}.", f"Use {', '.join(can.qualities)}.", field="quality"
    )


def clipped(message: object, most: int = 300) -> str:
    """A vendor's own words, fit to be shown: one line, not endless."""
    words = " ".join(str(message or "").split())
    return words if len(words) <= most else words[: most - 1] + "…"
