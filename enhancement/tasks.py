"""The enhancement job: an id in, nothing out."""

import sys
from collections.abc import Sequence
from datetime import timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

from celery.signals import worker_process_init
from django.urls import reverse

from designer.jobs import presence
from designer.jobs.handlers import Permanent, RunningJob, able, finishes, handles, names, replays
from designer.jobs.models import Job
from designer.jobs.scheduler import every
from enhancement import capabilities, preview_runner, previews, runner, services
from enhancement.lanes import COMPUTING
from enhancement.models import Enhancement
from teams.accounts.models import User
from teams.base.errors import Conflict


@handles("enhancement.run")
def run_enhancement(job: RunningJob, enhancement_id: str) -> None:
    try:
        runner.run(job, enhancement_id)
    except Conflict as over:  # it has ended meanwhile: another try would find the same
        raise Permanent(over.code, over.message, over.remedy) from over


@finishes("enhancement.run")
def close_enhancement(job: Job, status: str, error: dict[str, Any]) -> None:
    services.close(job.payload["enhancement_id"], status=status, error=error)


@replays("enhancement.run")
def reopen_enhancement(job: Job) -> None:
    services.reopen(job.payload["enhancement_id"])


@names("enhancement.run", "image")
def images(user: User, jobs: Sequence[Job]) -> dict[UUID, tuple[str, str]]:
    ids = {job.payload["enhancement_id"]: job.pk for job in jobs}
    rows = Enhancement.objects.visible_to(user).filter(pk__in=ids).values_list("pk", "source_id", "source__title")
    return {ids[str(pk)]: (title or "An image", reverse("asset", args=[source])) for pk, source, title in rows}


@handles("enhancement.preview")
def run_preview(job: RunningJob, preview_id: str) -> None:
    try:
        preview_runner.run(job, preview_id)
    except Conflict as over:
        raise Permanent(over.code, over.message, over.remedy) from over


@finishes("enhancement.preview")
def close_preview(job: Job, status: str, error: dict[str, Any]) -> None:
    previews.close(job.payload["preview_id"], status=status, error=error)


@every(timedelta(hours=1))
def forget_old_previews() -> None:
    previews.forget_old()


@every(timedelta(hours=1))
def forget_trashed() -> None:
    services.forget_trashed()


@able("operations")
def operations() -> list[str]:
    return capabilities.operations_here()


@able("weights")
def weights() -> list[str]:
    """Asked once a minute in the worker's parent: that is also when new files of the models folder are found."""
    if COMPUTING in presence.lanes():
        capabilities.tell_meanwhile()
    return capabilities.weights_here()


@worker_process_init.connect(dispatch_uid="enhancement.warm_up")
def warm_up(**_: Any) -> None:
    """As a process of the gpu lane starts: load torch, for which the first job would wait. Nothing that may take
    longer: a process that is not up in time is killed."""
    if any("gpu" in word for word in sys.argv):
        import_module("enhancement.engine.networks")
