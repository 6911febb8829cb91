"""Prices that the starter catalogue has won, for the databases that were filled before: rows are else only written with
a new model. A model whose prices an admin has touched is left as it is."""

from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

STARTED: Final = date(2026, 1, 1)  # from which day the starter's own prices hold
OWN: Final = ("comfyui", "a1111", "diffusers")
TOKENS: Final = {  # USD per million: words and photos sent, words written, pictures drawn
    "gemini-3-pro-image": ("2", "12", "120"),
    "gemini-3.1-flash-image": ("0.50", "3", "60"),
    "gemini-3.1-flash-lite-image": ("0.25", "1.50", "30"),
    "gemini-2.5-flash-image": ("0.30", "2.50", "30"),
}


def add_prices(apps: Any, _: BaseDatabaseSchemaEditor | None) -> None:
    """Safe to run again."""
    profiles = apps.get_model("designer", "ModelProfile").objects.filter(kind="image")
    prices = apps.get_model("designer", "ModelPrice").objects
    for model in profiles.filter(provider__in=[*OWN, "google"]):
        if prices.filter(model=model).exclude(valid_from=STARTED).exists():
            continue
        for unit, quality, amount in _wanted(model):
            said = {"amount": Decimal(amount), "source": "the studio's list of November 2026"}
            prices.get_or_create(
                model=model, valid_from=STARTED, unit=unit, quality=quality, max_pixels=None, defaults=said
            )


def _wanted(model: Any) -> list[tuple[str, str, str]]:
    """(unit, quality, USD)."""
    if model.provider in OWN:
        return [("image", "draft", "0"), ("image", "high", "0")]
    if model.model not in TOKENS:
        return []
    sent, words, drawn = TOKENS[model.model]
    usd = {"text_in": sent, "image_in": sent, "text_out": words, "image_out": drawn}
    return [(unit, "standard", amount) for unit, amount in usd.items()]


class Migration(migrations.Migration):
    dependencies = [("designer", "0029_jobs_workers")]
    operations = [migrations.RunPython(add_prices, migrations.RunPython.noop)]
