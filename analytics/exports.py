"""Each table of figures as CSV: a cell that a spreadsheet would run is guarded, a number stays a number."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

from analytics import answers
from analytics.measures import Figures, ModelFigures, Money, Rate
from analytics.terms import MANY
from teams.base.cells import BOM, csv_line
from teams.base.errors import Refused

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


def _cohorts(answer: answers.Members) -> Iterator[Line]:
    for row in answer.cohorts:
        for each in row.returns:
            told = (each.active.numerator, *_rate(each.active), "yes" if each.whole else "no")
            yield [row.week or "before", row.members, each.week, *told]


def _personas(answer: answers.Quality) -> Iterator[Line]:
    return ([row.name, row.persona, *_slice(row)] for row in answer.personas)


def _garments(answer: answers.Quality) -> Iterator[Line]:
    return ([row.garment, *_slice(row)] for row in answer.garments)


def _makers(answer: answers.Quality) -> Iterator[Line]:
    return ([row.provider, row.model, "yes" if row.simulated else "no", *_slice(row)] for row in answer.makers)


def _terms(kind: str) -> Callable[[answers.Trends], Iterable[Line]]:
    """The lines of `attributes`, `words` or `prompts`."""

    def lines(answer: answers.Trends) -> Iterator[Line]:
        for row in getattr(_told(answer), kind):
            name = [row.kind] if kind == "attributes" else []
            yield [*name, row.term, row.rate.numerator, row.rate.denominator, *_rate(row.rate)]

    return lines


def _moved(answer: answers.Trends) -> Iterator[Line]:
    for row in _told(answer).moved:
        halves = (row.before.numerator, row.before.denominator, row.after.numerator, row.after.denominator)
        compared = (row.compared.estimate, row.compared.low, row.compared.high, row.compared.p)
        yield [row.kind, row.term, "rises" if row.rises else "falls", *halves, *compared]


def _told(answer: answers.Trends) -> answers.Terms:
    """Raises Refused where there are none: an empty table would say that nothing was asked for."""
    if answer.terms is None:
        message = f"What is asked for is told of {MANY} days at most where days are not kept in the time zone."
        raise Refused("too_long", message, field="from", remedy="Ask for fewer days, or in the time zone UTC.")
    return answer.terms


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


def _slice(row: answers.Slice) -> Line:
    """Of a cost that may be known in part only, `unknown` is said as it is of the whole."""
    figures, work = row.figures, row.figures.work
    each = row.cost_per_approved
    unknown = each is None and row.own_approved and figures.money and figures.money.unpriced
    return [
        *(work.asked, _share(figures.success), work.images, work.simulated, work.rated, work.liked),
        *_rate(figures.satisfaction),
        *(_rounded(figures.rating.mean), work.ratings, _rounded(figures.quality.mean), work.scored),
        *(row.approved.numerator, *_rate(row.approved)),
        *(*_money(figures.money), *_each(figures), UNKNOWN if unknown else each),
    ]


def _rate(rate: Rate) -> Line:
    return [_share(rate), _rounded(rate.low), _rounded(rate.high)]


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


SLICE: Final = ("asked", "success_rate", "images", "simulated_images", "rated", "liked", "satisfaction",
    "satisfaction_low", "satisfaction_high", "mean_rating", "ratings", "mean_quality", "scored", "approved",
    "approved_share", "approved_low", "approved_high", *MONEY, *EACH, "usd_per_approved_image")  # fmt: skip
SHARE: Final = ("share", "share_low", "share_high")
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
    "users.cohorts": (("began", "members", "week", "active", *SHARE, "whole"), _cohorts),
    "quality.personas": (("name", "persona", *SLICE), _personas),
    "quality.garments": (("garment", *SLICE), _garments),
    "quality.makers": ((*MODEL, *SLICE), _makers),
    "trends.attributes": (("attribute", "term", "generations", "of", *SHARE), _terms("attributes")),
    "trends.words": (("term", "generations", "of", *SHARE), _terms("words")),
    "trends.prompts": (("brief", "generations", "of", *SHARE), _terms("prompts")),
    "trends.moved": (
        ("kind", "term", "direction", "before", "before_of", "after", "after_of", "difference", "low", "high", "p"),
        _moved,
    ),
    "trends": (("weekday", "hour", "asked", "images", "rated", "liked"), _hours),
}
