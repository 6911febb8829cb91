"""Mails, one job each; and the house kept."""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused

from designer.jobs.handlers import Permanent, RunningJob, handles
from designer.jobs.scheduler import every
from designer.notifications import digests, services


@handles("notification.mail")
def send_mail(job: RunningJob, notification_id: str) -> None:
    try:
        services.mail(notification_id)
    except SMTPRecipientsRefused as refused:
        raise Permanent("no_such_mailbox", "The mail server refuses this address.") from refused


@handles("notification.digest")
def send_digest(job: RunningJob, digest_id: str) -> None:
    digests.send(digest_id)


@every(timedelta(seconds=20))
def gather_digests() -> None:
    digests.gather()


@every(timedelta(hours=1))
def forget_old() -> None:
    services.forget_old()
