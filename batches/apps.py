"""Floor 4: batches, the webhooks that tell the world outside, and automations, which follow approvals."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig

ROOMS = ["batches", "batches.webhooks", "batches.automations"]


class BatchesConfig(AppConfig):
    name = "batches"

    def import_models(self) -> None:
        """Also those of the rooms within."""
        super().import_models()
        import_module("batches.webhooks.models")
        import_module("batches.automations.models")

    def ready(self) -> None:
        """Import each room's modules that register something."""
        for room in ROOMS:
            for name in ("admin", "tasks", "receivers", "watching", "invariants", "panels", "contents", "activity"):
                if find_spec(f"{room}.{name}"):
                    import_module(f"{room}.{name}")
