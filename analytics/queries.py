"""What may be asked of the figures, each question in a few statements over the rollups, and only of what the asker may
see: the work of their teams; costs of a team to whoever may see its billing, to others their own."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, Final
from uuid import UUID

from django.db import connection

from analytics import burndowns, cohorts, forecasts, looking, slices, terms
from analytics.answers import (
    About,
    Anomalies,
    Cost,
    Costs,
    Hour,
    Lag,
    Member,
    Members,
    Models,
    Overview,
    Quality,
    Question,
    Scope,
    Span,
    Trends,
)
from analytics.measures import Figures, ModelFigures, Money, Spread, Work
from analytics.reading import OWN, PAID, Key, fetched, names_of, rows_of, summed
from analytics.rollups import MONEY, WORK
from analytics.snapshots import snapshot
from teams.accounts.models import User
from teams.base.errors import Missing
from teams.membership.models import Membership
from teams.membership.permissions import CODES

OWN_COUNTS: Final = {"own_images": "images", "own_liked": "liked", "own_unpriced": "unpriced"}
OTHERS: Final = "Others, as far as you may see"
# The oldest note of each team, by the index: however many there are.
OLDEST: Final = """
SELECT extract(epoch FROM clock_timestamp() - min(oldest.at)) FROM unnest(%s::uuid[]) AS team,
LATERAL (SELECT at FROM analytics_pending WHERE team_id = team ORDER BY at LIMIT 1) oldest"""


def scope_of(user: User, team: UUID | None = None) -> Scope:
    """What `user` may ask about: that team, or all of theirs. Raises Missing for a team that they do not belong to."""
    roles = dict(Membership.objects.filter(user=user).order_by("created_at").values_list("team", "role"))
    if team is not None:
        if team not in roles:
            raise Missing(message="There is no such team.", field="team", remedy="Check the id, or ask for access.")
        roles = {team: roles[team]}
    return Scope(user.pk, tuple(roles), _where(roles, "view_billing"), _where(roles, "change_team"))


def _where(roles: Mapping[UUID, str], code: str) -> tuple[UUID, ...]:
    return tuple(pk for pk, role in roles.items() if code in CODES[role])


@snapshot()
def overview(ask: Question) -> Overview:
    """The sums, how they moved, how long images took and how many members asked for some."""
    series, earlier = _series(ask), ask.earlier
    before = _series(earlier) if earlier else []
    return Overview(
        about=about_of(ask),
        totals=_together(series),
        previous=_together(before) if earlier else None,
        series=series,
        previous_series=before,
        latency=_latencies(ask, ()).get((), Spread()),
        active_members=_active(ask),
    )


@snapshot()
def costs(ask: Question) -> Costs:
    """What was charged, by time, kind, provider, model and member."""
    sets = (("bucket",), ("kind",), ("provider",), ("provider", "model"), ("member_id",))
    money = _paid(ask, *sets)
    unpriced = _unpriced(ask, ("bucket",), ("provider",), ("provider", "model"), ("member_id",))
    by_time = _merged(money[0], unpriced[0])
    series = [Span(b, Figures(money=by_time.get((n,), Money()))) for n, b in enumerate(ask.period.buckets, 1)]
    totals = _together(series)
    of_kind = _merged(money[1], {("generation",): sum(unpriced[0].values(), Money())})
    people = names_of(key[0] for key in {**money[4], **unpriced[3]})
    return Costs(
        about=about_of(ask),
        totals=totals,
        previous=_total_paid(ask.earlier),
        series=series,
        kinds=_dearest(Cost(each, kind=kind) for (kind,), each in of_kind.items()),
        providers=_dearest(Cost(each, provider=key[0]) for key, each in _merged(money[2], unpriced[1]).items()),
        models=_dearest(
            Cost(each, provider=key[0], model=key[1]) for key, each in _merged(money[3], unpriced[2]).items()
        ),
        members=_dearest(_by_member(ask.scope, _merged(money[4], unpriced[3]), people)),
        forecast=forecasts.kept_of(ask.scope) if ask.beside else None,
        budgets=burndowns.of(ask.scope) if ask.beside else [],
        anomalies=looking.anomalies_of(ask.scope, ask.period) if ask.beside else Anomalies([], []),
    )


@snapshot()
def quality(ask: Question) -> Quality:
    """How good the images were, by measure, by what people said and by what was approved, over time and by model,
    persona and garment."""
    series, earlier = _series(ask), ask.earlier
    return Quality(
        about=about_of(ask),
        totals=_together(series),
        previous=_together(_series(earlier)) if earlier else None,
        series=series,
        models=[each for each in _by_model(ask) if each.figures.work.images],
        **slices.of(ask),
    )


@snapshot()
def models(ask: Question) -> Models:
    """Each model: how often it succeeded, why not, how long it took, how its images were liked, and at what price."""
    earlier = ask.earlier
    found = _by_model(ask)
    return Models(
        about=about_of(ask),
        totals=sum_of(each.figures for each in found),
        previous=sum_of(each.figures for each in _by_model(earlier)) if earlier else None,
        models=found,
    )


@snapshot()
def members(ask: Question) -> Members:
    """Each member of the teams, and whoever was one: what they made and, where it may be seen, what it cost. What is
    in nobody's name, and what may not be seen one by one, stands at the end: the costs add up to the whole."""
    key, earlier = ("member_id",), ask.earlier
    active = "count(DISTINCT day) FILTER (WHERE asked > 0), max(last) FILTER (WHERE asked > 0)"
    work = summed(ask, WORK, f"{_counts()}, {active}", [key], more=("day",))[0]
    paid = _paid(ask, key)[0]
    present = Membership.objects.filter(team__in=ask.scope.teams)
    if ask.narrow.member:  # of the others nothing was asked, and nothing is told
        present = present.filter(user=ask.narrow.member)
    people = {one for (one,) in {*work, *paid} if one} | set(present.values_list("user", flat=True))
    names = names_of(people)
    found = {one: _figures(work.get((one,)), paid.get((one,), Money())) for one in people}
    rows = [_member(ask.scope, one, names.get(one, ""), found[one], work.get((one,))) for one in people]
    rows.sort(key=lambda row: (-row.figures.work.asked, row.name.casefold(), str(row.member)))
    return Members(
        about=about_of(ask),
        totals=total_of(ask),
        previous=total_of(earlier) if earlier else None,
        members=[*rows, *_apart(ask.scope, found, paid.get((None,)))],
        cohorts=cohorts.of(ask) if ask.beside else [],
    )


