"""Teach a compact network to bear eight-bit whole numbers:
python -m enhancement.engine.training.rounding --parent FILE --photos DIR --out FILE.

The network learns from its own answers in float32: where each inner layer is rounded as `integers` rounds it, weights,
biases, slopes and the scales of all channels are moved until the result is near again. What rounding does not tell (it
is flat between its steps) is passed straight through (Bengio et al. 2013, arXiv:1308.3432). Squared error, but of each
crop only its root, so that hard cloth does not drown the rest; crops that are far off come more often. One cosine of
the learning rate over the steps. It begins where rounding alone leaves the network, or at a file that was made before.
"""

from __future__ import annotations

import argparse
import hashlib
import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as nnf

from enhancement.engine import weights
from enhancement.engine.integers import LEVELS, MOST
from enhancement.engine.networks import CompactNetwork, compact_shape_of
from enhancement.engine.training.data import Crops, shelves_from
from enhancement.engine.training.train import Plan, learning_rate

ZERO_POINTS = range(16, 129, 4)  # tried for each layer
TAIL = 2e-5  # of a channel's values may be cut off at either end, to begin with
BALANCE = 0.25  # how much a weight's step counts beside a value's, where a channel's scale is chosen
BALANCING = 12  # rounds
CALIBRATION = 16  # crops
REPORTED = 20  # steps
RATES = {
    "first.weight": 0.01, "inner.weight": 0.03, "inner.bias": 0.03, "first.bias": 0.03, "inner.slope": 3e-4,
    "first.slope": 3e-4, "log_scale": 1e-3, "log_step": 1e-3, "last.weight": 2e-3, "last.bias": 2e-3,
}  # fmt: skip
KEPT = ("astronaut.png", "brick.png", "chelsea.png", "gravel.png")
State = dict[str, Tensor]


def straight(values: Tensor, rounded: Tensor) -> Tensor:
    """The rounded values, with the gradient of those that were rounded."""
    return values + (rounded - values).detach()


def learned_from(kind: str, name: str) -> bool:
    """Whether a photograph may be learned from. By a fixed rule a third of Kodak, three in ten of the clothes and four
    of scikit-image's are kept for the measure (`tests.benchmarks.bench_rounding`)."""
    if kind == "kodak":
        return not name[:2].isdigit() or int(name[:2]) % 3 != 0
    if kind == "clothing":
        return int(hashlib.sha256(f"split:{name}".encode()).hexdigest(), 16) % 10 >= 3
    return kind != "skimage" or name not in KEPT


