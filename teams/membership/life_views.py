"""A team as a whole, for people: its slug and picture, what it uses, who owns it, its rest and its end."""

from collections.abc import Callable
from functools import partial
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from teams.accounts.models import User
from teams.accounts.people import person
from teams.accounts.proofs import still
from teams.base.errors import Missing, Refused
from teams.base.ids import id_of
from teams.base.preconditions import etag_of
from teams.base.streams import Streamed
from teams.membership import closing, defaults, exporting, handing_over, services, slugs
from teams.membership.models import Membership, Role, Team, TeamAvatar
from teams.membership.ownership import visible_team
from teams.membership.permissions import may
from teams.membership.plan import limits_of, use_of

HEIRS: Final = 500  # of more the page offers the first; the API takes any


@never_cache
@login_required
@require_GET
def life(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """How the team stands, for every member; what its owners may do about it."""
    return _page(request, team_id)


def _page(request: HttpRequest, team_id: UUID, status: int = 200, **more: object) -> HttpResponse:
    own = closing.seen(person(request), team_id)
    team, owns = own.team, own.role == Role.OWNER
    heirs = Membership.objects.filter(team=team, user__is_active=True).exclude(user=own.user_id)
    facts = {
        "team": team,
        "own": own,
        "owns": owns,
        "changes": may(person(request), "change_team", team),
        "heirs": heirs.select_related("user").order_by("user__name", "pk")[:HEIRS] if owns else [],
        "lower": [role for role in Role if role != Role.OWNER],
        "avatar": None if team.ends_at else _avatar(team),  # of a deleted one nothing is shown
        "limits": limits_of(team),
        "use": use_of(team),
        "days": closing.GRACE.days,
        "slug_days": slugs.LEADS_ON.days,
        "longest": slugs.LONGEST,
        **more,
    }
    return render(request, "teams/membership/life.html", facts, status=status)


def _avatar(team: Team) -> str | None:
    return TeamAvatar.objects.filter(team=team).values_list("sha256", flat=True).first()


@login_required
@require_POST
def slug(request: HttpRequest, team_id: UUID) -> HttpResponse:
    said = request.POST.get("slug", "")
    change = partial(services.change_team, if_match="*", slug=said)
    return _done(request, team_id, change, "The team's address is changed.", said=said)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def usual(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """What holds in the team where nobody says otherwise; a POST changes it. Where else its settings are."""
    team, refused = visible_team(person(request), team_id), None
    if request.method == "POST":
        values = {name: request.POST[name] for name in defaults.DEFAULTS if name in request.POST}
        try:
            if_match = request.POST.get("etag", "")
            defaults.change(actor=person(request), team_id=team_id, if_match=if_match, values=values)
        except Missing:
            raise
        except Refused as error:
            refused = error
        else:
            messages.success(request, f"Saved for {team.name}.")
            return redirect("team_defaults", team_id)
    facts = {
        "team": team,
        "avatar": _avatar(team),
        "changes": may(person(request), "change_team", team),
        "lines": defaults.shown(team),
        "etag": etag_of(team),
        "refused": refused,
    }
    return render(request, "teams/membership/defaults.html", facts, status=refused.status if refused else 200)


@login_required
@require_POST
def archive(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """Archive it, or with `back` let it be worked in again."""
    if "back" in request.POST:
        return _done(request, team_id, closing.unarchive, "The team can be worked in again.")
    return _done(request, team_id, closing.archive, "The team is archived: everybody looks, nobody writes.")


@login_required
@require_POST
def delete(request: HttpRequest, team_id: UUID) -> HttpResponse:
    typed = request.POST.get("name", "")
    deed = partial(closing.delete, name=typed)
    return _done(request, team_id, deed, "The team is deleted. Until its last day you can restore it.", typed=typed)


@login_required
@require_POST
def restore(request: HttpRequest, team_id: UUID) -> HttpResponse:
    return _done(request, team_id, closing.restore, "The team is back.")


@login_required
@require_POST
def hand_over(request: HttpRequest, team_id: UUID) -> HttpResponse:
    deed = partial(_hand_over, said=request.POST)
    return _done(request, team_id, deed, "You have handed the team over, and own it no more.")


def _hand_over(*, actor: User, team_id: UUID, said: QueryDict) -> None:
    heir = id_of(said.get("user", ""))
    if heir is None:
        raise Refused("no_heir", "Nobody is named.", field="user", remedy="Choose the new owner.")
    handing_over.hand_over(actor=actor, team_id=team_id, user_id=heir, own_role=said.get("own_role", ""))


def _done(request: HttpRequest, team_id: UUID, deed: Callable[..., object], done: str, **said: object) -> HttpResponse:
    try:
        deed(actor=person(request), team_id=team_id)
    except Missing:
        raise
    except Refused as refused:
        closing.seen(person(request), team_id)
        return _page(request, team_id, refused.status, refused=refused, **said)
    messages.success(request, done)
    return redirect("team_life", team_id)


@never_cache
@login_required
@require_GET
def export(request: HttpRequest, team_id: UUID) -> HttpResponseBase:
    """All of it, as a ZIP that is made while it is sent; the page says why where it is not."""
    try:
        team, blocks = exporting.begin(actor=person(request), team_id=team_id)
    except Missing:
        raise
    except Refused as refused:
        return _page(request, team_id, refused.status, refused=refused)
    return Streamed(
        blocks,
        allowed=still(request, partial(closing.owned, team_id=team_id)),
        content_type="application/zip",
        name=f"{team.slug}.zip",
    )


@login_required
@require_GET
def by_slug(request: HttpRequest, slug: str) -> HttpResponse:
    """Where a team's address, also one it had until lately, leads."""
    return redirect("members", slugs.found(person(request), slug).pk)
