"""Train a compact network: python -m enhancement.engine.training.train --scale 2 --photos DIR --out FILE.

L1 loss, one cosine of the learning rate over the steps, and a moving average of the weights, which is what is saved
(half precision, .safetensors), often: a run that is stopped leaves something that can be used. Bound by steps, so that
a machine which other work shares gives the same weights, only later; `--minutes` ends it sooner, with its cosine run to
the end. One thread by default: layers this small lose more by waiting for each other's threads than they win.
"""

from __future__ import annotations

import argparse
import copy
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from enhancement.engine.networks import CompactNetwork, CompactShape
from enhancement.engine.training.data import Crops, shelves_from
from enhancement.engine.training.growing import starting_network
from enhancement.engine.training.orthogonal import optimisers_for

AVERAGING = 0.999
WARM_UP = 0.02
REPORTED = 100  # steps


def learning_rate(progress: float, peak: float) -> float:
    """Up over the first fiftieth, then a half cosine down to a thousandth of the peak. progress: 0..1."""
    if progress < WARM_UP:
        return peak * (progress + 1e-3) / WARM_UP
    return peak * (0.001 + 0.999 * 0.5 * (1 + math.cos(math.pi * min(1.0, progress))))


@torch.no_grad()
def average_into(average: nn.Module, network: nn.Module, step: int) -> None:
    keep = min(AVERAGING, (1 + step) / (10 + step))
    for mean, value in zip(average.parameters(), network.parameters(), strict=True):
        mean.lerp_(value, 1 - keep)


@dataclass(frozen=True, slots=True)
class Plan:
    """How long, and how fast at its fastest: so many steps, or minutes of wall time if these are over before."""

    steps: int
    minutes: float
    peak: float

    def walk(self) -> Iterator[tuple[int, float]]:
        """Steps with the share of the way that lies behind each, 0..1."""
        started = time.monotonic()
        for step in range(self.steps):
            progress = max(step / self.steps, (time.monotonic() - started) / (self.minutes * 60))
            if progress >= 1:
                return
            yield step, progress


def train(network: CompactNetwork, crops: Crops, out: Path, *, plan: Plan, batch: int, bf16: bool, plain: bool) -> None:
    """Train to the end of the plan; the averaged network lies in `out` then, and now and then before."""
    average = copy.deepcopy(network)
    optimisers = optimisers_for(network, plain=plain)
    for step, progress in plan.walk():
        rate = learning_rate(progress, plan.peak)
        for optimiser in optimisers:
            for group in optimiser.param_groups:
                group["lr"] = rate * group["share"]
        loss = _step(network, optimisers, crops.batch(batch), bf16=bf16)
        average_into(average, network, step)
        if step % REPORTED == 0:
            print(f"step {step} progress {progress:.3f} loss {loss:.5f}", flush=True)
            save(average, out)
    save(average, out)


def _step(
    network: nn.Module, optimisers: list[torch.optim.Optimizer], pair: tuple[Tensor, Tensor], *, bf16: bool
) -> float:
    small, sharp = pair
    with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
        made = network(small)
    loss = (made.float() - sharp).abs().mean()
    network.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 0.5)
    for optimiser in optimisers:
        optimiser.step()
    return float(loss.detach())


def save(network: nn.Module, file: Path) -> None:
    half = {key: value.detach().half().contiguous() for key, value in network.state_dict().items()}
    file.parent.mkdir(parents=True, exist_ok=True)
    save_file(half, file)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument("--scale", type=int, choices=[2, 3, 4], default=2)
    parser.add_argument("--steps", type=int, default=9000)
    parser.add_argument("--minutes", type=float, default=math.inf, help="end by then, whatever the steps")
    parser.add_argument("--photos", type=Path, required=True, help="a folder of folders of photographs")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="trained weights to begin from")
    parser.add_argument("--features", type=int, default=48)
    parser.add_argument("--convs", type=int, default=12)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--edge", type=int, default=48, help="edge of a crop of the small picture, pixels")
    parser.add_argument("--peak", type=float, default=2e-3, help="highest learning rate")
    parser.add_argument("--spoiled", type=float, default=0.05, help="share of crops with JPEG traces")
    parser.add_argument("--one-size", action="store_true", help="photographs in their larger size only")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--bf16", action="store_true")
    parser.add_argument("--plain", action="store_true", help="Adam for every layer, without Muon")
    parser.add_argument("--seed", type=int, default=20261123)
    run(parser.parse_args(arguments))


def run(options: argparse.Namespace) -> None:
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    shape = CompactShape(features=options.features, convs=options.convs, scale=options.scale)
    cut = {"scale": options.scale, "edge": options.edge, "one_size": options.one_size}
    shelves = shelves_from(options.photos, textiles=150, rng=rng, **cut)
    crops = Crops(shelves, scale=options.scale, edge=options.edge, spoiled=options.spoiled, rng=rng)
    network = starting_network(shape, options.start)
    plan = Plan(options.steps, options.minutes, options.peak)
    train(network, crops, options.out, plan=plan, batch=options.batch, bf16=options.bf16, plain=options.plain)


if __name__ == "__main__":
    main()
