"""The stock Real-ESRGAN runner as an optional backend: for comparison, and for who wants exactly its pixels.

The packages basicsr and realesrgan are optional (requirements/backends.txt); their `__init__` modules import training
code that no longer imports with today's torchvision, so only the modules needed are loaded. The runner is always used
whole: its own tiling pastes the previous piece over one that failed, and says nothing (Real-ESRGAN issue 633).
It can be neither watched nor stopped on its way.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import logging
import sys
import tempfile
import types
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from enhancement.engine.compat import provide_torchvision
from enhancement.engine.errors import EngineError, MissingBackend
from enhancement.engine.networks import compact_shape_of

Pixels = NDArray[np.uint8]
PACKAGES = ("basicsr", "basicsr.archs", "basicsr.ops", "basicsr.utils", "realesrgan", "realesrgan.archs")


def available() -> bool:
    """Whether the two packages and OpenCV are installed; nothing is imported."""
    return all(importlib.util.find_spec(name) is not None for name in ("basicsr", "realesrgan", "cv2"))


def _without_init(name: str) -> None:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.submodule_search_locations is None:
        raise MissingBackend(f"The package {name} is incomplete.", remedy="Install requirements/backends.txt again.")
    module = types.ModuleType(name)
    module.__spec__, module.__path__ = spec, list(spec.submodule_search_locations)
    sys.modules[name] = module


@functools.cache
def _modules() -> tuple[Any, Any, Any]:
    """The classes SRVGGNetCompact, RRDBNet and RealESRGANer. Raises MissingBackend."""
    if not available():
        raise MissingBackend("The Real-ESRGAN runner is not installed.", remedy="Install requirements/backends.txt.")
    provide_torchvision()
    for name in PACKAGES:
        _without_init(name)
    sys.modules["basicsr.utils"].__dict__["get_root_logger"] = lambda *_, **__: logging.getLogger("basicsr")
    deformable = types.ModuleType("basicsr.ops.dcn")
    deformable.__dict__.update(ModulatedDeformConvPack=object, modulated_deform_conv=None)
    sys.modules["basicsr.ops.dcn"] = deformable
    compact = importlib.import_module("basicsr.archs.srvgg_arch").SRVGGNetCompact
    rrdb = importlib.import_module("basicsr.archs.rrdbnet_arch").RRDBNet
    return compact, rrdb, importlib.import_module("realesrgan.utils").RealESRGANer


def _empty_network(state: dict[str, torch.Tensor], scale: int) -> Any:
    compact, rrdb, _ = _modules()
    if "conv_first.weight" in state:
        return rrdb(num_in_ch=3, num_out_ch=3, num_feat=64, num_block=23, num_grow_ch=32, scale=scale)
    shape = compact_shape_of(state)
    return compact(3, 3, num_feat=shape.features, num_conv=shape.convs, upscale=scale, act_type="prelu")


def runner(state: dict[str, torch.Tensor], scale: int, *, half: bool = False, device: str = "cpu") -> Any:
    """A RealESRGANer with verified parameters, for whole pictures without padding. Raises MissingBackend."""
    network = _empty_network(state, scale)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "verified.pth")
        torch.save({"params": {key: value.float() for key, value in state.items()}}, file)
        return _modules()[2](
            scale=scale, model_path=str(file), model=network, tile=0, pre_pad=0, half=half, device=torch.device(device)
        )


def upscale(image: Pixels, stock: Any) -> Pixels:
    """Enlarge uint8 RGB or RGBA (height, width, 3 or 4) with a `runner`. Raises EngineError for what it cannot do."""
    order = [2, 1, 0, 3][: image.shape[2]]  # the runner speaks OpenCV's order of colours
    try:
        made, _ = stock.enhance(np.ascontiguousarray(image[..., order]))
    except RuntimeError as error:
        raise EngineError("The Real-ESRGAN runner failed.", remedy="Choose the backend torch.") from error
    return np.ascontiguousarray(made[..., order])
