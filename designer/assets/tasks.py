"""What the assets room does by the clock."""

from datetime import timedelta

from designer.assets.services import purge
from designer.jobs.scheduler import every


@every(timedelta(hours=1))
def empty_old_trash() -> None:
    purge()
