"""Every address of the house. Each room lists its own under `api` (below /api/) and `pages`."""

from importlib import import_module
from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

ROOMS = [
    "teams.accounts",
    "teams.membership",
    "teams.review",
    "teams.review.collections",
    "teams.review.approvals",
    "teams.sharing",
    "designer.web",
    "designer.realtime",
    "designer.jobs",
    "designer.assets",
    "designer.sharing",
    "designer.catalogue",
    "designer.ledger",
    "designer.notifications",
    "designer.personas",
    "designer.generations",
    "designer.sessions",
    "designer.lookbooks",
    "designer.activity",
    "enhancement",
    "batches",
    "batches.webhooks",
    "batches.automations",
    "analytics",
    "analytics.reports",
    "analytics.dashboards",
    "analytics.uptime",
    "analytics.billing",
]


def gathered(kind: str) -> list[URLPattern | URLResolver]:
    """The rooms' `api` or `pages` lists, in floor order; a view that a later room gives `instead` takes its place."""
    rooms = [import_module(f"{room}.urls") for room in ROOMS if find_spec(f"{room}.urls")]
    found = [entry for room in rooms for entry in getattr(room, kind, [])]
    instead = {name: view for room in rooms for name, view in getattr(room, "instead", {}).items()}
    return [
        path(str(entry.pattern), instead[entry.name], name=entry.name) if _name(entry) in instead else entry
        for entry in found
    ]


def _name(entry: URLPattern | URLResolver) -> str | None:
    return entry.name if isinstance(entry, URLPattern) else None


urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("api/", include(gathered("api"))),
    *gathered("pages"),
]
handler400 = "designer.web.problems.bad_request"
handler403 = "designer.web.problems.forbidden"
handler404 = "designer.web.problems.not_found"
handler500 = "designer.web.problems.server_error"
