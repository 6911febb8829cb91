"""The courier's job, what wakes it, and the log kept short."""

from datetime import timedelta

from batches.webhooks import courier, upkeep
from designer.jobs.handlers import RunningJob, handles
from designer.jobs.scheduler import every
from designer.jobs.services import enqueue
from designer.realtime.subjects import NOBODY

COURIER = "webhook.courier"


@handles(COURIER)
def carry(job: RunningJob) -> None:
    courier.run(job)


@every(timedelta(seconds=1))
def wake_courier() -> None:
    """Deliveries are written by the database itself, which rings no bell: look whether any is due."""
    if courier.anything_due():
        enqueue(COURIER, {}, team_id=NOBODY, lane="io", priority=3, dedup_key=COURIER)


@every(timedelta(minutes=10))
def forget_old() -> None:
    upkeep.forget_old()
