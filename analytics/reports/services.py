"""What people do with reports: ask for one, cancel, delete, have it sent again."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import QuerySet, Sum
from django.db.models.functions import Now
from django.utils import timezone

from analytics import asking, periods, queries
from analytics.reports import calendar, consents, files, limits, looks, recipients, templates
from analytics.reports.models import AGAIN, Costs, Delivery, Kind, Post, Report, ReportTemplate, Section, Status
from designer.jobs.handlers import Retry
from designer.jobs.models import Lane
from designer.jobs.services import enqueue, request_cancel
from designer.realtime.events import REPORT_CHANGED, record
from teams.accounts.models import User
from teams.audit import services as audit
from teams.base.errors import Conflict, Forbidden, Refused
from teams.membership.models import Team
from teams.membership.ownership import working_team
from teams.membership.permissions import allowed, check_awake, may

MAKE: Final = "report.make"
MAIL: Final = "report.mail"
PAUSES: Final = tuple(timedelta(minutes=each) for each in (1, 4, 10, 15, 30))  # a server that comes back, greylisting
TRIES: Final = 6  # an hour of a storage or a mail server that is away
MOST_AGAIN: Final = 3  # times to a mailbox that refused it: more harms the name of who sends
MOST_LIVE: Final = 10  # that people of a team asked for, at once
FULL: Final = "The reports of this team take all the room that they may."
FULL_REMEDY: Final = "Delete some that nobody needs any more."
DATABASE: Final = "The database was away for a moment."
LONGEST_TITLE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportWish:
    """What somebody asks for. Without days, those of the whole `kind` before today; a custom one must name both.
    Without sections, those of the template, or all."""

    kind: str
    team: UUID | None = None
    first: date | None = None
    last: date | None = None
    zone: str = ""
    sections: Sequence[str] | None = None
    template: UUID | None = None
    members: Sequence[UUID] = ()
    addresses: Sequence[str] = ()


def request_report(*, actor: User, wish: ReportWish) -> Report:
    """Have a report made. Raises Missing, Forbidden, Refused by the field at fault, Conflict where too many wait and
    while the team is archived."""
    team = working_team(actor, wish.team)
    if not allowed(actor, "create_work", team):
        raise Forbidden(message="Your role lets you look, not make reports.", remedy="Ask an owner or admin.")
    period = period_of(actor, team, wish)
    with transaction.atomic():
        Team.objects.select_for_update(no_key=True).get(pk=team.pk)  # two at once would both count too few
        check_awake(team.pk)  # nor is it archived, or a template of it deleted, from here on
        template = templates.chosen(team, wish.template, wish.sections)
        sections = sections_of(template, Section.values if wish.sections is None else wish.sections)
        costs = costs_told(actor, team, sections)
        to = recipients.checked(actor, team, costs, members=wish.members, addresses=wish.addresses)
        row = Report(
            team=team, owner=actor, kind=wish.kind, first=period.first, last=period.last, zone=period.zone,
            sections=sections, template=template, costs=costs, members=[str(pk) for pk in to.members],
            addresses=list(to.addresses),
        )  # fmt: skip
        if Report.objects.filter(team=team, schedule=None).live().count() >= MOST_LIVE:
            remedy = "Wait for one of them, or cancel it."
            raise Conflict("too_many_reports", f"{MOST_LIVE} reports of this team wait already.", remedy=remedy)
        if is_full(team.pk):
            raise Conflict("reports_full", FULL, remedy=FULL_REMEDY)
        if to.addresses:
            consents.ask(actor, team, to.addresses)
            audit.write(actor, "report.sent_outside", f"report:{row.pk}", {"addresses": list(to.addresses)}, team.pk)
        return queue(row)


def is_full(team_id: UUID) -> bool:
    """Whether the files of a team's reports take all the room that they may."""
    taken = Report.objects.filter(team=team_id).aggregate(all=Sum("size"))["all"] or 0
    return bool(taken >= settings.REPORTS_TEAM_BYTES)


