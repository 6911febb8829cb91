"""Floor 4: batches, and the webhooks that tell the world outside."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig

ROOMS = ["batches", "batches.webhooks"]


class BatchesConfig(AppConfig):
    name = "batches"

    def import_models(self) -> None:
        """Also those of the room within."""
        super().import_models()
        import_module("batches.webhooks.models")

    def ready(self) -> None:
        """Import each room's modules that register something."""
        for room in ROOMS:
            for name in ("admin", "tasks", "receivers", "watching", "invariants", "panels", "contents", "activity"):
                if find_spec(f"{room}.{name}"):
                    import_module(f"{room}.{name}")
