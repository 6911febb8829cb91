"""How large a piece may be: what a network needs for each pixel, and how much memory there is.

A network at work holds the input and the output of one layer at a time; where that is most (in the deep ones, after the
enlargement) decides. The need is counted on a few pixels, not read from a table, so that any network is known.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from enhancement.engine.networks import CompactNetwork, Network

BUDGET = 3 * 2**29  # bytes for the layers of one piece: enough for LARGEST in the deep networks
LARGEST = {"cpu": 512, "cuda": 1536}  # kept edge, pixels; beyond it only memory grows
LONGEST = 1.5e13  # multiplications of one piece on CUDA, a second or two of an old device: it hears no cancel meanwhile
SMALLEST, STEP = 64, 64
SAMPLE = 16  # pixels each way
SHARE = 0.25  # of what is free
OUT_OF_MEMORY = ("out of memory", "can't allocate memory", "not enough memory", "failed to allocate", "bad_alloc")
PLENTY = 8 * 2**30  # bytes free on a CUDA device
GROUP = Path("/sys/fs/cgroup")
UNKNOWN = 4 * 2**30  # bytes taken to be free where nobody says


@dataclass(frozen=True, slots=True)
class Need:
    """What a network takes for each input pixel: numbers held at once where they are most, and multiplications."""

    values: float
    multiplications: float


_needs = WeakKeyDictionary[nn.Module, Need]()


def need_of(network: Network) -> Need:
    """Counted on a few pixels, once for each network. Raises what torch raises."""
    if network.module not in _needs:
        _needs[network.module] = _counted(network)
    return _needs[network.module]


@torch.inference_mode()
def _counted(network: Network) -> Need:
    most = multiplications = 0

    def count(layer: nn.Module, given: tuple[Tensor, ...], made: Tensor) -> None:
        nonlocal most, multiplications
        most = max(most, given[0].numel() + made.numel())
        multiplications += made[0, 0].numel() * sum(value.numel() for value in layer.parameters() if value.ndim == 4)

    convolutions = [layer for layer in network.module.modules() if isinstance(layer, nn.Conv2d)]
    handles = [layer.register_forward_hook(count) for layer in convolutions]
    dtype = torch.float32 if isinstance(network.module, CompactNetwork) else network.dtype
    try:
        made = network.module(torch.zeros(1, 3, SAMPLE, SAMPLE, device=network.device, dtype=dtype))
    finally:
        for handle in handles:
            handle.remove()
    return Need(max(most, 2 * int(made.numel())) / SAMPLE**2, max(1, multiplications) / SAMPLE**2)


def available() -> int:
    """Bytes that this process may still take: what the machine has free, or its control group allows."""
    return min(_free(), _allowed())


def _free() -> int:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration):
        return UNKNOWN  # no Linux


def _allowed() -> int:
    try:
        limit, used, told = (
            (GROUP / f"memory.{name}").read_text(encoding="ascii") for name in ("max", "current", "stat")
        )
        kept = dict(line.split() for line in told.splitlines()).get("inactive_file", 0)
        return int(limit) - int(used) + int(kept)  # files that were read are given up when memory is wanted
    except (OSError, ValueError):  # no control group, or "max": no limit
        return sys.maxsize


def free_on_cuda() -> int:
    """Bytes that the CUDA device in use has free; UNKNOWN where none is in use.

    What torch holds there for later is given back first if little is free. The memory of recorded kernels is not given
    back, and so is never counted.
    """
    if not torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        return UNKNOWN
    free: int = torch.cuda.mem_get_info()[0]
    if free < PLENTY:
        torch.cuda.empty_cache()
        free = torch.cuda.mem_get_info()[0]
    return free


def edge_for(network: Network) -> int:
    """The kept edge of a piece, pixels, a multiple of STEP: the largest that leaves memory for others."""
    kind = network.device.type
    budget = free_on_cuda() * 2 * SHARE if kind == "cuda" else min(BUDGET, available() * SHARE)
    try:
        need = need_of(network)
    except (RuntimeError, MemoryError):  # whatever is wrong will be found, and said, at the first piece
        return SMALLEST
    window = math.sqrt(budget / (need.values * network.itemsize))
    if kind == "cuda":
        window = min(window, math.sqrt(LONGEST / need.multiplications))
    edge = int((window - 2 * network.halo) // STEP) * STEP
    return min(LARGEST.get(kind, 512), max(SMALLEST, edge))


def is_out_of_memory(error: BaseException) -> bool:
    """Whether that is what went wrong: libraries say it in words."""
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    text = str(error).lower()
    return any(sign in text for sign in OUT_OF_MEMORY)
