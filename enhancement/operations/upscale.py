"""The operation "upscale": two or four times as large, by a network."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from enhancement.engine import manifest
from enhancement.engine.errors import EngineCancelled, InvalidWeights
from enhancement.operations import pictures
from enhancement.operations.base import (
    NO_PICTURES,
    Cancelled,
    Choice,
    Estimate,
    OperationResult,
    Parameter,
    ParameterError,
    Parameters,
    Pictures,
    Position,
    Progress,
    cleaned,
)

if TYPE_CHECKING:  # the engine brings torch, which a web process that only checks a wish must not load
    from enhancement.engine.networks import Network

Pixels = NDArray[np.uint8]
logger = logging.getLogger(__name__)

OWN = {2: "designer-compact-x2", 4: "designer-compact-x4"}
PREFERRED = {4: "realesr-general-x4v3"}  # small enough for a processor, and trained on spoilt photographs
LARGEST_OUTPUT = 64_000_000  # pixels that the network makes: 192 MB in memory, and about 10 s of PNG
ASSUMED_FLOPS = 150e9  # per second; two cores of a server in float32. With bf16 units it is twice that
SECONDS_PER_PIXEL = 1.5e-7  # of the result: reading, packing, encoding


@dataclass(frozen=True, slots=True)
class _Plan:
    entry: manifest.Entry
    network: Network
    notes: tuple[str, ...] = ()


class Upscale:
    """Two or four times as large. Transparency, grey, resolution and colour profile are kept (see `pictures`)."""

    name = "upscale"
    title = "Enlarge"
    position = Position.UPSCALE
    parameters: tuple[Parameter, ...] = (
        Choice(name="scale", title="Scale", default=2, choices=(2, 4), note="How many times as high and as wide."),
        Choice(
            name="model", title="Model", default="auto", choices=("auto", *manifest.entries()), advanced=True,
            note="auto: the project's own; for four times Real-ESRGAN general, where its weights are installed.",
        ),
        Choice(
            name="backend", title="Backend", default="torch", choices=("torch", "realesrgan"), advanced=True,
            note="realesrgan: the stock runner, if installed; slower, and it cannot be stopped on its way.",
        ),
    )  # fmt: skip

    def unavailable(self) -> str:
        return ""  # the project's own weights are always there

    def describe(self) -> list[dict[str, Any]]:
        return [parameter.describe() for parameter in self.parameters]

    def validate(self, params: Mapping[str, object]) -> Parameters:
        """The wish with all parameters. Raises ParameterError, also for a model that cannot make the scale."""
        clean = cleaned(self.parameters, params)
        entry = manifest.entries().get(clean["model"])
        if entry and entry.scale < clean["scale"]:
            able = [name for name, other in manifest.entries().items() if other.scale >= clean["scale"]]
            reason = f"{entry.name} enlarges {entry.scale} times, not {clean['scale']}."
            raise ParameterError("model", reason, f"Use auto or one of: {', '.join(able)}.")
        return clean

    def estimate(self, width: int, height: int, params: Mapping[str, object]) -> Estimate:
        """Seconds on two processor cores, and the result's size. Raises ParameterError if it would be too large."""
        clean = self.validate(params)
        entry = _entry_for(clean)
        _check_size(width, height, entry)
        seconds = entry.flops * width * height / ASSUMED_FLOPS + width * height * entry.scale**2 * SECONDS_PER_PIXEL
        scale = clean["scale"]
        return Estimate(seconds=round(0.2 + seconds, 2), width=width * scale, height=height * scale)

    def run(
        self,
        image: Image.Image,
        params: Mapping[str, object],
        *,
        progress: Progress,
        cancelled: Cancelled,
        others: Pictures = NO_PICTURES,
    ) -> OperationResult:
        """Enlarge. Raises EngineCancelled, ParameterError, InvalidWeights, MissingWeights and other EngineErrors."""
        started, clean = time.perf_counter(), self.validate(params)
        _check_size(image.width, image.height, _entry_for(clean))
        if cancelled():
            raise EngineCancelled
        picture, plan = pictures.read(image), _plan(clean)
        pixels = _enlarged(picture.pixels, plan, clean["backend"], progress, cancelled)
        made = _at_scale(picture.image(pixels), image_size=picture.pixels.shape[:2], scale=clean["scale"])
        facts = _facts(clean, plan, [*picture.notes, *plan.notes])
        facts.update(width=made.width, height=made.height, seconds=round(time.perf_counter() - started, 3))
        return OperationResult(made, facts)


def _entry_for(clean: Parameters) -> manifest.Entry:
    """The model that a wish means, as far as can be said without opening a file."""
    known, scale = manifest.entries(), clean["scale"]
    if clean["model"] != "auto":
        return known[clean["model"]]
    preferred = known.get(PREFERRED.get(scale, ""))
    return preferred if preferred and manifest.locate(preferred) else known[OWN[scale]]


def _check_size(width: int, height: int, entry: manifest.Entry) -> None:
    made = width * height * entry.scale**2
    if made > LARGEST_OUTPUT:
        fits = LARGEST_OUTPUT / entry.scale**2 / 1e6
        reason = (
            f"{entry.name} would make {made / 1e6:.0f} million pixels of this; {LARGEST_OUTPUT // 10**6} is the limit."
        )
        raise ParameterError(
            "scale", reason, f"Use a picture of at most {fits:.0f} million pixels, or a smaller scale."
        )


def _plan(clean: Parameters) -> _Plan:
    """The model, verified and ready. On auto, weights that were tampered with are left alone, and that is said."""
    from enhancement.engine import weights

    entry = _entry_for(clean)
    try:
        return _Plan(entry, weights.load(entry.name))
    except InvalidWeights as error:
        own = manifest.entries()[OWN[clean["scale"]]]
        if clean["model"] != "auto" or entry == own:
            raise
        logger.warning("weights_refused", extra={"model": entry.name, "reason": error.message})
        return _Plan(own, weights.load(own.name), (f"{entry.name} was refused: {error.message}",))


def _enlarged(pixels: Pixels, plan: _Plan, backend: str, progress: Progress, cancelled: Cancelled) -> Pixels:
    if backend == "torch":
        from enhancement.engine import tiles

        return tiles.upscale(pixels, plan.network, progress=progress, cancelled=cancelled)
    from enhancement.engine import stock, weights

    made = stock.upscale(pixels, stock.runner(weights.read_state(plan.entry), plan.entry.scale))
    progress(1.0)
    return made


def _at_scale(made: Image.Image, *, image_size: tuple[int, int], scale: int) -> Image.Image:
    """The picture at the scale asked for, where the network only makes a larger one."""
    height, width = (side * scale for side in image_size)
    if made.size == (width, height):
        return made
    smaller = made.resize((width, height), Image.Resampling.LANCZOS)
    smaller.info.update(made.info)
    return smaller


def _facts(clean: Parameters, plan: _Plan, notes: list[str]) -> dict[str, Any]:
    """What provenance should remember; only values that JSON knows."""
    torch_side = f"{plan.network.device.type} {str(plan.network.dtype).removeprefix('torch.')}"
    return {
        "scale": clean["scale"],
        "model": plan.entry.name,
        "licence": plan.entry.licence,
        "backend": clean["backend"],
        "device": torch_side if clean["backend"] == "torch" else "cpu float32",
        "notes": notes,
    }
