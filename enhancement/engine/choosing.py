"""How to compute a network on this machine: tried once for each machine and network, remembered on disk.

Which way is fastest depends on units that no list of processors tells rightly (bfloat16, AMX, VNNI), on the libraries
and on the network. So each is timed on a small piece of drawn cloth, beside its distance from float32 (see `trying`).
A mode says how near is near enough; of those that are, the fastest is taken. Whole numbers of eight bits are tried only
where the mode is `fast` and the network comes with its counterpart in them (see `integers`).

Variables: DESIGNER_ENGINE_BACKEND (auto, torch, openvino; on CUDA auto, torch, graph) and DESIGNER_ENGINE_DTYPE (auto,
fp32, bf16; on CUDA fp16 too) leave fewer ways to choose among; where one is left nothing is measured. Whole numbers are
not asked for by name: they are among the ways where the type is auto.
"""

from __future__ import annotations

import copy
import logging
from dataclasses import replace

import numpy as np
import torch

from enhancement.engine import compiled, device, graphs, room, trying
from enhancement.engine.errors import EngineError
from enhancement.engine.networks import Inner, Network, Pixels

logger = logging.getLogger(__name__)
MODES = {"faithful": 50.0, "fast": 40.0}  # least decibels to float32
WORTHWHILE = 1.1  # a gain below this is not worth rounding more
EXACT = "torch float32"
WAYS = (EXACT, "torch bfloat16", "openvino float32", "openvino bfloat16")
INTEGERS = "openvino int8"  # one more, see `takes_integers`
WAYS_ON_CUDA = (EXACT, "torch float16", "torch bfloat16", "graph float32", "graph float16", "graph bfloat16")
SHORT = {"fp32": "float32", "bf16": "bfloat16", "fp16": "float16"}


def takes_integers(mode: str, kind: str) -> bool:
    """Whether a mode may have a network computed in eight-bit whole numbers on such a device."""
    return mode == "fast" and kind == "cpu" and compiled.available()


class Rounded:
    """A `Runner` by torch in bfloat16 or float16; a piece that these do not hold is computed in float32."""

    itemsize = 2

    def __init__(self, network: Network, precision: str) -> None:
        dtype: torch.dtype = getattr(torch, precision)
        self.label = f"{'torch' if network.device.type == 'cpu' else network.device.type} {precision}"
        module = copy.deepcopy(network.module).to(dtype)
        self._network, self._exact = replace(network, module=module, dtype=dtype, runner=None), network

    def __call__(self, tile: Pixels, inner: Inner) -> Pixels:
        try:
            made = self._network.enlarge(tile, inner)
        except FloatingPointError as beyond:
            logger.warning("engine_not_rounded", extra={"model": self._network.name, "reason": str(beyond)})
            made = self._exact.enlarge(tile, inner)
        return made.astype(np.uint8, copy=False)


def quickest(network: Network, mode: str = "faithful", *, half: bool = True, like: Network | None = None) -> Network:
    """The same network, computed the fastest way that is near enough to float32 for `mode` (see `way_for`).

    like: another of the same kind, which is measured in its stead. Raises EngineError where settings leave no way.
    """
    way = way_for(like or network, mode, half=half)
    try:
        return computed(network, way)
    except trying.CLOSES as reason:  # where one way is allowed, nothing was tried
        if room.is_out_of_memory(reason):
            raise trying.no_room(network) from reason
        raise trying.none_left(network, [way]) from reason


def way_for(network: Network, mode: str = "faithful", *, half: bool = True) -> str:
    """The fastest of the WAYS (or WAYS_ON_CUDA) that is near enough to float32 for `mode`, one of MODES.

    network: ready on its device in float32. half: whether it may be computed in fewer bits at all.
    Raises EngineError for a mode or a setting that cannot be met.
    """
    if mode not in MODES:
        raise EngineError(f"There is no mode {mode!r:.40}.", remedy=f"Use one of: {', '.join(MODES)}.")
    kind = network.device.type
    ways = allowed(half, kind, integers=network.integers is not None and takes_integers(mode, kind))
    if len(ways) == 1:
        return ways[0]
    return _best(trying.tries(network, ways, computed), MODES[mode])


def computed(network: Network, way: str) -> Network:
    """The network computed in one of its device's ways. Raises MissingBackend, or RuntimeError where it cannot be."""
    library, precision = way.split()
    if way == EXACT:
        return network
    if library == "torch":
        return replace(network, runner=Rounded(network, precision))
    if library == "graph":
        return replace(network, runner=graphs.Graphed(network, precision), layers=0)
    return replace(network, runner=compiled.Compiled(network, precision), layers=0)


def allowed(half: bool = True, kind: str = "cpu", *, integers: bool = False) -> list[str]:
    """The ways that settings and this machine leave on a device of that kind. Raises EngineError if that is none.

    integers: whether eight-bit whole numbers are among what may be.
    """
    backend = device.setting("DESIGNER_ENGINE_BACKEND", ("torch", "openvino", "graph"))
    dtype = device.setting("DESIGNER_ENGINE_DTYPE", tuple(SHORT))
    ways = []
    for way in (*WAYS, *[INTEGERS] * integers) if kind == "cpu" else WAYS_ON_CUDA:
        library, precision = way.split()
        wanted = backend in ("auto", library) and dtype in (
            "auto",
            *(s for s, name in SHORT.items() if name == precision),
        )
        here = library != "openvino" or compiled.available()
        if wanted and here and (half or precision == "float32"):
            ways.append(way)
    if not ways:
        raise EngineError(
            f"{backend} in {dtype} is not possible on this {'processor' if kind == 'cpu' else 'device'}.",
            remedy="Set DESIGNER_ENGINE_BACKEND and DESIGNER_ENGINE_DTYPE to auto, or install OpenVINO.",
        )
    return ways


def _best(tries: list[trying.Try], decibels: float) -> str:
    """The fastest that is near enough; of those about as fast, the nearest. If none is near enough, the nearest."""
    near = [each for each in tries if each.decibels >= decibels]
    if not near:
        return max(tries, key=lambda each: each.decibels).way
    limit = WORTHWHILE * min(each.seconds for each in near)
    return max((each for each in near if each.seconds <= limit), key=lambda each: each.decibels).way
