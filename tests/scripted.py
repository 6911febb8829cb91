"""Providers that do what a test wrote down, beside the real ones in the registry."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, ClassVar

from django.utils import timezone

from designer.catalogue.models import ModelPrice, ModelProfile
from designer.providers import base, registry
from tests import images

GOOD = images.encoded("PNG", images.photo((768, 1024)))


class Scripted:
    """A provider that does what the test wrote down: bytes are images, an error is raised."""

    name: ClassVar[str] = "scripted"
    simulated: ClassVar[bool] = False
    answers: ClassVar[list[Any]] = []
    found: ClassVar[bytes | None] = None
    cost: ClassVar[Decimal | None] = None
    asked: ClassVar[list[tuple[base.ImageRequest, str]]] = []
    idempotency: ClassVar[str] = "key"
    usage: ClassVar[dict[str, int]] = {}
    images_per_call: ClassVar[int] = 1
    max_references: ClassVar[int] = 8
    seedless: ClassVar[bool] = False
    negative: ClassVar[bool] = True
    before: ClassVar[Any] = staticmethod(lambda place: None)

    def __init__(self, config: base.ProviderConfig) -> None:
        self.config = config

    def is_ready(self) -> bool:
        return True

    def capabilities(self, model: str) -> base.Capabilities:
        facts = {"seed": True, "negative_prompt": self.negative, "max_references": self.max_references, "max_images": 8}
        facts |= {"ratios": ("3:4",), "idempotency": self.idempotency, "images_per_call": self.images_per_call}
        return base.Capabilities(**facts, edits=True, max_pixels=4_000_000)

    def generate(self, request, *, idempotency_key, cancelled, progress) -> base.ImageResult:
        self.asked.append((request, idempotency_key))
        self.before(len(self.asked) - 1)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        several = answer if isinstance(answer, list) else [answer]
        return self.result(several, request.seeds)

    def look_up(self, idempotency_key: str) -> base.ImageResult | None:
        return self.result([self.found], (1,)) if self.found else None

    def result(self, pictures: list[bytes], seeds: tuple[int, ...]) -> base.ImageResult:
        facts: dict[str, Any] = {"media_type": "image/png", "width": 768, "height": 1024}
        pairs = zip(pictures, seeds, strict=False)
        made = [base.GeneratedImage(data=data, seed=None if self.seedless else seed, **facts) for data, seed in pairs]
        return base.ImageResult(images=tuple(made), model="one", cost=self.cost, usage=self.usage)


class Other(Scripted):
    """A second one, to step in."""

    name: ClassVar[str] = "other"
    answers: ClassVar[list[Any]] = []
    asked: ClassVar[list[tuple[base.ImageRequest, str]]] = []


@contextmanager
def scripted(
    monkeypatch: Any, kind: type[Scripted] = Scripted, *, price: str = "0.04", quality: float = 0.5
) -> Iterator[type[Scripted]]:
    """The provider, in the registry and the catalogue, with nothing written down yet."""
    registry.discover()
    monkeypatch.setitem(registry.PROVIDERS, kind.name, kind)
    registry.image_provider.cache_clear()
    model = ModelProfile.objects.create(
        provider=kind.name, model="one", family=kind.name, title=kind.name.capitalize(), ratios=["3:4"], quality=quality
    )
    ModelPrice.objects.create(model=model, valid_from=timezone.now().date(), amount=Decimal(price))
    blank: dict[str, Any] = {"answers": [], "asked": [], "cost": None, "idempotency": "key", "found": None}
    for name, value in {**blank, "usage": {}, "images_per_call": 1}.items():
        monkeypatch.setattr(kind, name, value)
    monkeypatch.setattr(kind, "before", staticmethod(lambda place: None))
    yield kind
    registry.image_provider.cache_clear()
