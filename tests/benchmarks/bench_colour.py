"""Whether an enlargement keeps the colours: python -m tests.benchmarks.bench_colour [--quick].

PEERS E3: CIEDE2000 between a picture and its enlargement shrunk back, at most 1.0 on average and 3.0 for 99 of 100
pixels; beyond that the result is marked (`faithful` in its facts). For each model over Set5, Kodak and clothing, as the
network gives it and as `faithful` draws it back. Beside it what that does to sharpness: PSNR on Set5 (luma, the border
left out), and the halo, levels of luma by which a result leaves what the source shows within two pixels.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from enhancement.engine import tiles, weights
from enhancement.engine.errors import MissingWeights
from enhancement.fidelity import compared, luma
from enhancement.operations.faithful import TWICE
from enhancement.operations.resizing import resized
from tests.benchmarks.contender import GENERAL
from tests.benchmarks.metrics import drawn_back, psnr, set5_pairs, shared_data

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


def methods() -> Iterator[tuple[str, int, Enlarge]]:
    """Its name, how many times it enlarges, and what it makes."""
    yield "Lanczos x4", 4, lambda small: np.asarray(resized(small, (small.shape[1] * 4, small.shape[0] * 4)), np.uint8)
    for name in MODELS:
        try:
            network = weights.load(name, folder=shared_data("weights") if name == GENERAL else None)
        except MissingWeights:
            continue
        plain: Enlarge = partial(tiles.upscale, network=network)
        yield f"{name} ({network.label})", network.scale, plain
        yield "  drawn back", network.scale, partial(drawn_back, plain, TWICE if name == GENERAL else 1)


def halo(small: Pixels, made: Pixels) -> float:
    """Levels of luma beyond the range of the source's 5 x 5 pixels around; the mean over all pixels."""
    light = luma(small)
    near = np.lib.stride_tricks.sliding_window_view(np.pad(light, 2, mode="edge"), (5, 5))
    times = made.shape[0] // small.shape[0]
    low, high = (each.repeat(times, 0).repeat(times, 1) for each in (near.min((2, 3)), near.max((2, 3))))
    seen = luma(made)
    return float(np.maximum(0, np.maximum(low - seen, seen - high)).mean())


def decibels(scale: int, enlarge: Enlarge) -> float:
    """Mean PSNR on Set5; 0 where it is not here."""
    folder = shared_data("set5")
    pairs = set5_pairs(folder, scale) if folder else []
    return float(np.mean([psnr(enlarge(small), sharp, border=scale) for small, sharp in pairs] or [0]))


def line(enlarge: Enlarge, chosen: list[Pixels]) -> str:
    pairs = [(small, enlarge(small)) for small in chosen]
    of = [compared(Image.fromarray(small), Image.fromarray(made))[0] for small, made in pairs]
    mean, p99 = (np.array([each[f"delta_e_{kind}"] for each in of]) for kind in ("mean", "p99"))
    marked, beyond = sum(not each["faithful"] for each in of), np.mean([halo(*pair) for pair in pairs])
    return f"{mean.mean():6.2f} {mean.max():11.2f} {p99.mean():6.2f} {p99.max():10.2f} {marked:7d} {beyond:7.2f}"


def main() -> int:
    parser = argparse.ArgumentParser(description="Colours before and after.")
    parser.add_argument("--quick", action="store_true", help="a quarter of the photographs")
    chosen = list(pictures(parser.parse_args().quick))
    if not chosen:
        print("The photographs are not here: set DESIGNER_SHARED_DATA to the folder that holds photos/ and set5/.")
        return 2
    print(f"{'CIEDE2000':44} {'':14}   mean  worst mean    p99  worst p99  marked    halo   Set5")
    for name, scale, enlarge in methods():
        shown = f"{decibels(scale, enlarge):6.2f} dB"
        for source in dict.fromkeys(source for source, _ in chosen):
            of = [one for at, one in chosen if at == source]
            print(f"  {name:42} {source:10} {len(of):3d} {line(enlarge, of)} {shown}", flush=True)
            shown = ""
    return 0


if __name__ == "__main__":
    sys.exit(main())
