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
    rows = LedgerEntry.objects.filter(team=team)
    facts = rows.aggregate(entries=Count("pk"), first=Min("created_at"), last=Max("created_at"))
    if not facts["entries"]:
        return
    sums = rows.values("provider", "simulated").annotate(paid=Sum("amount")).order_by("provider", "simulated")
    told: dict[str, object] = {
        "entries": facts["entries"],
        "first": facts["first"].isoformat(),
        "last": facts["last"].isoformat(),
        "paid": [
            {"provider": row["provider"], "simulated": row["simulated"], "amount": f"{row['paid'].normalize():f}"}
            for row in sums
        ],
    }
    audit.write(None, "ledger.ended", f"team:{team.pk}", told, team.pk)
