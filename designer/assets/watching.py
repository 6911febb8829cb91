"""Who may watch an asset (nobody while it is in the trash), and what the truth looks like."""

from typing import Any
from uuid import UUID

from designer.assets.models import Asset
from designer.realtime import subjects
from teams.accounts.models import User


def may_watch(user: User, pk: UUID) -> bool:
    return Asset.objects.visible_to(user).kept().filter(pk=pk).exists()


def snapshot(user: User, pk: UUID) -> dict[str, Any]:
    asset = Asset.objects.see(user, pk)
    return {"id": str(asset.pk), "kind": asset.kind, "title": asset.title, "trashed": asset.trashed_at is not None}


subjects.register("asset", may_watch=may_watch, snapshot=snapshot, shared=True)
