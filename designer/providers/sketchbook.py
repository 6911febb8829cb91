"""Sketchbook, the offline model: draws a fashion flat from the understood attributes; one seed, one drawing."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from typing import Any, ClassVar, Final

from designer.providers.base import (
    Cancelled,
    Capabilities,
    GeneratedImage,
    ImageRequest,
    ImageResult,
    InvalidRequest,
    ProviderConfig,
)
from designer.providers.drawing import flat, spec
from designer.providers.registry import register

MODEL: Final = "sketchbook-1"
RATIOS: Final = ("1:1", "3:4", "4:3", "2:3", "3:2", "4:5", "9:16", "16:9")
SMALLEST, MAX_PIXELS = 64, 4_200_000


@register
class Sketchbook:
    """Needs no key and no network. Its pictures carry a small mark and count as simulated."""

    name: ClassVar[str] = "sketchbook"
    simulated: ClassVar[bool] = True

    def __init__(self, config: ProviderConfig) -> None:
        """Nothing to set up: it draws by itself."""

    def is_ready(self) -> bool:
        return True

    def capabilities(self, model: str) -> Capabilities:
        if model != MODEL:
            raise InvalidRequest(f"Sketchbook has no model {model!r}.", f"Use {MODEL}.", field="model")
        facts: dict[str, Any] = {"seed": True, "negative_prompt": True, "edits": True}
        facts |= {"max_references": 8, "max_images": 8}
        return Capabilities(**facts, ratios=RATIOS, max_pixels=MAX_PIXELS, idempotency="key")

    def generate(
        self,
        request: ImageRequest,
        *,
        idempotency_key: str,
        cancelled: Callable[[], bool],
        progress: Callable[[float], None],
    ) -> ImageResult:
        """One flat per seed. Raises Cancelled between the steps of a drawing, InvalidRequest for an unknown model
        or an impossible size."""
        self.capabilities(request.model)
        _check(request)
        made = []
        for number, seed in enumerate(request.seeds):

            def step(share: float, done: int = number) -> None:
                if cancelled():
                    raise Cancelled
                progress((done + share) / len(request.seeds))

            made.append(_drawn(request, seed, step))
            step(1.0)
        return ImageResult(images=tuple(made), model=MODEL, request_id=idempotency_key, simulated=True)


def _check(request: ImageRequest) -> None:
    """A size that can be drawn: neither too small to see nor more than the model's pixels."""
    if min(request.width, request.height) < SMALLEST or request.width * request.height > MAX_PIXELS:
        raise InvalidRequest(
            f"Sketchbook cannot draw {request.width} x {request.height} pixels.",
            f"Ask for sides of at least {SMALLEST} pixels and at most {MAX_PIXELS:,} pixels in all.",
            field="size",
        )


def _drawn(request: ImageRequest, seed: int, step: Callable[[float], None]) -> GeneratedImage:
    wish = spec.read(
        request.attributes,
        seed=seed,
        prompt=request.prompt,
        avoided=request.negative_prompt,
        references=request.references,
    )
    picture = flat.draw(wish, request.width, request.height, step=step).picture
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=3, compress_type=zlib.Z_RLE)  # grain repeats nowhere: no search for it
    facts: dict[str, Any] = {"width": request.width, "height": request.height, "seed": seed}
    return GeneratedImage(data=out.getvalue(), media_type="image/png", pixels=picture, **facts)
