"""What is asked for: attributes, words and whole briefs, the most frequent first; and what rises and falls.

A term moves where the share of the generations that name it is another in the later half of the days than in the
earlier one, by more than chance: days are the units (`comparing`), all terms that are frequent enough are tested at
once, and Holm's method holds for all of them. Only those that differ at all are worked out day by day.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import numpy as np
from django.db import connection

from analytics import comparing, periods
from analytics.answers import Moved, Question, Term, Terms
from analytics.measures import Rate
from analytics.reading import fetched, rows_of, summed
from analytics.rollups import TERMS

ATTRIBUTES_TOLD: Final = 8  # values of one attribute
WORDS_TOLD, BRIEFS_TOLD = 30, 10
TWICE: Final = 2  # generations that say the same: a brief that was asked once is not popular
FREQUENT: Final = 10  # generations that name a term which is tested
LEAST: Final = 30  # generations of each half
DAYS: Final = 10.0  # that each half stands on: as many as tell the same if they weigh alike
LEVEL: Final = 0.05  # of Holm's method
RATIO: Final = 1.25  # a smaller change is not worth a line
APART: Final = 2.0  # standard deviations, by lot, below which a term is not worked out by days: its p would be no less
WORKED_OUT: Final = 60  # terms, those that differ the most
MOVED: Final = 20
KNOWN: Final = 32  # answers that are kept
MANY: Final = 92
SPAN: Final = {"days": timedelta(hours=25), "slots": periods.QUARTER, "raw": periods.QUARTER}
# The most frequent of each kind, and those that move the most of those that are frequent enough to be tested, which are
# counted. Only these leave the database: of a large team's year thousands of words were asked for.
SUMS: Final = """
SELECT term, whole, later, place, apart, tests FROM (
    SELECT *, row_number() OVER (PARTITION BY split_part(term, ':', 1) ORDER BY whole DESC, term COLLATE "C") AS place,
        row_number() OVER (ORDER BY apart DESC NULLS LAST, term COLLATE "C") AS moves,
        count(*) FILTER (WHERE whole >= %(frequent)s) OVER () AS tests
    FROM (
        SELECT term, whole, later, CASE WHEN whole >= %(frequent)s THEN
            abs(later / nullif(%(after)s, 0)::float - (whole - later) / nullif(%(before)s, 0)::float)
            / nullif(sqrt(whole / %(asked)s::float * (1 - whole / %(asked)s::float)
                * (1 / nullif(%(before)s, 0)::float + 1 / nullif(%(after)s, 0)::float)), 0) END AS apart
        FROM (
            SELECT each.term, sum(each.number::int) AS whole,
                coalesce(sum(each.number::int) FILTER (WHERE slot >= %(middle)s), 0) AS later
            FROM ({rows}) rows, jsonb_each_text(terms) AS each(term, number) GROUP BY 1
        ) sums
    ) told
) ranked
WHERE place <= %(most)s OR (moves <= %(worked_out)s AND apart >= %(apart)s)
ORDER BY whole DESC, term COLLATE "C"
"""
BRIEFS: Final = """
SELECT lpad(to_hex(brief), 16, '0'), count(*), max(slot) FROM ({rows}) rows, unnest(prompts) AS brief
GROUP BY 1 HAVING count(*) >= %(twice)s ORDER BY 2 DESC, 1 LIMIT %(most)s"""
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
    """In how many generations a term was named: in all, and since the middle. `place`: among those of its kind.
    `apart`: by how many standard deviations the halves differ, if each generation came by itself; 0 if not tested."""

    kind: str
    term: str
    whole: int
    later: int
    place: int
    apart: float


@dataclass(frozen=True, slots=True)
class Brief:
    """What a brief comes to, how often it was asked for, and in which slot or day last."""

    digest: str
    whole: int
    last: datetime


@dataclass(frozen=True, slots=True)
class Counted:
    """What was found in the figures: all that is told but for the briefs' own words."""

    attributes: list[Term]
    words: list[Term]
    briefs: list[Brief]
    moved: list[Moved]
    tests: int
    lacking: str


_counted: Final[OrderedDict[Any, Counted]] = OrderedDict()  # of this process, by what it was found in


def of(ask: Question) -> Terms | None:
    """Of all members and models: it is not kept by whom, or of which, a word was asked for. None of more than MANY days
    that are not kept in this zone: their quarters of an hour are too many words to be read while somebody waits."""
    if ask.tier == "slots" and ask.period.days > MANY:
        return None
    middle = middle_of(ask.period)
    version = "count(*), 0" if ask.tier == "raw" else "max(id), sum(id)"
    days = {day: line for (day,), line in summed(ask, TERMS, f"sum(asked), {version}", [("day",)])[0].items()}
    asked = {day: int(count) for day, (count, *_) in days.items()}
    found = _known(ask, asked, middle, days)
    return Terms(
        asked=sum(asked.values()),
        attributes=found.attributes,
        words=found.words,
        prompts=_prompts(ask, found.briefs, sum(asked.values())),
        middle=middle,
        moved=found.moved,
        tests=found.tests,
        lacking=found.lacking,
    )