@snapshot()
def trends(ask: Question) -> Trends:
    """When in the week work is done, every hour of every weekday, those without any too; and what is asked for."""
    by_hour = replace(ask, tier="raw" if ask.tier == "raw" else "slots")
    found = summed(by_hour, WORK, "sum(asked), sum(images), sum(rated), sum(liked)", [("weekday", "hour")])[0]
    cells = [(weekday, hour) for weekday in range(1, 8) for hour in range(24)]
    earlier = ask.earlier
    return Trends(
        about=about_of(ask),
        totals=total_of(ask),
        previous=total_of(earlier) if earlier else None,
        hours=[Hour(*cell, *map(int, found.get(cell, (0, 0, 0, 0)))) for cell in cells],
        terms=terms.of(ask) if ask.beside else None,
    )


def sum_of(parts: Iterable[Figures]) -> Figures:
    work, money = Work(), Money()
    for each in parts:
        work += each.work
        money += each.money or Money()
    return Figures(work, money)


def _together(series: Sequence[Span]) -> Figures:
    return sum_of(span.figures for span in series)


def about_of(ask: Question) -> About:
    return About(ask.period, ask.scope, _lag(ask.scope.teams), ask.narrow)


def _lag(teams: Sequence[UUID]) -> Lag:
    with connection.cursor() as cursor:
        cursor.execute(OLDEST, [list(teams)])
        (seconds,) = cursor.fetchone()
    return Lag(seconds is not None, round(max(0.0, float(seconds or 0)), 1))


def _series(ask: Question) -> list[Span]:
    """Every bucket of the period, the empty ones too."""
    work = summed(ask, WORK, _counts(), [("bucket",)])[0]
    money = _paid(ask, ("bucket",))[0]
    return [
        Span(bucket, _figures(work.get((number,)), money.get((number,), Money())))
        for number, bucket in enumerate(ask.period.buckets, 1)
    ]


def total_of(ask: Question) -> Figures:
    return _figures(summed(ask, WORK, _counts(), [()])[0].get(()), _paid(ask, ())[0].get((), Money()))


def _total_paid(ask: Question | None) -> Figures | None:
    if ask is None:
        return None
    parts = [_paid(ask, ())[0].get((), Money()), _unpriced(ask, ())[0].get((), Money())]
    return Figures(money=sum(parts, Money()))


def _by_model(ask: Question) -> list[ModelFigures]:
    key = ("provider", "model", "simulated")
    work = summed(ask, WORK, _counts(), [key])[0]
    drawn = _paid(ask, key, only="kind = 'generation'")[0]
    latencies, faults = _latencies(ask, key), _faults(ask)
    rows = [
        ModelFigures(
            provider=each[0],
            model=each[1],
            simulated=each[2],
            figures=_figures(work.get(each), drawn.get(each, Money())),
            latency=latencies.get(each, Spread()),
            faults=faults.get(each, {}),
        )
        for each in {**work, **drawn}  # a picture that was withheld is charged, and nothing was made of it
    ]
    return sorted(rows, key=lambda row: (-row.figures.work.images, -row.figures.work.asked, row.provider, row.model))


