"""The mails of what happened: one job each."""

from datetime import timedelta

from designer.activity import digests
from designer.jobs.handlers import RunningJob, handles
from designer.jobs.scheduler import every


@handles("activity.digest")
def send_digest(job: RunningJob, digest_id: str) -> None:
    digests.send(digest_id)


@every(timedelta(minutes=1))
def order_digests() -> None:
    digests.order()


@every(timedelta(hours=1))
def forget_old() -> None:
    digests.forget_old()
