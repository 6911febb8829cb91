"""Who hears whom: job handlers, watchable subjects and receivers are registered here when Django starts."""

from datetime import timedelta
from importlib import import_module
from importlib.util import find_spec

from django.conf import settings

from designer.providers import registry

ROOMS = [
    "realtime",
    "jobs",
    "assets",
    "sharing",
    "catalogue",
    "ledger",
    "notifications",
    "personas",
    "generations",
    "sessions",
    "activity",
]

SPEAKING = ("tasks", "receivers", "watching", "invariants", "retention", "panels", "metrics", "contents", "rooms")


def connect() -> None:
    """Tell the providers how they are reached, and import each room's modules that register something."""
    registry.configure(settings.PROVIDERS)
    for room in ROOMS:
        for name in SPEAKING:
            path = f"designer.{room}.{name}"
            if find_spec(path):
                import_module(path)
    _keep_house()


def _keep_house() -> None:
    """Periodic duties of rooms that lie below the scheduler's and so cannot name it."""
    from designer.assets import garbage
    from designer.catalogue.refresh import refresh_aside
    from designer.jobs.scheduler import every
    from designer.realtime.log import prune_now
    from teams.membership.closing import stop_work

    every(timedelta(minutes=10))(prune_now)
    every(timedelta(minutes=2))(garbage.purge)
    every(timedelta(minutes=10))(garbage.sweep_orphans)
    every(timedelta(days=1))(refresh_aside)
    every(timedelta(minutes=1))(stop_work)
