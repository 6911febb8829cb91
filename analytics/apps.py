"""Floor 5: analytics. Reads the tables of every floor below and changes nothing there."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "analytics"

    def ready(self) -> None:
        """Import what registers something."""
        for name in ("admin", "tasks", "receivers", "invariants"):
            if find_spec(f"analytics.{name}"):
                import_module(f"analytics.{name}")
