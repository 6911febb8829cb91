"""Stable Diffusion and its kin in this very process, through the library `diffusers`, where it is installed.

A pipeline is a folder as `save_pretrained` writes it, with weights as safetensors only (a pickle could run code). It is
loaded once per process and draws one image at a time. Progress and stop go through `callback_on_step_end`, as the
library documents: https://huggingface.co/docs/diffusers/using-diffusers/callback.
"""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from designer.providers.base import (
    Cancelled,
    Capabilities,
    GeneratedImage,
    ImageRequest,
    ImageResult,
    InvalidRequest,
    ProviderConfig,
    ProviderDown,
    TimedOut,
)
from designer.providers.registry import register
from designer.providers.remote.checks import check, clipped, installed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL import Image

VENDOR: Final = "Diffusers"
MODEL: Final = "pipeline"
RATIOS: Final = ("1:1", "3:4", "4:3", "2:3", "3:2", "4:5", "9:16", "16:9")
STEPS: Final = {"draft": 12, "standard": 25, "high": 45}
STRENGTH: Final = 0.65  # how far image-to-image may leave its photo, 0 to 1
MAX_PROMPT, MAX_PIXELS, STEP, MAX_SEED = 10_000, 4_200_000, 8, 2**63
ONE: Final = threading.Lock()  # a pipeline keeps the state of its run in itself


@register
class LocalDiffusion:
    """`options["folder"]` names the pipeline; `options["device"]` a torch device, else CUDA where there is one."""

    name: ClassVar[str] = "diffusers"
    simulated: ClassVar[bool] = False

    def __init__(self, config: ProviderConfig) -> None:
        self.folder = config.options.get("folder", "")
        self.device = config.options.get("device", "")

    def is_ready(self) -> bool:
        return not self.why_not()

    def why_not(self) -> str:
        """What is missing, in words; empty when it can draw."""
        if not self.folder:
            return "Set DIFFUSERS_FOLDER to the folder of a pipeline."
        if not (Path(self.folder) / "model_index.json").is_file():
            return "DIFFUSERS_FOLDER holds no pipeline: it lacks model_index.json."  # every member may read it: no path
        if not all(map(installed, ("diffusers", "transformers", "torch"))):
            return "Install requirements/diffusion.in."
        return ""

    def capabilities(self, model: str) -> Capabilities:
        """Raises InvalidRequest for any model but `pipeline`: the one in the folder."""
        if model != MODEL:
            raise InvalidRequest(f"{VENDOR} has no model {model!r}.", f"Use {MODEL}.", field="model")
        return Capabilities(
            seed=True,
            negative_prompt=True,
            max_references=1,
            max_images=1,
            ratios=RATIOS,
            max_pixels=MAX_PIXELS,
            idempotency="key",
            qualities=("standard", "draft", "high"),
        )

    def generate(
        self,
        request: ImageRequest,
        *,
        idempotency_key: str,
        cancelled: Callable[[], bool],
        progress: Callable[[float], None],
    ) -> ImageResult:
        """One image. Raises Cancelled between two steps, TimedOut when they take too long, ProviderDown when the
        pipeline cannot be loaded or fails."""
        check(request, self.capabilities(request.model), VENDOR, max_prompt=MAX_PROMPT)
        if why := self.why_not():
            raise ProviderDown(f"{VENDOR} is not set up. {why}", "Choose another model.")
        if cancelled():
            raise Cancelled
        progress(0.0)
        photo = _photo(request)
        pipeline = loaded(self.folder, self.device, photo is not None)
        watch = Watch(request.timeout_s, STEPS.get(request.quality, STEPS["standard"]), cancelled, progress)
        with ONE, _telling():
            made = _drawn(pipeline, request, photo, watch)
        watch.raise_if_stopped()
        progress(1.0)
        return ImageResult(images=(made,), model=MODEL)


class Watch:
    """Told after each step: shows how far it is, and stops the pipeline when it must."""

    def __init__(
        self, timeout_s: float, steps: int, cancelled: Callable[[], bool], progress: Callable[[float], None]
    ) -> None:
        self.end, self.steps, self.cancelled, self.progress = time.monotonic() + timeout_s, steps, cancelled, progress
        self.stopped, self.late, self.shown = False, False, 0.0

    def __call__(self, pipeline: Any, step: int, timestep: Any, kept: dict[str, Any]) -> dict[str, Any]:
        self.stopped, self.late = self.cancelled(), time.monotonic() > self.end
        if self.stopped or self.late:
            pipeline._interrupt = True
            return kept
        share = min(0.95, (step + 1) / self.steps * 0.95)
        if share > self.shown:
            self.shown = share
            self.progress(share)
        return kept

    def raise_if_stopped(self) -> None:
        if self.stopped:
            raise Cancelled
        if self.late:
            raise TimedOut(f"{VENDOR} took too long and was stopped.", "Ask for a smaller image, or for a draft.")


@contextmanager
def _telling() -> Iterator[None]:
    """Whatever the library raises, in the house's words."""
    try:
        yield
    except (RuntimeError, ValueError, TypeError, OSError, MemoryError) as error:
        words = clipped(error)
        raise ProviderDown(
            f"{VENDOR} failed: {words}", "Look at the worker's log, or ask for a smaller image."
        ) from error


@lru_cache(maxsize=2)
def loaded(folder: str, device: str, from_photo: bool) -> Any:
    """The pipeline, on its device. Raises ProviderDown when the folder cannot be loaded without running code."""
    import torch
    from diffusers import AutoPipelineForImage2Image, AutoPipelineForText2Image

    on = device or ("cuda" if torch.cuda.is_available() else "cpu")
    kind = torch.float16 if on.startswith("cuda") else torch.float32
    auto: Any = AutoPipelineForImage2Image if from_photo else AutoPipelineForText2Image
    with _telling():
        pipeline = auto.from_pretrained(folder, local_files_only=True, use_safetensors=True, torch_dtype=kind)
        pipeline.set_progress_bar_config(disable=True)
        return pipeline.to(on)


def _photo(request: ImageRequest) -> Image.Image | None:
    """The reference at the size that is drawn. Raises InvalidRequest for what is no picture."""
    from designer.providers.remote.pictures import fitted

    return fitted(request.references[0], *_size(request)) if request.references else None


def _size(request: ImageRequest) -> tuple[int, int]:
    return round(request.width / STEP) * STEP, round(request.height / STEP) * STEP


def _drawn(pipeline: Any, request: ImageRequest, photo: Image.Image | None, watch: Watch) -> GeneratedImage:
    import torch

    seed = request.seeds[0] % MAX_SEED
    width, height = _size(request)
    about: dict[str, Any] = {"width": width, "height": height}
    if photo is not None:
        # fewer steps than asked are taken from a photo: so many that as many are left
        watch.steps = max(1, int(watch.steps * STRENGTH))
        about = {"image": photo, "strength": STRENGTH}
    done = pipeline(
        prompt=request.prompt,
        negative_prompt=request.negative_prompt or None,
        num_inference_steps=STEPS.get(request.quality, STEPS["standard"]),
        generator=torch.Generator("cpu").manual_seed(seed),
        callback_on_step_end=watch,
        **about,
    )
    out = io.BytesIO()
    picture = done.images[0].convert("RGB")
    picture.save(out, "PNG", compress_level=3)
    return GeneratedImage(
        data=out.getvalue(), media_type="image/png", width=picture.width, height=picture.height, seed=seed
    )
