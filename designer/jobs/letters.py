"""Dead letters: jobs that gave up, who may see and judge them, and another chance or an end for them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, QuerySet
from django.db.models.functions import Now

from designer.jobs.models import Job, JobStatus
from designer.jobs.services import revive
from teams.accounts.models import User
from teams.audit.services import write
from teams.base.errors import Refused

AT_ONCE: Final = 1000
CAUSE: Final = "last_error__code"


@dataclass(frozen=True, slots=True)
class Done:
    """How many were dealt with, and why the first of the others was not."""

    count: int
    left: int = 0
    why: str = ""


def readable(user: User) -> QuerySet[Job]:
    """The dead jobs that `user` may read: those of their teams; for who runs the studio, all."""
    return (Job.objects.all() if user.is_superuser else Job.objects.visible_to(user)).dead()


def judged_by(user: User) -> QuerySet[Job]:
    """The dead jobs that `user` may run again or discard: of teams they own or administer; for a superuser, all."""
    return (Job.objects.all() if user.is_superuser else Job.objects.administered_by(user)).dead()


def causes(rows: QuerySet[Job]) -> list[dict[str, object]]:
    """How many there are of each kind and cause, the most frequent first."""
    found = rows.order_by().values("kind", code=F(CAUSE)).annotate(count=Count("pk"))
    return [dict(row) for row in found.order_by("-count", "kind", "code")[:50]]


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
def discard(*, actor: User, job_ids: Iterable[UUID], reason: str) -> Done:
    """End these for good, with the reason beside what went wrong. Raises Refused without one."""
    reason = " ".join(reason.split())[:200]
    if not reason:
        raise Refused("no_reason", "Say why they are discarded.", field="reason", remedy="Write a word or two.")
    rows = judged_by(actor).filter(pk__in=list(job_ids)).order_by("pk").select_for_update()[:AT_ONCE]
    count = 0
    for row in rows:
        told = {**(row.last_error or {}), "discarded": reason}
        Job.objects.filter(pk=row.pk).update(status=JobStatus.FAILED, last_error=told, updated_at=Now())
        write(actor, "queue.discard", f"job:{row.pk}", {"kind": row.kind, "reason": reason}, row.team_id)
        count += 1
    return Done(count)
