"""Settings > Teams: whose you are in, and the time zone in which each team's repeats are meant."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from teams.accounts.people import person
from teams.accounts.services import time_zones
from teams.base.errors import Missing, Refused
from teams.base.ids import named
from teams.membership import services
from teams.membership.models import Membership, Role


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def teams(request: HttpRequest) -> HttpResponse:
    """One's teams; a POST gives one of them a time zone."""
    user, refusal = person(request), ""
    if request.method == "POST":
        try:
            team = services.set_time_zone(
                actor=user, team_id=named(request.POST.get("team", "")), zone=request.POST.get("time_zone", "").strip()
            )
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
