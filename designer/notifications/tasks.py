"""Mails, one job each; and the house kept."""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any

from designer.jobs.handlers import Permanent, Retry, RunningJob, finishes, handles
from designer.jobs.models import Job
from designer.jobs.scheduler import every
from designer.notifications import digests, letters, services, team_news
from teams.membership import invitations
from teams.review.approvals.services import remind
from teams.sharing import services as sharing


@handles("notification.mail")
def send_mail(job: RunningJob, notification_id: str) -> None:
    try:
        services.mail(notification_id)
    except SMTPRecipientsRefused as refused:
        raise Permanent("no_such_mailbox", "The mail server refuses this address.") from refused


@handles("invitation.mail")
def send_invitation(job: RunningJob, invitation_id: str, serial: str) -> None:
    """One that was taken back, sent anew or mailed meanwhile is not mailed."""
    found = invitations.to_mail(invitation_id, int(serial))
    if found is None:
        return
    try:
        letters.invitation(*found).send()
    except SMTPRecipientsRefused as refused:
        if any(code < 500 for code, _ in refused.recipients.values()):  # "come back later", as greylisting says
            raise Retry(reason="The mail server takes no mail for this address now.") from refused
        raise Permanent("no_such_mailbox", "The mail server refuses this address.") from refused
    invitations.mailed(invitation_id, int(serial))


@finishes("invitation.mail")
def say_undelivered(job: Job, status: str, error: dict[str, Any]) -> None:
    if status != "cancelled":
        invitations.mailed(job.payload["invitation_id"], int(job.payload["serial"]), returned=True)


@handles("notification.digest")
def send_digest(job: RunningJob, digest_id: str) -> None:
    digests.send(digest_id)


@handles("team.news")
def tell_of_team(job: RunningJob, **told: str) -> None:
    team_news.tell(job, **told)


@every(timedelta(seconds=20))
def gather_digests() -> None:
    digests.gather()


@every(timedelta(seconds=20))
def remind_reviewers() -> None:
    remind()


@every(timedelta(hours=1))
def forget_old() -> None:
    services.forget_old()
    invitations.forget_old()
    sharing.forget_old()
