"""The operation "upscale": as many times as large, to a named size or for a print, by networks and exactly.

A network doubles or quadruples. To a size between, the next network up goes first and a Lanczos filter takes its result
down; beyond four times a second network doubles what was brought to half the size before, so that no step makes more
pixels than are wanted.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from enhancement.engine import manifest, own
from enhancement.engine.asking import Cancelled, Progress
from enhancement.engine.errors import InvalidWeights
from enhancement.operations import pictures, strips, targets
from enhancement.operations.base import (
    Choice,
    Estimate,
    Flag,
    Number,
    Parameter,
    ParameterError,
    Parameters,
    Position,
    Rows,
    part_of,
)
from enhancement.operations.faithful import TWICE, true_bands
from enhancement.operations.frame import InMemory, Made, Task, said
from enhancement.operations.pictures import Samples
from enhancement.operations.resizing import resized_bands
from enhancement.operations.targets import Size
from enhancement.remote import offers

if TYPE_CHECKING:  # the engine brings torch, which a web process that only checks a wish must not load
    from enhancement.engine.networks import Network

logger = logging.getLogger(__name__)

OWN = {2: "designer-compact-x2", 4: "designer-compact-x4"}
PREFERRED = {4: "realesr-general-x4v3"}  # small enough for a processor, and trained on spoilt photographs
LARGEST_OUTPUT = 128_000_000  # pixels that one network makes, before they are taken down to the size asked for
ASSUMED_FLOPS = 150e9  # per second; two cores of a server in float32. With bf16 units it is twice that
SECONDS_PER_PIXEL = 1.5e-7  # of the result: reading, packing, encoding
STOCK_SLOWER = 4.0  # times as long the stock runner takes for the same network, see docs/benchmarks.md


@dataclass(frozen=True, slots=True)
class _Step:
    """One network, from a picture of which size, and the size to which its result is brought."""

    entry: manifest.Entry
    before: Size
    after: Size

    @property
    def made(self) -> int:
        return self.before.pixels * self.entry.scale**2

    @property
    def seconds(self) -> float:
        return self.entry.flops * self.before.pixels / ASSUMED_FLOPS + self.made * SECONDS_PER_PIXEL


@dataclass(frozen=True, slots=True)
class _Ready:
    entry: manifest.Entry
    network: Network
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Used:
    """What is told of a network once it has done its part; it is not held on to, for the next may need its memory."""

    entry: manifest.Entry
    label: str
    notes: tuple[str, ...]


class Upscale(InMemory):
    """Larger. Transparency, grey, resolution and colour profile are kept (see `pictures`)."""

    name = "upscale"
    title = "Enlarge"
    position = Position.UPSCALE

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """With the models that are known and those of one's own, as they are now."""
        return (
            *targets.PARAMETERS,
            Choice(
                name="model", title="Model", default="auto", choices=("auto", *_models()), advanced=True,
                note="auto: the project's own; for four times Real-ESRGAN general, where its weights are installed.",
            ),
            Number(
                name="denoise", title="Denoise", default=1, minimum=0, maximum=1, advanced=True,
                note="1: as the model was made. Less keeps grain and fine weave; for Real-ESRGAN general.",
            ),
            Flag(
                name="faithful", title="True to the image", default=True, advanced=True,
                note="Shrunk back, the result is the image again: no colour moves. Off, a model may clean up more. "
                "What Clarity makes is left as it is.",
            ),
            Choice(
                name="mode", title="Precision", default="faithful", choices=("faithful", "fast"), advanced=True,
                labels={"faithful": "Faithful", "fast": "Fast"},
                note="How near to the exact result the fastest way on this machine comes. Faithful: within 50 dB. "
                "Fast: at worst about 40 on photographs, 38 on hard fine patterns; with True to the image off, 39 and "
                "34.",
            ),
            Choice(
                name="backend", title="Backend", default="torch", choices=("torch", "realesrgan"), advanced=True,
                labels={"torch": "The studio's own", "realesrgan": "Stock Real-ESRGAN"},
                note="The stock runner, where it is installed, is slower, and it cannot be stopped on its way.",
            ),
            *offers.parameters(self.name),
        )  # fmt: skip

    def unavailable(self) -> str:
        return ""  # the project's own weights are always there

    def sold_as(self, params: Mapping[str, Any]) -> tuple[str, str] | None:
        """Whom a service's price is asked of; None for this machine."""
        return offers.sold_as(params)

    def validate(self, params: Mapping[str, object]) -> Parameters:
        """The wish with all parameters. Raises ParameterError, also for a model that cannot make the scale."""
        offers.check_known(self.name, params)
        clean = super().validate(params)
        targets.check(clean)
        offer = offers.chosen(clean)
        offers.check(offer, clean, {"model": "auto", "denoise": 1, "mode": "faithful", "backend": "torch"})
        if offer:
            return clean
        if clean["target"] == targets.BY_SCALE:
            _check_model(clean, clean["scale"])
        if clean["denoise"] < 1:
            _check_denoise(clean)
        return clean

    def estimate(self, width: int, height: int, params: Mapping[str, object]) -> Estimate:
        """Seconds on two processor cores, and the result's size. Raises ParameterError if it would be too large."""
        clean = self.validate(params)
        size = targets.wanted(width, height, clean)
        if offer := offers.chosen(clean):
            factor = max(size.width / width, size.height / height)
            offers.check_size(offer, width, height, size.pixels, factor, targets.field_of(clean))
            return Estimate(seconds=offer.seconds(size.pixels), width=size.width, height=size.height)
        steps = _steps(width, height, size, clean)
        seconds = sum(step.seconds for step in steps) * (1.0 if clean["backend"] == "torch" else STOCK_SLOWER)
        named = _engine([step.entry.name for step in steps], clean["backend"])
        return Estimate(seconds=round(0.2 + seconds, 2), width=size.width, height=size.height, engine=named)

    def work(self, task: Task) -> Made:
        """Enlarge. Raises InvalidWeights, MissingWeights and other EngineErrors."""
        way = _Way(task)
        made, top = np.empty((0, 0, 0), np.uint8), 0
        for band in way.bands():
            if not top:
                made = np.empty((way.size.height, *band.shape[1:]), band.dtype)
            made[top : top + len(band)] = band
            top += len(band)
        return Made(task.picture, made, way.facts())

    def rows(
        self,
        image: Image.Image,
        params: Mapping[str, object],
        *,
        progress: Progress,
        cancelled: Cancelled,
        scratch: Path | None = None,
    ) -> Rows:
        """The same, row by row: the next are computed while who asked writes the last into a file."""
        task = self.begun(image, params, progress, cancelled, scratch=scratch)
        way, picture = _Way(task), task.picture
        bands = (picture.native(band) for band in way.bands())
        facts = partial(_told, way)
        return Rows(bands=bands, width=way.size.width, height=way.size.height, info=picture.info, facts=facts)


