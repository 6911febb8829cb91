"""What the images of a call came to, and charging it."""

from collections.abc import Mapping
from decimal import Decimal

from django.db.models import F
from django.db.models.functions import Coalesce

from designer.catalogue.models import ModelKind, ModelProfile
from designer.catalogue.services import cost_of
from designer.generations.costs import left_of_ceiling
from designer.generations.models import Generation, Stage, StageRun
from designer.generations.orders import Order
from designer.generations.services import subject_of
from designer.jobs.handlers import Permanent, RunningJob
from designer.jobs.models import JobAttempt
from designer.ledger import budgets
from designer.ledger.models import EntryKind
from designer.ledger.services import MICRO, charge
from designer.providers import base
from designer.realtime.events import COST_UPDATED, record
from teams.base.errors import Conflict


def profile_of(order: Order) -> ModelProfile | None:
    """The model in the catalogue."""
    rows = ModelProfile.objects.filter(kind=ModelKind.IMAGE, provider=order.provider, model=order.model)
    return rows.select_related("successor").first()


def have_money(row: Generation, most: Decimal) -> None:
    """Calls that failed, and images of no use, may have been billed out of what was set aside: see that the next call
    is still covered, whatever it comes to. Raises Permanent where the designer's ceiling or a budget has no room for
    it."""
    left = left_of_ceiling(row)
    if left is not None and most > left:
        shown = f"What is missing may cost {most:f} USD, and of your limit {left:f} USD are left."
        raise Permanent("too_expensive", shown, "Ask for the missing images anew, with a limit that has room for them.")
    try:
        budgets.cover(subject_of(row.pk), most)
    except Conflict as over:
        raise Permanent(over.code, over.message, over.remedy) from over


def pay(job: RunningJob, row: Generation, order: Order, attempt: JobAttempt, result: base.ImageResult) -> None:
    """Charge what the provider says it cost in all, or what its tokens cost; else the dated price of each image, those
    of which nothing can be used included."""
    said, pictures = _said_cost(order, result), _delivered(result)
    if said is None and not pictures:
        return  # tokens were used whose price nobody knows, and nothing came of them
    entry = charge(
        team_id=row.team_id,
        job_id=job.id,
        attempt=job.attempt,
        step=attempt.step,
        kind=EntryKind.GENERATION,
        subject=f"generation:{row.pk}",
        actor_id=row.owner_id,
        provider=order.provider,
        model=result.model,
        quantity=Decimal(pictures),
        unit_price=share_of(order, result),
        amount=said,
        simulated=result.simulated,
    )
    Generation.objects.filter(pk=row.pk).update(cost=Coalesce(F("cost"), Decimal(0)) + entry.amount)
    StageRun.objects.filter(generation=row, name=Stage.GENERATION).update(cost=F("cost") + entry.amount)
    paid = {"subject": f"generation:{row.pk}", "amount": str(entry.amount), "simulated": result.simulated}
    record(f"team:{row.team_id}", COST_UPDATED, paid, team_id=row.team_id)


def withheld(order: Order, usage: Mapping[str, int], *, simulated: bool) -> base.ImageResult:
    """What is billed of a call that was declined: its tokens, and where some of them drew, a picture of no use."""
    drawn = int(bool(usage.get("image_out")))
    return base.ImageResult(images=(), model=order.model, spoiled=drawn, usage=usage, simulated=simulated)


def _delivered(result: base.ImageResult) -> int:
    """How many pictures came, for use or not."""
    return len(result.images) + result.spoiled


def _said_cost(order: Order, result: base.ImageResult) -> Decimal | None:
    """What the call cost in all, as the provider or its counted tokens say; None where neither does."""
    if result.cost is not None:
        return result.cost
    profile = profile_of(order)
    return cost_of(profile, result.usage) if profile else None


def share_of(order: Order, result: base.ImageResult) -> Decimal:
    """What one image of the call came to, in USD to six places as the ledger has them."""
    said = _said_cost(order, result)
    return order.unit_price if said is None else (said / (_delivered(result) or 1)).quantize(MICRO)
