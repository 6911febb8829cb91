"""Who may watch an enhancement or a preview, and what the truth looks like."""

from typing import Any
from uuid import UUID

from designer.realtime import subjects
from enhancement.models import Enhancement, EnhancementPreview
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


def may_watch_preview(user: User, pk: UUID) -> bool:
    return EnhancementPreview.objects.visible_to(user).filter(pk=pk).exists()


def preview_snapshot(user: User, pk: UUID) -> dict[str, Any]:
    row = EnhancementPreview.objects.see(user, pk)
    return {"id": str(row.pk), "status": row.status, "done": len(row.results), "error": row.error}


subjects.register("preview", may_watch=may_watch_preview, snapshot=preview_snapshot)
