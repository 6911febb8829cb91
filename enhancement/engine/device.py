"""Where and in which number format to compute: decided once per process, on the CPU by a short measurement.

bfloat16 is twice as fast as float32 where the processor has units for it, and many times slower where it has none; no
list of processors stays true, so both are tried on a small network (about a tenth of a second).
Variables: DESIGNER_ENGINE_DEVICE (auto, cpu, cuda), DESIGNER_ENGINE_DTYPE (auto, fp32, bf16, fp16),
DESIGNER_ENGINE_THREADS (a number; by default the processors this process may use).
"""

from __future__ import annotations

import functools
import os
import time
from dataclasses import dataclass

import torch

from enhancement.engine.errors import EngineError
from enhancement.engine.networks import CompactNetwork, CompactShape

DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
WORTHWHILE = 1.15  # below this gain the more exact format is kept
PROBE = CompactShape(features=64, convs=4, scale=2)
PROBE_EDGE = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device, its number format, and what it did in the measurement (GFLOP/s; 0 where none was made)."""

    device: torch.device
    dtype: torch.dtype
    gflops: float = 0.0

    @property
    def label(self) -> str:
        """For provenance and logs, such as "cpu bfloat16"."""
        return f"{self.device.type} {str(self.dtype).removeprefix('torch.')}"


def _setting(name: str, allowed: tuple[str, ...]) -> str:
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


def measure(dtype: torch.dtype, *, rounds: int = 3) -> float:
    """GFLOP/s of this processor in `dtype` on a small network: the best of a few rounds, after one to warm up."""
    module = CompactNetwork(PROBE).eval().to(dtype=dtype).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    image = torch.full((1, 3, PROBE_EDGE, PROBE_EDGE), 0.5).contiguous(memory_format=torch.channels_last)
    best = float("inf")
    with torch.inference_mode():
        for _ in range(rounds + 1):
            started = time.perf_counter()
            module(image)
            best = min(best, time.perf_counter() - started)
    arithmetic = 18 * PROBE.convs * PROBE.features**2 * PROBE_EDGE**2
    return arithmetic / best / 1e9


def _measured() -> Device:
    exact, quick = measure(torch.float32), measure(torch.bfloat16)
    dtype = torch.bfloat16 if quick > exact * WORTHWHILE else torch.float32
    return Device(device=torch.device("cpu"), dtype=dtype, gflops=max(exact, quick) if dtype.itemsize == 2 else exact)


@functools.cache
def choose() -> Device:
    """The device for this process. Raises EngineError for a setting that cannot be met."""
    kind = _setting("DESIGNER_ENGINE_DEVICE", ("cpu", "cuda"))
    wish = _setting("DESIGNER_ENGINE_DTYPE", tuple(DTYPES))
    if kind == "cuda" and not torch.cuda.is_available():
        raise EngineError("There is no CUDA device here.", remedy="Set DESIGNER_ENGINE_DEVICE to auto or cpu.")
    if kind != "cpu" and torch.cuda.is_available():
        torch.backends.cudnn.benchmark = True
        return Device(device=torch.device("cuda"), dtype=DTYPES.get(wish, torch.float16))
    torch.set_num_threads(threads())
    return Device(device=torch.device("cpu"), dtype=DTYPES[wish]) if wish in DTYPES else _measured()
