"""Each table of figures as CSV: a cell that a spreadsheet would run is guarded, a number stays a number."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

from analytics import answers
from analytics.measures import Figures, ModelFigures, Money, Rate
from teams.base.cells import BOM, csv_line

UNKNOWN: Final = "unknown"
Line = Sequence[object]
WORK: Final = ("asked", "succeeded", "partial", "failed", "cancelled", "live", "success_rate", "images", "set_aside",
    "simulated_images", "rated", "liked", "disliked", "satisfaction", "satisfaction_low", "satisfaction_high",
    "mean_rating", "ratings", "mean_quality", "scored")  # fmt: skip
MONEY: Final = ("paid_usd", "simulated_usd", "unpriced_images")
EACH: Final = ("usd_per_image", "usd_per_liked_image")


def csv_of(table: str, answer: Any) -> bytes:
    """The whole file. `table`: one of TABLES."""
    header, lines = TABLES[table]
    return b"".join([BOM.encode(), csv_line(header), *(csv_line(line) for line in lines(answer))])


def _span(answer: answers.Overview | answers.Quality) -> Iterator[Line]:
    for span in answer.series:
        yield [*_times(span), *_work(span.figures), *_money(span.figures.money), *_each(span.figures)]


def _costs_by_time(answer: answers.Costs) -> Iterator[Line]:
    for span in answer.series:
        yield [*_times(span), *_money(span.figures.money)]


def _kinds(answer: answers.Costs) -> Iterator[Line]:
    return ([row.kind, *_money(row.money)] for row in answer.kinds)


def _providers(answer: answers.Costs) -> Iterator[Line]:
    return ([row.provider, *_money(row.money)] for row in answer.providers)


def _costs_of_models(answer: answers.Costs) -> Iterator[Line]:
    return ([row.provider, row.model, *_money(row.money)] for row in answer.models)


def _costs_of_members(answer: answers.Costs) -> Iterator[Line]:
    return ([row.name, row.member, *_money(row.money)] for row in answer.members)


def _models(answer: answers.Models) -> Iterator[Line]:
    for row in answer.models:
        faults = "; ".join(f"{code}: {number}" for code, number in row.faults.items())
        yield [*_model(row), *_figures(row.figures), *_latency(row), faults]


def _members(answer: answers.Members) -> Iterator[Line]:
    for row in answer.members:
        last = row.last_active.isoformat() if row.last_active else None
        yield [row.name, row.member, row.days_active, last, *_figures(row.figures)]


def _hours(answer: answers.Trends) -> Iterator[Line]:
    for row in answer.hours:
        yield [row.weekday, row.hour, row.asked, row.images, row.rated, row.liked]


def _times(span: answers.Span) -> Line:
    return [span.bucket.start.isoformat(), span.bucket.end.isoformat(), "yes" if span.bucket.whole else "no"]


def _model(row: ModelFigures) -> Line:
    return [row.provider, row.model, "yes" if row.simulated else "no"]


def _latency(row: ModelFigures) -> Line:
    return [row.latency.count, row.latency.p50, row.latency.p90, row.latency.p95, row.latency.p99]


def _figures(figures: Figures) -> Line:
    return [*_work(figures), *_money(figures.money), *_each(figures)]


def _work(figures: Figures) -> Line:
    work, liked = figures.work, figures.satisfaction
    return [
        *(work.asked, work.succeeded, work.partial, work.failed, work.cancelled, figures.live, _share(figures.success)),
        *(work.images, work.set_aside, work.simulated, work.rated, work.liked, work.disliked),
        *(_share(liked), _rounded(liked.low), _rounded(liked.high)),
        *(_rounded(figures.rating.mean), work.ratings, _rounded(figures.quality.mean), work.scored),
    ]


def _share(rate: Rate) -> float | None:
    return _rounded(rate.rate)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _money(money: Money | None) -> Line:
    """Empty where it may not be seen, `unknown` where nobody knows it."""
    if money is None:
        return [None, None, None]
    return [UNKNOWN if money.amount is None else money.amount, money.simulated, money.unpriced]


def _each(figures: Figures) -> Line:
    if figures.money is None:
        return [None, None]
    known: Callable[[Decimal | None, int], object] = lambda each, count: (  # noqa: E731
        UNKNOWN if each is None and count and figures.cost and figures.cost.unpriced else each
    )
    return [
        known(figures.cost_per_image, figures.work.own_images),
        known(figures.cost_per_liked, figures.work.own_liked),
    ]


TIMES: Final = ("start", "end", "whole")
MODEL: Final = ("provider", "model", "simulated")
LATENCY: Final = ("timed", "p50_seconds", "p90_seconds", "p95_seconds", "p99_seconds")
TABLES: Final[dict[str, tuple[Line, Callable[[Any], Iterable[Line]]]]] = {
    "overview": ((*TIMES, *WORK, *MONEY, *EACH), _span),
    "quality": ((*TIMES, *WORK, *MONEY, *EACH), _span),
    "costs": ((*TIMES, *MONEY), _costs_by_time),
    "costs.kinds": (("kind", *MONEY), _kinds),
    "costs.providers": (("provider", *MONEY), _providers),
    "costs.models": (("provider", "model", *MONEY), _costs_of_models),
    "costs.members": (("name", "member", *MONEY), _costs_of_members),
    "models": ((*MODEL, *WORK, *MONEY, *EACH, *LATENCY, "errors"), _models),
    "users": (("name", "member", "days_active", "last_active", *WORK, *MONEY, *EACH), _members),
    "trends": (("weekday", "hour", "asked", "images", "rated", "liked"), _hours),
}
