"""What the services sell: which model does which operation, in whose words, up to which size, and how long it takes.

Versions are pinned, so that the same wish gives the same answer. Sources, read in November 2026: the models' own pages
(replicate.com/nightmareai/real-esrgan, .../tencentarc/gfpgan, .../philz1337x/clarity-upscaler; fal.ai/models/fal-ai/
esrgan, .../clarity-upscaler), replicate.com/pricing (T4 and L40S by the second). Where no figure is published the
cautious one of those who use the model stands, and an admin sets the true one in the catalogue.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Any, Final

from enhancement.operations.base import Choice, Number, Parameter, ParameterError, Parameters
from enhancement.remote import registry

LOCAL: Final = "local"
QUEUE_S: Final = 600  # that a service may take to begin: its queue, and a machine that has to be started
LONGEST_S: Final = 600  # that it may run
SPARE_S, TIMES = 120, 4  # for what nobody foresees, and times as long as the work is expected to take
CREATIVITY: Final = 0.35  # the service's own default
Words = Callable[[float, Parameters], Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One model of one service. `words`: the factor and our parameters in its terms, without the picture.

    `start` and `per_megapixel`: seconds of its work, by the pixels of the result; `units`: USD per unit.
    """

    key: str
    operation: str
    service: str
    model: str
    version: str = ""
    title: str
    picture_field: str
    words: Words
    most_times: float
    most_pixels: int  # of the picture that is sent
    most_made: int = 64_000_000  # of the result
    start: float
    per_megapixel: float
    units: Mapping[str, str] = field(default_factory=dict)
    priced: str
    creative: bool = False

    def seconds(self, made: int) -> float:
        """Of its work on a result of so many pixels."""
        return round(self.start + self.per_megapixel * made / 1e6, 1)

    @property
    def is_ready(self) -> bool:
        return registry.is_ready(self.service)


def _esrgan(factor: float, params: Parameters) -> Mapping[str, Any]:
    return {"scale": factor, "face_enhance": False}


def _gfpgan(factor: float, params: Parameters) -> Mapping[str, Any]:
    return {"version": "v1.4", "scale": factor}


def _clarity(factor: float, params: Parameters) -> Mapping[str, Any]:
    return {"scale_factor": factor, "creativity": params["creativity"], "output_format": "png"}


def _fal_esrgan(factor: float, params: Parameters) -> Mapping[str, Any]:
    return {"scale": factor, "model": "RealESRGAN_x4plus", "face": False, "output_format": "png"}


def _fal_clarity(factor: float, params: Parameters) -> Mapping[str, Any]:
    return {"upscale_factor": factor, "creativity": params["creativity"]}


T4, L40S = "0.000225", "0.000975"  # USD a second
OFFERS: Final = (
    Offer(
        key="replicate/real-esrgan", operation="upscale", service="replicate", model="nightmareai/real-esrgan",
        version="f121d640bd286e1fdc67f9799164c1d5be36ff74576ee11c803ae5b665dd46aa",
        title="Real-ESRGAN at Replicate", picture_field="image", words=_esrgan, most_times=8, most_pixels=2_096_704,
        start=2, per_megapixel=0.6, units={"second": T4}, priced="replicate.com/pricing: T4, by the second",
    ),
    Offer(
        key="replicate/clarity", operation="upscale", service="replicate", model="philz1337x/clarity-upscaler",
        version="dfad41707589d68ecdccd1dfa600d55a208f9310748e44bfe35b4a6291453d5e",
        title="Clarity at Replicate", picture_field="image", words=_clarity, most_times=4, most_pixels=4_200_000,
        start=6, per_megapixel=2.5, units={"second": L40S}, creative=True,
        priced="replicate.com/pricing: L40S, by the second",
    ),
    Offer(
        key="fal/real-esrgan", operation="upscale", service="fal", model="fal-ai/esrgan",
        title="Real-ESRGAN at fal", picture_field="image_url", words=_fal_esrgan, most_times=8, most_pixels=2_000_000,
        start=2, per_megapixel=0.5, units={"megapixel": "0.0025"},
        priced="fal.ai/models/fal-ai/esrgan, as its users state it: by the megapixel of the result",
    ),
    Offer(
        key="fal/clarity", operation="upscale", service="fal", model="fal-ai/clarity-upscaler",
        title="Clarity at fal", picture_field="image_url", words=_fal_clarity, most_times=4, most_pixels=4_200_000,
        start=6, per_megapixel=2.5, units={"megapixel": "0.03"}, creative=True,
        priced="fal.ai/models/fal-ai/clarity-upscaler: by the megapixel of the result",
    ),
    Offer(
        key="replicate/gfpgan", operation="face_restore", service="replicate", model="tencentarc/gfpgan",
        version="0fbacf7afc6c144e5be9767cff80f25aff23e52b0708f17e20f9879b2f21516c",
        title="GFPGAN at Replicate", picture_field="img", words=_gfpgan, most_times=1, most_pixels=4_200_000,
        start=3, per_megapixel=1.0, units={"second": T4}, priced="replicate.com/pricing: T4, by the second",
    ),
)  # fmt: skip
BY_KEY: Final = {offer.key: offer for offer in OFFERS}


