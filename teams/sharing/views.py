"""The pages of shares: of one thing with whom it is shared, all that a team shares, and what is shared with one."""

import re
import secrets
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, Value, When
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from teams.accounts.people import person
from teams.base.errors import Missing, Refused
from teams.base.ids import id_of
from teams.base.preconditions import etag_of
from teams.membership.models import Membership, Team
from teams.membership.ownership import visible_team, visible_teams
from teams.membership.permissions import roles_with
from teams.membership.services import change_team
from teams.review.models import ABOUT
from teams.sharing import keys, passwords, services, talking
from teams.sharing.contents import left_out
from teams.sharing.models import LIFETIME, LONGEST, NAME_LENGTH, STATES, Share, Way
from teams.sharing.wishes import confirms

ID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
PAGE: Final = 50
SHOWN: Final = 20  # in a panel
SOUGHT: Final = ("search", "kind", "way", "state")
WORDS: Final = {"asset": "image", "collection": "collection", "batch": "batch"}


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def panel(request: HttpRequest, pk: UUID, kind: str) -> HttpResponse:
    """With whom one thing is shared; a POST shares it. The answer may hold a link, which is shown this once."""
    rows: Any = Share._meta.get_field(kind).related_model
    thing = rows.objects.select_related("team").see(request.user, pk)
    made: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        try:
            row, key = services.share(actor=person(request), team_id=thing.team_id, wish=_wish(request, kind, pk))
            told = Share.objects.told().for_eyes_of(request.user).get(pk=row.pk)
            made = {"made": told, "link": keys.link_of(key) if key else ""}
        except Missing as missing:
            if missing.field != "to_team":
                raise
            made, status = {"refused": missing, "said": request.POST}, missing.status
        except Refused as refused:
            made, status = {"refused": refused, "said": request.POST}, refused.status
    partial = request.headers.get("X-Partial") == "1"
    facts = {**_panel(request, kind, thing), **made, "partial": partial}
    if not partial:  # it is said where one shares; a part of each image's page need not count for it
        facts["left_out"] = left_out(Share(team=thing.team, sharer=person(request), **{kind: thing}))
    return render(request, f"teams/sharing/{'_panel' if partial else 'panel'}.html", facts, status=status)


def _panel(request: HttpRequest, kind: str, thing: Any) -> dict[str, Any]:
    of_it = Share.objects.filter(**{kind: thing.pk})
    mine = of_it.visible_to(request.user)
    rows = mine.told().for_eyes_of(request.user)
    ended = Case(When(stands=True, then=Value(0)), default=Value(1), output_field=IntegerField())
    now = timezone.now()
    others = visible_teams(request.user).exclude(pk=thing.team_id).order_by("name", "pk")
    return {
        "kind": kind,
        "word": WORDS[kind],
        "thing": thing,
        "page_of_thing": reverse(kind, args=[thing.pk]),
        "here": request.path,
        "may_share": type(thing).objects.may_edit(request.user, thing.pk),
        "trashed": getattr(thing, "trashed_at", None) is not None,
        "links_on": thing.team.allows_share_links,
        "rows": rows.order_by(ended, "-created_at", "-id")[:SHOWN],
        "by_others": of_it.standing().exclude(pk__in=mine.values("pk")).count(),
        "others": others[:100],
        "confirms": confirms(),
        "once": secrets.token_urlsafe(24),
        "called": thing.name if kind == "collection" else "",
        "until": (now + LIFETIME).date(),
        "soonest": now.date(),
        "latest": (now + LONGEST).date() - timedelta(days=1),  # a day counts to its end
        "manages": _manages(request, thing.team),
        "length": NAME_LENGTH,
        "shortest": passwords.SHORTEST,
        "longest": passwords.LONGEST,
    }


def _manages(request: HttpRequest, team: Team) -> bool:
    """Whether one sees, and takes back, what others share: also in an archived team, where nobody may write."""
    return Membership.objects.filter(user=request.user.pk, team=team, role__in=roles_with("edit_all_work")).exists()


def _wish(request: HttpRequest, kind: str, pk: UUID) -> services.Wish:
    """What the form says. Its day ends with its last second, in UTC as the page shows it."""
    said = request.POST
    way = said.get("way", "")
    to_team = None
    if way == Way.TEAM:
        to_team = id_of(said.get("to_team", "")) or _in_address(said.get("team_address", ""))
        if to_team is None:
            remedy = "Choose one of yours, or paste the address of their team's page."
            raise Refused("no_team", "No team is named.", field="to_team", remedy=remedy)
    if way == Way.PERSON and not said.get("email", "").strip():
        raise Refused("no_address", "Name somebody.", field="email", remedy="Type their e-mail address.")
    return services.Wish(
        about=(kind, pk),
        email=said.get("email", "") if way == Way.PERSON else "",
        to_team=to_team,
        may_comment=said.get("may_comment") == "1",
        may_download=said.get("may_download") == "1",
        with_briefs=said.get("with_briefs") == "1",
        with_names=said.get("with_names") == "1",
        expires_at=_end_of_day(said.get("until", "")),
        password=said.get("password", "") if way == Way.LINK else "",
        name=said.get("name", ""),
        once=said.get("once", ""),
    )


