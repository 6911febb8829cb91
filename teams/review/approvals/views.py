"""The page of reviews: what waits for one's own answer, what one has asked for, and all of one's teams."""

from typing import Final
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from teams.accounts.people import person
from teams.base.ids import id_of
from teams.membership.ownership import visible_teams
from teams.review.approvals.models import Approval, Status

PAGE: Final = 24
SHOWS: Final = {"mine": "To answer", "asked": "Asked by me", "all": "All"}


@login_required
@require_GET
def reviews(request: HttpRequest) -> HttpResponse:
    user, said = person(request), request.GET
    show = said.get("show", "") if said.get("show") in SHOWS else "mine"
    status = said.get("status", "") if said.get("status") in Status.values and show != "mine" else ""
    search = said.get("search", "")[:200].replace("\x00", "").strip()
    teams = list(visible_teams(user).order_by("-personal", "name", "pk"))
    team = next((each for each in teams if each.pk == id_of(said.get("team", ""))), None)
    every = Approval.objects.visible_to(user)
    waiting = every.waiting_for(user)
    rows = {"mine": waiting, "asked": every.filter(requester=user.pk), "all": every}[show].matching(search)
    rows = rows.filter(team=team) if team else rows
    rows = rows.filter(status=status) if status else rows
    order = [F("due_at").asc(nulls_last=True), "created_at"] if show == "mine" else ["-created_at"]
    carried = {"show": show, "status": status, "search": search}
    facts = {
        "page": Paginator(rows.told().order_by(*order, "pk"), PAGE).get_page(said.get("page")),
        "query": urlencode({**carried, "team": team.pk if team else ""}),
        "shows": SHOWS.items(),
        "waiting": waiting.count(),
        "statuses": Status.choices,
        "teams": teams,
        "sought": bool(search or status or team),
        "team": team,
        **carried,
    }
    return render(request, "teams/approvals/reviews.html", facts)
