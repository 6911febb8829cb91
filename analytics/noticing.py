"""The insights that somebody may see, and what they do not want to see for now. To hide one is one's own affair: a
viewer may, and everybody else sees it as before."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from analytics.models import FRESH, Insight, InsightHidden, Look
from teams.accounts.models import User
from teams.base.errors import Missing, Refused

STATES: Final = ("shown", "snoozed", "dismissed")
USUAL: Final = 7  # days
LONGEST: Final = 90


def insights_of(user: User, teams: Sequence[UUID], *, state: str = "shown", kind: str = "") -> list[Insight]:
    """Those that hold for these teams, the surest first."""
    rows = Insight.objects.visible_to(user).holding().filter(team__in=teams).with_hiding_of(user).select_related("team")
    if state != "all":
        rows = rows.filter(state=state)  # type: ignore[misc]  # annotated
    if kind:
        rows = rows.filter(kind=kind)
    return list(rows.order_by("evidence__p", "key", "team"))


def looks_of(teams: Sequence[UUID], whole: Sequence[UUID]) -> list[dict[str, Any]]:
    """Which days of these teams were looked at, and what is lacking to tell more: of costs, of those in `whole`."""
    looks = Look.objects.filter(team__in=teams).exclude(known={}).order_by("team")
    return [
        {
            "team": row.team_id,
            "since": row.since,
            "zone": row.zone,
            "is_old": row.made_at < timezone.now() - FRESH,
            "lacking": [each for each in row.lacking if row.team_id in whole or each["kind"] != "cost_per_liked"],
        }
        for row in looks
    ]


def dismiss(*, actor: User, pk: UUID) -> Insight:
    """Hide an insight as long as it holds; once more changes nothing. Raises Missing."""
    return _hide(actor, pk, None)


def snooze(*, actor: User, pk: UUID, days: int) -> Insight:
    """Hide an insight for so many days from now on. Raises Missing, Refused."""
    if not 1 <= days <= LONGEST:
        shown = f"An insight sleeps for 1 to {LONGEST} days."
        raise Refused("bad_days", shown, field="days", remedy="Name another number of days, or dismiss it.")
    return _hide(actor, pk, timezone.now() + timedelta(days=days))


@transaction.atomic
def restore(*, actor: User, pk: UUID) -> Insight:
    """Show an insight again that was hidden. Raises Missing."""
    row = _one(actor, pk)
    InsightHidden.objects.filter(insight=row, user=actor).delete()
    return _one(actor, pk)


@transaction.atomic
def _hide(actor: User, pk: UUID, until: Any) -> Insight:
    InsightHidden.objects.update_or_create(insight=_one(actor, pk), user=actor, defaults={"until": until})
    return _one(actor, pk)


def _one(actor: User, pk: UUID) -> Insight:
    row = Insight.objects.visible_to(actor).holding().with_hiding_of(actor).filter(pk=pk).first()
    if row is None:
        raise Missing(message="There is no such insight, or it holds no longer.", remedy="Reload the list.")
    return row