def _in_address(said: str) -> UUID | None:
    """The id in what was pasted: the address of a team's page, or the id alone."""
    found = ID.search(said[:500])
    return id_of(found[0]) if found else None


def _end_of_day(said: str) -> datetime | None:
    if not said.strip():
        return None
    try:
        day = parse_date(said.strip())
    except ValueError:
        day = None
    if day is None:
        raise Refused("no_day", "This is no day.", field="expires_at", remedy="Write it like 2027-01-31.")
    return datetime.combine(day, time.max, UTC)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def shares(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """What a team shares: all of it for who may change everybody's work, else one's own. A POST says whether links open
    what it shares, of the version of the team that the page showed: one that stayed open undoes nobody's word."""
    user, refused = person(request), None
    team = visible_team(user, team_id)
    if request.method == "POST":
        try:
            links = _on_or_off(request.POST.get("share_links", ""))
            change_team(actor=user, team_id=team_id, if_match=request.POST.get("etag"), share_links=links)
        except Missing:
            raise
        except Refused as error:
            refused = error
        else:
            done = "Links open what is shared." if links else "Links are off: those that were given were taken back."
            messages.success(request, done)
            return redirect("team_shares", team_id)
    said = {name: request.GET.get(name, "")[:200].replace("\x00", "") for name in SOUGHT}
    rows = Share.objects.visible_to(user).filter(team=team).told().for_eyes_of(user).matching(said["search"])
    if said["kind"] in ABOUT:
        rows = rows.filter(**{f"{said['kind']}__isnull": False})
    if said["way"] in Way.values:
        rows = rows.filter(way=said["way"])
    if said["state"] in STATES:
        rows = rows.in_state(said["state"])
    facts = {
        "team": team,
        "manages": _manages(request, team),
        "etag": etag_of(team),
        "links": Share.objects.filter(team=team, way=Way.LINK, revoked_at=None, expires_at__gt=Now()).count(),
        "refused": refused,
        "page": Paginator(rows.order_by("-created_at", "-id"), PAGE).get_page(request.GET.get("page")),
        "query": urlencode(said),
        "here": request.get_full_path(),
        "kinds": list(WORDS.items()),
        "ways": Way.choices,
        "states": STATES,
        "any": any(said.values()),
        **said,
    }
    return render(request, "teams/sharing/shares.html", facts, status=refused.status if refused else 200)


def _on_or_off(said: str) -> bool:
    if said not in ("0", "1"):
        raise Refused("no_choice", "Nothing was chosen.", field="share_links", remedy="Press one of the buttons.")
    return said == "1"


@login_required
@require_POST
def one(request: HttpRequest, team_id: UUID, share_id: UUID) -> HttpResponse:
    """Take a share back (`act` revoke), or give a link another password (`act` password), and return to where that was
    asked."""
    about: dict[str, Any] = {"actor": person(request), "team_id": team_id, "share_id": share_id}
    act, password = (request.POST.get(name, "") for name in ("act", "password"))
    try:
        if act == "revoke":
            services.revoke(**about)
            messages.success(request, "Taken back: it opens nothing any more.")
        elif act == "password" and password:
            services.change(**about, if_match="*", password=password)
            messages.success(request, "It has the new password: tell it to those who have the link.")
        else:
            messages.error(request, "Nothing is changed. Type a new password, or take the share back.")
    except Missing:
        raise
    except Refused as refused:
        messages.error(request, f"{refused.message} {refused.remedy}".strip())
    back = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(back, None):
        return redirect(back)
    return redirect("team_shares", team_id)


@never_cache
@login_required
@require_GET
def shared(request: HttpRequest) -> HttpResponse:
    """What others share with oneself and one's teams."""
    rows = (
        Share.objects.standing()
        .reaching(person(request))
        .told()
        .for_eyes_of(request.user)
        .order_by("-created_at", "-id")
    )
    return render(
        request,
        "teams/sharing/shared.html",
        {"page": Paginator(rows, PAGE).get_page(request.GET.get("page")), "query": ""},
    )


@login_required
@require_POST
def decline(request: HttpRequest, share_id: UUID) -> HttpResponse:
    """Take off one's list what somebody shared."""
    talking.decline(actor=person(request), share_id=share_id)
    messages.success(request, "It is off your list. Whoever shared it is not told.")
    return redirect("shared_list")
