"""Several news in one mail: when it is due, what it takes along, and that it goes at most once."""

from datetime import UTC, datetime, timedelta
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from designer.jobs.handlers import Permanent
from designer.jobs.services import enqueue
from designer.notifications import letters
from designer.notifications.models import DigestHour, MailDigest, Notification, Pace
from teams.accounts.models import User

PEOPLE: Final = 100  # each time the scheduler looks


def hour_of(user: User) -> int:
    """Of their own day."""
    row = DigestHour.objects.filter(user=user).first()
    return row.hour if row else DigestHour.EARLY


def set_hour(user: User, hour: int) -> None:
    DigestHour.objects.update_or_create(user=user, defaults={"hour": hour})


def due_at(user: User, pace: str) -> datetime | None:
    """When a digest of this pace goes out next; None for mails that go by themselves."""
    now = timezone.now()
    if pace == Pace.HOURLY:
        return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    if pace in (Pace.DAILY, Pace.WEEKLY):
        here = now.astimezone(ZoneInfo(user.timezone))
        today = here.replace(hour=hour_of(user), minute=0, second=0, microsecond=0)
        step = 1 if pace == Pace.DAILY else 7
        ahead = 0 if pace == Pace.DAILY else -today.weekday() % 7  # a week ends on Monday
        first = today + timedelta(days=ahead)
        # the same hour by the clock then, also where a day has 23 or 25
        return (first if first > here else first + timedelta(days=step)).astimezone(UTC)
    return None


def gather() -> None:
    """The scheduler's duty: for everyone for whom something is due, one mail with all of it."""
    people = Notification.objects.due().order_by("user").values_list("user", flat=True).distinct()
    for user_id in people[:PEOPLE]:
        with transaction.atomic():
            rows = Notification.objects.due().filter(user=user_id).select_for_update(skip_locked=True)
            if found := {row.pk: row.team_id for row in rows}:
                digest = MailDigest.objects.create(user_id=user_id)
                Notification.objects.filter(pk__in=found).update(digest=digest, updated_at=Now())
                told = {"digest_id": str(digest.pk)}
                enqueue("notification.digest", told, team_id=next(iter(found.values())), lane="io")


def send(digest_id: str) -> None:
    """Send what of it is still unread. A mail whose fate is unknown is not sent again: the bell holds its news.

    Raises Permanent for what no retry mends, and what the mail server's refusal or absence raises.
    """
    digest = MailDigest.objects.select_related("user").filter(pk=digest_id).first()
    rows = _worth_telling(digest) if digest and digest.user.is_active else []
    if digest is None or not rows:
        return
    if hand_over(letters.digest(digest.user, rows), MailDigest.objects.filter(pk=digest.pk)):
        Notification.objects.filter(pk__in=[row.pk for row in rows]).update(mailed_at=Now(), updated_at=Now())


def hand_over(letter: EmailMessage, digest: QuerySet[Any]) -> bool:
    """Send the letter of a digest, if nobody has tried before; whether it went. `digest` is its one row, which has
    `tried_at` and `sent_at`. Raises as `send`."""
    connection = get_connection()
    connection.open()  # nothing is sent where this fails
    if not digest.filter(tried_at=None).update(tried_at=Now(), updated_at=Now()):
        return False
    letter.connection = connection
    try:
        letter.send()
    except SMTPRecipientsRefused as refused:
        raise Permanent("no_such_mailbox", "The mail server refuses this address.") from refused
    except SMTPResponseException:  # it said no
        digest.update(tried_at=None, updated_at=Now())
        raise
    except OSError as lost:
        raise Permanent("mail_unknown", "The mail server was lost while it took the mail; not sent again.") from lost
    finally:
        connection.close()
    digest.update(sent_at=Now(), updated_at=Now())
    return True


def _worth_telling(digest: MailDigest) -> list[Notification]:
    """What was not read meanwhile, of teams that one is still in."""
    lines = Notification.objects.filter(digest=digest, read_at=None).of_teams_of(digest.user_id)
    return list(lines.order_by("created_at"))
