"""/readyz: may this node take work? /metrics: for Prometheus."""

import ipaddress
import secrets
import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView
from redis import RedisError

from designer.jobs.scheduler import scheduler_is_alive
from teams.base.limits import link


class NotReady(Exception):
    """What is amiss, with its remedy."""


def database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


@lru_cache(maxsize=1)
def migrations() -> None:
    """Asked until all are applied; a running process does not get older migrations."""
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        raise NotReady(f"{len(waiting)} migrations are not applied; run manage.py migrate")


def broker() -> None:
    """Written to, for one that is full or read-only answers a ping."""
    link().set("readyz", "1", ex=60)


def storage() -> None:
    """Write where files go. Of a bucket only that it answers: a probe there would cost at each call."""
    if settings.S3_BUCKET:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            default_storage.exists("probe")
        except (BotoCoreError, ClientError) as error:
            raise NotReady(f"the bucket does not answer: {type(error).__name__}") from error
        return
    folder = Path(settings.MEDIA_ROOT)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as probe:
        probe.write(b"x" * 4096)


def scheduler() -> None:
    if not scheduler_is_alive():
        raise NotReady("no scheduler has been seen lately; start manage.py run_scheduler")


CHECKS: dict[str, Callable[[], None]] = {
    "database": database,
    "migrations": migrations,
    "redis": broker,
    "storage": storage,
    "scheduler": scheduler,
}


def state_of(check: Callable[[], None]) -> str:
    try:
        check()
    except NotReady as error:
        return str(error)
    except (DatabaseError, RedisError, OSError) as error:
        return f"failed: {type(error).__name__}"
    return "ok"


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    states = {name: state_of(check) for name, check in CHECKS.items()}
    ready = all(state == "ok" for state in states.values())
    return JsonResponse({"ready": ready, "checks": states}, status=200 if ready else 503)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For this machine alone, or for whoever holds METRICS_TOKEN."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    token: str = settings.METRICS_TOKEN
    allowed = bool(token) and secrets.compare_digest(given.encode(), token.encode())
    if not (allowed or _from_this_machine(request)):
        raise Http404
    answer: HttpResponse = ExportToDjangoView(request)
    return answer


def _from_this_machine(request: HttpRequest) -> bool:
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR") or "")
    except ValueError:
        return False
    return address.is_loopback and "HTTP_X_FORWARDED_FOR" not in request.META
