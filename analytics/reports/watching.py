"""Who may watch a report come about, and what the truth looks like."""

from typing import Any
from uuid import UUID

from analytics.reports.models import Report
from analytics.reports.services import state_of
from designer.realtime import subjects
from teams.accounts.models import User


def may_watch(user: User, pk: UUID) -> bool:
    return Report.objects.visible_to(user).filter(pk=pk).exists()


def snapshot(user: User, pk: UUID) -> dict[str, Any]:
    return {"id": str(pk), **state_of(Report.objects.defer("content").see(user, pk))}


subjects.register("report", may_watch=may_watch, snapshot=snapshot)
