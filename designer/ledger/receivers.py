"""What the ledger hears from the ground floor: a team ends, and its entries with it."""

from typing import Any

from django.db.models import Count, Max, Min, Sum
from django.dispatch import receiver

from designer.ledger.models import LedgerEntry
from teams.audit import services as audit
from teams.membership.models import Team
from teams.signals import team_changed


@receiver(team_changed, dispatch_uid="ledger.team_changed")
def keep_sums(sender: object, team: Team, what: str, **_: Any) -> None:
    """What was paid in all is noted before the entries go: providers have it in their bills."""
    if what != "end_begun":
        return
    each = LedgerEntry.objects.filter(team=team).values("provider", "simulated").order_by("provider", "simulated")
    counted = each.annotate(paid=Sum("amount"), n=Count("pk"), first=Min("created_at"), last=Max("created_at"))
    sums = list(counted)  # read once: they may be millions
    if not sums:
        return
    told: dict[str, object] = {
        "entries": sum(row["n"] for row in sums),
        "first": min(row["first"] for row in sums).isoformat(),
        "last": max(row["last"] for row in sums).isoformat(),
        "paid": [
            {"provider": row["provider"], "simulated": row["simulated"], "amount": f"{row['paid'].normalize():f}"}
            for row in sums
        ],
    }
    audit.write(None, "ledger.ended", f"team:{team.pk}", told, team.pk)
