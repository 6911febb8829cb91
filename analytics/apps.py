"""Floor 5: analytics, and its reports. Reads the tables of every floor below and changes nothing there."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig

ROOMS = ["analytics", "analytics.reports", "analytics.dashboards", "analytics.uptime", "analytics.billing"]


class AnalyticsConfig(AppConfig):
    name = "analytics"

    def import_models(self) -> None:
        """Also those of the rooms within."""
        super().import_models()
        for room in ROOMS[1:]:
            import_module(f"{room}.models")

    def ready(self) -> None:
        """Import each room's modules that register something."""
        for room in ROOMS:
            for name in ("admin", "tasks", "receivers", "watching", "invariants"):
                if find_spec(f"{room}.{name}"):
                    import_module(f"{room}.{name}")
