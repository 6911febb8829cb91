"""Who may watch an automation, and what the truth looks like."""

from typing import Any
from uuid import UUID

from batches.automations.models import Automation
from designer.realtime import subjects
from teams.accounts.models import User


def may_watch(user: User, pk: UUID) -> bool:
    return Automation.objects.visible_to(user).filter(pk=pk).exists()


def snapshot(user: User, pk: UUID) -> dict[str, Any]:
    row: Any = Automation.objects.told().see(user, pk)
    return {"id": str(row.pk), "active": row.active, "live": row.live, "delivered": row.delivered, "failed": row.failed}


subjects.register("automation", may_watch=may_watch, snapshot=snapshot)
