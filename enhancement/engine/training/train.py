"""Train a compact network: python -m enhancement.engine.training.train --scale 2 --minutes 12 --photos DIR --out FILE.

L1 loss, Adam, one cosine of the learning rate over the time given, and a moving average of the weights, which is what
is saved (half precision, .safetensors). A run is bound by minutes and not by steps, so it fits any machine.
"""

from __future__ import annotations

import argparse
import copy
import math
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from enhancement.engine.networks import CompactNetwork, CompactShape
from enhancement.engine.training.data import Crops, shelves_from

AVERAGING = 0.999
WARM_UP = 0.02


def learning_rate(progress: float, peak: float) -> float:
    """Up over the first fiftieth, then a half cosine down to a thousandth of the peak. progress: 0..1."""
    if progress < WARM_UP:
        return peak * (progress + 1e-3) / WARM_UP
    return peak * (0.001 + 0.999 * 0.5 * (1 + math.cos(math.pi * min(1.0, progress))))


def begin_from(network: CompactNetwork, file: Path) -> None:
    """Take every parameter of a trained network that fits; at another scale the last layer starts anew."""
    theirs = load_file(file)
    ours = network.state_dict()
    fitting = {key: value.float() for key, value in theirs.items() if key in ours and ours[key].shape == value.shape}
    network.load_state_dict({**ours, **fitting})


def starting_network(shape: CompactShape, start: Path | None) -> CompactNetwork:
    network = CompactNetwork(shape)
    last = network.body[-1]
    assert isinstance(last, nn.Conv2d)  # noqa: S101 - for the type checker: the constructor put it there
    nn.init.normal_(last.weight, std=1e-3)  # begin as plain nearest-neighbour enlargement, and learn the difference
    if last.bias is not None:
        nn.init.zeros_(last.bias)
    if start is not None:
        begin_from(network, start)
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


@torch.no_grad()
def average_into(average: nn.Module, network: nn.Module, step: int) -> None:
    keep = min(AVERAGING, (1 + step) / (10 + step))
    for mean, value in zip(average.parameters(), network.parameters(), strict=True):
        mean.lerp_(value, 1 - keep)


def train(
    network: CompactNetwork, crops: Crops, out: Path, *, minutes: float, batch: int, peak: float, bf16: bool
) -> None:
    """Train for `minutes` of wall time; the averaged network lies in `out` at the end, and now and then before."""
    average = copy.deepcopy(network)
    optimiser = torch.optim.Adam(network.parameters(), lr=peak, betas=(0.9, 0.99))
    for step, progress in _clock(minutes):
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(progress, peak)
        loss = _step(network, optimiser, crops.batch(batch), bf16=bf16)
        average_into(average, network, step)
        if step % 200 == 0:
            print(f"step {step} progress {progress:.3f} loss {loss:.5f}", flush=True)
            save(average, out)
    save(average, out)


def _clock(minutes: float) -> Iterator[tuple[int, float]]:
    started, step = time.monotonic(), 0
    while (progress := (time.monotonic() - started) / (minutes * 60)) < 1:
        yield step, progress
        step += 1


def _step(network: nn.Module, optimiser: torch.optim.Optimizer, pair: tuple[Tensor, Tensor], *, bf16: bool) -> float:
    small, sharp = pair
    with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
        made = network(small)
    loss = (made.float() - sharp).abs().mean()
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 0.5)
    optimiser.step()
    return float(loss.detach())


def save(network: nn.Module, file: Path) -> None:
    half = {key: value.detach().half().contiguous() for key, value in network.state_dict().items()}
    file.parent.mkdir(parents=True, exist_ok=True)
    save_file(half, file)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument("--scale", type=int, choices=[2, 3, 4], default=2)
    parser.add_argument("--minutes", type=float, default=12)
    parser.add_argument("--photos", type=Path, required=True, help="a folder of folders of photographs")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="trained weights to begin from")
    parser.add_argument("--features", type=int, default=32)
    parser.add_argument("--convs", type=int, default=8)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--edge", type=int, default=48, help="edge of a crop of the small picture, pixels")
    parser.add_argument("--peak", type=float, default=2e-3, help="highest learning rate")
    parser.add_argument("--spoiled", type=float, default=0.05, help="share of crops with JPEG traces")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--bf16", action="store_true")
    parser.add_argument("--seed", type=int, default=20261123)
    run(parser.parse_args(arguments))


def run(options: argparse.Namespace) -> None:
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    shape = CompactShape(features=options.features, convs=options.convs, scale=options.scale)
    shelves = shelves_from(options.photos, scale=options.scale, edge=options.edge, textiles=150, rng=rng)
    crops = Crops(shelves, scale=options.scale, edge=options.edge, spoiled=options.spoiled, rng=rng)
    network = starting_network(shape, options.start)
    plan = {"minutes": options.minutes, "peak": options.peak}
    train(network, crops, options.out, batch=options.batch, bf16=options.bf16, **plan)


if __name__ == "__main__":
    main()
