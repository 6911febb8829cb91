"""Stability AI's Stable Image services over REST v2beta: one image a call, by ratio, with seed and negative prompt.

Paths, fields and errors as in the reference at https://platform.stability.ai/docs/api-reference (generate/core,
generate/ultra, generate/sd3; control/sketch, control/structure, control/style; edit/search-and-recolor). Its other
edits want a mask, or what to look for beside what to put there: designers say neither here. No SDK of the vendor's is
kept. It documents no idempotency key: a call that broke off may have been billed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from designer.providers.base import (
    AuthFailed,
    Cancelled,
    Capabilities,
    GeneratedImage,
    ImageRequest,
    ImageResult,
    InvalidRequest,
    ModelRetired,
    Moderated,
    ProviderConfig,
    ProviderDown,
    ProviderError,
    QuotaExhausted,
    RateLimited,
    TimedOut,
)
from designer.providers.registry import register
from designer.providers.remote.checks import check, clipped, installed, is_of_some

VENDOR: Final = "Stability"
ROOT: Final = "https://api.stability.ai"
SERVICES: Final = "/v2beta/stable-image"
RATIOS: Final = ("1:1", "2:3", "3:2", "4:5", "9:16", "16:9")
ALL_RATIOS: Final = ("1:1", "3:4", "4:3", *RATIOS[1:])
MAX_PROMPT, MAX_SEED, MAX_PIXELS = 10_000, 4_294_967_294, 1_600_000
STRENGTH: Final = "0.65"  # how far an image-to-image call may leave its photo, 0 to 1
CONTROL: Final = "0.7"  # how much of a photo's outline is kept, 0 to 1: the vendor's own usual
FIDELITY: Final = "0.5"  # how near the photo's style is kept, 0 to 1: likewise
UNNAMED: Final = "clothing"  # what is recoloured where nobody knows which garment it is
FIELDS: Final = {
    "select_prompt": "",
    "control_strength": "",
    "fidelity": "",
    "image": "references",
    "aspect_ratio": "aspect_ratio",
    "seed": "seed",
}


@dataclass(frozen=True, slots=True)
class Service:
    """Where a model is asked for; whether it can begin from a photo, or `must`; what else its form then says; whether
    that form names the ratio although there is a photo."""

    path: str
    photo: bool = False
    must: bool = False
    said: Mapping[str, str] = field(default_factory=dict)
    names_ratio: bool = False


def _begins(path: str) -> Service:
    return Service(path, photo=True, said={"strength": STRENGTH})


def _after(path: str, *, names_ratio: bool = False, **said: str) -> Service:
    return Service(path, photo=True, must=True, said=said, names_ratio=names_ratio)


RECOLOUR: Final = "search-and-recolor"
MODELS: Final[Mapping[str, Service]] = {
    "core": Service("generate/core"),
    "ultra": _begins("generate/ultra"),
    "sd3.5-large": _begins("generate/sd3"),
    "sd3.5-large-turbo": _begins("generate/sd3"),
    "sd3.5-medium": _begins("generate/sd3"),
    "control-sketch": _after("control/sketch", control_strength=CONTROL),
    "control-structure": _after("control/structure", control_strength=CONTROL),
    "control-style": _after("control/style", names_ratio=True, fidelity=FIDELITY),
    RECOLOUR: _after(f"edit/{RECOLOUR}"),
}
RETIRED: Final = {
    "sd3-large": "sd3.5-large",
    "sd3-large-turbo": "sd3.5-large-turbo",
    "sd3-medium": "sd3.5-medium",
    "stable-diffusion-xl-1024-v1-0": "core",
}


@register
class Stability:
    """Needs a key. `base_url` is the root in front of /v2beta."""

    name: ClassVar[str] = "stability"
    simulated: ClassVar[bool] = False

    def __init__(self, config: ProviderConfig) -> None:
        self.config = config

    def is_ready(self) -> bool:
        return bool(self.config.api_key) and installed("httpx2")

    def capabilities(self, model: str) -> Capabilities:
        """Raises ModelRetired for a model that has ended, InvalidRequest for an unknown one."""
        if model in RETIRED:
            after = RETIRED[model]
            raise ModelRetired(f"Stability has shut {model} down.", f"Use {after} instead.", successor=after)
        if model not in MODELS:
            known = ", ".join(MODELS)
            raise InvalidRequest(f"Stability has no model {model!r}.", f"Use one of {known}.", field="model")
        cuts_only = MODELS[model].must and not MODELS[model].names_ratio  # the photo is cut to it before it is sent
        return Capabilities(
            seed=True,
            negative_prompt=True,
            min_references=int(MODELS[model].must),
            max_references=int(MODELS[model].photo),
            by_name=MODELS[model].must and model != RECOLOUR,
            recolours=model == RECOLOUR,
            max_images=1,
            ratios=ALL_RATIOS if cuts_only else RATIOS,
            max_pixels=MAX_PIXELS,
            idempotency="none",
            exact_size=False,
        )

    def generate(
        self,
        request: ImageRequest,
        *,
        idempotency_key: str,
        cancelled: Callable[[], bool],
        progress: Callable[[float], None],
    ) -> ImageResult:
        """One image. Raises Cancelled before the call; afterwards what came is paid for, and so it is kept."""
        check(request, self.capabilities(request.model), VENDOR, max_prompt=MAX_PROMPT)
        if cancelled():
            raise Cancelled
        progress(0.0)
        result = self._asked(request)
        progress(1.0)
        return result

    def _asked(self, request: ImageRequest) -> ImageResult:
        from designer.providers.remote.client import bounded_client, fit_key

        headers = {"authorization": f"Bearer {fit_key(VENDOR, self.config.api_key)}", "accept": "application/json"}
        url = f"{self.config.base_url or ROOT}{SERVICES}/{MODELS[request.model].path}"
        with bounded_client(VENDOR, timeout_s=request.timeout_s) as http:
            said = http.post(url, headers=headers, files=form_of(request))
        if said.status_code != 200:
            raise translated(said.status_code, said.content, said.headers, request.model)
        return _result(said.content, said.headers, request)


def form_of(request: ImageRequest) -> list[tuple[str, Any]]:
    """The multipart form: plain fields without a file name, and the reference photo where there is one."""
    service, photo = MODELS[request.model], next(iter(request.references), None)
    fields = {"prompt": request.prompt, "output_format": "png", "seed": str(request.seeds[0] % (MAX_SEED + 1))}
    if request.negative_prompt:
        fields["negative_prompt"] = request.negative_prompt
    if service.path == "generate/sd3":
        fields |= {"model": request.model, "mode": "image-to-image" if photo else "text-to-image"}
    if photo is None or service.names_ratio:
        fields["aspect_ratio"] = request.aspect_ratio  # else the photo's own ratio stands: it is cut to that
    if photo is not None:
        fields |= service.said
    if request.model == RECOLOUR:
        fields["select_prompt"] = _garment(request.attributes)
    files = [] if photo is None else [("image", _file(photo, request.width, request.height))]
    return [*((name, (None, value)) for name, value in fields.items()), *files]


def _file(photo: bytes, width: int, height: int) -> tuple[str, bytes, str]:
    """Raises InvalidRequest for what is no picture."""
    from designer.providers.remote.pictures import as_png

    return "photo.png", as_png(photo, width, height), "image/png"


def _garment(attributes: Mapping[str, object]) -> str:
    """What the service is to look for in the photo."""
    garment = attributes.get("garment")
    return garment.replace("_", " ") if isinstance(garment, str) and garment else UNNAMED


def _result(body: bytes, headers: Mapping[str, str], request: ImageRequest) -> ImageResult:
    from designer.providers.remote.client import garbled
    from designer.providers.remote.pictures import from_base64

    answer = _json(body)
    if "image" not in answer and "finish_reason" not in answer:
        raise garbled(VENDOR, "no image answer")
    if answer.get("finish_reason") == "CONTENT_FILTERED":
        raise Moderated("Stability withheld the finished image.", "Reword the brief.", stage="output")
    seed = answer.get("seed")
    text = answer.get("image")
    made: GeneratedImage | None = from_base64(
        text if isinstance(text, str) else None, seed=seed if isinstance(seed, int) else request.seeds[0]
    )
    images = () if made is None else (made,)
    spoiled = int(made is None and ("image" in answer or answer.get("finish_reason") == "SUCCESS"))
    request_id = headers.get("x-request-id", "")
    return ImageResult(images=images, model=request.model, spoiled=spoiled, request_id=request_id)


def _json(body: bytes) -> dict[str, Any]:
    try:
        read = json.loads(body)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def translated(status: int, body: bytes, headers: Mapping[str, str], model: str) -> ProviderError:
    """Stability's refusal in the house's words. Its body: {"id", "name", "errors": [sentence]}."""
    from designer.providers.remote.waits import retry_at

    said = _json(body)
    name, errors = str(said.get("name", "")), said.get("errors")
    words = clipped("; ".join(map(str, errors)) if isinstance(errors, list) else f"status {status}")
    match status:
        case _ if name == "content_moderation":
            return Moderated(f"Stability declined this: {words}", "Reword the brief.", stage="input")
        case 401 | 403:
            return AuthFailed(
                "Stability refused the key, or what it may do.",
                "Choose another model meanwhile; an admin should check STABILITY_API_KEY.",
                of_account=status == 401 or not is_of_some(words, model),
            )
        case 402:
            return QuotaExhausted(
                "The Stability account is out of credits.", "Choose another model, or have an admin add credits."
            )
        case 404 | 410 if name and "model" in words.lower():  # a gateway's, or that of a wrong path, says nothing of it
            return ModelRetired(f"Stability no longer has {model}.")
        case 400 | 413 | 422:
            return InvalidRequest(f"Stability refused the request: {words}", field=_field(words))
        case 429:
            told = retry_at({key.lower(): value for key, value in headers.items()})
            return RateLimited("Stability asks for a pause.", retry_at=told)
        case 408 | 504:
            return TimedOut("Stability ran out of time.", "It may have done the work: look at its account page.")
    return ProviderDown(f"Stability failed with status {status}.", "Try again later, or choose another model.")


def _field(words: str) -> str:
    """The field that a sentence begins with, as "aspect_ratio: must be one of …"."""
    name = words.partition(":")[0].strip()
    return FIELDS.get(name, name if name.isidentifier() else "")
