"""Mails one delivery. The studio never sends it twice by itself: what may have arrived is not sent again."""

from contextlib import suppress
from datetime import timedelta
from smtplib import SMTPAuthenticationError, SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any, Final
from uuid import UUID

from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Lower, Now
from django.utils import timezone

from analytics.reports import consents, letters, limits, recipients, services
from analytics.reports.models import Consent, Delivery, Post, Stopped
from designer.jobs.handlers import Permanent, Retry
from teams.base.errors import Conflict, Refused
from teams.membership.models import Team
from teams.membership.permissions import may

AWAY: Final = "The mail server is away."
LOCKED: Final = "The mail server does not let the studio in. Whoever runs it: look at EMAIL_HOST_USER and its password."
NOT_NOW: Final = "The mail server takes no mail for this address now."
REFUSED: Final = "The mail server refused the mail."
GONE: Final = ("mail_unknown", "The connection was lost while the mail server took the mail, which may have arrived.")
REMEDY: Final = "Ask whether it has come before you send it again."
UNCONFIRMED: Final = (
    "unconfirmed", "This address has not said yet that it wants reports.",
    "It was asked by mail; once it says yes this one follows by itself.",
)  # fmt: skip
AT_REST: Final = ("team_archived", "The team was archived before it was sent.", "Send it again once the team is back.")
ASKED_LATER: Final = "It is asked again when a report is sent."
LATELY: Final = timedelta(days=14)
MOST_AT_ONCE: Final = 3  # that follow a yes: who set it up a year ago is not to be flooded


def send(delivery_id: UUID, failures: int = 0, again: int = 0) -> None:
    """Raises Retry where it surely was not taken and may be later, Permanent where it will not be. `failures`: how
    often that was so already. `again`: for which sending by hand; of an earlier one nothing is done any more."""
    row = _row(delivery_id, again)
    if row is None:
        return
    if row.status == Post.SENDING:
        _lost(row)
        return
    if Team.objects.closed().filter(pk=row.team_id).exists():
        _settle(row, Post.FAILED, _told(*AT_REST))
        return
    if why := recipients.barrier(row) or _followed(row):
        _settle(row, Post.BARRED, _told("barred", why))
        return
    if recipients.has_stopped(row.team_id, row.address):
        _settle(row, Post.UNSUBSCRIBED)
        return
    if (row.user is None and not _has_leave(row)) or not _has_room(row, failures):
        return
    _hand_over(row, failures)


def _followed(row: Delivery) -> str:
    """Have it go to the address that a member has now; why not, where that gets this report anyhow. Who gave an address
    up may have had a reason."""
    if row.user is None or row.user.email == row.address:
        return ""
    others = Delivery.objects.filter(report=row.report_id).exclude(pk=row.pk).annotate(low=Lower("address"))
    if others.filter(low=row.user.email.lower()).exists():
        return "The present address of this person gets this report already."
    row.address = row.user.email
    row.save(update_fields=["address", "updated_at"])
    return ""


def _has_leave(row: Delivery) -> bool:
    """Whether this address outside has said yes; that it has not is noted."""
    with transaction.atomic():
        if consents.given(row.team_id, row.address):
            return True
        _settle(row, Post.FAILED, _told(*UNCONFIRMED))
    return False


def _has_room(row: Delivery, failures: int) -> bool:
    """Whether so few mails went out today that this one may; one that is tried again was counted. Raises Retry."""
    if row.tries or row.again:
        return True
    most = limits.MAILS if row.user is None else limits.MEMBERS
    try:
        limits.take_one(most, team_id=row.team_id, person_id=row.report.owner_id, address=row.address)
    except Refused as refused:
        if refused.status != 429:
            pause = services.pause_after(failures)
            raise Retry(pause, refused.message, code=refused.code, remedy=refused.remedy) from refused
        _settle(row, Post.FAILED, _told(refused.code, refused.message, "Send it again tomorrow."))
        return False
    return True


