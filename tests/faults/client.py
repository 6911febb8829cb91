"""The stand-in for a web node: reads one JSON request per line, answers with one JSON line after the commit."""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import django

django.setup()

from django.conf import settings  # noqa: E402  (Django must be set up first)
from django.db import connection, transaction  # noqa: E402

from designer.jobs.services import enqueue, request_cancel  # noqa: E402


class Undone(Exception):
    """Rolls the request back."""


def one_job(
    kind: str, team_id: str, payload: dict[str, str] | None = None, plan: str = "", action: str = "", **more: Any
) -> dict[str, Any]:
    began = time.monotonic()
    with transaction.atomic():
        job = enqueue(kind, payload or {}, team_id=UUID(team_id), **more)
        if plan:  # before the commit, so that no worker can be earlier than the plan
            Path(settings.FAULTS, f"{plan}@{job.pk}").write_text(action)
    return {"id": str(job.pk), "seconds": time.monotonic() - began}


def rolled_back(kind: str, team_id: str) -> dict[str, Any]:
    try:
        with transaction.atomic():
            enqueue(kind, {}, team_id=UUID(team_id))
            raise Undone
    except Undone:
        return {"undone": True}


def doomed(kind: str, team_id: str) -> dict[str, Any]:
    """A forked copy of this node commits a job and is killed before it can wake anybody."""
    connection.close()
    Path(settings.FAULTS, "outbox.before_wake").write_text("kill")
    pid = os.fork()
    if pid == 0:
        one_job(kind, team_id)
        os._exit(3)
    _, status = os.waitpid(pid, 0)
    return {"killed": os.WIFSIGNALED(status)}


def cancel(job_id: str) -> dict[str, Any]:
    request_cancel(UUID(job_id))
    return {"cancelled": job_id}


ACTIONS: dict[str, Callable[..., dict[str, Any]]] = {
    "enqueue": one_job,
    "rollback": rolled_back,
    "doomed": doomed,
    "cancel": cancel,
}

for line in sys.stdin:
    wish = json.loads(line)
    try:
        answer = ACTIONS[wish.pop("do")](**wish)
    except Exception as error:  # noqa: BLE001  (a web node answers 500 and lives on)
        connection.close()
        answer = {"error": f"{type(error).__name__}: {error}"}
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