def queue(row: Report) -> Report:
    """Save it and have it made, in the caller's transaction."""
    look = looks.look_of(row)
    row.title = title_of(row, look["heading"])
    row.content = {"look": look}
    row.save()
    job = enqueue(MAKE, {"report_id": str(row.pk)}, team_id=row.team_id, lane=Lane.BATCH, max_attempts=TRIES)
    row.job_id = job.pk
    row.save(update_fields=["job_id", "updated_at"])
    announce(row)
    return row


def title_of(row: Report, heading: str) -> str:
    """With the team, which its template may leave out on paper."""
    named = row.team.name if heading == row.team.name else f"{row.team.name}, {heading}"
    return f"{named}: {calendar.told(row.first, row.last)}"[:LONGEST_TITLE]


def period_of(actor: User, team: Team, wish: ReportWish) -> periods.Period:
    """Raises Refused, by the name of the field: kind, from, to or timezone."""
    if wish.kind not in Kind.values:
        remedy = f"Use {', '.join(Kind.values)}."
        raise Refused("unknown_kind", "There is no such kind of report.", field="kind", remedy=remedy)
    zone = wish.zone or asking.zone_of(actor, queries.scope_of(actor, team.pk))
    first, last = wish.first, wish.last
    if wish.kind == Kind.CUSTOM:
        for name, day in (("from", first), ("to", last)):
            if day is None:
                raise Refused("required", "Say of which days.", field=name, remedy="Name the first and the last day.")
    elif first or last:
        shown = f"A {wish.kind} report knows its own days."
        raise Refused("days_not_wanted", shown, field="from" if first else "to", remedy="Ask for a custom one.")
    now = timezone.now()
    if zone in periods.zones() and wish.kind != Kind.CUSTOM:
        first, last = calendar.before(wish.kind, periods.day_of(now, zone))
    found = periods.period(first=first, last=last, interval=None, zone=zone, now=now)
    if found.last > periods.day_of(now, zone):
        raise Refused("not_yet", "These days have not come yet.", field="to", remedy="Name today or a day before it.")
    return found


def sections_of(template: ReportTemplate | None, said: Sequence[str]) -> list[str]:
    """Those of the template, as it is now, else those that are said. Raises Refused."""
    return list(template.sections) if template else templates.checked_sections(said)


def costs_told(actor: User, team: Team, sections: Sequence[str]) -> str:
    if Section.COSTS not in sections:
        return Costs.NONE
    return Costs.TEAM if may(actor, "view_billing", team) else Costs.OWN


def changeable(actor: User, pk: UUID) -> Report:
    """The report, if `actor` may cancel, send or delete it: its owner, and who manages the team. Raises Missing,
    Forbidden."""
    row: Report = Report.objects.for_edit(actor, pk)
    return row


def cancel(*, actor: User, report_id: UUID) -> Report:
    """Stop it at the next safe point; harmless when it has ended. Raises Missing or Forbidden."""
    row = changeable(actor, report_id)
    if row.is_live and row.job_id:
        request_cancel(row.job_id)
        row.refresh_from_db()
    return row


def delete(*, actor: User, report_id: UUID) -> None:
    """With its files and the log of where it went. Raises Missing, Forbidden, or Conflict while it is being made."""
    row = changeable(actor, report_id)
    with transaction.atomic():
        held = Report.objects.select_for_update().filter(pk=row.pk).first()
        if held is None:
            return
        if held.is_live:
            raise Conflict("still_made", "This report is still being made.", remedy="Cancel it first.")
        audit.write(actor, "report.deleted", f"report:{row.pk}", {"title": row.title}, row.team_id)
        transaction.on_commit(partial(files.forget, files.folder(held)))
        held.delete()


