"""Settings > Teams: whose you are in, in which time zone each team's repeats are meant, what its uploads keep."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, F
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from teams.accounts.models import User
from teams.accounts.people import person
from teams.accounts.services import time_zones
from teams.base.errors import Missing, Refused
from teams.base.ids import named
from teams.membership import closing, services
from teams.membership.models import Membership, Role, Team


@login_required
@require_POST
def new(request: HttpRequest) -> HttpResponse:
    """Make a team, and go to where its members are invited."""
    name = request.POST.get("name", "")
    try:
        return redirect("members", services.create_team(actor=person(request), name=name).pk)
    except Refused as refused:
        return _listed(request, {"name": name, "not_made": str(refused)}, refused.status)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def teams(request: HttpRequest) -> HttpResponse:
    """One's teams; a POST changes the settings of one."""
    user, refusal = person(request), ""
    if request.method == "POST":
        try:
            team = _changed(user, named(request.POST.get("team", "")), request.POST)
        except Missing:
            raise
        except Refused as refused:
            refusal = str(refused)
        else:
            messages.success(request, f"Saved for {team.name}. Repeats that are planned already keep their time zone.")
            return redirect("settings_teams")
    return _listed(request, {"refusal": refusal}, 422 if refusal else 200)


def _listed(request: HttpRequest, said: dict[str, str], status: int) -> HttpResponse:
    rows = Membership.objects.filter(user=request.user.pk).select_related("team")
    rows = rows.annotate(people=Count("team__memberships"), avatar=F("team__avatar__sha256"))
    rows = rows.order_by("-team__personal", "team__name", "pk")
    ending = closing.ending_teams(person(request))
    facts = {
        "rows": rows,
        "ending": ending,
        "zones": time_zones(),
        "managers": {Role.OWNER, Role.ADMIN},
        "length": services.NAME_LENGTH,
    }
    return render(request, "teams/membership/teams.html", {**facts, **said}, status=status)


def _changed(user: User, team_id: UUID, said: QueryDict) -> Team:
    """The team with what the form says, all of it or nothing. What a page shows is what was there, so no version is
    asked for."""
    keep = {"1": True, "0": False}.get(said.get("keep_exif", ""))
    zone = said.get("time_zone")
    zone = zone if zone is None else zone.strip()
    return services.change_team(actor=user, team_id=team_id, if_match="*", time_zone=zone, keep_exif=keep)
