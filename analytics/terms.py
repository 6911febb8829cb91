"""What is asked for: attributes, words and whole briefs, the most frequent first; and what rises and falls.

A term moves where the share of the generations that name it is another in the later half of the days than in the
earlier one, by more than chance: days are the units (`comparing`), all terms that are frequent enough are tested at
once, and Holm's method holds for all of them. Only those that differ at all are worked out day by day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from typing import Any, Final
from uuid import UUID

from django.db import connection

from analytics import comparing, periods
from analytics.answers import Moved, Question, Term, Terms
from analytics.comparing import Votes
from analytics.measures import Rate
from analytics.reading import fetched, rows_of, summed
from analytics.rollups import TERMS

ATTRIBUTES_TOLD: Final = 8  # values of one attribute
TOLD: Final = {"word": 30, "prompt": 10}
TWICE: Final = 2  # generations that say the same: a brief that was asked once is not popular
FREQUENT: Final = 10  # generations that name a term which is tested
LEAST: Final = 30  # generations of each half
DAYS: Final = 10.0  # that each half stands on: as many as tell the same if they weigh alike
LEVEL: Final = 0.05  # of Holm's method
RATIO: Final = 1.25  # a smaller change is not worth a line
APART: Final = 2.0  # standard deviations, by lot, below which a term is not worked out by days: its p would be no less
WORKED_OUT: Final = 60  # terms, those that differ the most
MOVED: Final = 20
SPAN: Final = {"days": timedelta(hours=25), "slots": periods.QUARTER, "raw": periods.QUARTER}
SUMS: Final = """
SELECT term, whole, later, last FROM (
    SELECT *, row_number() OVER (PARTITION BY split_part(term, ':', 1) ORDER BY whole DESC, term COLLATE "C") AS place
    FROM (
        SELECT each.term, sum(each.number::int) AS whole, max(slot) AS last,
            coalesce(sum(each.number::int) FILTER (WHERE slot >= %(middle)s), 0) AS later
        FROM ({rows}) rows, jsonb_each_text(terms) AS each(term, number) GROUP BY 1
    ) sums
) ranked
WHERE place <= %(most)s OR (whole >= %(frequent)s AND NOT starts_with(term, 'prompt:'))
ORDER BY whole DESC, term COLLATE "C"
"""
BY_DAY: Final = """
SELECT each.term, day, sum(each.number::int) FROM ({rows}) rows, jsonb_each_text(terms) AS each(term, number)
WHERE each.term = ANY(%(terms)s) GROUP BY 1, 2"""
# The last generation that says it, among those of the last slot in which it is said.
SAID: Final = """
SELECT wanted.term, found.id, found.brief FROM unnest(%s::text[], %s::timestamptz[]) AS wanted(term, begins),
LATERAL (
    SELECT id, brief FROM generations
    WHERE team_id = ANY(%s::uuid[]) AND trashed_at IS NULL
      AND created_at >= wanted.begins AND created_at < least(wanted.begins + %s, %s)
      AND left(md5(regexp_replace(btrim(lower(brief), E' \\t\\n\\r'), '\\s+', ' ', 'g')), 16) = wanted.term
    ORDER BY created_at DESC, id LIMIT 1
) found"""


@dataclass(frozen=True, slots=True)
class Sum:
    """In how many generations a term was named: in all, and since the middle."""

    kind: str
    term: str
    whole: int
    later: int
    last: Any


def of(ask: Question) -> Terms:
    """Of all members and models: it is not kept by whom, or of which, a word was asked for."""
    middle = middle_of(ask.period)
    asked = {day: int(count) for (day,), (count,) in summed(ask, TERMS, "sum(asked)", [("day",)])[0].items()}
    sums = _sums(ask, middle)
    whole = sum(asked.values())
    moved, tests, lacking = _moved(ask, asked, [each for each in sums if each.kind != "prompt"], middle)
    return Terms(
        asked=whole,
        attributes=_attributes(sums, whole),
        words=[_term(each, whole) for each in sums if each.kind == "word"][: TOLD["word"]],
        prompts=_prompts(ask, [each for each in sums if each.kind == "prompt" and each.whole >= TWICE], whole),
        middle=middle,
        moved=moved,
        tests=tests,
        lacking=lacking,
    )


def middle_of(period: periods.Period) -> date:
    """The first day of the later half: of an odd number of days the later one is the longer."""
    return period.first + timedelta(days=period.days // 2)


def _sums(ask: Question, middle: date) -> list[Sum]:
    told = SUMS.format(rows=rows_of(ask, TERMS))
    facts = {"middle": periods.midnight(middle, ask.period.zone), "most": max(TOLD.values()), "frequent": FREQUENT}
    lines = fetched(ask, told, facts)
    return [Sum(*_parted(term), int(whole), int(later), last) for term, whole, later, last in lines]


def _parted(term: str) -> tuple[str, str]:
    """Its kind, and what it is called."""
    kind, _, name = term.partition(":")
    return kind, name


def _term(each: Sum, whole: int) -> Term:
    return Term(each.kind, each.term, Rate(each.whole, whole))


def _attributes(sums: Sequence[Sum], whole: int) -> list[Term]:
    """Of each attribute the values that were asked for most."""
    found: list[Term] = []
    count: dict[str, int] = {}
    for each in sums:
        if each.kind in ("word", "prompt"):
            continue
        count[each.kind] = count.get(each.kind, 0) + 1
        if count[each.kind] <= ATTRIBUTES_TOLD:
            found.append(_term(each, whole))
    return sorted(found, key=lambda row: (row.kind, -row.rate.numerator, row.term))


def _prompts(ask: Question, sums: Sequence[Sum], whole: int) -> list[Term]:
    """In the words of the last generation that says it; what has just gone is left out."""
    most = sums[: TOLD["prompt"]]
    if not most:
        return []
    spans = [each.last for each in most], list(ask.scope.teams), SPAN[ask.tier], ask.period.end
    facts: list[Any] = [[each.term for each in most], *spans]
    with connection.cursor() as cursor:
        cursor.execute(SAID, facts)
        said: dict[str, tuple[UUID, str]] = {term: (pk, brief) for term, pk, brief in cursor.fetchall()}
    return [
        Term("prompt", said[each.term][1], Rate(each.whole, whole), said[each.term][0], each.term)
        for each in most
        if each.term in said
    ]


def _moved(ask: Question, asked: Mapping[int, int], sums: Sequence[Sum], middle: date) -> tuple[list[Moved], int, str]:
    """What rose and fell, of how many terms; and what is lacking where nothing could be told."""
    half = (middle - ask.period.first).days
    before = sum(count for day, count in asked.items() if day <= half)
    after = sum(asked.values()) - before
    tested = [each for each in sums if each.whole >= FREQUENT]
    if short := _lacking(asked, half, before, after):
        return [], 0, short
    likely = sorted((each for each in tested if _apart(each, before, after) >= APART),
        key=lambda each: (-_apart(each, before, after), each.kind, each.term))[:WORKED_OUT]  # fmt: skip
    if not likely:
        return [], len(tested), ""
    days = _by_day(ask, likely)
    first = ask.period.first - periods.DAY
    found = []
    for each in likely:
        own = days.get((each.kind, each.term), {})
        votes: list[list[Votes]] = [[], []]
        for day, count in asked.items():
            votes[day > half].append((first + timedelta(days=day), None, own.get(day, 0), count))
        if (compared := comparing.shares(votes[1], votes[0], least=DAYS)) is not None:
            rates = Rate(each.whole - each.later, before), Rate(each.later, after)
            found.append(Moved(each.kind, each.term, *rates, compared))
    found.sort(key=lambda row: (row.compared.p, row.kind, row.term))
    holds = comparing.holm([row.compared.p for row in found] + [1.0] * (len(tested) - len(found)), LEVEL)
    told = [row for row, held in zip(found, holds, strict=False) if held and _is_worth_it(row)]
    return told[:MOVED], len(tested), ""


def _lacking(asked: Mapping[int, int], half: int, before: int, after: int) -> str:
    for name, count, days in (
        ("earlier", before, [count for day, count in asked.items() if day <= half]),
        ("later", after, [count for day, count in asked.items() if day > half]),
    ):
        if count < LEAST:
            return f"{count} of {LEAST} generations in the {name} half of these days."
        if (alike := sum(days) ** 2 / sum(each**2 for each in days)) < DAYS:
            return f"The {name} half of these days stands on {alike:.1f} of {DAYS:.0f} days, as most was asked on few."
    return ""


def _apart(each: Sum, before: int, after: int) -> float:
    """By how many standard deviations the halves differ, if each generation came by itself."""
    share = each.whole / (before + after)
    spread = sqrt(share * (1 - share) * (1 / before + 1 / after))
    return abs(each.later / after - (each.whole - each.later) / before) / spread if spread else 0.0


def _by_day(ask: Question, terms: Sequence[Sum]) -> dict[tuple[str, str], dict[int, int]]:
    told = BY_DAY.format(rows=rows_of(ask, TERMS, ["day"]))
    found: dict[tuple[str, str], dict[int, int]] = {}
    for term, day, count in fetched(ask, told, {"terms": [f"{each.kind}:{each.term}" for each in terms]}):
        found.setdefault(_parted(term), {})[day] = int(count)
    return found


def _is_worth_it(row: Moved) -> bool:
    before, after = row.before.rate or 0.0, row.after.rate or 0.0
    low, high = sorted((before, after))
    return high >= RATIO * low
