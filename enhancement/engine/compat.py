"""Lets spandrel be imported where torchvision is not installed.

Two of the forty architectures that spandrel imports at once (LaMa, RestoreFormer) name three functions of torchvision.
This project uses neither, and torchvision drags a fixed version of torch with it, so the three names are given here.
Where torchvision is installed nothing is touched.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import types
from typing import Any, NoReturn

from enhancement.engine.errors import MissingBackend


def _absent(*_: object, **__: object) -> NoReturn:
    raise RuntimeError("This architecture needs torchvision, which is not installed.")


def _stand_in() -> None:
    functional = types.ModuleType("torchvision.transforms.functional")
    functional.__dict__.update(InterpolationMode=types.SimpleNamespace(), rotate=_absent, normalize=_absent)
    transforms = types.ModuleType("torchvision.transforms")
    transforms.__dict__["functional"] = functional
    root = types.ModuleType("torchvision")
    root.__dict__["transforms"] = transforms
    sys.modules["torchvision"], sys.modules["torchvision.transforms"] = root, transforms
    sys.modules["torchvision.transforms.functional"] = functional


def provide_torchvision() -> None:
    """Give the three names, unless torchvision itself can be imported. Harmless when called again."""
    if "torchvision" not in sys.modules and importlib.util.find_spec("torchvision") is None:
        _stand_in()


def import_spandrel() -> Any:
    """The package spandrel. Raises MissingBackend if it is not installed."""
    provide_torchvision()
    try:
        return importlib.import_module("spandrel")
    except ImportError as error:
        raise MissingBackend("spandrel is not installed.", remedy="Install requirements/nodeps.txt.") from error
