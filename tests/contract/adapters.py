"""The table of the contract suite: each image adapter, and what it must make of each behaviour of its vendor.

A new adapter adds one `Adapter` with a model that can do what its `can` says; where its vendor words a behaviour in
another way than EXPECTED, or does not know it (None), that stands in `instead`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from designer.providers.base import (
    AuthFailed,
    Garbled,
    ImageProvider,
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
from designer.providers.registry import PROVIDERS, discover
from tests.simulators.providers.server import KEY, Simulator, picture


@dataclass(frozen=True, slots=True)
class Expect:
    """An error with these attributes, or (no error) a result of `images` pictures out of two asked for.

    `details` go into the plan; `billed`: whether the vendor bills the call; None where it depends on the vendor.
    """

    error: type[ProviderError] | None = None
    about: Mapping[str, Any] = field(default_factory=dict)
    images: int = 2
    details: Mapping[str, Any] = field(default_factory=dict)
    billed: bool | None = False


DOWN: Final = Expect(Garbled, billed=None)  # it came, unreadable: nobody knows what was billed
UNKNOWN: Final = Expect(TimedOut, billed=True)
EXPECTED: Final[Mapping[str, Expect]] = {
    "ok": Expect(billed=True),
    "bad_field": Expect(InvalidRequest),
    "unauthorized": Expect(AuthFailed),
    "moderated": Expect(Moderated, {"stage": "input"}),
    "moderated_output": Expect(Moderated, {"stage": "output"}, billed=None),
    "retired": Expect(ModelRetired),
    "unprocessable": Expect(InvalidRequest),
    "rate_limited": Expect(RateLimited, details={"retry_after": 7}),
    "quota": Expect(QuotaExhausted),
    "error_500": Expect(ProviderDown),
    "unavailable": Expect(ProviderDown),
    "slow": UNKNOWN,
    "drip": UNKNOWN,
    "cut": UNKNOWN,
    "html": Expect(ProviderDown),
    "empty": DOWN,
    "corrupt": DOWN,
    "huge_json": DOWN,
    "deep_json": DOWN,
    "invalid_base64": Expect(images=0, billed=True),
    "wrong_media_type": Expect(images=0, billed=True),
    "no_images": Expect(images=0, billed=None),
    "fewer_images": Expect(images=1, billed=True),
    "wrong_size": Expect(billed=True),
}

STRANGERS: Final[Mapping[str, tuple[str, Mapping[str, Any]]]] = {
    "page": ("html", {}),
    "json": ("ok", {"json": {"error": "no route", "message": "Not Found"}}),
    "other json": ("ok", {"json": {"error": {"message": "no such path"}}}),
    "list": ("ok", {"json": ["not", "found"]}),
    "a path too much": ("ok", {"json": {"id": "1", "name": "not_found", "errors": ["No such route."]}}),
}  # what a gateway, or a server at a wrong base URL, says with a status of 404 or 410


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """One row. `at_once`: a call brings both images; else there is a call, and a charge, for each.

    `retired`: models that are refused before any call, with their successors; `lacks`: settings that must be refused
    before any call, each as a change of the request and the field that the refusal names; `photos`: how many references
    a call may bring along.
    """

    name: str
    model: str
    at_once: bool = False
    retired: Mapping[str, str] = field(default_factory=dict)
    lacks: tuple[tuple[Mapping[str, Any], str], ...] = ()
    instead: Mapping[str, Expect | None] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    keyless: bool = False
    usage: bool = True
    photos: int = 1
    ratio: str = "3:4"

    def expected(self, behaviour: str) -> Expect | None:
        return self.instead.get(behaviour, EXPECTED[behaviour])

    def made(self, simulator: Simulator, **config: Any) -> ImageProvider:
        """The adapter, pointed at the simulator."""
        discover()
        said = {"api_key": "" if self.keyless else KEY, "base_url": simulator.url(self.name), "options": self.options}
        return PROVIDERS[self.name](ProviderConfig(**{**said, **config}))


PROMPT_OVER: Final = ({"prompt": "x" * 32_001}, "prompt")
NO_NEGATIVE: Final = ({"negative_prompt": "buttons"}, "negative_prompt")
ODD_RATIO: Final = ({"aspect_ratio": "7:9"}, "aspect_ratio")
ODD_QUALITY: Final = ({"quality": "divine"}, "quality")
PHOTO: Final = picture(64, 80, 1)
TEXT_FILE: Final = ({"references": (b"no picture",)}, "references")

ADAPTERS: Final = (
    Adapter(
        name="openai",
        model="gpt-image-2.6-flare",
        photos=16,
        at_once=True,
        retired={
            "dall-e-2": "gpt-image-2.6-flare",
            "dall-e-3": "gpt-image-2.6-flare",
            "gpt-image-1": "gpt-image-2.6-sunburst",
        },
        lacks=(PROMPT_OVER, NO_NEGATIVE, ODD_RATIO, ODD_QUALITY, TEXT_FILE, ({"seeds": tuple(range(11))}, "n")),
        instead={"bad_field": Expect(InvalidRequest, {"field": "size"})},
    ),
    Adapter(
        name="google",
        model="gemini-3.1-flash-image",
        photos=14,
        retired=dict.fromkeys(("imagen-4.0-generate-001", "imagen-3.0-generate-002"), "gemini-3.1-flash-image"),
        lacks=(PROMPT_OVER, NO_NEGATIVE, ODD_RATIO, ODD_QUALITY, TEXT_FILE, ({"seeds": tuple(range(9))}, "n")),
        instead={
            "bad_field": Expect(InvalidRequest, {"field": "aspect_ratio"}),
            "moderated": Expect(Moderated, {"stage": "input"}, billed=True),  # its words are
        },
    ),
    Adapter(
        name="stability",
        model="sd3.5-large",
        retired={"sd3-large": "sd3.5-large", "stable-diffusion-xl-1024-v1-0": "core"},
        lacks=(({"prompt": "x" * 10_001}, "prompt"), ODD_RATIO, ODD_QUALITY, TEXT_FILE, ({"seeds": (1, 2)}, "n")),
        instead={
            "bad_field": Expect(InvalidRequest, {"field": "aspect_ratio"}),
            "unprocessable": Expect(InvalidRequest, {"field": "prompt"}),
        },
        usage=False,
        ratio="4:5",
    ),
    Adapter(
        name="a1111",
        model="checkpoint",
        lacks=(({"prompt": "x" * 10_001}, "prompt"), ODD_RATIO, ODD_QUALITY, TEXT_FILE, ({"seeds": (1, 2)}, "n")),
        instead={
            "bad_field": Expect(InvalidRequest, {"field": "width"}),
            "unprocessable": Expect(InvalidRequest, {"field": "prompt"}),
            "html": Expect(ProviderDown),
            # a machine of one's own knows no moderation, no shutdown and no bill
            **dict.fromkeys(("moderated", "moderated_output", "retired", "quota")),
        },
        keyless=True,
        usage=False,
    ),
    Adapter(
        name="comfyui",
        model="workflow",
        lacks=(({"prompt": "x" * 10_001}, "prompt"), ODD_RATIO, ODD_QUALITY, TEXT_FILE, ({"seeds": (1, 2)}, "n")),
        instead={
            "bad_field": Expect(InvalidRequest),
            **dict.fromkeys(("moderated", "moderated_output", "retired", "quota")),
        },
        keyless=True,
        usage=False,
    ),
)  # fmt: skip
