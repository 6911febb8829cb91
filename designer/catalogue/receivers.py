"""What the catalogue hears: after a migration, the starter models are there."""

from typing import Any

from django.apps import apps
from django.db.models.signals import post_migrate
from django.dispatch import receiver

from designer.catalogue.starter import ensure_models


@receiver(post_migrate, sender=None)
def fill(sender: Any, **facts: Any) -> None:
    if sender is apps.get_app_config("designer") and not facts.get("plan_only"):
        ensure_models()
