"""What an automation would cost, before anything is spent: for one image, and for as many as were approved lately."""

from datetime import timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from batches.automations.standing import recipe_to
from designer.assets.models import Asset, AssetKind
from enhancement.pace import pace_of
from enhancement.prices import PriceList
from enhancement.recipes import Plan, checked, plan_of
from teams.base.errors import Refused
from teams.review.approvals.models import Approval, Status

LATELY: Final = timedelta(days=30)
LOOKED_AT: Final = 20  # images
USUAL: Final = (1024, 1024)  # pixels, of a team that has no image yet


def operations_of(*, preset: Any, target: str) -> list[dict[str, Any]]:
    """preset: a presets.Shown, or None."""
    return preset.operations if preset else recipe_to(target) if target else []


def estimate(team_id: UUID, operations: list[dict[str, Any]]) -> dict[str, Any]:
    """USD and seconds for one image as the last approved ones were (else the last that were made), and USD for as many
    as were approved in the last 30 days. `refused`: how many of those looked at the recipe cannot be done to.

    Raises Refused where it can be done to none of them.
    """
    approved = Approval.objects.filter(team=team_id, status=Status.APPROVED)
    lately = approved.filter(decided_at__gte=timezone.now() - LATELY).count()
    sizes = list(approved.order_by("-decided_at").values_list("asset__width", "asset__height")[:LOOKED_AT])
    if not sizes:
        made = Asset.objects.filter(team=team_id, kind=AssetKind.GENERATED, trashed_at=None).order_by("-created_at")
        sizes = list(made.values_list("width", "height")[:LOOKED_AT])
    plans, refusals = _plans(sizes or [USUAL], operations) if operations else ([], [])
    if refusals and not plans:
        raise refusals[0]
    count = max(1, len(plans))
    each = sum((plan.cost for plan in plans), Decimal(0)) / count
    pace = pace_of(team_id) if plans else None
    seconds = sum(pace.total_seconds(plan.quote) for plan in plans) / count if pace else 0.0
    return {
        "per_image": f"{each:.6f}",
        "at_most": f"{max((plan.most for plan in plans), default=Decimal(0)):.6f}",
        "seconds": round(seconds, 1),
        "approved_lately": lately,
        "a_month": f"{each * lately:.6f}",
        "looked_at": len(sizes),
        "refused": len(refusals),
    }


def _plans(sizes: list[tuple[int, int]], operations: list[dict[str, Any]]) -> tuple[list[Plan], list[Refused]]:
    """A plan for each, where there is one. Images of one size are planned alike, and once."""
    wishes, prices = checked(operations), PriceList()
    found: dict[tuple[int, int], Plan | Refused] = {}
    for width, height in dict.fromkeys(sizes):
        try:
            found[width, height] = plan_of(wishes, width=width, height=height, prices=prices)
        except Refused as refused:
            found[width, height] = refused
    each = [found[size] for size in sizes]
    return [plan for plan in each if isinstance(plan, Plan)], [why for why in each if isinstance(why, Refused)]
