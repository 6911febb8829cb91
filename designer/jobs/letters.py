"""Dead letters: jobs that gave up, who may see and judge them, and another chance or an end for them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, QuerySet
from django.db.models.functions import Now

from designer.jobs.handlers import NAMERS
from designer.jobs.models import Job, JobQuerySet, JobStatus
from designer.jobs.services import revive
from teams.accounts.models import User
from teams.audit.services import write
from teams.base.errors import Conflict, Forbidden, Missing, Refused
from teams.membership.permissions import check_awake

AT_ONCE: Final = 1000
CAUSE: Final = "last_error__code"
FILTERS: Final = {"kind": "kind", "code": CAUSE, "team": "team_id"}


@dataclass(frozen=True, slots=True)
class Done:
    """How many were dealt with, and why the first of the others was not."""

    count: int
    left: int = 0
    why: str = ""


def readable(user: User, *, everywhere: bool = True) -> QuerySet[Job]:
    """The dead jobs that `user` may read: those of their teams; for who runs the studio, all, if `everywhere`."""
    return _seen(user, everywhere).dead()


def judged_by(user: User, *, everywhere: bool = True) -> QuerySet[Job]:
    """The dead jobs that `user` may run again or discard: of teams they own or administer; for a superuser, all, if
    `everywhere`."""
    return (Job.objects.all() if user.is_superuser and everywhere else Job.objects.administered_by(user)).dead()


def causes(rows: QuerySet[Job]) -> list[dict[str, object]]:
    """How many there are of each kind and cause, the most frequent first."""
    found = rows.order_by().values("kind", code=F(CAUSE)).annotate(count=Count("pk"))
    return [dict(row) for row in found.order_by("-count", "kind", "code")[:50]]


def named(user: User, rows: Sequence[Job]) -> dict[UUID, list[tuple[str, str]]]:
    """What each of these jobs is about, as words and the address of a page, where `user` may see it."""
    found: dict[UUID, list[tuple[str, str]]] = {row.pk: [] for row in rows}
    for name, namer in NAMERS.items():
        mine = [row for row in rows if row.kind == name.partition(" ")[0]]
        for pk, about in (namer(user, mine) if mine else {}).items():
            found[pk].append(about)
    return found


def chosen(actor: User, ids: Collection[UUID], wanted: Mapping[str, Any], *, everywhere: bool = True) -> list[UUID]:
    """The dead jobs that `actor` means and may judge: those of `ids`, every one; else all that `wanted` describes
    (kind, code, team). Raises Missing if an id is not theirs to see, Forbidden if only to see, Conflict if not dead."""
    if not ids:
        about = {FILTERS[name]: value for name, value in wanted.items() if value}
        rows = judged_by(actor, everywhere=everywhere).filter(**about).order_by("finished_at", "pk")
        return list(rows.values_list("pk", flat=True)[:AT_ONCE])
    unique = set(ids)
    if _seen(actor, everywhere).filter(pk__in=unique).count() != len(unique):
        raise Missing(message="There is no such job.", remedy="Check the ids.")
    if readable(actor, everywhere=everywhere).filter(pk__in=unique).count() != len(unique):
        raise Conflict("not_dead", "Not all of these jobs are dead.", remedy="Reload the list.")
    if judged_by(actor, everywhere=everywhere).filter(pk__in=unique).count() != len(unique):
        raise Forbidden(message="Only owners and admins of the team judge its jobs.", remedy="Ask one of them.")
    return sorted(unique)


def _seen(user: User, everywhere: bool) -> JobQuerySet:
    return Job.objects.all() if user.is_superuser and everywhere else Job.objects.visible_to(user)


def run_again(*, actor: User, job_ids: Iterable[UUID]) -> Done:
    """Give these another chance with all their tries; what may have been paid for is not bought a second time (see
    `attempts`). One that cannot be run again stays, and holds up no other."""
    again, why = [], ""
    rows = judged_by(actor).filter(pk__in=list(job_ids)).order_by("pk")
    wanted = list(rows.values_list("pk", "team_id")[:AT_ONCE])
    for pk, team in wanted:
        try:
            with transaction.atomic():
                revive(pk)
                write(actor, "queue.replay", f"job:{pk}", {}, team)
            again.append(pk)
        except Refused as refused:
            why = why or f"{refused.message} {refused.remedy}".strip()
    return Done(len(again), len(wanted) - len(again), why)


@transaction.atomic
def run_all_again(*, actor: User, job_ids: Collection[UUID]) -> Done:
    """As `run_again`, but all of them or none. Raises Conflict where one cannot be run again."""
    wanted = list(judged_by(actor).filter(pk__in=job_ids).order_by("pk").values_list("pk", "team_id"))
    for pk, team in wanted:
        revive(pk)
        write(actor, "queue.replay", f"job:{pk}", {}, team)
    return Done(len(wanted))  # somebody else may have been first with the others


@transaction.atomic
def discard(*, actor: User, job_ids: Iterable[UUID], reason: str) -> Done:
    """End these for good, with the reason beside what went wrong. Raises Refused without one."""
    reason = " ".join(reason.split())[:200]
    if not reason:
        raise Refused("no_reason", "Say why they are discarded.", field="reason", remedy="Write a word or two.")
    rows = judged_by(actor).filter(pk__in=list(job_ids)).order_by("pk").select_for_update()[:AT_ONCE]
    count = 0
    for row in rows:
        check_awake(row.team_id)
        told = {**(row.last_error or {}), "discarded": reason}
        Job.objects.filter(pk=row.pk).update(status=JobStatus.FAILED, last_error=told, updated_at=Now())
        write(actor, "queue.discard", f"job:{row.pk}", {"kind": row.kind, "reason": reason}, row.team_id)
        count += 1
    return Done(count)
