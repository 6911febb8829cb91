"""The operations by name. Those of this house are filed at import; a plug-in files its own with `register`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from enhancement.operations.background import Background
from enhancement.operations.base import Operation, OtherPicture, ParameterError
from enhancement.operations.colour import Colour
from enhancement.operations.crop import Crop
from enhancement.operations.denoise import Denoise
from enhancement.operations.detail import Detail
from enhancement.operations.face_restore import FaceRestore
from enhancement.operations.upscale import Upscale
from enhancement.operations.watermark import WatermarkRemoval

_OPERATIONS: dict[str, Operation] = {}


def register(operation: Operation) -> Operation:
    """File an operation under its name. Raises ValueError at import for a second of the same name."""
    if operation.name in _OPERATIONS:
        raise ValueError(f"There are two operations named {operation.name!r}: rename one.")
    _OPERATIONS[operation.name] = operation
    return operation


def find(name: str) -> Operation | None:
    return _OPERATIONS.get(name)


def get(name: str) -> Operation:
    """The operation of that name. Raises ParameterError if there is none."""
    if name not in _OPERATIONS:
        raise ParameterError("name", f"There is no operation {name!r:.60}.", f"Use one of: {', '.join(names())}.")
    return _OPERATIONS[name]


def names() -> list[str]:
    return sorted(_OPERATIONS)


def everything() -> list[Operation]:
    """All operations, in the order in which a recipe does them."""
    return sorted(_OPERATIONS.values(), key=lambda operation: (operation.position, operation.name))


def others_of(step: Mapping[str, Any]) -> dict[str, str]:
    """The other pictures that a checked step names: parameter to asset id."""
    named = [each.name for each in get(step["name"]).parameters if isinstance(each, OtherPicture)]
    return {name: step[name] for name in named if step.get(name)}


register(Denoise())
register(Upscale())
register(Detail())
register(Colour())
register(Crop())
register(Background())
register(WatermarkRemoval())
register(FaceRestore())
