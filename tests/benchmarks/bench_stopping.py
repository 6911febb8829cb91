"""How soon an enlargement stops when it is told to, and what a death costs: python -m tests.benchmarks.bench_stopping.

PEERS E5: a cancel takes effect within 2 seconds, and a killed worker repeats at most one tile row. Each network as this
machine computes it begins a large picture; at a random moment it is cancelled, and the time is taken until it has let
go. So are the steps that take long without a network, on a picture of 16 million pixels. Then a process of its own
enlarges a tall picture and is killed by SIGKILL at 70 %. Counted are the tile rows that it and the next attempt began,
beyond those of an undisturbed run, and compared are the pixels with that run's.
--quick: five times each, and a smaller tall picture.
"""

import argparse
import dataclasses
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from PIL import Image

from enhancement.engine import choosing, resuming, room, tiles, weights
from enhancement.engine.asking import Cancelled
from enhancement.engine.errors import EngineCancelled, MissingWeights
from enhancement.engine.networks import Inner, Network, Pixels
from enhancement.operations import registry
from enhancement.operations.base import Operation
from tests.benchmarks.contender import GENERAL, PLUS, deep_state, network_of, picture
from tests.benchmarks.metrics import shared_data

Work = Callable[[Cancelled], object]
LATEST = 3.0  # seconds after the beginning
LARGE = 4096  # pixels a side
STEPS: dict[str, dict[str, Any]] = {
    "background": {"mode": "colour", "colour": "#2890c8"},
    "watermark_removal": {"rights": True, "left": 0.25, "top": 0.25, "width": 0.5, "height": 0.5, "area": "box"},
}
KILLED_AT = 0.7


def networks() -> Iterator[Network]:
    for name in ("designer-compact-x2", "designer-compact-x4", GENERAL):
        try:
            yield weights.load(name, folder=shared_data("weights") if name == GENERAL else None)
        except MissingWeights:
            continue
    yield choosing.quickest(network_of(PLUS, deep_state()))


def stopped(work: Work, after: float) -> float:
    """Seconds from the wish to stop, `after` seconds from the beginning, to the end of the work."""
    told = threading.Event()
    threading.Timer(after, told.set).start()
    started = time.perf_counter()
    try:
        while True:
            work(told.is_set)
    except EngineCancelled:
        return time.perf_counter() - started - after


def enlarging(network: Network) -> Work:
    return lambda cancelled: tiles.upscale(picture(1024), network, cancelled=cancelled)


def doing(operation: Operation, image: Image.Image, wish: dict[str, Any]) -> Work:
    return lambda cancelled: operation.run(image, wish, progress=lambda share: None, cancelled=cancelled)


def steps() -> Iterator[tuple[str, Work, float]]:
    """What else takes long, and by its own estimate how many seconds of a large picture."""
    image = Image.fromarray(picture(LARGE))
    for name, wish in STEPS.items():
        operation = registry.get(name)
        if not operation.unavailable():
            yield name, doing(operation, image, wish), operation.estimate(*image.size, wish).seconds


class Counting:
    """A runner that is another network's, and counts its pieces."""

    def __init__(self, network: Network) -> None:
        self.network, self.label, self.itemsize, self.pieces = network, network.label, network.itemsize, 0

    def __call__(self, tile: Pixels, inner: Inner) -> Pixels:
        self.pieces += 1
        return cast(Pixels, self.network.enlarge(tile, inner))


def counting(network: Network) -> tuple[Network, Counting]:
    counter = Counting(network)
    return dataclasses.replace(network, runner=counter), counter


def tall(network: Network, rows: int) -> Pixels:
    """64 pixels wide, so that a row of tiles is one piece."""
    height = rows * room.edge_for(network)
    return np.concatenate([picture(1024)[:, :64]] * (-(-height // 1024)))[:height]


def die(number: int, rows: int, path: Path) -> None:
    """Enlarge with the network of this number, tell how many rows were begun at 70 %, and be killed there."""
    network, counter = counting(list(networks())[number])

    def progress(share: float) -> None:
        if share >= KILLED_AT:
            print(counter.pieces, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)

    for _ in resuming.bands(tall(network, rows), network, path, progress=progress, cancelled=lambda: False):
        pass


def report_death(number: int, network: Network, rows: int) -> None:
    """Kill a process at 70 %, go on where it was, and compare."""
    image = tall(network, rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows"
        command = [
            sys.executable,
            "-W",
            "ignore",
            "-m",
            "tests.benchmarks.bench_stopping",
            "--die",
            str(number),
            str(path),
        ]
        dead = subprocess.run([*command, str(rows)], capture_output=True, text=True, check=False)
        if dead.returncode != -signal.SIGKILL:
            raise RuntimeError(dead.stderr)
        counted, counter = counting(network)
        ways: dict[str, Any] = {"progress": lambda share: None, "cancelled": lambda: False}
        made = tiles.joined(resuming.bands(image, counted, path, **ways), image, network)
    undisturbed, whole = counting(network)
    same = "same pixels" if (made == tiles.upscale(image, undisturbed)).all() else "OTHER PIXELS"
    repeated = int(dead.stdout) + counter.pieces - whole.pieces
    name = f"{network.name} ({network.label})"
    print(f"  {name:40} {whole.pieces:8} {counter.pieces:13} {repeated:9}   {same}", flush=True)


def report(name: str, seconds: list[float]) -> None:
    print(f"  {name:40} {np.median(seconds):8.2f} {max(seconds):10.2f}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="From the wish to stop to the end, and what a death costs.")
    parser.add_argument("--quick", action="store_true", help="five times each; fewer rows")
    parser.add_argument("--die", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    resuming.WORTH = 0.0
    torch.manual_seed(0)
    if options.die:
        number, path, rows = options.die
        die(int(number), int(rows), Path(path))
    times, rows = (5, 5) if options.quick else (20, 10)
    moments, known = random.Random(1), list(networks())
    print(f"1024 x 1024, stopped {times} times          median s    worst s")
    for network in known:
        network.enlarge(picture(64))
        name = f"{network.name} ({network.label})"
        report(name, [stopped(enlarging(network), moments.uniform(0.2, LATEST)) for _ in range(times)])
    print(f"{LARGE} x {LARGE}, stopped {times} times")
    for name, work, whole in steps():
        report(name, [stopped(work, moments.uniform(0.2, whole)) for _ in range(times)])
    print("killed at 70 %: rows repeated           of all rows   still to do  repeated")
    for number, network in enumerate(known):
        report_death(number, network, rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
