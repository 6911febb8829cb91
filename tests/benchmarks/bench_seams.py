"""Seams: how tiled results differ from untiled ones: python -m tests.benchmarks.bench_seams [--quick].

PEERS E1: at most 1/255 on 99.9 % of the pixels and 3/255 at worst. Each network as this machine computes it, in float32
and, where the fast mode takes them, in eight-bit integers; in small tiles against one piece, on gradients, fine weaves
and photographs. RealESRGAN_x4plus has random weights here and is only computed as this machine does it: its 23 blocks
see farther than any margin.
"""

import argparse
import sys
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from enhancement.engine import choosing, tiles, weights
from enhancement.engine.errors import MissingWeights
from enhancement.engine.networks import Network
from enhancement.engine.training.data import textile
from tests.benchmarks.contender import CPU, GENERAL, PLUS, deep_state, network_of
from tests.benchmarks.metrics import shared_data

Pixels = NDArray[np.uint8]
EDGE, TILE = 192, 64


def pictures() -> Iterator[Pixels]:
    """Two gradients, eight cloths, and up to ten photographs, uint8 (EDGE, EDGE, 3)."""
    ramp = np.linspace(0, 255, EDGE)
    for plane in (np.tile(ramp, (EDGE, 1)), np.add.outer(ramp, ramp) / 2):
        yield np.repeat(plane.round().astype(np.uint8)[..., None], 3, axis=2)
    for seed in range(8):
        yield textile(np.random.default_rng(seed), EDGE)
    folder = shared_data("photos/kodak")
    for file in sorted(folder.glob("*.png"))[:10] if folder else []:
        with Image.open(file) as opened:
            yield np.asarray(opened.convert("RGB"))[:EDGE, :EDGE]


def networks() -> Iterator[tuple[str, Network]]:
    for name in ("designer-compact-x2", "designer-compact-x4", GENERAL):
        folder = shared_data("weights") if name == GENERAL else None
        for device, mode in ((CPU, "faithful"), (None, "faithful"), (None, "fast")):
            try:
                network = weights.load(name, folder=folder, device=device, mode=mode)
            except MissingWeights:
                continue
            if mode == "faithful" or network.label == choosing.INTEGERS:
                yield f"{name}, {network.label}", network
    network = choosing.quickest(network_of(PLUS, deep_state()))
    yield f"{PLUS}, {network.label}", network


def main() -> int:
    parser = argparse.ArgumentParser(description="Tiled against untiled.")
    parser.add_argument("--quick", action="store_true", help="every third picture")
    chosen = list(pictures())[:: 3 if parser.parse_args().quick else 1]
    print(f"{len(chosen)} pictures of {EDGE} x {EDGE}, tiles of {TILE}      within 1/255     worst   without a halo")
    for name, network in networks():
        whole = [tiles.upscale(picture, network, tile=EDGE) for picture in chosen]
        figures = []
        for halo in (None, 0):
            tiled = [tiles.upscale(picture, network, tile=TILE, halo=halo) for picture in chosen]
            figures.append(np.abs(np.stack(whole).astype(np.int16) - np.stack(tiled)))
        within = 100 * float(np.mean(figures[0] <= 1))
        print(f"  {name:48}{within:9.4f} %{figures[0].max():8d}{figures[1].max():10d}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
