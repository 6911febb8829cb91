"""Figures as the page tells them: in words, with what they stand on, and with a way to the images behind them."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from analytics import answers, charts
from analytics.forecasting import Band, held_back
from analytics.measures import Figures, Mean, ModelFigures, Money, Rate
from analytics.periods import Bucket, Interval
from designer.catalogue.amounts import money as dollars

NOTHING: Final = "–"
NOBODY: Final = "In nobody's name"
KINDS: Final = {
    "generation": "Images",
    "analysis": "Reading briefs and photos",
    "prompting": "Writing prompts",
    "enhancement": "Enhancing",
    "storage": "Storage",
    "adjustment": "Adjustments",
}
MOST: Final = 12  # lines of a table that is not the only place for them


def shown(answer: answers.Overview, costs: answers.Costs) -> dict[str, Any]:
    """The key figures, and the charts over time with their tables."""
    period = answer.about.period
    return {
        "figures": list(_key_figures(answer)),
        "cost_chart": _cost_chart(costs, answer),
        "compared": answer.previous is not None,
        "liked_chart": _liked_chart(answer),
        "spans": [_span(span, answer.about) for span in reversed(answer.series) if not _is_empty(span.figures)],
        "empty_spans": sum(_is_empty(span.figures) for span in answer.series),
        "steps": {"hour": "hour", "day": "day", "week": "week", "month": "month"}[period.interval],
        "is_empty": _is_empty(answer.totals),
        "costs_of": answer.about.scope.costs_of,
    }


def _is_empty(figures: Figures) -> bool:
    money = figures.money or Money()
    return not (figures.work.asked or figures.work.images or figures.work.set_aside or money.paid or money.simulated)


def _key_figures(answer: answers.Overview) -> Iterable[dict[str, Any]]:
    now, before, about = answer.totals, answer.previous, answer.about
    work = now.work
    yield _figure(
        "Images",
        f"{work.images:,}",
        _listed(_some(work.simulated, "simulated"), _some(work.set_aside, "more set aside")) or "kept",
        before=before.work.images if before else None,
        now=work.images,
        href=gallery(about, kind="generated") if work.images else "",
        link="See them",
    )
    yield _figure(
        "Generations",
        f"{work.asked:,}",
        _listed(
            _some(work.succeeded, "succeeded"),
            _some(work.partial, "in part"),
            _some(work.failed, "failed"),
            _some(work.cancelled, "cancelled"),
            _some(now.live, "under way"),
        ),
        before=before.work.asked if before else None,
        now=work.asked,
    )
    yield _figure(
        "Success", percent(now.success), of(now.success, "ended"), earlier=percent(before.success) if before else None
    )
    yield _figure(
        "Liked",
        percent(now.satisfaction),
        f"{of(now.satisfaction, 'rated')}; {work.rated:,} of {work.images:,} images rated",
        earlier=percent(before.satisfaction) if before else None,
        href=gallery(about, kind="generated", liked="like") if work.liked else "",
        link="See those with a like",
    )
    yield _figure(
        "Spent" if about.scope.costs_of != "own" else "Spent by you",
        amount(now.money),
        cost_basis(now.money),
        earlier=amount(before.money) if before else None,
    )
    yield _figure(
        "Cost per liked image",
        "unknown" if now.cost and now.cost.unpriced else priced(now.cost_per_liked),
        _listed(f"{work.own_liked:,} liked, without simulated ones", _without_price(now.money)),
        earlier=priced(before.cost_per_liked) if before else None,
    )
    yield _figure("Measured quality", mean(now.quality), f"{now.quality.count:,} of {work.images:,} images measured",
        earlier=mean(before.quality) if before else None)  # fmt: skip
    waits = answer.latency
    yield _figure(
        "Seconds to images",
        seconds(waits.p50),
        f"median of {waits.count:,}; 95 % within {seconds(waits.p95)}" if waits.count else "none finished",
    )


def _figure(
    label: str,
    value: str,
    basis: str,
    *,
    before: int | None = None,
    now: int = 0,
    earlier: str | None = None,
    href: str = "",
    link: str = "",
) -> dict[str, Any]:
    """`before` and `now`: counts, of which the change is told; `earlier`: what else stood there before, as text."""
    told = "" if earlier is None else f"before: {earlier}"
    if before is not None:
        told = f"before: {before:,}" + (f" ({(now - before) / before:+.0%})".replace("%", " %") if before else "")
    return {"label": label, "value": value, "basis": basis, "before": told, "href": href, "link": link}


def _listed(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _some(count: int, what: str) -> str:
    return f"{count:,} {what}" if count else ""


def percent(rate: Rate) -> str:
    return NOTHING if rate.rate is None else f"{rate.rate:.0%}".replace("%", " %")


def of(rate: Rate, what: str) -> str:
    """What a share stands on: its counts and its interval."""
    if rate.low is None or rate.high is None:
        return f"0 of 0 {what}"
    return f"{rate.numerator:,} of {rate.denominator:,} {what}, likely {100 * rate.low:.0f}–{100 * rate.high:.0f} %"


def amount(found: Money | None) -> str:
    """What was paid; of what was paid to nobody nothing, which is said beside it."""
    if found is None:
        return "not shown"
    if found.amount is None:
        return "unknown"
    return ("at least " if found.unpriced else "") + f"${dollars(found.amount)}"


def cost_basis(found: Money | None) -> str:
    if found is None:
        return "for owners and admins"
    return _notes(found) or "all of it priced"


def _notes(found: Money | None) -> str:
    """What is to be said beside an amount, if anything is."""
    extra = f"${dollars(found.simulated)} simulated beside it" if found and found.simulated else ""
    return _listed(extra, _without_price(found))


def _without_price(found: Money | None) -> str:
    count = found.unpriced if found else 0
    return f"{count:,} image{'s' * (count != 1)} without a price" if count else ""


def priced(each: Decimal | None) -> str:
    return NOTHING if each is None else f"${dollars(each)}"


def mean(found: Mean) -> str:
    return NOTHING if found.mean is None else f"{found.mean:.2f}"


def seconds(found: float | None) -> str:
    return NOTHING if found is None else f"{found:,.0f} s" if found >= 10 else f"{found:.1f} s"


def when(bucket: Bucket, interval: Interval) -> str:
    """A step of time in words short enough for an axis."""
    start = bucket.start
    if interval == "hour":
        return f"{start:%H:%M}" if start.hour else f"{start.day} {start:%b}"
    if interval == "month":
        return f"{start:%b %Y}"
    return f"{start.day} {start:%b}"


def whole_when(bucket: Bucket, interval: Interval) -> str:
    """The same, so that nothing else can be meant."""
    start = bucket.start
    told = {
        "hour": f"{start.day} {start:%b %Y, %H:%M}",
        "day": f"{start:%a} {start.day} {start:%b %Y}",
        "week": f"week from {start.day} {start:%b %Y}",
        "month": f"{start:%B %Y}",
    }[interval]
    return told if bucket.whole else f"{told} (in part)"


def _cost_chart(costs: answers.Costs, answer: answers.Overview) -> SafeString:
    period = costs.about.period
    steps = [
        charts.Column(
            when(span.bucket, period.interval),
            f"{whole_when(span.bucket, period.interval)}: {amount(span.figures.money)}, "
            f"{cost_basis(span.figures.money)}",
            (float(span.figures.money.paid), float(span.figures.money.simulated)) if span.figures.money else (0.0, 0.0),
        )
        for span in costs.series
    ]
    before = [
        float(span.figures.money.paid + span.figures.money.simulated) if span.figures.money else 0.0
        for span in answer.previous_series
    ]
    told = f"Cost by the {period.interval}, in all {amount(costs.totals.money)}; the figures are in the table below."
    return drawn(charts.columns(steps, said=told, unit="$", before=before))


def _liked_chart(answer: answers.Overview) -> SafeString:
    interval = answer.about.period.interval
    steps = []
    for span in answer.series:
        rate = span.figures.satisfaction
        told = f"{whole_when(span.bucket, interval)}: {percent(rate)} liked, {of(rate, 'rated')}"
        steps.append(charts.Dot(when(span.bucket, interval), told, rate.rate, rate.low, rate.high))
    told = f"Share of rated images that are liked, by the {interval}; the figures are in the table below."
    return drawn(charts.shares(steps, said=told))


def drawn(svg: str) -> SafeString:
    return mark_safe(svg)  # noqa: S308  (charts.py escapes every text)


def _span(span: answers.Span, about: answers.About) -> dict[str, Any]:
    figures, bucket = span.figures, span.bucket
    return {
        "when": whole_when(bucket, about.period.interval),
        "href": gallery(about, bucket.start, bucket.end, kind="generated") if figures.work.images else "",
        "figures": figures,
        "success": percent(figures.success),
        "liked": percent(figures.satisfaction),
        "quality": mean(figures.quality),
        "cost": amount(figures.money),
        "basis": _notes(figures.money),
    }


def costs_shown(costs: answers.Costs) -> dict[str, Any]:
    """Who and what the money went to, the dearest first."""
    return {
        "kinds": _cost_rows((KINDS.get(row.kind, row.kind), row.money, "") for row in costs.kinds),
        "models": _cost_rows((_named(row.model), row.money, row.provider) for row in costs.models),
        "members": _cost_rows((row.name or NOBODY, row.money, "") for row in costs.members),
    }


def _cost_rows(rows: Iterable[tuple[str, Money, str]]) -> list[dict[str, Any]]:
    found = list(rows)
    most = max((float(each.paid + each.simulated) for _, each, _ in found), default=0.0)
    return [
        {
            "name": name,
            "by": by,
            "amount": amount(each),
            "simulated": f"${dollars(each.simulated)}" if each.simulated else "",
            "unpriced": each.unpriced,
            "bar": drawn(charts.bar(float(each.paid), most, simulated=float(each.simulated))),
        }
        for name, each, by in found
    ]


def _named(model: str) -> str:
    return model or "No model yet"


METHODS: Final = {"ets": "exponential smoothing with a weekly season"}


def forecast_shown(costs: answers.Costs) -> dict[str, Any] | None:
    """What the month and the next 30 days may cost, as a line with its bands and as a table."""
    found = costs.forecast
    if found is None or found.month is None or found.ahead is None:
        return None if found is None else {"refusal": found.refusal}
    days = found.days[:30]
    steps = [
        charts.Reach(
            dated(each.day),
            f"{each.day:%a} {dated(each.day)}: {_reach(each.cost)}",
            *(each.cost.expected, each.cost.low_80, each.cost.high_80, each.cost.low_95, each.cost.high_95),
        )
        for each in days
    ]
    told = f"Forecast of what is paid each day from {found.since}; the figures are in the table below."
    since, least = dated(found.since), "at least " if found.unpriced else ""
    return {
        "method": METHODS[found.method],
        "since": f"{since} {found.since.year}",
        "zone": found.zone,
        "sums": [
            (f"All of {found.since:%B}, as of {since}", _cells(found.month, least)),
            (f"30 days from {since}", _cells(found.ahead, least)),
        ],
        "days": [(f"{each.day:%a} {dated(each.day)}", _cells(each.cost, least)) for each in days],
        "chart": drawn(charts.bands(steps, said=told, unit="$")),
        "looked_back": found.looked_back,
        "unpriced": found.unpriced,
        "windows": len(held_back(found.looked_back)),
        "error": usd(found.error or 0),
        "naive_error": usd(found.naive_error or 0),
    }


def usd(value: float) -> str:
    return f"${dollars(Decimal(str(round(value, 6))))}"


def _reach(cost: Band) -> str:
    return f"{usd(cost.expected)}, likely {usd(cost.low_80)} to {usd(cost.high_80)}"


def dated(day: date) -> str:
    return f"{day.day} {day:%b}"


def _cells(cost: Band, least: str) -> list[str]:
    """`least`: said before what is expected, where a part of it has no price."""
    return [
        f"{least}{usd(cost.expected)}",
        f"{usd(cost.low_80)} to {usd(cost.high_80)}",
        f"{usd(cost.low_95)} to {usd(cost.high_95)}",
    ]


def models_shown(answer: answers.Models) -> list[dict[str, Any]]:
    return [_model(row, answer.about) for row in answer.models]


def _model(row: ModelFigures, about: answers.About) -> dict[str, Any]:
    figures = row.figures
    unknown = figures.cost is not None and figures.cost.unpriced > 0
    return {
        "name": _named(row.model),
        "by": row.provider,
        "simulated": row.simulated,
        "href": _images_of(row, about),
        "figures": figures,
        "success": percent(figures.success),
        "success_of": of(figures.success, "ended"),
        "liked": percent(figures.satisfaction),
        "liked_of": of(figures.satisfaction, "rated"),
        "quality": mean(figures.quality),
        "median": seconds(row.latency.p50),
        "p95": seconds(row.latency.p95),
        "per_liked": "unknown" if unknown else priced(figures.cost_per_liked),
        "faults": [f"{number:,} {code.replace('_', ' ')}" for code, number in row.faults.items()],
    }


def _images_of(row: ModelFigures, about: answers.About) -> str:
    """The way to the images of a model that has a name: two vendors may sell one of the same."""
    if not (row.figures.work.images and row.provider and row.model):
        return ""
    simulated = "yes" if row.simulated else "no"
    return gallery(about, kind="generated", provider=row.provider, model=row.model, simulated=simulated)


def members_shown(answer: answers.Members) -> list[dict[str, Any]]:
    return [
        {
            "name": row.name or ("Somebody who left" if row.member else NOBODY),
            "figures": row.figures,
            "href": gallery(answer.about, kind="generated", owner=str(row.member))
            if row.member and row.figures.work.images
            else "",
            "liked": percent(row.figures.satisfaction),
            "liked_of": of(row.figures.satisfaction, "rated"),
            "days": row.days_active,
            "cost": amount(row.figures.money),
            "basis": _notes(row.figures.money),
        }
        for row in answer.members
    ]


def hours_shown(answer: answers.Trends) -> dict[str, Any]:
    """The week as a picture, and by weekday and hour as lines."""
    rows = [answer.hours[place : place + 24] for place in range(0, 168, 24)]
    cells = [
        [charts.Cell(f"{charts.DAYS[n]} {each.hour:02}–{each.hour + 1:02}: {each.asked:,}", each.asked) for each in row]
        for n, row in enumerate(rows)
    ]
    busiest = max(answer.hours, key=lambda each: each.asked)
    told = "Generations by weekday and hour; the figures are in the table below."
    return {
        "chart": drawn(charts.heat(cells, said=told)),
        "busiest": f"{charts.DAYS[busiest.weekday - 1]} at {busiest.hour:02}:00" if busiest.asked else "",
        "days": charts.DAYS,
        "rows": [
            (f"{hour:02}:00", [rows[day][hour].asked for day in range(7)])
            for hour in range(24)
            if any(rows[day][hour].asked for day in range(7))
        ],
    }


def gallery(about: answers.About, start: datetime | None = None, end: datetime | None = None, **more: str) -> str:
    """The images behind a figure: those made in this time, in the team or teams that were asked about, and narrowed as
    the figure is."""
    period, narrow = about.period, about.narrow
    said = {
        **({"provider": narrow.provider} if narrow.provider else {}),
        **({"model": narrow.model} if narrow.model else {}),
        **({"owner": str(narrow.member)} if narrow.member else {}),
        **({} if narrow.simulated is None else {"simulated": "yes" if narrow.simulated else "no"}),
        **more,
        "since": (start or period.begin).isoformat(),
        "until": (end or period.end).isoformat(),
        **({"of": str(about.scope.teams[0])} if len(about.scope.teams) == 1 else {}),
    }
    return f"{reverse('gallery')}?{urlencode(said)}"
