"""Statements as pages: all of a team with the month so far, and one."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from analytics.billing import rounding, services
from teams.accounts.people import person
from teams.membership.ownership import visible_team

PAGE = 24  # two years


@never_cache
@login_required
@require_GET
def statements(request: HttpRequest, team: UUID) -> HttpResponse:
    """For whoever may see the team's costs."""
    user = person(request)
    every = services.statements_of(user, team)
    search = request.GET.get("search", "")[:200].replace("\x00", "")
    years = services.years_of(every)
    year = next((each for each in years if str(each) == request.GET.get("year", "")), None)
    rows = services.found(every.defer("lines"), search=search, year=year)
    month, sums = services.so_far(user, team)
    facts = {
        "team": visible_team(user, team),
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "years": years,
        "year": year,
        "search": search,
        "query": urlencode({"search": search, "year": year or ""}),
        "month": month,
        "sums": sums,
        "owed": rounding.total([sums.owed]),
        "simulated": rounding.total([sums.simulated]),
        "sections": services.sections(sums.lines),
    }
    return render(request, "billing/statements.html", facts)


@never_cache
@login_required
@require_GET
def statement(request: HttpRequest, team: UUID, statement: UUID) -> HttpResponse:
    """For whoever may see the team's costs."""
    user = person(request)
    row = services.statement(user, team, statement)
    facts = {"team": visible_team(user, team), "row": row, "sections": services.sections(row.lines)}
    return render(request, "billing/statement.html", facts)
