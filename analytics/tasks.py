"""What keeps the figures at most a few seconds old."""

from datetime import timedelta

from analytics import rollups
from designer.jobs.scheduler import every


@every(timedelta(seconds=1))
def work_off() -> None:
    rollups.work_off(seconds=0.5)
    rollups.fill_days(seconds=0.3)
