"""Speed with the same weights: python -m tests.benchmarks.bench_upscale [--quick] [--edges N ...] [--plus N ...].

Real-ESRGAN's own runner, the plain use of ncnn, ONNX Runtime and OpenVINO, and this engine take turns on the same
picture, each in a process of its own: the median of each, the ratio within this run, the share of the arithmetic floor,
the peak memory and what of it are mapped libraries, which processes share, and how near the result is to the first
row's (PSNR over all channels, largest step of 255). The floor is the network's arithmetic at the speed of the fastest
matrix product or convolution measured in the same run. Weights: realesr-general-x4v3 where they are in the shared data,
and random ones of RealESRGAN_x4plus.
The ratio is what counts: seconds depend on what else the machine does. Where there is a CUDA device it is measured
there (DESIGNER_ENGINE_DEVICE=cpu: not), beside the stock runner in half precision too.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from enhancement.engine import compiled, device, manifest, tiles, weights
from tests.benchmarks.contender import GENERAL, PLUS, USUAL, WAYS, picture

Pixels = NDArray[np.uint8]
PATIENCE = 600  # seconds


@dataclass
class Row:
    """A contender at work: its process, what it is called, and what it told."""

    way: str
    process: "subprocess.Popen[str]"
    result: Path
    label: str = ""
    seconds: list[float] = field(default_factory=list)
    megabytes: float = 0.0
    libraries: float = 0.0

    @property
    def name(self) -> str:
        return WAYS[self.way] + (f" ({self.label})" if self.label else "")

    def told(self) -> dict[str, Any] | None:
        """Its next word, or None if it has ended."""
        line = self.process.stdout.readline()
        return json.loads(line) if line else None

    def go(self) -> None:
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        told = self.told()
        if told is None:
            raise RuntimeError(f"{self.name} failed: {self.process.wait()}")
        self.seconds.append(told["seconds"])
        self.megabytes, self.libraries = told["megabytes"], told["libraries"]

    def close(self) -> Pixels:
        self.process.stdin.close()
        self.process.wait(PATIENCE)
        return np.load(self.result)


def start(way: str, model: str, edge: int, folder: Path) -> Row | None:
    """The contender, ready to run; None where what it needs is not installed."""
    result = folder / f"{way.replace(':', '-')}.npy"
    command = [sys.executable, "-W", "ignore", "-m", "tests.benchmarks.contender", way, model, str(edge), str(result)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    row = Row(way, subprocess.Popen(command, text=True, **pipes), result)
    said = row.told()
    if said is None:
        return None
    row.label = said["ready"]
    return row


def nearness(one: Pixels, other: Pixels) -> str:
    steps = one.astype(np.int16) - other
    error = float(np.mean(steps.astype(np.float32) ** 2))
    decibels = "equal" if error == 0 else f"{10 * np.log10(255**2 / error):.1f} dB"
    return f"{decibels:>8} {np.abs(steps).max():3d}"


def best(work: Callable[[], Any], rounds: int = 4) -> float:
    """The least seconds of a few rounds after one to warm up."""
    seconds = []
    for _ in range(rounds + 1):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return min(seconds[1:])


def peaks() -> dict[str, float]:
    """GFLOP/s of this device: matrix products by torch, and on a processor a convolution of 64 channels by OpenVINO."""
    found = {}
    if (cuda := device.choose().device).type == "cuda":
        for dtype in (torch.float32, torch.float16, torch.bfloat16):
            one, other = torch.randn(2, 8192, 8192, device=cuda).to(dtype).unbind()

            def product(one: torch.Tensor = one, other: torch.Tensor = other) -> None:
                _ = one @ other
                torch.cuda.synchronize()

            seconds = best(product)
            found[f"matrix product {str(dtype).removeprefix('torch.')}"] = 2 * 8192**3 / seconds / 1e9
        return found
    for dtype in (torch.float32, torch.bfloat16):
        one, other = torch.randn(2, 2048, 2048).to(dtype).unbind()
        seconds = best(lambda one=one, other=other: one @ other)  # type: ignore[misc]
        found[f"matrix product {str(dtype).removeprefix('torch.')}"] = 2 * 2048**3 / seconds / 1e9
    if compiled.available():
        ov = compiled.openvino()
        ops = ov.opset13
        given = ops.parameter([1, 64, 256, 256], np.float32)
        features = given
        for _ in range(8):
            kernel = ops.constant(np.random.default_rng(0).normal(0, 0.04, (64, 64, 3, 3)).astype(np.float32))
            features = ops.convolution(features, kernel, [1, 1], [1, 1], [1, 1], [1, 1])
        graph = ov.Model([ops.reduce_max(features, ops.constant(np.array([2, 3])), False)], [given], "peak")
        settings = {"INFERENCE_PRECISION_HINT": "bf16", "INFERENCE_NUM_THREADS": device.threads()}
        request = ov.Core().compile_model(graph, "CPU", settings).create_infer_request()
        image = np.zeros((1, 64, 256, 256), np.float32)
        found["convolution bfloat16"] = 8 * 18 * 64**2 * 256**2 / best(lambda: request.infer([image])) / 1e9
    return found


def choose(model: str, folder: Path) -> None:
    """Let the ways be measured by a process of its own, as it was done once on a machine that is in use."""
    if row := start("faithful", model, 64, folder):
        row.go()
        row.close()


def report(model: str, edge: int, ways: list[str], rounds: int, fastest: float) -> None:
    print(f"{model}, {edge} x {edge} to {edge * 4} x {edge * 4}, median of {rounds}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        choose(model, Path(folder))
        started = [(way, start(way, model, edge, Path(folder))) for way in ways]
        rows = [row for _, row in started if row]
        for _ in range(rounds):
            for row in rows:
                row.go()
        made = [row.close() for row in rows]
    fastest = max(fastest, *peaks().values())  # again: the first time others may have been at work
    floor = manifest.entries()[model].flops * edge**2 / fastest / 1e9
    print(f"  {'':46} seconds  times   floor images/s     MB  lib   nearness, largest step")
    base = statistics.median(rows[0].seconds)
    for row, pixels in zip(rows, made, strict=True):
        seconds = statistics.median(row.seconds)
        figures = f"{seconds:8.2f} {base / seconds:6.2f} {seconds / floor:6.2f}x {1 / seconds:8.3f}"
        figures += f" {row.megabytes:6.0f}{row.libraries:5.0f}"
        print(f"  {row.name:46}{figures}   {nearness(pixels, made[0])}", flush=True)
    for way, there in started:
        if there is None:
            print(f"  {WAYS[way]}: not installed")


def own_report(edge: int) -> None:
    """Our shipped small networks as this machine computes them."""
    for scale in (2, 4):
        network = weights.load(f"designer-compact-x{scale}")
        seconds = best(lambda network=network: tiles.upscale(picture(edge), network), 3)  # type: ignore[misc]
        print(f"  designer-compact-x{scale}, {edge} x {edge}: {seconds:.2f} s ({network.label})", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="Speed against the stock Real-ESRGAN runner and plain runtimes.")
    parser.add_argument("--quick", action="store_true", help="small pictures, two rounds")
    parser.add_argument("--rounds", type=int, default=0)
    parser.add_argument("--edges", type=int, nargs="*", help="of general")
    parser.add_argument("--plus", type=int, nargs="*", help="of x4plus, which runs at a quarter of general's without")
    parser.add_argument("--ways", nargs="*", choices=list(WAYS))
    options = parser.parse_args()
    torch.set_num_threads(device.threads())
    tables = tempfile.TemporaryDirectory()
    os.environ["DESIGNER_ENGINE_CACHE"] = tables.name
    here, speeds = device.choose().device, peaks()
    ways = options.ways or USUAL[here.type]
    name = torch.cuda.get_device_name(here) if here.type == "cuda" else f"{device.threads()} threads"
    print(f"{name}; torch {torch.__version__}; GFLOP/s: ", end="")
    print(", ".join(f"{name} {speed:.0f}" for name, speed in speeds.items()), flush=True)
    fastest = max(speeds.values())
    rounds = options.rounds or (2 if options.quick else 3)
    edges = [256] if options.quick else [256, 512, 1024]
    edges = edges if options.edges is None else options.edges
    for edge in edges:
        report(GENERAL, edge, ways, rounds, fastest)
    for edge in [edge // 4 for edge in edges] if options.plus is None else options.plus:
        report(PLUS, edge, ways, rounds, fastest)
    for edge in (256,) if options.quick else (512, 1024):
        own_report(edge)
    return 0


if __name__ == "__main__":
    sys.exit(main())
