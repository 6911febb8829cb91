"""Quality on Set5: python -m tests.benchmarks.bench_quality [--weights FILE --scale 2].

PSNR (dB) and SSIM on luma, the border of `scale` pixels left out: bicubic, Lanczos, our shipped networks and, where its
weights are in DESIGNER_MODELS_DIR or in the shared data, Real-ESRGAN general. That one is trained to look sharp on
spoilt photographs and not to be near the original, so a low number here is not a defect of it.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import safetensors.torch
import torch
from numpy.typing import NDArray
from PIL import Image

from enhancement.engine import device, tiles, weights
from enhancement.engine.errors import MissingWeights
from enhancement.engine.networks import CompactNetwork, compact_shape_of, ready
from tests.benchmarks.metrics import psnr, set5_pairs, shared_data, ssim

Pixels = NDArray[np.uint8]
Method = Callable[[Pixels], Pixels]
EXACT = device.Device(device=torch.device("cpu"), dtype=torch.float32)


def resampled(filter_: Image.Resampling, scale: int) -> Method:
    def enlarge(small: Pixels) -> Pixels:
        size = (small.shape[1] * scale, small.shape[0] * scale)
        return np.asarray(Image.fromarray(small).resize(size, filter_))

    return enlarge


def by_name(name: str, chosen: device.Device | None) -> Method | None:
    folder = shared_data("weights")
    try:
        network = weights.load(name, folder=None if name.startswith("designer") else folder, device=chosen)
    except MissingWeights:
        return None
    return lambda small: tiles.upscale(small, network)


def by_file(file: Path) -> Method:
    state = {key: value.float() for key, value in safetensors.torch.load_file(file).items()}
    module = CompactNetwork(compact_shape_of(state))
    module.load_state_dict(state)
    shape = module.shape
    sizes = {"scale": shape.scale, "halo": shape.halo}
    network = ready(module, name=file.stem, device=EXACT.device, dtype=EXACT.dtype, **sizes)
    return lambda small: tiles.upscale(small, network)


def methods(scale: int, file: Path | None) -> dict[str, Method]:
    rows: dict[str, Method | None] = {
        "bicubic": resampled(Image.Resampling.BICUBIC, scale),
        "Lanczos": resampled(Image.Resampling.LANCZOS, scale),
        f"designer-compact-x{scale}, float32": by_name(f"designer-compact-x{scale}", EXACT),
        f"designer-compact-x{scale}, as this machine computes it": by_name(f"designer-compact-x{scale}", None),
    }
    if scale == 4:
        rows["realesr-general-x4v3, float32"] = by_name("realesr-general-x4v3", EXACT)
    if file:
        rows[file.name] = by_file(file)
    return {name: method for name, method in rows.items() if method}


def score(method: Method, pairs: list[tuple[Pixels, Pixels]], scale: int) -> tuple[float, float]:
    """Mean PSNR (dB) and SSIM over the pairs."""
    made = [(method(small), sharp) for small, sharp in pairs]
    decibels = [psnr(one, other, border=scale) for one, other in made]
    return float(np.mean(decibels)), float(np.mean([ssim(one, other, border=scale) for one, other in made]))


def main() -> int:
    parser = argparse.ArgumentParser(description="PSNR and SSIM on Set5.")
    parser.add_argument("--quick", action="store_true", help="only two times as large")
    parser.add_argument("--scale", type=int, choices=[2, 4])
    parser.add_argument("--weights", type=Path, help="a file of a compact network to score as well")
    options = parser.parse_args()
    folder = shared_data("set5")
    if folder is None:
        print("Set5 is not here: set DESIGNER_SHARED_DATA to the folder that holds set5/.")
        return 2
    for scale in [options.scale] if options.scale else [2] if options.quick else [2, 4]:
        pairs = set5_pairs(folder, scale)
        print(f"Set5 x{scale} ({len(pairs)} pictures)        PSNR Y (dB)   SSIM Y")
        for name, method in methods(scale, options.weights).items():
            decibels, similarity = score(method, pairs, scale)
            print(f"  {name:40} {decibels:7.2f}   {similarity:.4f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
