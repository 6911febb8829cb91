"""What a recipe would come to for one or several images, before anything is spent."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from designer.assets.models import Asset
from enhancement.prices import PriceList
from enhancement.recipes import Plan
from enhancement.services import earlier_of, plan_for
from enhancement.waiting import Queue
from teams.accounts.models import User
from teams.base.errors import Refused

MOST_ASSETS: Final = 100


def refusal_shown(asset_id: UUID, refused: Refused) -> dict[str, Any]:
    said = {"asset": str(asset_id), "code": refused.code, "message": refused.message, "remedy": refused.remedy}
    return {**said, "field": refused.field, **refused.facts.get("about", {})}


def estimate(*, actor: User, asset_ids: Sequence[UUID], operations: Any) -> dict[str, Any]:
    """Per image every step with its size, seconds and price; their sums; what is refused, and why.

    Raises Refused, Missing or Forbidden where there is nothing else to say: for a single image, or for all of them.
    """
    queue, prices = Queue(), PriceList()
    fine: list[dict[str, Any]] = []
    refused: list[tuple[UUID, Refused]] = []
    for pk in dict.fromkeys(asset_ids):
        try:
            asset, plan = plan_for(actor=actor, asset_id=pk, operations=operations, prices=prices)
            queue = queue.of(plan.quote)
            fine.append(_of_one(asset, plan, queue))
        except Refused as refusal:
            refused.append((pk, refusal))
    if not fine:
        raise refused[0][1]
    return {
        "assets": fine,
        "refused": [refusal_shown(pk, refusal) for pk, refusal in refused],
        "seconds": round(sum(each["seconds"] for each in fine), 2),
        "cost": f"{sum((Decimal(each['cost']) for each in fine), Decimal(0)):.6f}",
        "basis": _weakest([each["basis"] for each in fine]),
        "queue": {"waiting": len(queue.order), "seconds": queue.wait(), "workers": queue.hands, "held": queue.held},
    }


def _of_one(asset: Asset, plan: Plan, queue: Queue) -> dict[str, Any]:
    pace, quote = queue.paces.of(asset.team_id), plan.quote
    width, height = plan.size
    earlier = earlier_of(asset, plan.recipe)
    return {
        "asset": str(asset.pk),
        "width": width,
        "height": height,
        "seconds": pace.total_seconds(quote),
        "cost": f"{plan.cost:.6f}",
        "basis": pace.basis(quote),
        "steps": [{**step, "seconds": pace.step_seconds(step)} for step in quote],
        "operations": plan.recipe,
        "earlier": {"enhancement": str(earlier.pk), "result": str(earlier.result_id)} if earlier else None,
    }


def _weakest(found: list[dict[str, Any]]) -> dict[str, Any]:
    """The most cautious of several bases."""
    order = ("estimated", "partly measured", "measured")
    return min(found, key=lambda each: (order.index(each["kind"]), each["runs"]))
