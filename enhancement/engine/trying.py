"""What each way to compute a network is worth on this machine: seconds, and decibels to float32; kept on disk.

Time and nearness are measured on cloth drawn by formula: fine, hard patterns are the worst that a network meets, so
what is near enough here is nearer on photographs.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import math
import platform
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

import numpy as np
import torch

from enhancement.engine import device, room, tables
from enhancement.engine.errors import EngineError, OutOfMemory
from enhancement.engine.networks import Network, Pixels, heed
from enhancement.engine.training.data import textile

logger = logging.getLogger(__name__)
EFFORT = {"cpu": 1e10, "cuda": 1e12}  # multiplications of one try: half a second on one old core, or on an old device
SMALLEST, LARGEST = 48, {"cpu": 192, "cuda": 512}  # edge of the piece, pixels
CLOTHS = (3, 4)  # seeds
ROUNDS = 3
FORMAT = 2  # of the tables; another number makes them be measured again
CLOSES = (RuntimeError, ValueError, MemoryError)  # what a way raises that a network cannot go
Computed = Callable[[Network, str], Network]


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One way to compute, as measured: seconds for the piece, decibels to float32 (999 where equal)."""

    way: str
    seconds: float
    decibels: float


def tries(network: Network, ways: list[str], computed: Computed) -> list[Try]:
    """Each of the ways as measured, from disk or now. network: in float32; computed: makes it compute in one way.

    A way in which the network cannot be computed is left out. Raises EngineError where none is left. Who is `heeding`
    hears a cancel meanwhile.
    """
    key = _key(network, ways)
    with contextlib.suppress(ValueError, TypeError):  # not ours: measured anew
        if kept := [Try(**row) for row in json.loads(tables.read(key) or "")]:
            return kept
    made, whole = _measured(network, ways, computed)
    if not made:
        raise none_left(network, ways) if whole else no_room(network)
    logger.info("engine_measured", extra={"model": network.name, "tries": [asdict(each) for each in made]})
    if whole:
        tables.keep(key, json.dumps([asdict(each) for each in made]))
    return made


def _measured(network: Network, ways: list[str], computed: Computed) -> tuple[list[Try], bool]:
    """What each way is worth, and whether that holds for later too: memory may lack at this moment only.

    Raises OutOfMemory where it lacks for the network itself.
    """
    kind = network.device.type
    try:
        effort = room.need_of(network).multiplications
        edge = max(SMALLEST, min(LARGEST[kind], int(math.sqrt(EFFORT[kind] / effort)) // 16 * 16))
        cloths = [textile(np.random.default_rng(seed), edge) for seed in CLOTHS]
        exact = [network.enlarge(cloth) for cloth in cloths]
    except (RuntimeError, MemoryError) as full:
        if not room.is_out_of_memory(full):
            raise
        raise no_room(network) from full
    whole = True
    able: dict[str, Network] = {}
    decibels: dict[str, float] = {}
    for way in ways:
        heed()
        try:
            candidate = computed(network, way)
            decibels[way] = nearness([candidate.enlarge(cloth) for cloth in cloths], exact)
            able[way] = candidate
        except CLOSES as reason:  # a network that one library cannot read, another computes
            whole = whole and not room.is_out_of_memory(reason)
            logger.info("engine_way_closed", extra={"model": network.name, "way": way, "reason": str(reason)[:300]})
    seconds = timed(able, cloths[0])
    whole = whole and len(seconds) == len(able)
    return [
        Try(way=way, seconds=round(least, 5), decibels=round(decibels[way], 2)) for way, least in seconds.items()
    ], whole


def timed(candidates: dict[str, Network], piece: Pixels) -> dict[str, float]:
    """The least seconds of each; they take turns, so that a busy moment hits all. Those that lack memory are left out,
    for while all are there it is scarcest."""
    least = dict.fromkeys(candidates, math.inf)
    for _ in range(ROUNDS):
        for way in list(least):
            started = time.perf_counter()
            try:
                candidates[way].enlarge(piece)
            except (RuntimeError, MemoryError) as full:
                if not room.is_out_of_memory(full):
                    raise
                del least[way]
            else:
                least[way] = min(least[way], time.perf_counter() - started)
    return least


def no_room(network: Network) -> OutOfMemory:
    remedy = "Free memory, or use a smaller model."
    return OutOfMemory(f"There is no memory for {network.name}.", remedy=remedy)


def none_left(network: Network, ways: list[str]) -> EngineError:
    """That settings leave no way in which this network can be computed."""
    remedy = "Set DESIGNER_ENGINE_BACKEND and DESIGNER_ENGINE_DTYPE to auto, or use another model."
    return EngineError(
        f"{network.name} cannot be computed by {' or '.join(ways)}, and the settings allow no other way.", remedy=remedy
    )


def nearness(made: list[Pixels], exact: list[Pixels]) -> float:
    """Decibels (PSNR over all samples of all pictures, uint8) between two sets; 999 where equal."""
    squares = [np.mean((one.astype(np.float32) - other) ** 2) for one, other in zip(made, exact, strict=True)]
    error = float(np.mean(squares))
    return 999.0 if error == 0 else 10 * math.log10(255**2 / error)


def _key(network: Network, ways: list[str]) -> str:
    """A name for what a table depends on: the machine, and the network's parameters."""
    seen = hashlib.sha256(repr((FORMAT, *machine(network.device), ways, network.scale)).encode())
    for part in parameters(network):
        seen.update(part)
    return seen.hexdigest()[:32]


def machine(computing: torch.device) -> tuple[str, list[str], int]:
    """What a result depends on beside the network: the processor or other device, the libraries and the threads."""
    versions = []
    for package in ("torch", "openvino", "numpy"):
        with contextlib.suppress(metadata.PackageNotFoundError):
            versions.append(metadata.version(package))
    if computing.type == "cuda":
        versions.append(f"CUDA {torch.version.cuda}")
        return torch.cuda.get_device_name(computing), versions, device.threads()
    return _processor(), versions, device.threads()


def parameters(network: Network) -> Iterator[bytes]:
    """The network's parameters, named, as bytes for a digest; with the file of its whole numbers, if it has any."""
    for name, value in network.module.state_dict().items():
        yield name.encode() + value.detach().cpu().reshape(-1).view(torch.uint8).numpy().tobytes()
    if network.integers:
        yield network.integers.digest.encode()


def digest(network: Network) -> str:
    """The SHA-256 of the network's parameters: two files of one network have one."""
    seen = hashlib.sha256()
    for part in parameters(network):
        seen.update(part)
    return seen.hexdigest()


def _processor() -> str:
    """The model and the units of the processor, as far as the system tells."""
    with contextlib.suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return "".join(dict.fromkeys(line for line in lines if line.startswith(("model name", "flags", "Features"))))
    return platform.processor() + platform.machine()
