"""Who may watch a generation, and what the truth looks like."""

from typing import Any
from uuid import UUID

from designer.generations.models import Generation
from designer.realtime import subjects
from teams.accounts.models import User


def may_watch(user: User, pk: UUID) -> bool:
    return Generation.objects.visible_to(user).filter(pk=pk).exists()


def snapshot(user: User, pk: UUID) -> dict[str, Any]:
    row = Generation.objects.see(user, pk)
    assets = [str(asset.pk) for asset in row.shown_assets]
    return {
        "id": str(row.pk),
        "status": row.status,
        "stage": row.stage,
        "percent": row.percent,
        "assets": assets,
        "cost": None if row.cost is None else str(row.cost),
        "error": row.error,
    }


subjects.register("generation", may_watch=may_watch, snapshot=snapshot, shared=True)
