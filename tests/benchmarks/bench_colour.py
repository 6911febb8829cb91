"""Whether an enlargement keeps the colours: python -m tests.benchmarks.bench_colour [--quick].

PEERS E3: CIEDE2000 between a picture and its enlargement shrunk back, at most 1.0 on average and 3.0 for 99 of 100
pixels; beyond that the result is marked (`faithful` in its facts). For each model over Set5, Kodak and clothing.
"""

import argparse
import sys
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from enhancement.engine import tiles, weights
from enhancement.engine.errors import MissingWeights
from enhancement.fidelity import compared
from enhancement.operations.resizing import resized
from tests.benchmarks.contender import GENERAL
from tests.benchmarks.metrics import set5_pairs, shared_data

Pixels = NDArray[np.uint8]
Enlarge = Callable[[Pixels], Pixels]
EDGE = 256  # pixels of the longer side of a photograph
MODELS = ("designer-compact-x2", "designer-compact-x4", GENERAL)


def pictures(quick: bool) -> Iterator[tuple[str, Pixels]]:
    """Where from, and the picture: Set5's small ones, then up to 24 of Kodak and 40 of clothing."""
    if folder := shared_data("set5"):
        yield from (("Set5", small) for small, _ in set5_pairs(folder, 2))
    for name, pattern, most in (("kodak", "*.png", 24), ("clothing", "*.jpg", 40)):
        folder = shared_data(f"photos/{name}")
        for file in sorted(folder.glob(pattern))[: most // 4 if quick else most] if folder else []:
            with Image.open(file) as opened:
                photo = opened.convert("RGB")
            photo.thumbnail((EDGE, EDGE), Image.Resampling.LANCZOS)
            yield name, np.asarray(photo)


def methods() -> Iterator[tuple[str, Enlarge]]:
    yield "Lanczos x4", lambda small: np.asarray(resized(small, (small.shape[1] * 4, small.shape[0] * 4)), np.uint8)
    for name in MODELS:
        try:
            network = weights.load(name, folder=shared_data("weights") if name == GENERAL else None)
        except MissingWeights:
            continue
        yield f"{name} ({network.label})", lambda small, network=network: tiles.upscale(small, network)


def main() -> int:
    parser = argparse.ArgumentParser(description="Colours before and after.")
    parser.add_argument("--quick", action="store_true", help="a quarter of the photographs")
    chosen = list(pictures(parser.parse_args().quick))
    if not chosen:
        print("The photographs are not here: set DESIGNER_SHARED_DATA to the folder that holds photos/ and set5/.")
        return 2
    print(f"{'CIEDE2000':46} {'':10} pictures   mean   worst mean   p99   worst p99   marked")
    for name, enlarge in methods():
        for source in dict.fromkeys(source for source, _ in chosen):
            of = [
                compared(Image.fromarray(one), Image.fromarray(enlarge(one)))[0] for at, one in chosen if at == source
            ]
            mean, p99 = (np.array([each[f"delta_e_{kind}"] for each in of]) for kind in ("mean", "p99"))
            marked = sum(not each["faithful"] for each in of)
            figures = f"{mean.mean():6.2f} {mean.max():12.2f} {p99.mean():5.2f} {p99.max():11.2f} {marked:8d}"
            print(f"  {name:44} {source:10} {len(of):8d} {figures}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
