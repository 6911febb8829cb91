"""Who hears whom: job handlers, watchable subjects and receivers are registered here when Django starts."""

from importlib import import_module
from importlib.util import find_spec

ROOMS = ["realtime", "jobs", "assets", "catalogue", "ledger", "personas", "generations"]


def connect() -> None:
    """Import each room's `tasks`, `receivers` and `watching` where it has them: their decorators do the rest."""
    for room in ROOMS:
        for name in ("tasks", "receivers", "watching"):
            path = f"designer.{room}.{name}"
            if find_spec(path):
                import_module(path)