class _Way:
    """One picture's way through the networks."""

    def __init__(self, task: Task) -> None:
        offers.refuse_here(task.wish)
        self.task, picture = task, task.picture
        self.height, self.width = picture.samples.shape[:2]
        self.size = targets.wanted(self.width, self.height, task.wish)
        self.steps = _steps(self.width, self.height, self.size, task.wish)
        self.used: list[_Used] = []
        if task.wish["target"] == targets.ON_PAPER:
            picture.info["dpi"] = (task.wish["dpi"], task.wish["dpi"])

    def bands(self) -> Iterator[Samples]:
        """The result from top to bottom. All networks but the last give their whole result first."""
        samples, size = self.task.picture.samples, (self.width, self.height)
        bands = self._strips()
        whole, before = sum(step.seconds for step in self.steps), 0.0
        for number, step in enumerate(self.steps):
            if number:
                samples = np.concatenate(list(resized_bands(bands, size, step.before.pair)))
            part = part_of(self.task.progress, before / whole, (before + step.seconds) / whole)
            bands = self._by(step.entry, samples, part, number)
            size = (step.before.width * step.entry.scale, step.before.height * step.entry.scale)
            before += step.seconds
        bands = resized_bands(bands, size, self.size.pair)
        for _ in range(self.corrections):
            bands = true_bands(bands, self.task.picture.samples, self.size.pair)
        yield from bands
        self.task.picture.notes += [note for each in self.used for note in each.notes]
        self.task.progress(1.0)

    def _strips(self) -> Iterator[Samples]:
        """The picture itself, a few rows at a time, for where no network is needed. Raises EngineCancelled."""
        samples, rows = self.task.picture.samples, max(1, strips.STRIP // self.width)
        for top in range(0, self.height, rows):
            self.task.stop_if_cancelled()
            yield samples[top : top + rows]
            self.task.progress(min(1.0, (top + rows) / self.height))

    def _by(self, entry: manifest.Entry, samples: Samples, progress: Progress, number: int) -> Iterator[Samples]:
        """The bands of what one network makes, the `number`th on the way; it is made ready at once."""
        from enhancement.engine import networks

        with networks.heeding(self.task.cancelled):  # at its first use on a machine each way is tried
            ready = _ready(entry, self.task.wish)
        self.used.append(_Used(ready.entry, ready.network.label, ready.notes))
        return _enlarged(samples, ready, self.task, progress, number)

    @property
    def corrections(self) -> int:
        """How often the result is drawn back to its source: ours move colours little, and a filter alone hardly."""
        if not self.task.wish["faithful"] or not self.steps:
            return 0
        return 1 if all(step.entry.name in OWN.values() for step in self.steps) else TWICE

    def facts(self) -> dict[str, Any]:
        """For the provenance, once all bands were asked for."""
        said = {"scale": round(self.size.width / self.width, 4), "width": self.size.width, "height": self.size.height}
        said["faithful"] = self.corrections > 0
        return _facts(self.task.wish, self.used) | said


def _told(way: _Way) -> dict[str, Any]:
    return said(way.task, way.task.picture, way.facts())


def _engine(models: list[str], backend: str) -> str:
    """Which networks, and by what they are computed; "" where none is needed."""
    return f"{', '.join(dict.fromkeys(models))} by {backend}" if models else ""


def _models() -> dict[str, manifest.Entry]:
    return {**manifest.entries(), **own.entries()}


def _check_denoise(clean: Parameters) -> None:
    """Raises ParameterError for a strength that the wish's model does not have."""
    entry = _models().get(clean["model"])
    able = ", ".join(name for name, other in _models().items() if other.twin)
    if entry and not entry.twin:
        raise ParameterError("denoise", f"{entry.name} has no strength of denoising.", f"Use 1, or the model {able}.")
    if clean["backend"] != "torch":
        raise ParameterError("denoise", "The stock runner knows no strength of denoising.", "Use the backend torch.")


def _check_model(clean: Parameters, factor: float) -> None:
    """Raises ParameterError for a named model that cannot make so much, even with one of ours after it."""
    entry = _models().get(clean["model"])
    if entry and factor > entry.scale and not (entry.scale == 4 and factor <= targets.MOST_TIMES):
        able = [name for name, other in _models().items() if other.scale >= min(4, factor)]
        reason = f"{entry.name} enlarges {entry.scale} times, not {factor:.3g}."
        raise ParameterError("model", reason, f"Use auto or one of: {', '.join(able)}.")


def _steps(width: int, height: int, size: Size, clean: Parameters) -> list[_Step]:
    """The networks that lead to `size`. Raises ParameterError if none can, or if one would make too many pixels."""
    before = Size(width, height)
    factor = max(size.width / width, size.height / height)
    if size.pixels <= before.pixels:
        return []
    _check_model(clean, factor)
    steps = [_Step(_entry_for(clean["model"], 2 if factor <= 2 else 4), before, size)]
    beyond = factor > steps[0].entry.scale
    if beyond or (clean["model"] == "auto" and factor > 2 and steps[0].made > LARGEST_OUTPUT):
        half = Size(-(-size.width // 2), -(-size.height // 2))
        first = _entry_for(clean["model"], 4 if beyond else 2)
        steps = [_Step(first, before, half), _Step(_entry_for("auto", 2), half, size)]
    for step in steps:
        _check_size(step, targets.field_of(clean))
    return steps


def _entry_for(model: str, scale: int) -> manifest.Entry:
    """The model that a wish means, as far as can be said without opening a file."""
    known = _models()
    if model != "auto":
        return known[model]
    preferred = known.get(PREFERRED.get(scale, ""))
    return preferred if preferred and manifest.locate(preferred) else known[OWN[scale]]


def _check_size(step: _Step, field: str) -> None:
    if step.made > LARGEST_OUTPUT:
        fits = LARGEST_OUTPUT / step.entry.scale**2 / 1e6
        reason = (
            f"{step.entry.name} would make {step.made / 1e6:.0f} million pixels of {step.before}; "
            f"{LARGEST_OUTPUT // 10**6} is the limit."
        )
        raise ParameterError(field, reason, f"Use a picture of at most {fits:.3g} million pixels, or another model.")


def _ready(entry: manifest.Entry, clean: Parameters) -> _Ready:
    """The model, verified and ready. On auto, weights that were tampered with are left alone, and that is said."""
    from enhancement.engine import weights

    mode = clean["mode"]
    try:
        if clean["denoise"] < 1 and not entry.twin:
            note = f"{entry.name} has no strength of denoising; it was used as it is."
            return _Ready(entry, weights.load(entry.name, mode=mode), (note,))
        return _Ready(entry, weights.load(entry.name, denoise=clean["denoise"], mode=mode))
    except InvalidWeights as error:
        if clean["model"] != "auto" or entry.name == OWN[entry.scale]:
            raise
        ours = manifest.entries()[OWN[entry.scale]]
        logger.warning("weights_refused", extra={"model": entry.name, "reason": error.message})
        return _Ready(ours, weights.load(ours.name, mode=mode), (f"{entry.name} was refused: {error.message}",))


def _enlarged(samples: Samples, ready: _Ready, task: Task, progress: Progress, number: int) -> Iterator[Samples]:
    """By the network with this number on the way."""
    if task.wish["backend"] == "torch":
        from enhancement.engine import resuming

        scratch = task.scratch and task.scratch.with_name(f"{task.scratch.name}.rows{number}")
        yield from resuming.bands(samples, ready.network, scratch, progress=progress, cancelled=task.cancelled)
        return
    from enhancement.engine import stock, weights

    if samples.dtype != np.uint8:
        task.picture.notes.append(pictures.REDUCED)
    runner = stock.runner(weights.read_state(ready.entry), ready.entry.scale)
    yield stock.upscale(pictures.eight_bits(samples), runner)
    progress(1.0)


def _facts(clean: Parameters, used: list[_Used]) -> dict[str, Any]:
    """What provenance should remember; only values that JSON knows. Without a network there is no model."""
    said: dict[str, Any] = {"target": clean["target"], "denoise": clean["denoise"]}
    if not used:
        return said
    backend = clean["backend"]
    side = used[0].label if backend == "torch" else "cpu float32"
    models = ", ".join(dict.fromkeys(each.entry.name for each in used))
    licences = ", ".join(dict.fromkeys(each.entry.licence for each in used))
    return {**said, "model": models, "licence": licences, "backend": backend, "device": side, "mode": clean["mode"]}
