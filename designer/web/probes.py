"""/readyz: may this node take work? /metrics: for Prometheus."""

import ipaddress
import secrets
from collections.abc import Callable

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django_prometheus.exports import ExportToDjangoView
from redis import RedisError

from designer.jobs.scheduler import scheduler_is_alive
from teams.base.limits import link


def database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def migrations() -> str:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return "ok" if not waiting else f"{len(waiting)} migrations are not applied; run manage.py migrate"


def broker() -> str:
    link().ping()
    return "ok"


def storage() -> str:
    default_storage.exists("probe")
    return "ok"


def scheduler() -> str:
    return "ok" if scheduler_is_alive() else "no scheduler has been seen lately; start manage.py run_scheduler"


CHECKS: dict[str, Callable[[], str]] = {
    "database": database,
    "migrations": migrations,
    "redis": broker,
    "storage": storage,
    "scheduler": scheduler,
}


def state_of(check: Callable[[], str]) -> str:
    try:
        return check()
    except (DatabaseError, RedisError, OSError) as error:
        return f"failed: {type(error).__name__}"


def readyz(request: HttpRequest) -> HttpResponse:
    states = {name: state_of(check) for name, check in CHECKS.items()}
    ready = all(state == "ok" for state in states.values())
    return JsonResponse({"ready": ready, "checks": states}, status=200 if ready else 503)


def metrics(request: HttpRequest) -> HttpResponse:
    """For this machine alone, or for whoever holds METRICS_TOKEN."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    allowed = settings.METRICS_TOKEN and secrets.compare_digest(given, settings.METRICS_TOKEN)
    address = ipaddress.ip_address(request.META.get("REMOTE_ADDR") or "0.0.0.0")  # noqa: S104  (a value, not a bind)
    direct = address.is_loopback and "HTTP_X_FORWARDED_FOR" not in request.META
    if not (allowed or direct):
        raise Http404
    return ExportToDjangoView(request)
