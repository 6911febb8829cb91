"""What came of a session: who was there, what each image was told, and that as a table."""

import csv
import io
from collections import defaultdict
from typing import Any, Final

from designer.sessions.models import ReviewSession, SessionVote
from teams.base.cells import guarded
from teams.membership.models import Membership

Json = dict[str, Any]
COLUMNS: Final = ["position", "title", "asset", "outcome", "yes", "no", "perhaps", "seconds", "notes"]


def outcome_of(tally: dict[str, int]) -> str:
    """The choice with the most votes; "tie" where two have as many, "none" without a vote."""
    most = max(tally.values())
    best = [choice for choice, count in tally.items() if count == most]
    return "none" if not most else best[0] if len(best) == 1 else "tie"


def summary_of(session: ReviewSession) -> Json:
    """The report as it is kept, with the names that people and images have now."""
    votes = _votes(session)
    images = [
        {
            "position": row.position,
            "asset": str(row.asset_id) if row.asset_id else None,
            "title": row.title,
            "seconds": round(row.spent),
            "outcome": outcome_of(row.tally),
            "tally": row.tally,
            "votes": votes[row.pk],
        }
        for row in session.images.told()
    ]
    lasted = (session.ended_at - session.created_at).total_seconds() if session.ended_at else 0
    counts = {"images": len(images), "votes": sum(len(each["votes"]) for each in images), "seconds": round(lasted)}
    return {"people": _people(session), "images": images, "totals": counts}


def _votes(session: ReviewSession) -> dict[Any, list[Json]]:
    found: dict[Any, list[Json]] = defaultdict(list)
    rows = SessionVote.objects.filter(image__session=session).select_related("voter").order_by("created_at", "pk")
    for vote in rows:
        said = {"user": str(vote.voter_id), "name": vote.voter.shown_name, "choice": vote.choice, "note": vote.note}
        found[vote.image_id].append(said)
    return found


def _people(session: ReviewSession) -> list[Json]:
    roles = dict(Membership.objects.filter(team=session.team_id).values_list("user", "role"))
    return [
        {
            "user": str(each.user_id),
            "name": each.user.shown_name,
            "role": roles.get(each.user_id),
            "seconds": round(each.seconds),
        }
        for each in session.people.select_related("user").order_by("created_at", "pk")
    ]


def table_of(summary: Json) -> str:
    """The images of a kept summary as CSV. Cells that a spreadsheet would run are guarded by an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for image in summary["images"]:
        notes = "; ".join(f"{vote['name']}: {vote['note']}" for vote in image["votes"] if vote["note"])
        cells = {**image, **image["tally"], "notes": notes}
        writer.writerow([guarded(str(cells[name] if cells[name] is not None else "")) for name in COLUMNS])
    return out.getvalue()
