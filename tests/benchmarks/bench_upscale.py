"""Speed against the stock runner with the same weights: python -m tests.benchmarks.bench_upscale [--quick].

Real-ESRGAN's own runner (float32, whole picture) and this engine take turns on the same picture; the median of each,
the ratio within this run, and how near the results are (PSNR over all channels, largest step of 255). Weights:
realesr-general-x4v3 where they are in the shared data or in DESIGNER_MODELS_DIR, else random ones of that shape.
The ratio is what counts: seconds depend on what else the machine does.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from enhancement.engine import device, manifest, stock, tiles, weights
from enhancement.engine.errors import MissingWeights
from enhancement.engine.networks import CompactNetwork, CompactShape, Network, compact_shape_of, ready
from tests.benchmarks.metrics import shared_data

Pixels = NDArray[np.uint8]
GENERAL = "realesr-general-x4v3"
CPU = torch.device("cpu")


def general_state() -> tuple[str, weights.State]:
    """Real-ESRGAN general's verified parameters, or random ones of its shape."""
    try:
        return GENERAL, weights.read_state(manifest.entries()[GENERAL], shared_data("weights"))
    except MissingWeights:
        torch.manual_seed(0)
        return "random weights", CompactNetwork(CompactShape(features=64, convs=32, scale=4)).state_dict()


def network_of(state: weights.State, dtype: torch.dtype) -> Network:
    module = CompactNetwork(compact_shape_of(state))
    module.load_state_dict(state)
    return ready(module, name="bench", scale=4, halo=module.shape.halo, device=CPU, dtype=dtype)


def test_picture(edge: int) -> Pixels:
    """A photograph of that size, or where there is none a drawn one."""
    folder = shared_data("photos/skimage/astronaut.png")
    if folder is None:
        return np.random.default_rng(0).integers(0, 256, (edge, edge, 3), dtype=np.uint8)
    return np.asarray(Image.open(folder).convert("RGB").resize((edge, edge), Image.Resampling.LANCZOS))


def alternate(contenders: dict[str, Callable[[], Pixels]], rounds: int) -> dict[str, tuple[float, Pixels]]:
    """Median seconds and the last result of each; they take turns, so that a busy minute hits all."""
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    made: dict[str, Pixels] = {}
    for _ in range(rounds):
        for name, contender in contenders.items():
            started = time.perf_counter()
            made[name] = contender()
            seconds[name].append(time.perf_counter() - started)
    return {name: (statistics.median(seconds[name]), made[name]) for name in contenders}


def nearness(one: Pixels, other: Pixels) -> str:
    steps = one.astype(np.int64) - other
    error = float(np.mean(steps**2))
    decibels = "equal" if error == 0 else f"{10 * np.log10(255**2 / error):.1f} dB"
    return f"{decibels:>9} {np.abs(steps).max():4d}"


def contenders(state: weights.State, image: Pixels) -> dict[str, Callable[[], Pixels]]:
    exact, quick = network_of(state, torch.float32), network_of(state, torch.bfloat16)
    rows: dict[str, Callable[[], Pixels]] = {}
    if stock.available():
        runner = stock.runner(state, 4)
        rows["stock RealESRGANer float32"] = lambda: stock.upscale(image, runner)
    rows["engine float32"] = lambda: tiles.upscale(image, exact)
    rows["engine bfloat16"] = lambda: tiles.upscale(image, quick)
    rows["engine bfloat16, tiles of 256"] = lambda: tiles.upscale(image, quick, tile=256)
    return rows


def report(state: weights.State, edge: int, rounds: int) -> None:
    result = alternate(contenders(state, test_picture(edge)), rounds)
    base_name = next(iter(result))
    base_seconds, base_pixels = result[base_name]
    print(f"{edge} x {edge} to {edge * 4} x {edge * 4}            seconds   times faster   nearness, largest step")
    for name, (seconds, pixels) in result.items():
        ratio = base_seconds / seconds
        print(f"  {name:32} {seconds:8.2f} {ratio:12.2f}      {nearness(pixels, base_pixels)}", flush=True)


def own_report(edge: int) -> None:
    """Our shipped small networks in the format that this machine prefers."""
    image = test_picture(edge)
    for scale in (2, 4):
        network = weights.load(f"designer-compact-x{scale}")
        seconds = alternate({"own": lambda network=network: tiles.upscale(image, network)}, 3)["own"][0]  # type: ignore[misc]
        print(f"  designer-compact-x{scale}, {edge} x {edge}: {seconds:.2f} s ({network.label})", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="Speed against the stock Real-ESRGAN runner.")
    parser.add_argument("--quick", action="store_true", help="one small picture, one round")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(device.threads())
    name, state = general_state()
    print(f"{name}; {torch.get_num_threads()} threads; torch {torch.__version__}")
    for edge in [128] if options.quick else [256, 512]:
        report(state, edge, 1 if options.quick else options.rounds)
    own_report(256 if options.quick else 512)
    return 0


if __name__ == "__main__":
    sys.exit(main())
