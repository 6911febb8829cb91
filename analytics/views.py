"""The page of figures: what was made, how good it was, what it cost, and who and what made it."""

from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from analytics import answers, beside, noticing, presenting, queries, showing, slices
from analytics.asking import ScopedQuery, question, read
from analytics.periods import INTERVALS
from analytics.snapshots import snapshot
from teams.accounts.models import User
from teams.accounts.people import person
from teams.base.errors import Missing, Refused
from teams.membership.ownership import visible_teams

RANGES: Final = (7, 30, 90)  # days up to today
FIELDS: Final = ("from", "to", "interval", "timezone", "team", "compare")
WATCHED: Final = 10  # teams whose charges a page hears of
PAGE: Final = "analytics/analytics.html"


@login_required
@require_GET
def dashboard(request: HttpRequest) -> HttpResponse:
    said = {name: value for name in FIELDS if (value := request.GET.get(name, "").strip())}
    days = _days(request) if not {"from", "to"} & said.keys() else 0
    actor = person(request)
    facts: dict[str, Any] = {
        "said": said,
        "first": said.get("from", ""),
        "last": said.get("to", ""),
        "days": days,
        "ranges": RANGES,
        "intervals": INTERVALS,
        "teams": visible_teams(actor).order_by("-personal", "name"),
        "rest": urlencode({name: value for name, value in said.items() if name not in ("from", "to", "interval")}),
    }
    try:
        ask = question(actor, read(ScopedQuery, said), usual=days or RANGES[1])
    except Missing:
        raise
    except Refused as refused:
        return render(request, PAGE, {**facts, "refused": refused}, status=refused.status)
    state = request.GET.get("insights", "")
    state = state if state in noticing.STATES else noticing.STATES[0]
    back = urlencode([(name, value) for name, value in request.GET.items() if name != "insights"])
    return render(request, PAGE, {**facts, **_answered(ask, actor, state), "back": back})


@login_required
@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    """The key figures alone: what the page asks for again when something was charged."""
    said = {name: value for name in FIELDS if (value := request.GET.get(name, "").strip())}
    ask = question(person(request), read(ScopedQuery, said))
    with snapshot():
        overview, costs = queries.overview(ask), queries.costs(replace(ask, compare=False, beside=False))
    facts = {"about": overview.about, "figures": presenting.shown(overview, costs)["figures"]}
    return render(request, "analytics/_figures.html", facts)


@login_required
@require_POST
def insight(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Dismiss, snooze or restore one, and back to the page it was done on."""
    actor, deed = person(request), request.POST.get("do", "")
    if deed == "dismiss":
        noticing.dismiss(actor=actor, pk=pk)
    elif deed == "restore":
        noticing.restore(actor=actor, pk=pk)
    elif deed == "snooze":
        noticing.snooze(actor=actor, pk=pk, days=noticing.USUAL)
    else:
        raise Refused("unknown_deed", "That cannot be done with an insight.", field="do", remedy="Reload the page.")
    back = QueryDict(request.POST.get("back", "")).urlencode()
    return redirect(f"{reverse('analytics')}{'?' if back else ''}{back}#insights-title")


def _days(request: HttpRequest) -> int:
    said = request.GET.get("days", "")
    return int(said) if said in {str(each) for each in RANGES} else RANGES[1]


def _answered(ask: answers.Question, actor: User, state: str) -> dict[str, Any]:
    plain = replace(ask, compare=False)
    with snapshot():  # one for all: the sums of one table are those of the next
        overview, costs = queries.overview(ask), queries.costs(plain)
        models, members, trends = queries.models(plain), queries.members(plain), queries.trends(plain)
        parts = slices.of(plain)
        insights = noticing.insights_of(actor, ask.scope.teams, state="all")
        looks = noticing.looks_of(ask.scope.teams, ask.scope.whole)
    return {
        "first": ask.period.first.isoformat(),
        "last": ask.period.last.isoformat(),
        "about": overview.about,
        "live": _live(ask),
        **presenting.shown(overview, costs),
        "costs": presenting.costs_shown(costs),
        "forecast": presenting.forecast_shown(costs),
        "insights": beside.insights_shown(insights, looks, state),
        "anomalies": beside.anomalies_shown(costs),
        "budgets": beside.budgets_shown(costs),
        "models": presenting.models_shown(models),
        "members": presenting.members_shown(members),
        "hours": presenting.hours_shown(trends),
        "slices": showing.slices_shown(parts, overview.about),
        "terms": showing.terms_shown(trends.terms, overview.about),
        "cohorts": showing.cohorts_shown(members.cohorts, overview.about),
        "csv": {name: _csv(ask, name) for name in ("overview", "costs", "quality", "models", "users", "trends")},
    }


def _live(ask: answers.Question) -> dict[str, str] | None:
    """Which channels say that something was charged, and where the figures are asked for anew; None where no day of
    them is still to come to its end, or there are too many channels to watch."""
    period, teams = ask.period, ask.scope.teams
    if period.end <= timezone.now() or not 0 < len(teams) <= WATCHED:
        return None
    days: dict[str, Any] = {"from": period.first, "to": period.last}
    said = {**days, "interval": period.interval, "timezone": period.zone}
    said |= {"team": teams[0]} if len(teams) == 1 else {}
    said |= {"compare": "previous"} if ask.compare else {}
    return {"channels": " ".join(f"team:{pk}" for pk in teams), "src": f"{reverse('analytics_now')}?{urlencode(said)}"}


def _csv(ask: answers.Question, table: str) -> str:
    period, teams = ask.period, ask.scope.teams
    said = {
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "interval": period.interval,
        "timezone": period.zone,
        **({"team": str(teams[0])} if len(teams) == 1 else {}),
        "format": "csv",
    }
    return f"{reverse(f'api_analytics_{table}')}?{urlencode(said)}"
