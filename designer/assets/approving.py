"""How images stand with their reviewers: what is made of a reviewed image was not reviewed itself, and says so."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Q

from designer.assets.models import Asset
from designer.assets.versions import DEEP
from teams.accounts.models import User
from teams.review.approvals.models import Status
from teams.review.approvals.panels import review_facts

RE_REVIEW: Final = "re_review"
SEEN: Final = (Status.APPROVED, Status.CHANGES_REQUESTED)  # a version made after that waits for a review of its own
EDIT: Final = "edit"  # of generations the mode whose image is a version of its source
# Of each image the nearest review on the way up to its original, and how many versions away it is.
STANDINGS: Final = """
WITH RECURSIVE line(start, id, sha256, steps, above) AS (
    SELECT seen.id, seen.id, seen.sha256, 0, coalesce(seen.parent_id, edit.source_id)
    FROM assets seen LEFT JOIN generations edit ON edit.id = seen.generation_id AND edit.mode = %(edit)s
    WHERE seen.id = ANY(%(seen)s)
    UNION ALL
    SELECT line.start, seen.id, seen.sha256, line.steps + 1, coalesce(seen.parent_id, edit.source_id)
    FROM line JOIN assets seen ON seen.id = line.above
    LEFT JOIN generations edit ON edit.id = seen.generation_id AND edit.mode = %(edit)s
    WHERE line.steps < %(deep)s
)
SELECT DISTINCT ON (line.start) line.start, approval.status, line.steps, approval.sha256 = line.sha256
FROM line JOIN team_approvals approval ON approval.asset_id = line.id AND approval.status <> %(withdrawn)s
ORDER BY line.start, line.steps
"""


def standings(assets: Iterable[UUID]) -> dict[UUID, str]:
    """Of each image a word of Status, or RE_REVIEW: an earlier version was reviewed, this one was not. Those without
    are left out. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            STANDINGS, {"seen": list(assets), "deep": DEEP, "edit": EDIT, "withdrawn": Status.WITHDRAWN.value}
        )
        rows = cursor.fetchall()
    return {pk: word for pk, status, steps, same in rows if (word := _word(status, steps, is_same=same))}


def _word(status: str, steps: int, *, is_same: bool) -> str:
    if steps == 0 and is_same:
        return status
    return RE_REVIEW if status in SEEN else ""


def with_standings(assets: list[Asset]) -> list[Asset]:
    """The same images, each with `approval`: how the version stands that is shown of it; "" for not reviewed."""
    found = standings([asset.face_id for asset in assets])
    for asset in assets:
        asset.approval = found.get(asset.face_id, "")  # type: ignore[attr-defined]  # for the template alone
    return assets


def panel_facts(user: User, asset: Asset, *, may_edit: bool) -> dict[str, Any]:
    """What the review's part of an image's page needs."""
    facts = review_facts(user, asset, may_edit=may_edit)
    row = facts["approval"]
    made = Q(parent=asset) | Q(generation__source=asset, generation__mode=EDIT)
    later = Asset.objects.visible_to(user).kept().filter(made, set_aside=False)
    newer = later.filter(created_at__gt=row.created_at).order_by("-created_at").first() if row else None
    found = standings([asset.pk, *([newer.pk] if newer else [])])
    state, newer_state = found.get(asset.pk, ""), found.get(newer.pk, "") if newer else ""
    return {**facts, "review_state": state, "newer": newer, "newer_state": newer_state}
