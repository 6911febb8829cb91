"""A team's page: its people and their roles, who is invited, and what those who manage them may do about it."""

from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from allauth.account import app_settings
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from teams.accounts.people import person
from teams.base.errors import Missing, Refused
from teams.membership import closing, invitations, services
from teams.membership.models import Invitation, Membership, Role, Team, TeamAvatar
from teams.membership.ownership import visible_team
from teams.membership.permissions import may

PAGE: Final = 50
MEANS: Final = {
    Role.OWNER: "everything, also to make and unmake owners",
    Role.ADMIN: "manage members and settings, change everybody's work",
    Role.EDITOR: "make work and change their own",
    Role.VIEWER: "look",
}


@never_cache
@login_required
@require_GET
def members(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """Who belongs to the team, to be searched; for who manages them also who is invited."""
    return _page(request, visible_team(person(request), team_id))


def _page(request: HttpRequest, team: Team, status: int = 200, **more: object) -> HttpResponse:
    search = request.GET.get("search", "")[:200].replace("\x00", "")
    role = request.GET.get("role", "") if request.GET.get("role", "") in Role.values else ""
    user = person(request)
    own = Membership.objects.filter(team=team, user=user).first()
    if own is None:  # removed since
        raise Missing(message="There is no such team.", remedy="Check the address, or ask for access.")
    manages = may(user, "manage_members", team)
    facts = {
        "team": team,
        "avatar": TeamAvatar.objects.filter(team=team).values_list("sha256", flat=True).first(),
        "own": own,
        "manages": manages,
        "page": Paginator(_found(team, search, role), PAGE).get_page(request.GET.get("page")),
        "query": urlencode({"search": search, "role": role}),
        "search": search,
        "role": role,
        "roles": [(each, MEANS[each]) for each in Role],
        "grants": [each for each in Role if own.role == Role.OWNER or each != Role.OWNER],
        "open": Paginator(_open(team), PAGE).get_page(request.GET.get("invited")) if manages else [],
        "mails": bool(settings.EMAIL_HOST),
        "confirms": app_settings.EMAIL_VERIFICATION == "mandatory",
        "days": invitations.LIFETIME.days,
        **more,
    }
    return render(request, "teams/membership/members.html", facts, status=status)


def _found(team: Team, search: str, role: str) -> QuerySet[Membership]:
    rows = Membership.objects.filter(team=team).select_related("user")
    if search:
        rows = rows.filter(Q(user__name__icontains=search) | Q(user__email__icontains=search))
    return (rows.filter(role=role) if role else rows).order_by("created_at", "id")


def _open(team: Team) -> QuerySet[Invitation]:
    """Those that still let in, and those whose time is over."""
    rows = Invitation.objects.filter(team=team, accepted_at=None, revoked_at=None)
    return rows.select_related("inviter").order_by("-created_at", "-id")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """Invite somebody. The answer may hold a link that is shown once; read again, the address leads to the members."""
    team = visible_team(person(request), team_id)
    if request.method != "POST":
        return _members(request, team)
    said = {name: request.POST.get(name, "") for name in ("email", "role")}
    by_mail = request.POST.get("way") != "link"
    try:
        row, key = invitations.invite(actor=person(request), team_id=team_id, by_mail=by_mail, **said)
    except Missing:
        raise
    except Refused as refused:
        return _page(request, team, refused.status, refused=refused, said={**said, "by_mail": by_mail})
    return _made(request, team, row, key)


def _members(request: HttpRequest, team: Team) -> HttpResponse:
    return redirect(f"{reverse('members', args=[team.pk])}?{request.GET.urlencode()}")


def _made(request: HttpRequest, team: Team, row: Invitation, key: str) -> HttpResponse:
    """By mail, the page with a word about it; else the page with the link, this once."""
    if row.by_mail:
        messages.success(request, f"A mail goes to {row.email}.")
        return redirect("members", team.pk)
    return _page(request, team, made=row, link=invitations.link_of(key))


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def invited(request: HttpRequest, team_id: UUID, invitation_id: UUID) -> HttpResponse:
    """Send an invitation again, or take it back."""
    actor = person(request)
    team = visible_team(actor, team_id)
    if request.method != "POST":
        return _members(request, team)
    try:
        if "revoke" in request.POST:
            row = invitations.revoke(actor=actor, team_id=team_id, invitation_id=invitation_id)
            messages.success(request, f"The invitation of {row.email} was taken back.")
            return redirect("members", team_id)
        return _made(request, team, *invitations.renew(actor=actor, team_id=team_id, invitation_id=invitation_id))
    except Missing:
        raise
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("members", team_id)


@login_required
@require_POST
def member(request: HttpRequest, team_id: UUID, user_id: UUID) -> HttpResponse:
    """Give a member another role, or remove them; oneself by `leave`."""
    actor = person(request)
    try:
        if "remove" in request.POST:
            services.remove_member(actor=actor, team_id=team_id, user_id=user_id)
            messages.success(request, "The member was removed. What they made stays.")
        else:
            role = services.known_role(request.POST.get("role", ""))
            row = services.change_role(actor=actor, team_id=team_id, user_id=user_id, role=role)
            messages.success(request, f"{row.user.shown_name} is {row.get_role_display().lower()} now.")
    except Missing:
        raise
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("members", team_id)


@login_required
@require_POST
def leave(request: HttpRequest, team_id: UUID) -> HttpResponse:
    team = closing.seen(person(request), team_id).team
    try:
        services.leave_team(actor=person(request), team_id=team_id)
    except Missing:
        raise
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("team_life" if team.ends_at else "members", team_id)
    messages.success(request, f"You have left {team.name}. What you made there stays with it.")
    return redirect("settings_teams")
