"""Who may watch an enhancement, and what the truth looks like."""

from typing import Any
from uuid import UUID

from designer.realtime import subjects
from enhancement.models import Enhancement
from teams.accounts.models import User


def may_watch(user: User, pk: UUID) -> bool:
    return Enhancement.objects.visible_to(user).filter(pk=pk).exists()


def snapshot(user: User, pk: UUID) -> dict[str, Any]:
    row = Enhancement.objects.see(user, pk)
    return {
        "id": str(row.pk),
        "status": row.status,
        "percent": row.percent,
        "assets": [str(row.result_id)] if row.result_id else [],
        "cost": None if row.cost is None else str(row.cost),
        "error": row.error,
    }


subjects.register("enhancement", may_watch=may_watch, snapshot=snapshot)
