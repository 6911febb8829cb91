"""The pages of who may do what in a team, and of what was done."""

from datetime import date
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from teams.accounts.people import person
from teams.membership import audit_log
from teams.membership.models import Membership, Role
from teams.membership.ownership import visible_team
from teams.membership.permissions import CODES, may

PAGE: Final = 50
SOUGHT: Final = ("search", "action", "since", "until")
RIGHTS: Final = {  # what each permission means, in the order of the page
    "view_team": "See the team and its members",
    "view_work": "See all work, live; download it",
    "create_work": "Make generations, batches, enhancements, collections; upload; comment; review",
    "edit_own_work": "Change, share, trash and restore one's own work",
    "edit_all_work": "Change, share, trash and restore everybody's work",
    "view_billing": "See costs and budgets",
    "manage_members": "Invite, remove, change roles; read the audit log",
    "change_team": "Change the team's name and settings",
    "delete_team": "Make and unmake owners",
}


@never_cache
@login_required
@require_GET
def log(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """What was done in the team, to be searched. For owners and admins."""
    user = person(request)
    every = audit_log.entries_of(user, team_id)
    said = {name: request.GET.get(name, "")[:200].replace("\x00", "") for name in SOUGHT}
    rows = audit_log.found(
        every, search=said["search"], action=said["action"], since=_day(said["since"]), until=_day(said["until"])
    )
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    names = audit_log.names_in(page.object_list)
    facts = {
        "team": visible_team(user, team_id),
        "page": page,
        "lines": [(row, audit_log.told(row, names)) for row in page],
        "actions": [(each, audit_log.WORDS.get(each, each)) for each in audit_log.actions_of(every)],
        "query": urlencode(said),
        **said,
    }
    return render(request, "teams/membership/audit.html", facts)


def _day(said: str) -> date | None:
    try:
        return parse_date(said)
    except ValueError:
        return None


@login_required
@require_GET
def rights(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """Who may do what: the permissions of each role, as they are asked for, and who has it."""
    user = person(request)
    team = visible_team(user, team_id)
    own = Membership.objects.filter(team=team, user=user).first()
    facts = {
        "team": team,
        "own": own,
        "manages": may(user, "manage_members", team),
        "roles": list(Role),
        "lines": [(told, [(role, code in CODES[role]) for role in Role]) for code, told in RIGHTS.items()],
    }
    return render(request, "teams/membership/rights.html", facts)
