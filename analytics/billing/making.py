"""Statements are made of the ledger, once the month is over.

Which charges stand on a statement is written down charge by charge (`Stated`), not read off their times: a charge whose
transaction ends after its month's statement was made is on none, and the next statement takes it, as late. So each
stands on exactly one, which the key of that table holds.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max, Min
from django.urls import reverse
from django.utils import timezone

from analytics.billing import months, rounding
from analytics.billing.models import Statement
from batches.models import Batch
from designer.ledger.models import EntryKind, LedgerEntry
from designer.notifications.services import notify
from teams.accounts.models import User
from teams.membership.defaults import BRAND_COLOUR, BRAND_NAME, said_by
from teams.membership.models import Membership, Role, Team

KIND: Final = "statement.make"  # a job; also of a team at rest
ZERO: Final = Decimal(0)
AT_ONCE: Final = 500  # teams, each time the scheduler looks
SECTIONS: Final = ("kinds", "models", "members", "batches")  # the lines of each add up to the whole
ASIDE: Final = ("corrections", "late")  # what of the whole needs a word
GONE: Final = "Somebody who is gone"
STUDIO: Final = "The studio"
KINDS: Final = {
    EntryKind.GENERATION: "Images",
    EntryKind.ANALYSIS: "Reading of briefs",
    EntryKind.PROMPTING: "Writing of prompts",
    EntryKind.ENHANCEMENT: "Enhancements",
    EntryKind.STORAGE: "Storage",
    EntryKind.ADJUSTMENT: "Corrections",
}
# Looked for among charges since the last statement's month: an older one is met by the next statement all the same.
WAITING: Final = """
SELECT t.id FROM teams t
LEFT JOIN LATERAL (SELECT max(month) AS month FROM billing_statements s WHERE s.team_id = t.id) last ON true
WHERE t.ending_at IS NULL AND (last.month IS NULL OR last.month < %(latest)s) AND EXISTS (
    SELECT 1 FROM ledger_entries e WHERE e.team_id = t.id AND e.created_at < %(end)s
    AND (last.month IS NULL OR e.created_at >= last.month::timestamp AT TIME ZONE 'UTC')
    AND NOT EXISTS (SELECT 1 FROM billing_stated b WHERE b.entry_id = e.id))
ORDER BY t.id LIMIT %(most)s
"""
TAKE: Final = """
INSERT INTO billing_stated (entry_id, statement_id, team_id)
SELECT e.id, %(statement)s, e.team_id FROM ledger_entries e
WHERE e.team_id = %(team)s AND e.created_at < %(end)s
AND NOT EXISTS (SELECT 1 FROM billing_stated b WHERE b.entry_id = e.id)
"""
SUMS: Final = """
SELECT e.kind, e.provider, e.model, e.actor_id, r.batch_id,
  CASE WHEN e.created_at < %(begin)s THEN to_char(e.created_at AT TIME ZONE 'UTC', 'YYYY-MM') ELSE '' END AS late,
  count(*), coalesce(sum(e.amount) FILTER (WHERE NOT e.simulated), 0),
  coalesce(sum(e.amount) FILTER (WHERE e.simulated), 0)
FROM ledger_entries e LEFT JOIN (
    SELECT DISTINCT ON (subject) subject, batch_id FROM ledger_reservations
    WHERE team_id = %(team)s AND batch_id IS NOT NULL ORDER BY subject, created_at
) r ON r.subject = e.subject
WHERE e.team_id = %(team)s AND {which}
GROUP BY 1, 2, 3, 4, 5, 6
"""
ON_IT: Final = "EXISTS (SELECT 1 FROM billing_stated b WHERE b.entry_id = e.id AND b.statement_id = %(statement)s)"
SO_FAR: Final = "e.created_at >= %(begin)s AND e.created_at < %(end)s"


@dataclass
class Sums:
    """Of a month, in USD, exact. `lines`: {section: [{id, name, note, charges, owed, simulated}]}."""

    charges: int = 0
    owed: Decimal = ZERO
    simulated: Decimal = ZERO
    late: Decimal = ZERO
    lines: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


def waiting(now: datetime) -> list[UUID]:
    """Teams with charges of months that are over, which stand on no statement."""
    latest = months.last_over(now)
    asked: dict[str, Any] = {"latest": latest, "end": months.begin_of(months.following(latest)), "most": AT_ONCE}
    with connection.cursor() as cursor:
        cursor.execute(WAITING, asked)
        return [pk for (pk,) in cursor.fetchall()]


def catch_up(team_id: UUID, now: datetime) -> int:
    """Make every statement of the team that is missing, the oldest first; how many."""
    count = 0
    while make_next(team_id=team_id, latest=months.last_over(now)):
        count += 1
    return count


@transaction.atomic
def make_next(*, team_id: UUID, latest: date) -> Statement | None:
    """Make the team's next statement, up to that month, and tell its owners. None where nothing is to be stated, or the
    team's end has begun. Two at once: the team's row is locked, and the second finds nothing left."""
    team = Team.objects.select_for_update(no_key=True).filter(pk=team_id, ending_at=None).first()
    if team is None:
        return None
    month = _next_month(team_id, latest)
    if month is None:
        return None
    row = Statement(team=team, month=month, called=team.name)
    row.look = {"brand": said_by(team, BRAND_NAME), "colour": said_by(team, BRAND_COLOUR)}
    row.number = (Statement.objects.filter(team=team).aggregate(last=Max("number"))["last"] or 0) + 1
    with connection.cursor() as cursor:  # first what stands on it, then its sums: of the same charges, to the last one
        end = months.begin_of(months.following(month))
        cursor.execute(TAKE, {"statement": row.pk, "team": team_id, "end": end})
    sums = _sums(team_id, ON_IT, {"statement": row.pk, "begin": months.begin_of(month)})
    sums.lines["corrections"] = _corrections(row)
    row.charges, row.owed, row.simulated, row.late = sums.charges, sums.owed, sums.simulated, sums.late
    row.lines = {name: [_plain(line) for line in lines] for name, lines in sums.lines.items()}
    row.words = _words(row)
    row.save(force_insert=True)
    _tell(row, team, mail=month == latest)
    return row


def _next_month(team_id: UUID, latest: date) -> date | None:
    """That of the oldest charge on no statement; the one after the last statement's, where that is later."""
    end = months.begin_of(months.following(latest))
    left = LedgerEntry.objects.filter(team=team_id, created_at__lt=end, stated=None)
    oldest = left.aggregate(at=Min("created_at"))["at"]
    if oldest is None:
        return None
    last = Statement.objects.filter(team=team_id).aggregate(month=Max("month"))["month"]
    month = max(months.of(oldest), months.following(last)) if last else months.of(oldest)
    return month if month <= latest else None