def _figures(line: Sequence[Any] | None, money: Money) -> Figures:
    work = _work(line) if line else Work()
    return Figures(work, Money(money.paid, money.simulated, work.own_unpriced))


def _work(line: Sequence[Any]) -> Work:
    return Work(*line[: len(fields(Work))])


def _member(scope: Scope, one: UUID, name: str, found: Figures, line: Sequence[Any] | None) -> Member:
    days, last = line[-2:] if line else (0, None)
    return Member(one, name, found if scope.shows_costs_of(one) else Figures(found.work, None), days, last)


def _apart(scope: Scope, found: Mapping[UUID, Figures], of_nobody: Money | None) -> Iterator[Member]:
    """What no member's line tells: what is in nobody's name, and the sum of those whose costs are not told."""
    if of_nobody is not None:
        yield Member(None, "", Figures(money=of_nobody))
    others = sum_of(Figures(money=each.money) for one, each in found.items() if not scope.shows_costs_of(one))
    if others.money != Money():
        yield Member(None, OTHERS, others)


def _counts() -> str:
    """The sums that a Work is made of, in the order of its fields."""
    told = {
        **{name: f"sum({of}) FILTER (WHERE NOT simulated AND {OWN})" for name, of in OWN_COUNTS.items()},
        "simulated": "sum(images) FILTER (WHERE simulated)",
    }
    return ", ".join(f"coalesce({told.get(each.name, f'sum({each.name})')}, 0)" for each in fields(Work))


def _paid(ask: Question, *sets: Sequence[str], only: str = "true") -> list[dict[Key, Money]]:
    """What was charged, as far as it may be seen, summed up by each of the sets of columns."""
    found = summed(ask, MONEY, PAID, sets, only=f"{OWN} AND {only}")
    return [{key: Money(*line) for key, line in each.items()} for each in found]


def _unpriced(ask: Question, *sets: Sequence[str]) -> list[dict[Key, Money]]:
    """The images without a price, as money of which nothing is known."""
    found = summed(ask, WORK, "sum(unpriced)", sets, only=f"{OWN} AND unpriced > 0")
    return [{key: Money(unpriced=line[0]) for key, line in each.items() if line[0]} for each in found]


def _merged(one: Mapping[Key, Money], other: Mapping[Key, Money]) -> dict[Key, Money]:
    keys = {**one, **other}
    return {key: one.get(key, Money()) + other.get(key, Money()) for key in keys if key in one or other[key].unpriced}


def _dearest(rows: Iterable[Cost]) -> list[Cost]:
    told = lambda row: (-row.money.paid, -row.money.simulated, row.kind, row.provider, row.model, row.name)  # noqa: E731
    return sorted(rows, key=told)


def _by_member(scope: Scope, found: Mapping[Key, Money], names: Mapping[UUID | None, str]) -> Iterator[Cost]:
    """Those whose costs are not seen whole stand together: the sum is seen, and no part passes for all of one."""
    others = Money()
    for (member,), money in found.items():
        if member is None or scope.shows_costs_of(member):
            yield Cost(money, member=member, name=names.get(member, ""))
        else:
            others += money
    if others != Money():
        yield Cost(others, name=OTHERS)


def _latencies(ask: Question, key: Sequence[str]) -> dict[Key, Spread]:
    """Within which time images came, by milliseconds that are all kept: no histogram, no sample."""
    columns = ", ".join(key)
    sums = (
        f"count(*), percentile_cont(%(percents)s::float[]) WITHIN GROUP (ORDER BY one) FROM ({rows_of(ask, WORK)}) rows"
    )
    grouped = f"GROUP BY {columns}" if key else ""
    lines = fetched(ask, f"SELECT {columns}{', ' if key else ''}{sums}, unnest(millis) one {grouped}")
    return {
        tuple(line[: len(key)]): Spread(line[-2], *(round(each / 1000, 3) for each in line[-1]))
        for line in lines
        if line[-2]
    }


def _faults(ask: Question) -> dict[Key, dict[str, int]]:
    """By model, how many ended with each code of an error, the most frequent first."""
    lines = fetched(
        ask,
        f"SELECT provider, model, simulated, each.code, sum(each.number::int) FROM ({rows_of(ask, WORK)}) rows,"  # noqa: S608  (constants of this module)
        " jsonb_each_text(faults) AS each(code, number) GROUP BY 1, 2, 3, 4 ORDER BY 5 DESC, 4",
    )
    found: dict[Key, dict[str, int]] = {}
    for provider, model, simulated, code, number in lines:
        found.setdefault((provider, model, simulated), {})[code] = int(number)
    return found


def _active(ask: Question) -> int:
    told = f"SELECT count(DISTINCT member_id) FROM ({rows_of(ask, WORK, only='asked > 0')}) rows"  # noqa: S608  (constants of this module)
    return int(fetched(ask, told)[0][0])
