"""Blind votes on the pairs of an A/B batch: nobody is told which side is which arm before the vote is cast."""

import hashlib
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q

from batches.models import Batch, BatchItem, BatchVote, Choice, ItemStatus
from batches.progress import with_assets
from batches.verdicts import Verdict
from teams.accounts.models import User
from teams.base.errors import Conflict, Forbidden, Missing
from teams.membership.permissions import allowed

SIDES = ("left", "right")


def next_pair(*, actor: User, batch_id: UUID) -> dict[str, Any] | None:
    """A pair on which `actor` has not voted, both of whose images are there; None when there is none left."""
    row = _ab_batch(actor, batch_id)
    voted = BatchVote.objects.filter(batch=row, voter=actor).values("pair")
    ready = row.items.filter(status=ItemStatus.SUCCEEDED).exclude(pair__in=voted).values("pair")
    both = ready.annotate(arms=Count("arm", distinct=True)).filter(arms=2).order_by("pair")
    left = list(both.values_list("pair", flat=True)[:1])
    if not left:
        return None
    items = {item.arm: item for item in with_assets(row.items.filter(pair=left[0]))}
    order = _order(actor, row, left[0])
    shown = {side: items[arm].shown_assets for side, arm in zip(SIDES, order, strict=True)}
    return {"pair": left[0], "brief": items["a"].wish.get("brief", ""), **shown}


def _order(actor: User, row: Batch, pair: int) -> tuple[str, str]:
    """Which arm is shown left: by lot for each voter and pair, the same each time that it is asked."""
    lot = hashlib.sha256(f"{row.pk}:{actor.pk}:{pair}".encode()).digest()[0] % 2
    return ("b", "a") if lot else ("a", "b")


@transaction.atomic
def vote(*, actor: User, batch_id: UUID, pair: int, choice: str) -> dict[str, Any]:
    """Cast a vote: left, right or tie. Which arm was which is told now, and not before.

    Raises Missing for no such pair, IntegrityError for a second vote.
    """
    if not allowed(actor, "create_work", Batch.objects.see(actor, batch_id).team):
        raise Forbidden(message="Your role lets you look, not vote.", remedy="Ask an owner or admin of the team.")
    row = _ab_batch(actor, batch_id)
    done = BatchItem.objects.filter(batch=row, pair=pair, status=ItemStatus.SUCCEEDED)
    if done.count() != len(SIDES):
        raise Missing(
            message="There is no such pair, or it is not made yet.", field="pair", remedy="Take the next one."
        )
    order = _order(actor, row, pair)
    chosen = Choice.TIE if choice == "tie" else Choice(order[SIDES.index(choice)])
    BatchVote.objects.create(team_id=row.team_id, batch=row, pair=pair, voter=actor, choice=chosen)
    return {"left": order[0], "right": order[1]}


def verdict_of(*, actor: User, batch_id: UUID) -> dict[str, Any]:
    """What all votes say so far, and how many of the pairs `actor` has seen."""
    row = _ab_batch(actor, batch_id)
    votes = BatchVote.objects.filter(batch=row)
    counts = votes.aggregate(
        a=Count("pk", filter=Q(choice=Choice.A)),
        b=Count("pk", filter=Q(choice=Choice.B)),
        ties=Count("pk", filter=Q(choice=Choice.TIE)),
        voters=Count("voter", distinct=True),
    )
    pairs = row.items.values("pair").distinct().count()
    told = Verdict(counts["a"], counts["b"], counts["ties"]).to_json()
    return {**told, "voters": counts["voters"], "pairs": pairs, "mine": votes.filter(voter=actor).count()}


def _ab_batch(actor: User, batch_id: UUID) -> Batch:
    row: Batch = Batch.objects.see(actor, batch_id)
    if not row.plan.get("arms"):
        raise Conflict("no_arms", "This batch compares nothing.", remedy="Give its plan two arms.")
    return row
