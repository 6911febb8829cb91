"""Mails, one job each; and the house kept."""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused

from designer.jobs.handlers import Permanent, RunningJob, handles
from designer.jobs.scheduler import every
from designer.notifications import services


@handles("notification.mail")
def send_mail(job: RunningJob, notification_id: str) -> None:
    try:
        services.mail(notification_id)
    except SMTPRecipientsRefused as refused:
        raise Permanent("no_such_mailbox", "The mail server refuses this address.") from refused


@every(timedelta(hours=1))
def forget_old() -> None:
    services.forget_old()
