"""The models an empty database begins with. Rows are only added: what an admin changed stays changed."""

from datetime import date
from decimal import Decimal
from typing import Any, Final

from designer.catalogue.models import ModelKind, ModelPrice, ModelProfile

RATIOS: Final = ["1:1", "3:4", "4:3", "2:3", "3:2", "4:5", "9:16", "16:9"]
STARTERS: Final[list[dict[str, Any]]] = [
    {
        "provider": "sketchbook",
        "model": "sketchbook-1",
        "kind": ModelKind.IMAGE,
        "family": "Sketchbook",
        "title": "Sketchbook (offline)",
        "ratios": RATIOS,
        "max_pixels": 4_200_000,
        "quality": 0.4,
        "latency_seconds": 2.0,
        "price": Decimal("0.010000"),
    },
    {
        "provider": "local",
        "model": "super-resolution",
        "kind": ModelKind.ENHANCEMENT,
        "family": "Local super-resolution",
        "title": "Super-resolution on this machine",
        "ratios": [],
        "max_pixels": 64_000_000,
        "quality": 0.6,
        "latency_seconds": 10.0,
        "price": Decimal("0.000000"),
    },
]


def ensure_models(**_: Any) -> None:
    """Add the starter models that are missing. Safe to run again."""
    for starter in STARTERS:
        values = {key: value for key, value in starter.items() if key not in {"provider", "model", "price"}}
        profile, made = ModelProfile.objects.get_or_create(
            provider=starter["provider"], model=starter["model"], defaults=values
        )
        if made:
            ModelPrice.objects.create(model=profile, valid_from=date(2026, 1, 1), amount=starter["price"])