# What an account may ask for: replicate.com/docs/topics/predictions/rate-limits (predictions; looking after them counts
# apart), docs.fal.ai/documentation/model-apis/concurrency-limits (a new account's two at once; credit raises it).
LIMITS: Final[Mapping[str, Mapping[str, int]]] = {"replicate": {"requests_per_minute": 600}, "fal": {"concurrent": 2}}


def limit_s(seconds: float) -> int:
    """After running for so many seconds a service is to give up work that is expected to take `seconds`: what is billed
    by time is set aside for so long. Nobody bills the time before it runs."""
    return min(LONGEST_S, ceil(SPARE_S + TIMES * seconds))


def of(operation: str) -> list[Offer]:
    return [offer for offer in OFFERS if offer.operation == operation]


def ready(operation: str) -> list[Offer]:
    """What can be bought for an operation here: its service has a key."""
    return [offer for offer in of(operation) if offer.is_ready]


def chosen(params: Mapping[str, Any]) -> Offer | None:
    """The offer that a checked wish names; None where this machine does it."""
    return BY_KEY.get(str(params.get("service", LOCAL)))


def title_of_seller(service: str, model: str) -> str:
    """What people call the model of a service; "" where none of ours is meant."""
    return next((offer.title for offer in OFFERS if (offer.service, offer.model) == (service, model)), "")


def sells(step: Mapping[str, Any]) -> bool:
    """Whether a step of a quote is bought from one of these."""
    return any((offer.service, offer.model) == (step.get("provider"), step.get("model")) for offer in OFFERS)


def sold_as(params: Mapping[str, Any]) -> tuple[str, str] | None:
    """Provider and model by which the catalogue prices it; None where this machine does it."""
    offer = chosen(params)
    return (offer.service, offer.model) if offer else None


def parameters(operation: str) -> tuple[Parameter, ...]:
    """Who does it: this machine unless somebody chooses otherwise. Offered is only what has a key."""
    labels = {LOCAL: "This machine", **{offer.key: offer.title for offer in ready(operation)}}
    note = "A service gets the image sent, and costs what the estimate says."
    found: list[Parameter] = [
        Choice(name="service", title="Done by", default=LOCAL, choices=tuple(labels), note=note, labels=labels)
    ]
    if any(offer.creative for offer in of(operation)):
        note = "For Clarity: how much it may make up that the picture does not show."
        found.append(
            Number(
                name="creativity", title="Creativity", default=CREATIVITY, minimum=0, maximum=1, note=note,
                advanced=True,
            )
        )  # fmt: skip
    return tuple(found)


def check_known(operation: str, params: Mapping[str, object]) -> None:
    """Raises ParameterError for a service that there is, but not here: with what an admin has to set."""
    offer = BY_KEY.get(str(params.get("service", LOCAL)))
    if offer is not None and offer.operation == operation and not offer.is_ready:
        key = registry.service(offer.service).key_name
        raise ParameterError("service", f"{offer.title} is not set up here.", f"Have {key} set, or use local.")


def check(offer: Offer | None, clean: Parameters, plain: Mapping[str, object]) -> None:
    """Raises ParameterError for a setting that whoever does it would not heed. `plain`: what the others must be."""
    if not (offer and offer.creative) and clean.get("creativity", CREATIVITY) != CREATIVITY:
        raise ParameterError("creativity", "Only Clarity heeds creativity.", f"Leave it at {CREATIVITY}.")
    wrong = next((name for name, value in plain.items() if offer and clean[name] != value), None)
    if offer and wrong:
        raise ParameterError(wrong, f"{offer.title} does not heed it.", f"Leave it at {plain[wrong]}, or use local.")


def refuse_here(clean: Parameters) -> None:
    """Raises ParameterError for a wish that is bought, where it would be done by this machine instead."""
    if offer := chosen(clean):
        raise ParameterError("service", f"{offer.title} is asked by a worker only.", "Use local to try it here.")


def check_size(offer: Offer, width: int, height: int, made: int, factor: float, field: str) -> None:
    """Raises ParameterError for a picture, or a result, that is too large for the offer."""
    if width * height > offer.most_pixels:
        reason = f"{offer.title} takes at most {offer.most_pixels / 1e6:g} million pixels."
        raise ParameterError("service", reason, "Use a smaller image, another service, or local.")
    if factor > offer.most_times or made > offer.most_made:
        reason = f"{offer.title} makes an image at most {offer.most_times:g} times as large."
        raise ParameterError(field, reason, "Ask for a smaller size, another service, or local.")
