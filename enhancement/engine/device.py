"""Where to compute, decided once per process. How it is computed there is chosen for each network (see `choosing`).

Variables: DESIGNER_ENGINE_DEVICE (auto, cpu, cuda), DESIGNER_ENGINE_THREADS (a number; by default the processors this
process may use).
"""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass

import torch

from enhancement.engine.errors import EngineError


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device and its number format."""

    device: torch.device
    dtype: torch.dtype

    @property
    def label(self) -> str:
        """For provenance and logs, such as "cpu bfloat16"."""
        return f"{self.device.type} {str(self.dtype).removeprefix('torch.')}"


def setting(name: str, allowed: tuple[str, ...]) -> str:
    """What a variable of the environment says, by default "auto". Raises EngineError for what is not allowed."""
    value = os.environ.get(name, "").strip().lower() or "auto"
    if value not in ("auto", *allowed):
        raise EngineError(f"{name} is {value!r:.40}.", remedy=f"Set it to auto, {', '.join(allowed)}, or nothing.")
    return value


def threads() -> int:
    """How many threads convolutions may use. Raises EngineError if DESIGNER_ENGINE_THREADS is no positive number."""
    wish = os.environ.get("DESIGNER_ENGINE_THREADS", "").strip()
    if not wish:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not wish.isdecimal() or int(wish) < 1:
        raise EngineError(f"DESIGNER_ENGINE_THREADS is {wish!r:.40}.", remedy="Set it to a whole number from 1.")
    return int(wish)


@functools.cache
def choose() -> Device:
    """The device for this process. Raises EngineError for a setting that cannot be met."""
    kind = setting("DESIGNER_ENGINE_DEVICE", ("cpu", "cuda"))
    if kind == "cuda" and not torch.cuda.is_available():
        raise EngineError("There is no CUDA device here.", remedy="Set DESIGNER_ENGINE_DEVICE to auto or cpu.")
    if kind != "cpu" and torch.cuda.is_available():
        # An enlargement that goes on in another process has to meet the pixels of the first: no algorithm by stopwatch,
        # and float32 is float32. What is fast is found by `choosing`.
        torch.backends.cudnn.benchmark, torch.backends.cudnn.deterministic = False, True
        torch.backends.cudnn.allow_tf32 = False
        return Device(device=torch.device("cuda"), dtype=torch.float32)
    torch.set_num_threads(threads())
    return Device(device=torch.device("cpu"), dtype=torch.float32)
