"""The page of whether the studio answered."""

from math import floor
from typing import Any, Final

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from analytics import charts
from analytics.asking import read
from analytics.measures import Rate
from analytics.presenting import drawn, seconds, when, whole_when
from analytics.uptime import telling
from analytics.uptime.api import UptimeQuery, asked
from teams.accounts.people import person
from teams.base.errors import Refused

NAMES: Final = {"web": "The studio, by its address", "database": "Database", "redis": "Redis", "storage": "Storage"}
FIELDS: Final = ("from", "to", "interval", "timezone")


@login_required
@require_GET
def uptime(request: HttpRequest) -> HttpResponse:
    said = {name: value for name in FIELDS if (value := request.GET.get(name, "").strip())}
    facts: dict[str, Any] = {"first": said.get("from", ""), "last": said.get("to", "")}
    try:
        found = asked(person(request), read(UptimeQuery, said))
    except Refused as refused:
        return render(request, "analytics/uptime/uptime.html", {**facts, "refused": refused}, status=refused.status)
    facts |= {"first": found.period.first.isoformat(), "last": found.period.last.isoformat()}
    facts |= {"period": found.period, "since": found.since, "checks": [_shown(each, found) for each in found.checks]}
    return render(request, "analytics/uptime/uptime.html", facts)


def _shown(row: telling.Check, found: telling.Uptime) -> dict[str, Any]:
    interval = found.period.interval
    steps = [
        charts.Dot(when(each.bucket, interval), f"{whole_when(each.bucket, interval)}: {_share(each.up)}", each.up.rate)
        for each in row.series
    ]
    name = NAMES[row.name]
    return {
        "id": row.name,
        "name": name,
        "share": "nobody knows" if row.up.rate is None else _percent(row.up),
        "of": f"{row.up.numerator:,} of {row.up.denominator:,} probes answered",
        "missing": row.missing,
        "median": seconds(row.latency.p50) if (row.latency.p50 or 0) >= 1 else _millis(row.latency.p50),
        "p95": seconds(row.latency.p95) if (row.latency.p95 or 0) >= 1 else _millis(row.latency.p95),
        "chart": drawn(charts.shares(steps, said=f"{name}: share of probes answered; the figures are in the table.")),
        "steps": [
            (whole_when(each.bucket, interval), _share(each.up)) for each in reversed(row.series) if each.up.denominator
        ],
    }


def _percent(up: Rate) -> str:
    """Rounded down: what failed once never reads as all."""
    return f"{floor(100_000 * up.numerator / up.denominator) / 1000:.3f} %"


def _millis(found: float | None) -> str:
    return "–" if found is None else f"{1000 * found:.0f} ms"


def _share(up: Rate) -> str:
    if up.rate is None:
        return "no probe"
    return f"{100 * up.rate:.2f} %, {up.numerator:,} of {up.denominator:,}"
