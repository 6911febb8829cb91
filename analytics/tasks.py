"""What keeps the figures at most a few seconds old, the forecasts and what is found in the figures at most a day."""

from datetime import timedelta
from typing import Any

from analytics import forecasts, looking, rollups
from analytics.forecasting import Astray
from designer.jobs.handlers import Permanent, RunningJob, finishes, handles
from designer.jobs.models import Job
from designer.jobs.scheduler import every


@every(timedelta(seconds=1))
def work_off() -> None:
    rollups.note_what_is_new()
    rollups.work_off(seconds=0.5)
    rollups.fill_days(seconds=0.3)


@every(timedelta(minutes=5))
def order_forecasts() -> None:
    forecasts.order()


@handles(forecasts.KIND)
def make_forecast(job: RunningJob) -> None:
    try:
        found = forecasts.made(job.team_id)
    except Astray as astray:  # it would be so again
        raise Permanent("forecast_failed", "No forecast could be made.", "The next try is tomorrow.") from astray
    with job.fenced(finish=True):
        forecasts.keep(found)


@finishes(forecasts.KIND)
def note_failure(job: Job, status: str, error: dict[str, Any]) -> None:
    forecasts.failed(job.team_id)


@every(timedelta(minutes=10))
def order_looks() -> None:
    looking.order()


@handles(looking.KIND)
def look_through(job: RunningJob) -> None:
    found = looking.looked(job.team_id)
    with job.fenced(finish=True):
        looking.keep(found)


@finishes(looking.KIND)
def note_failed_look(job: Job, status: str, error: dict[str, Any]) -> None:
    looking.failed(job.team_id)
