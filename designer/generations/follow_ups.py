"""What a wish may ask to follow its images. The floor that does it registers here how the wish is checked."""

from collections.abc import Callable
from typing import Any, Final

from designer.generations.wishes import GenerationWish
from teams.base.errors import Refused

# check(value, width, height) raises Refused whose field lies within the value
Check = Callable[[Any, int, int], None]
CHECKS: Final[dict[str, Check]] = {}


def register(name: str, check: Check) -> None:
    """File the check of the wish's field `name`."""
    CHECKS[name] = check


def check(wish: GenerationWish, *, width: int, height: int) -> None:
    """Raises Refused naming the field when `auto_enhance` is not what it may be for images of width x height pixels."""
    if wish.auto_enhance is None:
        return
    try:
        CHECKS["auto_enhance"](wish.auto_enhance, width, height)
    except Refused as refused:
        refused.field = f"auto_enhance.{refused.field or ''}".rstrip(".")
        for line in refused.facts.get("lines", []):  # the recipe may have more than one fault
            line["field"] = f"auto_enhance.{line['field']}"
        raise
