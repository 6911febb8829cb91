"""What stands beside the figures, as the page shows it: budgets and how they are used up, days out of the ordinary, and
insights."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse

from analytics import answers, burndown, charts
from analytics.anomalies import KNOWN, METRICS
from analytics.insights import GOING, LEVEL, percent
from analytics.models import Insight
from analytics.noticing import STATES
from analytics.periods import midnight
from analytics.presenting import NOTHING, dated, drawn, seconds, usd
from designer.catalogue.amounts import money as dollars

KINDS_SAID: Final = {
    "cost_per_liked": "Cost per liked image",
    "liking": "Liking",
    "failures": "Failures",
    "seconds": "Speed",
    "trend": "Trend",
}
FIRST: Final = 5  # insights; the others are folded up
SMALLEST: Final = 0.0001  # p that is told by its number
DRAWN: Final = 1 / burndown.WAYS  # of so many ways none is never, and all is not for certain
TESTS: Final = {
    "log_ratio_day_jackknife": "log ratio, each day left out in turn, as if all images were liked like the rated ones",
    "difference_day_jackknife": "difference of shares, each day left out in turn",
    "log_day_medians_welch": "Welch's test of the logarithms of the days' medians",
    "weekly_difference_day_jackknife": "difference of shares before and after each Monday, each day left out in turn",
}
WHAT: Final = {"cost": "Cost", "failures": "Failures", "seconds": "Seconds to images"}
WHOSE: Final = {"team": "the whole team, this month", "batch": "this batch", "member": "this month"}


def budgets_shown(costs: answers.Costs) -> list[dict[str, Any]]:
    """Each budget with what is left of it day by day, as a line and as a table, and when it may be used up."""
    return [_budget(row) for row in costs.budgets]


def insights_shown(rows: Sequence[Insight], looks: Sequence[Mapping[str, Any]], state: str) -> dict[str, Any]:
    """The sentences in this state, how many there are in each, and what is lacking for more."""
    counts = {each: sum(row.state == each for row in rows) for each in STATES}
    several = len({row.team_id for row in rows}) > 1
    fresh = [look for look in looks if not look["is_old"]]
    lacking = fresh[0]["lacking"] if len(fresh) == 1 else []
    told = [_insight(row, several=several) for row in rows if row.state == state]
    return {
        "rows": told[:FIRST],
        "more": told[FIRST:],
        "state": state,
        "counts": [(each, count) for each, count in counts.items() if count or each == state],
        "is_looked": bool(fresh),
        "last": dated(looks[0]["since"]) if len(looks) == 1 and not fresh else "",
        "since": dated(fresh[0]["since"]) if len(fresh) == 1 else "",
        "lacking": [(KINDS_SAID[each["kind"]], each["said"]) for each in lacking],
    }


def _insight(row: Insight, *, several: bool) -> dict[str, Any]:
    told = row.evidence
    first, last = date.fromisoformat(told["from"]), date.fromisoformat(told["to"])
    return {
        "pk": row.pk,
        "kind": KINDS_SAID[row.kind],
        "sentence": row.sentence,
        "team": row.team.name if several else "",
        "basis": f"Of {dated(first)} to {dated(last)} {last.year}: {TESTS[told['method']]}; "
        f"{_p(told['p'])}, one of {told['tests']:,} comparisons{_held(told.get('level'))}",
        "since": f"{dated(row.since)} {row.since.year}",
        "until": dated(row.hidden_until.date()) if row.hidden_until else "",
        "ways": list(_ways(row)),
    }


def _ways(row: Insight) -> Iterator[tuple[str, str]]:
    """To what is behind each side of what is compared, as it is counted: what a link leads to, and the link."""
    told = row.evidence
    if row.kind == "failures":  # of which there are no images
        query = {"team": str(row.team_id), **{name: told[name] for name in ("from", "to", "timezone")}}
        yield "The figures of these days", f"{reverse('analytics')}?{urlencode(query)}"
        return
    for group in told["groups"]:
        first, last = (
            date.fromisoformat(group.get(own, told[all_])) for own, all_ in (("first", "from"), ("last", "to"))
        )
        count = "rated" if row.kind in ("liking", "trend") else "images"
        query = {
            "kind": "generated", "simulated": "no", "of": str(row.team_id),
            "asked_since": midnight(first, told["timezone"]).isoformat(),
            "asked_until": midnight(last + timedelta(days=1), told["timezone"]).isoformat(),
            **({"provider": group["provider"], "model": group["name"]} if "provider" in group else {}),
            **({"garment": told["garment"]} if told.get("garment") else {}),
            **({"rated": "yes"} if count == "rated" else {}),
        }  # fmt: skip
        said = f"{group[count]:,} images" if count in group else "Images"
        whose = f"by {group['name']}" if "provider" in group else f"from {dated(first)} to {dated(last)}"
        rated = "that were rated, " if count == "rated" else ""
        yield f"{said} {rated}{whose}", f"{reverse('gallery')}?{urlencode(query)}"


def _held(level: float | None) -> str:
    """At which level, as far as the look has said."""
    if level is None:
        return ""
    return f", by Holm at {percent(level)}{f': it was told at {percent(LEVEL)}, and goes on' * (level == GOING)}"


def _p(p: float) -> str:
    return f"p = {p:.1g}" if p >= SMALLEST else f"p < {SMALLEST}"


def anomalies_shown(costs: answers.Costs) -> dict[str, Any] | None:
    """The days out of the ordinary, in words and with a way to their images; None where no team was looked at."""
    found, teams = costs.anomalies, costs.about.scope.teams
    if not found.looked:
        return None
    told = METRICS if costs.about.scope.whole else METRICS[1:]
    return {
        "rows": [_unusual(row, several=len(teams) > 1) for row in found.found],
        "notes": [
            f"{WHAT[metric]}{f' of {each.name}' * (len(teams) > 1)}: {each.known.get(metric, 0)} of {KNOWN} days known"
            for each in found.looked
            for metric in told
            if each.known.get(metric, 0) < KNOWN and (metric != "cost" or each.team in costs.about.scope.whole)
        ],
        "since": min(dated(each.since) for each in found.looked) if len(found.looked) == 1 else "",
    }


def _unusual(row: answers.Unusual, *, several: bool) -> dict[str, Any]:
    value, expected, low, high = row.value, row.expected, row.low, row.high
    if row.metric == "cost":
        said = f"{usd(value)} paid"
        usual = f"{usd(expected)} was to be expected, {usd(low)} to {usd(high)} is usual"
    elif row.metric == "failures":
        said = f"{value:,.0f} of {row.of:,} generations failed"
        usual = f"{expected:,.1f} were to be expected, up to {high:,.1f} is usual"
    else:
        said = f"Half of {row.of:,} generations took longer than {seconds(value)}"
        usual = f"{seconds(expected)} was to be expected, {seconds(low)} to {seconds(high)} is usual"
    query = {
        "kind": "generated", "simulated": "no", "since": row.begin.isoformat(), "until": row.end.isoformat(),
        "of": str(row.team),
    }  # fmt: skip
    return {
        "when": f"{row.day:%a} {dated(row.day)} {row.day.year}",
        "what": WHAT[row.metric],
        "team": row.name if several else "",
        "said": said,
        "usual": usual,
        "is_high": value > high,
        "days": row.days,
        "images": row.images,
        "href": f"{reverse('gallery')}?{urlencode(query)}" if row.images else "",
    }


def _budget(row: answers.BurnDown) -> dict[str, Any]:
    until = dated(row.end) if row.end else ""
    past = [charts.Left(dated(each.day), _left(each), float(each.left)) for each in row.days]
    pace = row.pace if row.left else None  # of one that is used up there is no more to be said
    ahead = [
        charts.Left(
            dated(day), f"{day:%a} {dated(day)}: {usd(max(0.0, each.expected))} left, likely {_between(each)}",
            each.expected, each.low, each.high,
        )
        for n, each in enumerate(pace.ahead if pace else ()) if n and (day := row.day_of(n))
    ]  # fmt: skip
    told = f"What is left of the budget of {row.name}, by the day; the figures are in the table below."
    return {
        "name": row.name,
        "whose": WHOSE[row.scope],
        "id": f"budget-{row.subject}",
        "limit": f"${dollars(row.limit)}",
        "spent": f"${dollars(row.spent)}",
        "simulated": f"${dollars(row.simulated)}" if row.simulated else "",
        "reserved": f"${dollars(row.reserved)}" if row.reserved else "",
        "left": f"${dollars(row.left)}",
        "per_day": ("at least " if row.unpriced_past else "") + usd(row.pace.per_day) if row.pace else NOTHING,
        "used_up": _used_up(row, until),
        "notes": list(_notes_of(row)),
        "chart": drawn(charts.burning(past, ahead, whole=float(row.limit), said=told, unit="$")),
        "ahead": [
            (f"{day:%a} {dated(day)}", usd(max(0.0, each.expected)), _between(each))
            for n, each in enumerate(pace.ahead if pace else ())
            if n and (day := row.day_of(n))
        ],
        "days": [
            (f"{each.day:%a} {dated(each.day)}", f"${dollars(each.spent)}", _below(each.left)) for each in row.days
        ],
        "looked_back": row.pace.days if row.pace else 0,
    }


def _notes_of(row: answers.BurnDown) -> Iterator[str]:
    """What is to be known of these figures beside them."""
    if row.elsewhere < 0:
        less = f"${dollars(-row.elsewhere)}"
        yield f"{less} of these days count in another month's budget, in which the work was begun."
    elif row.elsewhere and row.scope == "batch":
        yield f"${dollars(row.elsewhere)} more counts here, for items that have not ended."
    elif row.elsewhere:
        yield f"${dollars(row.elsewhere)} more counts here, charged on other days or for work that is gone."
    if row.unpriced:
        when = "" if row.scope == "batch" else " of this month"
        yield f"{_pieces(row, row.unpriced)}{when} without a price: at least so much is used up."
    if row.pace and row.unpriced_past:
        count = _pieces(row, row.unpriced_past)
        yield f"{count} without a price on the {row.pace.days} days looked back upon: it is at least so much a day."
    if row.pace and row.stopped:
        yield f"{row.stopped} days are left out: a budget was nearly used up, and may have refused what was to come."
    if row.pace and row.changed:
        yield f"Its limit was set on {dated(row.changed)}: before, another may have held back what was spent."


def _pieces(row: answers.BurnDown, count: int) -> str:
    return f"{count:,} {'item' if row.scope == 'batch' else 'image'}{'s' * (count != 1)}"


def _left(each: answers.BurnDay) -> str:
    return f"{each.day:%a} {dated(each.day)}: ${dollars(each.spent)} spent, {_below(each.left)} left"


def _below(left: Decimal) -> str:
    return f"${dollars(left)}" if left >= 0 else f"-${dollars(-left)}"


def _between(each: burndown.Ahead) -> str:
    return f"{usd(max(0.0, each.low))} to {usd(max(0.0, each.high))}"


def _used_up(row: answers.BurnDown, until: str) -> str:
    """When nothing is left at the pace of the last weeks, with how sure that is."""
    if row.spent >= row.limit:
        return "It is used up."
    if row.pace is None:
        return f"Not enough data. {row.refusal}"
    is_least = row.unpriced or row.unpriced_past
    return _when(row, row.pace, until) + (" Not all has a price: it may be sooner." if is_least else "")


def _when(row: answers.BurnDown, pace: burndown.Pace, until: str) -> str:
    end = f"by {until}" if until else "within 60 days"
    chance = f"a chance of {percent(min(max(DRAWN, pace.chance), 1 - DRAWN))}"
    if row.earliest is None:
        return f"Likely not {end}: {chance}."
    first = dated(row.earliest)
    if row.used_up is None:
        return f"Rather not {end}: {chance}; not before {first} in nine of ten cases."
    last = f"to {dated(row.latest)}" if row.latest else f"or later than {until}" if until else "or later"
    return f"About {dated(row.used_up)}, likely {first} {last}; {chance} {end}."
