"""What keeps the figures at most a few seconds old, and the forecasts at most a day."""

from datetime import timedelta

from analytics import forecasts, rollups
from designer.jobs.handlers import RunningJob, handles
from designer.jobs.scheduler import every


@every(timedelta(seconds=1))
def work_off() -> None:
    rollups.work_off(seconds=0.5)
    rollups.fill_days(seconds=0.3)


@every(timedelta(minutes=5))
def order_forecasts() -> None:
    forecasts.order()


@handles(forecasts.KIND)
def make_forecast(job: RunningJob) -> None:
    found = forecasts.made(job.team_id)
    with job.fenced(finish=True):
        forecasts.keep(found)
