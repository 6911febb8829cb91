"""Stable Diffusion WebUI (AUTOMATIC1111) on a machine of the studio's own, through its /sdapi/v1 API.

Paths and fields as its own /docs page and modules/api say: txt2img, img2img, progress, interrupt; the picture's seed
and checkpoint stand in `info`. It knows no idempotency key; a call costs no money but the machine's time.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any, ClassVar, Final

from designer.providers.base import (
    Cancelled,
    Capabilities,
    ImageRequest,
    ImageResult,
    InvalidRequest,
    ProviderConfig,
)
from designer.providers.registry import register
from designer.providers.remote.checks import check, installed
from designer.providers.remote.own import ASIDE_S, Server, beside

VENDOR: Final = "Stable Diffusion WebUI"
MODEL: Final = "checkpoint"
RATIOS: Final = ("1:1", "3:4", "4:3", "2:3", "3:2", "4:5", "9:16", "16:9")
STEPS: Final = {"draft": 12, "standard": 25, "high": 45}
STRENGTH: Final = 0.65  # how far img2img may leave its photo, 0 to 1
CROP: Final = 1  # a photo of other proportions is cut to those asked for; 0 would stretch it
MAX_PROMPT, MAX_PIXELS, STEP, MAX_SEED = 10_000, 4_200_000, 8, 2**32


@register
class WebUI:
    """Needs the address of a server; `api_key` is "user:password" where it asks for one."""

    name: ClassVar[str] = "a1111"
    simulated: ClassVar[bool] = False

    def __init__(self, config: ProviderConfig) -> None:
        self.config = config
        self.server = Server(VENDOR, config.base_url, config.api_key)

    def is_ready(self) -> bool:
        return bool(self.config.base_url) and installed("httpx2")

    def capabilities(self, model: str) -> Capabilities:
        """Raises InvalidRequest for any model but `checkpoint`: the one that the server has loaded."""
        if model != MODEL:
            raise InvalidRequest(f"{VENDOR} has no model {model!r}.", f"Use {MODEL}.", field="model")
        return Capabilities(
            seed=True,
            negative_prompt=True,
            max_references=1,
            max_images=1,
            ratios=RATIOS,
            max_pixels=MAX_PIXELS,
            idempotency="none",
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
        """One image; the server is asked how far it is, and told to stop when `cancelled`. Raises Cancelled."""
        check(request, self.capabilities(request.model), VENDOR, max_prompt=MAX_PROMPT)
        if cancelled():
            raise Cancelled
        progress(0.0)
        path = "/sdapi/v1/img2img" if request.references else "/sdapi/v1/txt2img"
        wish = wish_of(request)
        with beside(self._watch(cancelled, progress)):
            answer = self.server.told("POST", path, wish=wish, timeout_s=request.timeout_s)
        if cancelled() and not _pictures(answer, request):
            raise Cancelled
        progress(1.0)
        return _result(answer, request)

    def _watch(self, cancelled: Callable[[], bool], progress: Callable[[float], None]) -> Callable[[], bool]:
        """Tells how far it is; asks it to stop once the designer does, and then is done."""
        furthest = 0.0

        def step() -> bool:
            nonlocal furthest
            if cancelled():
                self.server.ask("POST", "/sdapi/v1/interrupt", timeout_s=ASIDE_S)
                return False
            told = self.server.told("GET", "/sdapi/v1/progress?skip_current_image=true", timeout_s=ASIDE_S)
            share = told.get("progress")
            if isinstance(share, int | float) and furthest < share < 1:
                furthest = float(share)
                progress(furthest)
            return True

        return step


def wish_of(request: ImageRequest) -> dict[str, Any]:
    """The body of txt2img, or of img2img when there is a reference photo."""
    wish: dict[str, Any] = {
        "prompt": request.prompt,
        "negative_prompt": request.negative_prompt,
        "width": round(request.width / STEP) * STEP,
        "height": round(request.height / STEP) * STEP,
        "seed": request.seeds[0] % MAX_SEED,
        "steps": STEPS.get(request.quality, STEPS["standard"]),
        "batch_size": 1,
        "n_iter": 1,
        "save_images": False,
        "send_images": True,
    }
    if request.references:
        wish |= {"init_images": [_encoded(request.references[0])], "denoising_strength": STRENGTH, "resize_mode": CROP}
    return wish


def _encoded(photo: bytes) -> str:
    from designer.providers.remote.pictures import media_type_of

    media_type_of(photo)
    return base64.b64encode(photo).decode()


def _pictures(answer: dict[str, Any], request: ImageRequest) -> list[Any]:
    from designer.providers.remote.pictures import from_base64

    texts = answer.get("images")
    told = _info(answer).get("seed")
    seed = told if isinstance(told, int) else request.seeds[0]
    found = [from_base64(text, seed=seed) for text in texts if isinstance(text, str)] if isinstance(texts, list) else []
    return [each for each in found if each is not None]


def _result(answer: dict[str, Any], request: ImageRequest) -> ImageResult:
    from designer.providers.remote.client import garbled

    if not isinstance(answer.get("images"), list):
        raise garbled(VENDOR, "no images answer")
    loaded = _info(answer).get("sd_model_name")
    model = f"{MODEL}:{loaded}"[:120] if isinstance(loaded, str) and loaded else MODEL
    return ImageResult(images=tuple(_pictures(answer, request)[:1]), model=model)


def _info(answer: dict[str, Any]) -> dict[str, Any]:
    """What the server says of the picture: JSON within the JSON."""
    try:
        read = json.loads(answer.get("info") or "{}")
    except (ValueError, TypeError):
        return {}
    return read if isinstance(read, dict) else {}
