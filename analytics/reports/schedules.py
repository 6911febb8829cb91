"""Reports that are made by themselves: who set them up, when the next is due, and that each moment makes one."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from analytics import asking, periods, queries
from analytics.reports import consents, recipients, services, templates
from analytics.reports.calendar import Rhythm
from analytics.reports.models import Cadence, Report, Schedule, Section, Status
from designer.notifications.services import notify
from teams.accounts.models import User
from teams.audit import services as audit
from teams.base.errors import Conflict, Forbidden, Refused
from teams.base.preconditions import require_match
from teams.membership.models import Team
from teams.membership.ownership import teams_where, visible_teams, working_team
from teams.membership.permissions import CODES, allowed, check_awake, may

log = logging.getLogger(__name__)
MOST: Final = 20  # of a team
BUDGET: Final = 1.0  # seconds, each time the scheduler looks
AFTER_A_FAULT: Final = timedelta(hours=1)
OWNER_LEFT: Final = "Whoever set it up no longer manages the team."
FIELDS: Final = ("cadence", "hour", "weekday", "day", "zone", "members", "addresses", "active")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleWish:
    cadence: str
    team: UUID | None = None
    hour: int = 8
    weekday: int = 1
    day: int = 1
    zone: str = ""
    sections: Sequence[str] | None = None
    template: UUID | None = None
    members: Sequence[UUID] = ()
    addresses: Sequence[str] = ()
    active: bool = True


def visible_to(user: User) -> QuerySet[Schedule]:
    """Those of the teams that `user` manages, at rest or not, with what a list tells of them."""
    rows: QuerySet[Schedule] = Schedule.objects.visible_to(user).select_related("team", "owner")
    return rows


def managed_teams(user: User) -> list[Team]:
    """Where `user` may set up more."""
    found = visible_teams(user).filter(pk__in=teams_where(user, "change_team"))
    return list(found.order_by("-personal", "name"))


def managed(user: User, pk: UUID) -> Schedule:
    """Raises Missing for one that is not of a team that `user` manages."""
    found: Schedule = Schedule.objects.select_related("team").see(user, pk)
    return found


@transaction.atomic
def create(*, actor: User, wish: ScheduleWish) -> Schedule:
    """Raises Missing, Forbidden, Refused by the field at fault, Conflict where there are too many and while the team is
    archived."""
    team = working_team(actor, wish.team)
    if not allowed(actor, "change_team", team):
        raise Forbidden(message="Only owners and admins of the team set up reports.", remedy="Ask one of them.")
    Team.objects.select_for_update(no_key=True).get(pk=team.pk)  # two at once would both count too few
    check_awake(team.pk)  # nor is it archived from here on
    if Schedule.objects.filter(team=team).count() >= MOST:
        raise Conflict("too_many_schedules", f"This team has {MOST} schedules.", remedy="Delete one of them.")
    row = Schedule(team=team, owner=actor)
    said = {name: getattr(wish, name) for name in FIELDS} | {"template": wish.template}
    _fill(
        row,
        actor,
        said | {"sections": Section.values if wish.sections is None and not wish.template else wish.sections},
    )
    row.save()
    if row.active:
        consents.ask(actor, team, row.addresses)
    _note(actor, "report.scheduled", row)
    return row


@transaction.atomic
def change(*, actor: User, schedule_id: UUID, if_match: str | None, said: dict[str, Any]) -> Schedule:
    """Change what is said, if `if_match` names the present version. Who changes it answers for it from then on. One
    that is due at that moment is made first, as it was. To switch it off asks for nothing else, not even that the team
    is open: what reaches outside must never be out of reach. Raises as `create`, and Refused (428, 412)."""
    row = managed(actor, schedule_id)
    if said != {"active": False}:
        Team.objects.select_for_update(no_key=True).get(pk=row.team_id)  # nobody archives it from here on
        check_awake(row.team_id)
    row = Schedule.objects.select_for_update(of=("self",)).select_related("team").get(pk=row.pk)
    require_match(if_match, row)
    if said == {"active": False}:  # whoever is named in it: it must be possible to stop it
        row.active = False
        row.save(update_fields=["active", "updated_at"])
        _note(actor, "report.schedule_changed", row)
        return row
    now = timezone.now()
    stays = row.active and said.get("active", True)
    if stays and row.next_at <= now and may(row.owner, "change_team", row.team):
        _made(row, now)  # it was due before it was changed
    row.owner = actor
    _fill(row, actor, said)
    row.save()
    if row.active:
        consents.ask(actor, row.team, row.addresses)
    _note(actor, "report.schedule_changed", row)
    return row


@transaction.atomic
def delete(*, actor: User, schedule_id: UUID) -> None:
    """The reports that it made stay. Raises Missing."""
    row = managed(actor, schedule_id)
    _note(actor, "report.schedule_deleted", row)
    row.delete()


def _fill(row: Schedule, actor: User, said: dict[str, Any]) -> None:
    """Set what is said, check the whole, and find when the next is due. Whoever was named before and may not get it any
    more is left out; only who is named now is refused."""
    for name in FIELDS:
        if name in said:
            setattr(row, name, said[name])
    row.zone = row.zone or asking.zone_of(actor, queries.scope_of(actor, row.team_id))
    _check(row)
    if "template" in said or "sections" in said:  # else they stay as they were answered for
        wanted = said.get("sections")
        row.template = templates.chosen(row.team, said.get("template", row.template_id), wanted)
        row.sections = services.sections_of(row.template, row.sections if wanted is None else wanted)
    costs = services.costs_told(actor, row.team, row.sections)
    members = [UUID(str(pk)) for pk in row.members]
    members = members if "members" in said else recipients.still(row.team, costs, members, owner=actor)
    addresses = row.addresses if "addresses" in said else recipients.sound(row.addresses)
    to = recipients.checked(actor, row.team, costs, members=members, addresses=addresses)
    row.members, row.addresses = [str(pk) for pk in to.members], list(to.addresses)
    row.why = "" if row.active else row.why
    row.next_at = rhythm_of(row).following(timezone.now())


def _check(row: Schedule) -> None:
    """Raises Refused for what is no rhythm."""
    if row.cadence not in Cadence.values:
        remedy = f"Use {', '.join(Cadence.values)}."
        raise Refused("unknown_cadence", "Reports are not made so.", field="cadence", remedy=remedy)
    if row.zone not in periods.zones():
        remedy = "Use a name like Europe/Paris."
        raise Refused("unknown_time_zone", "There is no such time zone.", field="timezone", remedy=remedy)
    for name, low, high in (("hour", 0, 23), ("weekday", 1, 7), ("day", 1, 31)):
        if not low <= getattr(row, name) <= high:
            raise Refused("out_of_range", "There is no such one.", field=name, remedy=f"Use {low} to {high}.")


def rhythm_of(row: Schedule) -> Rhythm:
    return Rhythm(row.cadence, row.hour, row.weekday, row.day, row.zone)


def fire() -> int:
    """The scheduler's duty: a report of each schedule whose time has come; how many. Of moments that passed while
    nothing ran, or the team was at rest, only the latest counts. Two that look at once take different rows, each in a
    transaction of its own."""
    made, end = 0, time.monotonic() + BUDGET
    while (found := _fire_one()) is not None:
        made += found
        if time.monotonic() > end:
            break
    return made


def _fire_one() -> int | None:
    """How many reports the schedule that is due the longest makes; None where none is due."""
    now = timezone.now()
    with transaction.atomic():
        due = Schedule.objects.select_for_update(skip_locked=True, of=("self",)).filter(active=True, next_at__lte=now)
        due = due.exclude(team__in=Team.objects.closed())
        row = due.select_related("team", "owner").order_by("next_at").first()
        if row is None:
            return None
        try:
            with transaction.atomic():
                return _fired(row, now)
        except Exception:  # the others are not to wait for this one
            log.exception("no report of schedule %s", row.pk)
            Schedule.objects.filter(pk=row.pk).update(next_at=now + AFTER_A_FAULT)
            return 0


def _fired(row: Schedule, now: datetime) -> int:
    if not may(row.owner, "change_team", row.team):
        _stop(row, OWNER_LEFT)
        return 0
    Schedule.objects.filter(pk=row.pk).update(next_at=rhythm_of(row).following(now))
    return _made(row, now)


def _made(row: Schedule, now: datetime) -> int:
    """Make the report of the latest moment of this locked row, unless there is one of these days: what was changed
    meanwhile, or a clock that is behind, makes none twice. One that failed stays, and is the schedule's no more."""
    rhythm = rhythm_of(row)
    slot = rhythm.latest(now)
    first, last = rhythm.days_of(slot)
    there = Q(slot=slot) | Q(first=first, last=last)
    Report.objects.filter(there, schedule=row, status=Status.FAILED).update(schedule=None, slot=None)
    if Report.objects.filter(there, schedule=row).exists():
        return 0
    made = Report(
        team=row.team, owner=row.owner, schedule=row, slot=slot, kind=row.cadence, first=first, last=last,
        zone=row.zone, sections=row.sections, template=row.template,
        costs=services.costs_told(row.owner, row.team, row.sections), members=row.members, addresses=row.addresses,
    )  # fmt: skip
    services.queue(made)
    return 1


def _stop(row: Schedule, why: str) -> None:
    """Switch it off, and tell those who can switch it on again."""
    Schedule.objects.filter(pk=row.pk).update(active=False, why=why)
    managers = [role for role, codes in CODES.items() if "change_team" in codes]
    people = User.objects.filter(memberships__team=row.team_id, memberships__role__in=managers).distinct()
    notify(
        users=people, kind="report", subject=f"team:{row.team_id}", title=f"Reports of {row.team.name} have stopped",
        body=f"{why} Switch the schedule on again to answer for it.", link="/analytics/reports/schedules",
        team_id=row.team_id,
    )  # fmt: skip


def _note(actor: User, action: str, row: Schedule) -> None:
    facts: dict[str, object] = {
        "cadence": row.cadence, "hour": row.hour, "zone": row.zone, "active": row.active, "members": len(row.members),
        "addresses": row.addresses, "sections": row.sections, "template": str(row.template_id or ""),
    }  # fmt: skip
    audit.write(actor, action, f"schedule:{row.pk}", facts, row.team_id)
