"""What eight-bit whole numbers cost: python -m tests.benchmarks.bench_rounding [--quick].

Real-ESRGAN general in the shipped integers against itself in float32, decibels (PSNR over all channels): as the network
gives it, and as results are delivered, both drawn back to the picture. On pictures that its rounding was not trained
on: Set5, Kodak, scikit-image and clothes by `rounding.learned_from`, and cloth drawn by formula, of kinds that it was
trained on. Mean and worst of each; then whether seconds are won, in turns, on one piece.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from enhancement.engine import choosing, trying, weights
from enhancement.engine.networks import Network
from enhancement.engine.training.data import textile
from enhancement.engine.training.rounding import learned_from
from enhancement.operations.faithful import TWICE
from tests.benchmarks.contender import GENERAL, network_of, picture, state_of
from tests.benchmarks.metrics import drawn_back, shared_data

Pixels = NDArray[np.uint8]
EDGE, CROP = 256, 192


def opened(file: Path) -> Image.Image:
    with Image.open(file) as image:
        return image.convert("RGB")


def within(image: Image.Image) -> Pixels:
    image.thumbnail((EDGE, EDGE), Image.Resampling.LANCZOS)
    return np.asarray(image)


def pictures() -> Iterator[tuple[str, Pixels]]:
    if set5 := shared_data("set5"):
        for file in sorted((set5 / "image_SRF_2").glob("*_LR.png")):
            yield "Set5", np.asarray(opened(file))
    for kind in ("kodak", "skimage", "clothing"):
        folder = shared_data(f"photos/{kind}")
        files = sorted(folder.glob("*.*g")) if folder else []
        files = [file for file in files if not learned_from(kind, file.name)]
        for file in files[::10][:14] if kind == "clothing" else files:
            yield kind, within(opened(file))
            if kind == "kodak":
                whole = np.asarray(opened(file))
                top, left = (side // 2 - CROP // 2 for side in whole.shape[:2])
                yield "kodak, cut", np.ascontiguousarray(whole[top : top + CROP, left : left + CROP])
    for seed in range(14):
        yield "drawn cloth", textile(np.random.default_rng(seed), 80 if seed < 5 else 96)


def measured(whole: Network, exact: Network, given: Pixels) -> tuple[float, float]:
    """Decibels between the two, as they are and drawn back."""

    def made(network: Network, times: int) -> list[Pixels]:
        return [drawn_back(lambda piece: network.enlarge(piece).astype(np.uint8, copy=False), times, given)]

    raw, true = (trying.nearness(made(whole, times), made(exact, times)) for times in (0, TWICE))
    return raw, true


def main() -> int:
    parser = argparse.ArgumentParser(description="Eight-bit integers against float32.")
    parser.add_argument("--quick", action="store_true", help="every fifth picture")
    step = 5 if parser.parse_args().quick else 1
    network = weights.with_integers(weights.find(GENERAL), network_of(GENERAL, state_of(GENERAL)), "fast")
    if network.integers is None:
        print("not here: it wants OpenVINO, a processor, and the weights of Real-ESRGAN general")
        return 0
    exact, half, whole = (
        choosing.computed(network, way) for way in ("openvino float32", "openvino bfloat16", choosing.INTEGERS)
    )
    rows: dict[str, list[tuple[float, float]]] = {}
    for kind, each in list(pictures())[::step]:
        rows.setdefault(kind, []).append(measured(whole, exact, each))
    print(f"{'':16}pictures   as it is: mean, worst   drawn back: mean, worst")
    rows["all"] = [figures for row in rows.values() for figures in row]
    for kind, row in rows.items():
        raw, true = zip(*row, strict=True)
        figures = f"{np.mean(raw):18.2f}{min(raw):7.2f}{np.mean(true):20.2f}{min(true):7.2f}"
        print(f"  {kind:14}{len(row):8d}{figures}", flush=True)
    seconds = trying.timed({"bfloat16": half, "int8": whole}, picture(EDGE))
    print(f"  {EDGE} x {EDGE}: bfloat16 {seconds['bfloat16']:.2f} s, int8 {seconds['int8']:.2f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