def middle_of(period: periods.Period) -> date:
    """The first day of the later half: of an odd number of days the later one is the longer."""
    return period.first + timedelta(days=period.days // 2)


def _known(ask: Question, asked: Mapping[int, int], middle: date, days: Mapping[int, Sequence[Any]]) -> Counted:
    """Counted once as long as the rows are the same: none is ever changed, a new one has an id above all that were, and
    what is gone lowers the sum. A year of a busy team is some hundred thousand words a day by day."""
    if ask.tier == "raw":
        return _count(ask, asked, middle)
    period = ask.period
    facts = tuple((day, *map(int, line)) for day, line in sorted(days.items()))
    key = (ask.tier, ask.scope.teams, period.first, period.last, period.zone, facts)
    found = _counted.pop(key, None) or _count(ask, asked, middle)
    _counted[key] = found
    while len(_counted) > KNOWN:
        _counted.popitem(last=False)
    return found


def _count(ask: Question, asked: Mapping[int, int], middle: date) -> Counted:
    half, whole = (middle - ask.period.first).days, sum(asked.values())
    before = sum(count for day, count in asked.items() if day <= half)
    sums, tests = _sums(ask, middle, before, whole - before)
    lacking = _lacking(asked, half, before, whole - before)
    moved = [] if lacking else _moved(ask, asked, half, [each for each in sums if each.apart >= APART], tests)
    told = [each for each in sums if each.kind != "word" and each.place <= ATTRIBUTES_TOLD]
    return Counted(
        attributes=[_term(each, whole) for each in sorted(told, key=lambda each: (each.kind, each.place))],
        words=[_term(each, whole) for each in sums if each.kind == "word" and each.place <= WORDS_TOLD],
        briefs=_briefs(ask),
        moved=moved,
        tests=0 if lacking else tests,
        lacking=lacking,
    )


def _sums(ask: Question, middle: date, before: int, after: int) -> tuple[list[Sum], int]:
    """The terms that are told or may move, and how many are tested."""
    facts = {
        "middle": periods.midnight(middle, ask.period.zone),
        "most": WORDS_TOLD,
        "frequent": FREQUENT,
        "worked_out": WORKED_OUT,
        "apart": APART,
        "before": before,
        "after": after,
        "asked": before + after,
    }
    lines = fetched(ask, SUMS.format(rows=rows_of(ask, TERMS)), facts)
    sums = [
        Sum(*_parted(term), int(whole), int(later), place, apart or 0.0)
        for term, whole, later, place, apart, _ in lines
    ]
    return sums, int(lines[0][-1]) if lines else 0


def _briefs(ask: Question) -> list[Brief]:
    facts = {"twice": TWICE, "most": BRIEFS_TOLD}
    return [Brief(*line) for line in fetched(ask, BRIEFS.format(rows=rows_of(ask, TERMS)), facts)]


def _parted(term: str) -> tuple[str, str]:
    """Its kind, and what it is called."""
    kind, _, name = term.partition(":")
    return kind, name


def _term(each: Sum, whole: int) -> Term:
    return Term(each.kind, each.term, Rate(each.whole, whole))


def _prompts(ask: Question, briefs: Sequence[Brief], whole: int) -> list[Term]:
    """In the words of the last generation that says it; what has just gone is left out."""
    if not briefs:
        return []
    spans = [each.last for each in briefs], list(ask.scope.teams), SPAN[ask.tier], ask.period.end
    facts: list[Any] = [[each.digest for each in briefs], *spans]
    with connection.cursor() as cursor:
        cursor.execute(SAID, facts)
        said: dict[str, tuple[UUID, str]] = {term: (pk, brief) for term, pk, brief in cursor.fetchall()}
    return [
        Term("prompt", said[each.digest][1], Rate(each.whole, whole), said[each.digest][0], each.digest)
        for each in briefs
        if each.digest in said
    ]


def _moved(ask: Question, asked: Mapping[int, int], half: int, likely: Sequence[Sum], tests: int) -> list[Moved]:
    """What rose and fell, of those that may have, of so many that are tested."""
    if not likely:
        return []
    days = sorted(asked)
    later = np.array(days) > half
    of = np.array([asked[day] for day in days], dtype=float)
    before, after = int(of[~later].sum()), int(of[later].sum())
    named = _by_day(ask, likely)
    found = []
    for each in likely:
        own = named.get((each.kind, each.term), {})
        hit = np.array([own.get(day, 0) for day in days], dtype=float)
        if (compared := comparing.halves(hit, of, later, least=DAYS)) is not None:
            rates = Rate(each.whole - each.later, before), Rate(each.later, after)
            found.append(Moved(each.kind, each.term, *rates, compared))
    found.sort(key=lambda row: (row.compared.p, row.kind, row.term))
    holds = comparing.holm([row.compared.p for row in found] + [1.0] * (tests - len(found)), LEVEL)
    return [row for row, held in zip(found, holds, strict=False) if held and _is_worth_it(row)][:MOVED]


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
