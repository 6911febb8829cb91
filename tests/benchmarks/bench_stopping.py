"""How soon an enlargement stops when it is told to: python -m tests.benchmarks.bench_stopping [--quick].

PEERS E5: within 2 seconds. Each network as this machine computes it begins a large picture; at a random moment it is
cancelled, and the time is taken until it has let go.
"""

import argparse
import random
import sys
import threading
import time
from collections.abc import Iterator

import numpy as np

from enhancement.engine import choosing, tiles, weights
from enhancement.engine.errors import EngineCancelled, MissingWeights
from enhancement.engine.networks import Network
from tests.benchmarks.contender import GENERAL, PLUS, deep_state, network_of, picture
from tests.benchmarks.metrics import shared_data

LATEST = 3.0  # seconds after the beginning


def networks() -> Iterator[Network]:
    for name in ("designer-compact-x2", "designer-compact-x4", GENERAL):
        try:
            yield weights.load(name, folder=shared_data("weights") if name == GENERAL else None)
        except MissingWeights:
            continue
    yield choosing.quickest(network_of(PLUS, deep_state()))


def stopped(network: Network, after: float) -> float:
    """Seconds from the wish to stop, `after` seconds from the beginning, to the end of the work."""
    told = threading.Event()
    threading.Timer(after, told.set).start()
    started = time.perf_counter()
    try:
        while True:
            tiles.upscale(picture(1024), network, cancelled=told.is_set)
    except EngineCancelled:
        return time.perf_counter() - started - after


def main() -> int:
    parser = argparse.ArgumentParser(description="From the wish to stop to the end.")
    parser.add_argument("--quick", action="store_true", help="five times each")
    times = 5 if parser.parse_args().quick else 20
    moments = random.Random(1)
    print(f"1024 x 1024, stopped {times} times          median s    worst s")
    for network in networks():
        network.enlarge(picture(64))
        seconds = [stopped(network, moments.uniform(0.2, LATEST)) for _ in range(times)]
        print(f"  {f'{network.name} ({network.label})':40} {np.median(seconds):8.2f} {max(seconds):10.2f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