@transaction.atomic
def resend(*, actor: User, report_id: UUID, delivery_ids: Sequence[UUID] | None = None) -> int:
    """Send it again to whom it could not be sent, or to those of them that are named; how many. To whom it went it does
    not go again. Raises Missing, Forbidden, Conflict where nothing failed or a mailbox refused it often enough, Refused
    (429) where no more goes outside today."""
    row = changeable(actor, report_id)
    named = failed_of(row, delivery_ids)
    consents.ask(actor, row.team, named.filter(user=None).values_list("address", flat=True))  # before they are locked
    failed = list(named.select_for_update())
    found = [each for each in failed if each.status != Post.REFUSED or each.again < MOST_AGAIN]
    if failed and not found:
        shown = "It was sent often enough to who does not take it."
        raise Conflict("sent_often_enough", shown, remedy="Ask for the right address, and for a report anew.")
    if not found:
        shown = "Nothing of this report failed to be sent."
        raise Conflict("nothing_failed", shown, remedy="Whoever has it does not get it twice.")
    outside = [each.address for each in found if each.user_id is None]
    inside = [each.address for each in found if each.user_id is not None]
    for address in set(outside) - set(consents.open_of(row.team_id, outside)):
        limits.take_one(limits.MAILS, team_id=row.team_id, person_id=actor.pk, address=address)
    for address in inside:
        limits.take_one(limits.MEMBERS, team_id=row.team_id, person_id=actor.pk, address=address)
    for delivery in found:
        delivery.again += 1  # it is locked
        Delivery.objects.move(delivery.pk, Post.WAITING, error=None, again=delivery.again)
        post(delivery)
    audit.write(actor, "report.sent_again", f"report:{row.pk}", {"addresses": outside}, row.team_id)
    announce(row)
    return len(found)


def failed_of(row: Report, delivery_ids: Sequence[UUID] | None = None) -> QuerySet[Delivery]:
    """What may be sent again of it, or of those that are named; an empty list names nobody."""
    failed: QuerySet[Delivery] = Delivery.objects.filter(report=row, status__in=AGAIN)
    return failed if delivery_ids is None else failed.filter(pk__in=delivery_ids)


def post(delivery: Delivery, *, after: str = "") -> None:
    """Have it mailed, by a job of its own each time somebody says so. `after`: what it waited for, where a job that
    found it missing may still be under way."""
    told = {"delivery_id": str(delivery.pk), "again": str(delivery.again)}
    key = f"{MAIL}:{delivery.pk}:{delivery.again}{after}"
    enqueue(MAIL, told, team_id=delivery.team_id, lane=Lane.IO, max_attempts=TRIES, dedup_key=key)


def announce(row: Report) -> None:
    """Tell those who watch it, in the caller's transaction."""
    record(f"report:{row.pk}", REPORT_CHANGED, state_of(row), team_id=row.team_id)


def state_of(row: Report) -> dict[str, Any]:
    return {"status": row.status, "percent": row.percent, "error": row.error}


def pause_after(failures: int) -> timedelta:
    """Before it is tried again, where it could not be done so often already."""
    return PAUSES[min(failures, len(PAUSES) - 1)]


@contextmanager
def patient(failures: int) -> Iterator[None]:
    """What cannot be done because the storage or the database is away is tried again for an hour. Raises Retry."""
    pause = pause_after(failures)
    try:
        yield
    except Retry as away:
        raise Retry(pause, away.reason, code=away.code, remedy=away.remedy) from away
    except Refused as away:
        if away.status not in (503, 507):
            raise
        raise Retry(pause, away.message, code=away.code, remedy=away.remedy) from away
    except (OperationalError, InterfaceError) as away:
        raise Retry(pause, DATABASE, code="database_away", remedy="Try again in a minute.") from away


def close(report_id: str, *, status: str, error: dict[str, Any]) -> None:
    """End a report that did not come about. Called in the transaction that ends its job."""
    end = Status.CANCELLED if status == "cancelled" else Status.FAILED
    row = Report.objects.filter(pk=report_id).first()
    if row is None or not row.is_live:
        return
    told = None if end == Status.CANCELLED else error
    Report.objects.move(row.pk, end, error=told, finished_at=Now())
    row.refresh_from_db()
    announce(row)
