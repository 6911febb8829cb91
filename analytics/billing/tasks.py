"""Statements by the clock: each is made once its month has been over for an hour, or when the studio runs again."""

from datetime import timedelta

from django.utils import timezone

from analytics.billing import making
from designer.jobs.handlers import RunningJob, handles
from designer.jobs.scheduler import every
from designer.jobs.services import enqueue


@every(timedelta(minutes=5))
def order_statements() -> None:
    """A job for each team that lacks one: what is missing is read off the ledger, so nothing is lost with a job."""
    for team_id in making.waiting(timezone.now()):
        enqueue(making.KIND, {}, team_id=team_id, lane="io", dedup_key=f"statement:{team_id}")


@handles(making.KIND)
def make_statements(job: RunningJob) -> None:
    making.catch_up(job.team_id, timezone.now())