def _hand_over(row: Delivery, failures: int) -> None:
    pause = services.pause_after(failures)
    with services.patient(failures):
        mail = letters.letter(row)
    connection = get_connection()
    try:
        connection.open()
    except (OSError, SMTPException) as error:  # nothing was sent
        why = LOCKED if isinstance(error, SMTPAuthenticationError) else AWAY
        with transaction.atomic():
            told = _told("mail_away", why)
            Delivery.objects.filter(pk=row.pk).update(tries=F("tries") + 1, error=told, updated_at=Now())
            services.announce(row.report)
        raise Retry(pause, why, code="mail_away", remedy="Send it again once the mail server is there.") from error
    try:
        Delivery.objects.move(row.pk, Post.SENDING, tries=F("tries") + 1)
    except Conflict:  # another worker has it
        connection.close()
        return
    mail.connection = connection
    try:
        mail.send()
    except SMTPRecipientsRefused as refused:
        code, said = next(iter(refused.recipients.values()))
        _refused(row, code, said, Post.REFUSED, pause)
    except SMTPResponseException as refused:
        _refused(row, refused.smtp_code, refused.smtp_error, Post.FAILED, pause)
    except (OSError, SMTPException) as lost:
        _settle(row, Post.FAILED, _told(*GONE, REMEDY))
        raise Permanent(*GONE, REMEDY) from lost
    else:
        _settle(row, Post.SENT)
    finally:
        connection.close()


def _refused(row: Delivery, code: int, said: bytes | str, end: str, pause: timedelta) -> None:
    """It said no: for now (4xx), or for good. A code below is of an answer that could not be read. What it said names
    the address, and stands in the log of the report alone, not in the job."""
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    told = f"The mail server said: {code} {' '.join(words.split())[:200]}"
    if code < 400:
        _settle(row, Post.FAILED, _told(*GONE, REMEDY))
        raise Permanent(*GONE, REMEDY)
    if code < 500:
        _settle(row, Post.WAITING, _told("not_now", told))
        raise Retry(pause, NOT_NOW, code="not_now", remedy="Send it again later.")
    error = _told("refused", told, "Check the address.")
    _settle(row, end, error)
    raise Permanent("refused", REFUSED, "Check the address.")


def _settle(row: Delivery, end: str, error: dict[str, str] | None = None) -> None:
    """Write how it stands, and tell those who watch the report."""
    with transaction.atomic():
        more: dict[str, Any] = {"sent_at": Now()} if end == Post.SENT else {}
        Delivery.objects.move(row.pk, end, error=error, **more)
        services.announce(row.report)


def _lost(row: Delivery) -> None:
    """Another worker had it, and died meanwhile, or was only slow: then what it found out stands."""
    with suppress(Conflict):
        _settle(row, Post.FAILED, _told(*GONE, REMEDY))


def given_up(delivery_id: str, error: dict[str, Any], again: int = 0) -> None:
    """It could not be sent, however often it was tried. Called in the transaction that ends its job."""
    row = _row(UUID(delivery_id), again)
    if row is None:
        return
    if row.status == Post.SENDING:
        _lost(row)
    else:
        told = _told(str(error.get("code", "")), str(error.get("message", "")), str(error.get("remedy", "")))
        _settle(row, Post.FAILED, row.error or told)  # the job does not know what the mail server said


def _told(code: str, message: str, remedy: str = "") -> dict[str, str]:
    return {"code": code, "message": message, "remedy": remedy}


def _row(pk: UUID, again: int) -> Delivery | None:
    """The delivery, if this sending of it is still under way."""
    rows = Delivery.objects.select_related("report__team", "report__owner", "user")
    live = rows.filter(pk=pk, again=again, status__in=[Post.WAITING, Post.SENDING])
    found: Delivery | None = live.first()
    return found


