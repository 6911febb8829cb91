"""What is shown of statements, and to whom."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db.models import IntegerField, QuerySet
from django.db.models.functions import ExtractYear

from analytics.billing import making, rounding
from analytics.billing.models import Statement
from teams.accounts.models import User
from teams.base.cells import BOM, csv_line
from teams.base.errors import Forbidden
from teams.membership.models import Team
from teams.membership.ownership import visible_team
from teams.membership.permissions import may

TITLES: Final = {
    "kinds": "By kind",
    "models": "By model",
    "members": "By member",
    "batches": "By batch",
    "corrections": "Corrections",
    "late": "Of earlier months",
}
MOST_SHOWN: Final = 200  # lines of a section
COLUMNS: Final = ("section", "name", "note", "id", "charges", "owed_usd", "simulated_usd")


@dataclass(frozen=True, slots=True)
class Line:
    """`owed` and `simulated` in whole cents."""

    name: str
    note: str
    charges: int
    owed: Decimal
    simulated: Decimal


@dataclass(frozen=True, slots=True)
class Section:
    key: str
    title: str
    lines: list[Line]


def billed_team(actor: User, team_id: UUID) -> Team:
    """Raises Missing for a team that is not theirs, Forbidden for one whose costs they may not see."""
    team = visible_team(actor, team_id)
    if not may(actor, "view_billing", team):
        message = "Your role does not let you see what the team costs."
        raise Forbidden(message=message, remedy="Ask an owner or admin.")
    return team


def statements_of(actor: User, team_id: UUID) -> QuerySet[Statement]:
    """The newest month first. Raises as `billed_team`."""
    return Statement.objects.filter(team=billed_team(actor, team_id)).order_by("-month")


def found(rows: QuerySet[Statement], *, search: str = "", year: int | None = None) -> QuerySet[Statement]:
    """Those with all these words on them: a month, a number such as "no. 3", a member, a model, a batch."""
    for word in search.split():
        rows = rows.filter(words__icontains=word)
    return rows if year is None else rows.filter(month__year=year)


def years_of(rows: QuerySet[Statement]) -> list[int]:
    each = rows.order_by().annotate(year=ExtractYear("month", output_field=IntegerField()))
    return sorted(set(each.values_list("year", flat=True)), reverse=True)


def statement(actor: User, team_id: UUID, pk: UUID) -> Statement:
    """Raises as `billed_team`, and Missing where the team has no such statement."""
    billed_team(actor, team_id)
    return Statement.objects.filter(team=team_id).see(actor, pk)


def sections(lines: Mapping[str, list[dict[str, Any]]]) -> list[Section]:
    """As they are printed: each section adds up to the printed total, cent by cent. Of a long one what cost least is
    one line: a PDF of thousands takes minutes, and nobody reads it. The CSV file has them all."""
    return [
        Section(key, TITLES[key], _lines(lines[key])) for key in (*making.SECTIONS, *making.ASIDE) if lines.get(key)
    ]


def _lines(lines: list[dict[str, Any]]) -> list[Line]:
    owed = rounding.printed([Decimal(line["owed"]) for line in lines])
    simulated = rounding.printed([Decimal(line["simulated"]) for line in lines])
    each = [
        Line(line["name"], line["note"], line["charges"], paid, free)
        for line, paid, free in zip(lines, owed, simulated, strict=True)
    ]
    if len(each) <= MOST_SHOWN:
        return each
    rest = each[MOST_SHOWN - 1 :]
    paid, free = sum((line.owed for line in rest), Decimal(0)), sum((line.simulated for line in rest), Decimal(0))
    return [*each[: MOST_SHOWN - 1], Line(f"{len(rest)} more", "", sum(line.charges for line in rest), paid, free)]


def so_far(actor: User, team_id: UUID) -> tuple[date, making.Sums]:
    """The present month. Raises as `billed_team`."""
    return making.month_so_far(billed_team(actor, team_id).pk)


def as_csv(row: Statement) -> Iterator[bytes]:
    """Every line, exact to the micro-dollar, and the total first."""
    yield BOM.encode() + csv_line(COLUMNS)
    about = f"no. {row.number}, {row.month:%Y-%m}"
    yield csv_line(["total", row.called, about, str(row.pk), row.charges, row.owed, row.simulated])
    for section in (*making.SECTIONS, *making.ASIDE):
        for line in row.lines.get(section, []):
            amounts = [Decimal(line["owed"]), Decimal(line["simulated"])]
            yield csv_line([section, line["name"], line["note"], line["id"], line["charges"], *amounts])


def file_name(row: Statement, ending: str) -> str:
    return f"statement-{row.month:%Y-%m}-{row.number}.{ending}"