def month_so_far(team_id: UUID) -> tuple[date, Sums]:
    """The present month and what it has cost so far."""
    now = timezone.now()
    month = months.of(now)
    end = months.begin_of(months.following(month))
    return month, _sums(team_id, SO_FAR, {"begin": months.begin_of(month), "end": end})


def _sums(team_id: UUID, which: str, asked: dict[str, Any]) -> Sums:
    with connection.cursor() as cursor:
        cursor.execute(SUMS.format(which=which), {"team": team_id, **asked})
        rows = cursor.fetchall()
    people = {user.pk: user.shown_name for user in User.objects.filter(pk__in={row[3] for row in rows if row[3]})}
    titles = dict(Batch.objects.filter(pk__in={row[4] for row in rows if row[4]}).values_list("pk", "title"))
    found = Sums()
    books: dict[str, dict[tuple[str, str, str], dict[str, Any]]] = {name: {} for name in (*SECTIONS, "late")}
    for kind, provider, model, actor, batch, late, count, owed, simulated in rows:
        found.charges, found.owed, found.simulated = (
            found.charges + count,
            found.owed + owed,
            found.simulated + simulated,
        )
        found.late += owed + simulated if late else ZERO
        places = {
            "kinds": (kind, KINDS.get(kind, kind), ""),
            "models": (f"{provider}:{model}", model or provider, provider),
            "members": (str(actor or ""), people.get(actor, GONE) if actor else STUDIO, ""),
            "batches": (str(batch or ""), titles.get(batch, "A batch that is gone") if batch else "In no batch", ""),
        } | ({"late": (late, late, "")} if late else {})
        for section, key in places.items():
            line = books[section].setdefault(key, _line(*key))
            line["charges"] += count
            line["owed"] += owed
            line["simulated"] += simulated
    found.lines = {section: _sorted(lines.values()) for section, lines in books.items()}
    return found


def _line(pk: str, name: str, note: str) -> dict[str, Any]:
    return {"id": pk, "name": name, "note": note, "charges": 0, "owed": ZERO, "simulated": ZERO}


def _sorted(lines: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """What cost most comes first."""
    return sorted(lines, key=lambda line: (-line["owed"], -line["simulated"], line["name"], line["id"]))


def _corrections(row: Statement) -> list[dict[str, Any]]:
    """The adjustments on it, each with what it corrects and the month in which that was charged."""
    entries = LedgerEntry.objects.filter(team=row.team_id, stated__statement_id=row.pk, kind=EntryKind.ADJUSTMENT)
    made = list(entries.order_by("created_at", "pk"))
    first = LedgerEntry.objects.filter(team=row.team_id, subject__in={entry.subject for entry in made})
    whole = first.exclude(kind=EntryKind.ADJUSTMENT).order_by().values("subject").annotate(at=Min("created_at"))
    charged = dict(whole.values_list("subject", "at"))
    lines = []
    for entry in made:
        of = f"{charged[entry.subject]:%Y-%m}" if entry.subject in charged else ""
        line = _line(entry.subject, entry.subject, of)
        amount = "simulated" if entry.simulated else "owed"
        lines.append({**line, "charges": 1, amount: entry.amount})
    return lines


def _plain(line: dict[str, Any]) -> dict[str, Any]:
    return {**line, "owed": f"{line['owed']:.6f}", "simulated": f"{line['simulated']:.6f}"}


def _words(row: Statement) -> str:
    names = {line["name"] for section in SECTIONS for line in row.lines[section]}
    return "\n".join([f"{row.month:%B %Y}", f"{row.month:%Y-%m}", f"no. {row.number}", *sorted(names)])


def _tell(row: Statement, team: Team, *, mail: bool) -> None:
    """After an outage, and where statements are new, there may be years of them: a mail goes of the newest alone."""
    simulated = rounding.total([row.simulated])
    owners = Membership.objects.filter(team=team, role=Role.OWNER).select_related("user")
    notify(
        users=[each.user for each in owners],
        kind="statement",
        subject=f"statement:{row.pk}",
        title=f"The statement of {row.month:%B %Y} is ready: {team.name}",
        body=f"{rounding.total([row.owed])} USD" + (f", and {simulated} USD simulated" if simulated else ""),
        link=reverse("statement", args=[team.pk, row.pk]),
        team_id=team.pk,
        mail=mail,
    )
