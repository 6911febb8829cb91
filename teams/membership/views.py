"""Settings > Teams: whose you are in, in which time zone each team's repeats are meant, what its uploads keep."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from teams.accounts.models import User
from teams.accounts.people import person
from teams.accounts.services import time_zones
from teams.base.errors import Missing, Refused
from teams.base.ids import named
from teams.membership import services
from teams.membership.models import Membership, Role, Team


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
            refusal = f"{refused.message} {refused.remedy}".strip()
        else:
            messages.success(request, f"Saved for {team.name}. Repeats that are planned already keep their time zone.")
            return redirect("settings_teams")
    rows = Membership.objects.filter(user=user).select_related("team").order_by("-team__personal", "team__name", "pk")
    facts = {"rows": rows, "zones": time_zones(), "managers": {Role.OWNER, Role.ADMIN}, "refusal": refusal}
    return render(request, "teams/membership/teams.html", facts, status=422 if refusal else 200)


def _changed(user: User, team_id: UUID, said: QueryDict) -> Team:
    """The team with what the form says, all of it or nothing. What a page shows is what was there, so no version is
    asked for."""
    keep = {"1": True, "0": False}.get(said.get("keep_exif", ""))
    zone = said.get("time_zone")
    zone = zone if zone is None else zone.strip()
    return services.change_team(actor=user, team_id=team_id, if_match="*", time_zone=zone, keep_exif=keep)
