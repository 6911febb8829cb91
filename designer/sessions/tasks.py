"""The house kept: sessions that everybody has left end, and the trash of collections is emptied."""

from datetime import timedelta

from designer.jobs.scheduler import every
from designer.sessions import services
from teams.review.collections.services import purge


@every(timedelta(minutes=10))
def end_forgotten() -> None:
    services.end_forgotten()


@every(timedelta(hours=1))
def empty_trash() -> None:
    purge()
