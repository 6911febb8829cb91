"""What the work costs: a few figures on every page, and where they come from."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from designer.ledger import managing
from designer.ledger.spending import spending
from teams.accounts.people import person
from teams.membership.ownership import visible_teams


@login_required
@require_GET
def ticker(request: HttpRequest) -> HttpResponse:
    """Today and this month, for the head of every page."""
    return render(request, "components/_ticker.html", {"spent": spending(person(request)), "now": timezone.now()})


@login_required
@require_GET
def costs(request: HttpRequest) -> HttpResponse:
    """This month of each of one's teams: what was spent, is set aside and is left, by member."""
    actor = person(request)
    teams = visible_teams(actor).order_by("-personal", "name")
    lines = [(team, managing.overview(actor=actor, team_id=team.pk)) for team in teams]
    facts = {"spent": spending(actor), "lines": lines, "now": timezone.now()}
    return render(request, "designer/ledger/costs.html", facts)