def ask(consent_id: UUID, serial: int, failures: int = 0) -> None:
    """Mail the question whether an address wants the reports, unless it was asked anew or answered since, or whoever
    asked may not any more. What may have arrived is not sent again. Raises Retry, Permanent."""
    rows = Consent.objects.select_related("team", "asker").filter(pk=consent_id, asks=serial, given_at=None)
    row = rows.first()
    if row is None:
        return
    if row.asker is None or not may(row.asker, "change_team", row.team):  # nor in a team at rest
        not_asked(str(consent_id), serial)
        return
    if row.mailed >= serial or recipients.has_stopped(row.team_id, row.address):
        return
    pause, connection = services.pause_after(failures), get_connection()
    try:
        connection.open()
    except (OSError, SMTPException) as error:  # nothing was sent
        raise Retry(pause, AWAY, code="mail_away", remedy=ASKED_LATER) from error
    try:
        question = letters.question(row, connection)
        if Consent.objects.filter(pk=row.pk, asks=serial, mailed__lt=serial).update(mailed=serial):
            _put(question, row, pause)
    finally:
        connection.close()


def _put(question: EmailMessage, row: Consent, pause: timedelta) -> None:
    try:
        question.send()
    except (SMTPRecipientsRefused, SMTPResponseException) as refused:
        codes = _codes(refused)
        if min(codes) < 400:  # an answer that could not be read
            raise Permanent(*GONE, ASKED_LATER) from refused
        if max(codes) >= 500 and isinstance(refused, SMTPRecipientsRefused):
            raise Permanent("refused", "The mail server refuses this address.", "Check the address.") from refused
        Consent.objects.filter(pk=row.pk, asks=row.asks).update(mailed=row.asks - 1)  # it was not taken
        raise Retry(pause, NOT_NOW, code="not_now", remedy=ASKED_LATER) from refused
    except (OSError, SMTPException) as lost:
        raise Permanent(*GONE, ASKED_LATER) from lost


def not_asked(consent_id: str, serial: int) -> None:
    """The question was given up. One that no mail server had in its hands does not count. Called in the transaction
    that ends its job."""
    rows = Consent.objects.filter(pk=consent_id, asks=serial, mailed__lt=serial, given_at=None)
    rows.update(asks=serial - 1, asked_at=None, updated_at=Now())


def _codes(refused: SMTPRecipientsRefused | SMTPResponseException) -> list[int]:
    if isinstance(refused, SMTPRecipientsRefused):
        return [code for code, _ in refused.recipients.values()]
    return [refused.smtp_code]


@transaction.atomic
def agree(consent_id: UUID) -> None:
    """The address wants the reports: what waited for that lately goes out. Again changes nothing. A stop of all stands
    for the others."""
    row = Consent.objects.select_for_update().get(pk=consent_id)
    if row.given_at is not None:
        return
    row.given_at = timezone.now()
    row.save(update_fields=["given_at", "updated_at"])
    recipients.stops(row.team_id, row.address).exclude(team=None).delete()
    waiting = Delivery.objects.filter(team=row.team_id, user=None, status=Post.FAILED, error__code=UNCONFIRMED[0])
    waiting = waiting.annotate(low=Lower("address")).filter(low=row.address, created_at__gt=row.given_at - LATELY)
    for delivery in waiting.select_related("report").order_by("-created_at")[:MOST_AT_ONCE]:
        Delivery.objects.move(delivery.pk, Post.WAITING, error=None)
        services.post(delivery, after=":agreed")
        services.announce(delivery.report)


@transaction.atomic
def stop(team_id: UUID | None, address: str) -> None:
    """No more reports of this team, or of any, to this address, whatever it said before. Mail programs say so twice:
    again changes nothing."""
    Stopped.objects.bulk_create([Stopped(team_id=team_id, address=address)], ignore_conflicts=True)
    given = Consent.objects.filter(address=address.lower(), given_at__isnull=False)
    given = given.filter(team=team_id) if team_id else given
    given.update(given_at=None, updated_at=Now())


@transaction.atomic
def go_on(team_id: UUID | None, address: str, *, outside: bool) -> None:
    """Reports of this team again, whatever stopped them. Other teams may ask an address outside once more: what it said
    to them was withdrawn."""
    recipients.stops(team_id, address).delete()
    if outside and team_id:
        low = address.lower()
        Consent.objects.update_or_create(team_id=team_id, address=low, defaults={"given_at": timezone.now()})