class Student(nn.Module):
    """A compact network in whole numbers, as a file of `integers` holds it, its weights not rounded yet.

    state: by the names of `integers`. log_scale, log_step: how much wider than there the steps of each inner layer's
    input, and of its weights, have become; both are folded in when it is saved.
    """

    def __init__(self, state: Mapping[str, Tensor]) -> None:
        super().__init__()
        self.zeros = [int(zero) for zero in state["inner.zero"]]
        self.factor = state["inner.factor"].float()
        self.values = nn.ParameterDict({
            name.replace(".", "_"): nn.Parameter(value.float().clone())
            for name, value in state.items()
            if name not in ("inner.zero", "inner.factor")
        })  # fmt: skip
        for name in ("log_scale", "log_step"):
            self.values[name] = nn.Parameter(torch.zeros_like(self.factor))

    def folded(self) -> State:
        """As a file of `integers` holds it; weights still in float, rounded straight through."""
        of = {name.replace("_", ".", 1) if "log" not in name else name: value for name, value in self.values.items()}
        ours, step = of.pop("log_scale").exp(), of.pop("log_step").exp()
        following = torch.cat([ours[1:], torch.ones_like(ours[:1])])  # the last inner layer's output is not counted
        of["first.weight"] = of["first.weight"] / ours[0][:, None, None, None]
        of["first.bias"] = of["first.bias"] / ours[0]
        weight = of["inner.weight"] * ours[:, None, :, None, None] / step[:, :, None, None, None]
        weight = weight.clamp(-MOST - 0.49, MOST + 0.49)
        of["inner.weight"] = straight(weight, weight.round().clamp(-MOST, MOST))
        of["inner.factor"] = self.factor * step / following
        of["inner.bias"] = of["inner.bias"] / following
        return of

    def forward(self, image: Tensor) -> Tensor:
        """float32 (batch, 3, height, width) in 0..1 to the result on 0..255, not shuffled: (batch, 3 * scale², …)."""
        of = self.folded()
        inner = [of[f"inner.{part}"].unbind() for part in ("weight", "factor", "bias", "slope")]
        features = nnf.conv2d(image, of["first.weight"], of["first.bias"], padding=1)
        features = nnf.prelu(features, of["first.slope"])
        for zero, weight, factor, bias, slope in zip(self.zeros, *inner, strict=True):
            held = features.clamp(-zero, LEVELS - 1 - zero)
            made = nnf.conv2d(straight(held, held.round()), weight, padding=1)
            features = nnf.prelu(made * factor[:, None, None] + bias[:, None, None], slope)
        made = nnf.conv2d(features, of["last.weight"], of["last.bias"], padding=1)
        return made + (image * 255).repeat_interleave(made.shape[1] // 3, 1)

    @torch.no_grad()
    def save(self, file: Path) -> None:
        state = {name: value.detach().contiguous() for name, value in self.folded().items()}
        state["inner.weight"] = state["inner.weight"].round().to(torch.int8)
        state["inner.zero"] = torch.tensor(self.zeros, dtype=torch.uint8)
        file.parent.mkdir(parents=True, exist_ok=True)
        save_file(state, file)


@torch.no_grad()
def begun(parent: CompactNetwork, images: Tensor) -> State:
    """The network as rounding alone leaves it: zero points, and a scale for each channel that its values on `images`
    and the weights of the next layer together ask for."""
    state, convs = parent.state_dict(), parent.shape.convs
    layers = [
        (state[f"body.{place}.weight"], state[f"body.{place}.bias"], state[f"body.{place + 1}.weight"])
        for place in range(0, 2 * convs + 2, 2)
    ]
    last = f"body.{2 * convs + 2}"
    scales: list[Tensor] = []
    zeros: list[int] = []
    features = images
    for number, (weight, bias, slope) in enumerate(layers[:-1]):
        features = nnf.prelu(nnf.conv2d(features, weight, bias, padding=1), slope)
        zero, scale = _counted(features.transpose(0, 1).flatten(1), layers[number + 1][0])
        zeros.append(zero)
        scales.append(scale)
    scales.append(torch.ones_like(scales[0]))
    inner: dict[str, list[Tensor]] = {"weight": [], "factor": [], "bias": [], "slope": []}
    for before, after, (weight, bias, slope) in zip(scales[:-1], scales[1:], layers[1:], strict=True):
        scaled = weight * before[None, :, None, None]
        step = (scaled.abs().amax((1, 2, 3)) / MOST).clamp_min(1e-9)
        for part, value in (
            ("weight", scaled / step[:, None, None, None]), ("factor", step / after), ("bias", bias / after),
            ("slope", slope),
        ):  # fmt: skip
            inner[part].append(value)
    weight, bias, slope = layers[0]
    return {
        "first.weight": weight / scales[0][:, None, None, None], "first.bias": bias / scales[0], "first.slope": slope,
        **{f"inner.{part}": torch.stack(values) for part, values in inner.items()},
        "inner.zero": torch.tensor(zeros, dtype=torch.uint8),
        "last.weight": state[f"{last}.weight"] * 255, "last.bias": state[f"{last}.bias"] * 255,
    }  # fmt: skip


def _counted(values: Tensor, following: Tensor) -> tuple[int, Tensor]:
    """The zero point of a layer's values (channels, pixels), and the width of a step of each channel."""
    cut = max(1, int(values.shape[1] * TAIL))
    high = values.topk(cut, 1).values[:, -1].clamp_min(1e-6)
    low = (-values).topk(cut, 1).values[:, -1].clamp_min(0)
    zero = min(ZERO_POINTS, key=lambda point: float(_widths(high, low, point).log().sum()))
    least = scale = _widths(high, low, zero)
    power, strength = values.square().mean(1), following.square().sum((0, 2, 3)).clamp_min(1e-12)
    for _ in range(BALANCING):
        step = (following * scale[None, :, None, None]).abs().amax((1, 2, 3)) / MOST
        wanted = BALANCE * power * step.square().sum() * following[0, 0].numel() / strength
        scale = torch.maximum(least, wanted**0.25)
    return zero, scale


def _widths(high: Tensor, low: Tensor, zero: int) -> Tensor:
    return torch.maximum(high / (LEVELS - 1 - zero), low / zero)


@torch.inference_mode()
def answers(parent: CompactNetwork, images: Tensor) -> Tensor:
    """What the network makes of pictures, not shuffled: uint8 (batch, 3 * scale², height, width)."""
    made = []
    for image in torch.split(images, 8):
        features = image
        for layer in parent.body:
            features = layer(features)
        whole = features + image.repeat_interleave(features.shape[1] // 3, 1)
        made.append(whole.clamp(0, 1).mul(255).round().to(torch.uint8))
    return torch.cat(made)


def train(
    student: Student, images: Tensor, wanted: Tensor, out: Path, *, plan: Plan, batch: int, rng: np.random.Generator
) -> None:
    """Train to the end of the plan; what has come of it lies in `out` then, and now and then before.

    images: float32 (crops, 3, …) in 0..1; wanted: their `answers`.
    """
    groups = [{"params": [value], "share": _rate(name, value)} for name, value in student.values.items()]
    optimiser = torch.optim.Adam(groups, lr=1e-3, betas=(0.9, 0.98), eps=1e-12)
    errors: NDArray[np.float64] = np.full(len(images), np.nan)
    recent: list[float] = []
    for step, progress in plan.walk():
        for group in optimiser.param_groups:
            group["lr"] = group["share"] * learning_rate(progress, plan.peak)
        drawn = rng.choice(len(images), min(batch, len(images)), replace=False, p=_odds(errors))
        chosen = torch.from_numpy(drawn)
        made = student(images[chosen])
        each = (straight(made, made.clamp(0, 255)) - wanted[chosen]).square().mean((1, 2, 3))
        errors[drawn] = each.detach().numpy()
        (each / (each.detach() + 1).sqrt()).mean().backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        recent.append(float(each.detach().mean()))
        if step % REPORTED == 0:
            print(f"step {step} progress {progress:.3f} {10 * math.log10(255**2 / np.mean(recent)):.2f} dB", flush=True)
            recent = []
            student.save(out)
    student.save(out)


def _rate(name: str, value: Tensor) -> float:
    """How fast a tensor may move beside others, in its own numbers: those of the last layer are no steps."""
    rate = RATES[name.replace("_", ".", 1) if "log" not in name else name]
    return rate * float(value.detach().abs().mean()) if name == "last_weight" else rate


def _odds(errors: NDArray[np.float64]) -> NDArray[np.float64]:
    """How likely each crop is the next: by the root of its last error; those not met yet as the mean of others."""
    met = ~np.isnan(errors)
    known = np.where(met, errors, errors[met].mean() if met.any() else 1.0)
    middle = np.median(known) + 1e-9
    odds = np.asarray(np.sqrt(np.clip(known, 0.3 * middle, 4 * middle)), np.float64)
    return np.asarray(odds / odds.sum(), np.float64)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument("--parent", type=Path, required=True, help="the network's weights in float")
    parser.add_argument("--photos", type=Path, required=True, help="a folder of folders of photographs")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="a file that was made before, to go on from")
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--minutes", type=float, default=math.inf, help="end by then, whatever the steps")
    parser.add_argument("--peak", type=float, default=1.0, help="highest learning rate; less where it goes on")
    parser.add_argument("--batch", type=int, default=3)
    parser.add_argument("--crops", type=int, default=1600)
    parser.add_argument("--edge", type=int, default=64, help="edge of a crop, pixels")
    parser.add_argument("--textiles", type=int, default=150)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=20261130)
    run(parser.parse_args(arguments))


def run(options: argparse.Namespace) -> None:
    torch.set_num_threads(options.threads)
    rng = np.random.default_rng(options.seed)
    state = weights.parse(weights.bounded_bytes(options.parent), name=options.parent.name)
    parent = CompactNetwork(compact_shape_of(state))
    parent.load_state_dict({key: value.float() for key, value in state.items()})
    # a picture is its own answer's source: it is not made smaller
    shelves = shelves_from(
        options.photos, scale=1, edge=options.edge, textiles=options.textiles, rng=rng, wanted=learned_from
    )
    images, _ = Crops(shelves, scale=1, edge=options.edge, spoiled=0.2, rng=rng).batch(options.crops)
    student = Student(load_file(options.start) if options.start else begun(parent, images[:CALIBRATION]))
    plan = Plan(options.steps, options.minutes, options.peak)
    train(student, images, answers(parent, images), options.out, plan=plan, batch=options.batch, rng=rng)


if __name__ == "__main__":
    main()
