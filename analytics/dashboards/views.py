"""The pages of boards: which there are, and one with its figures, to be looked at and to be arranged."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from analytics import asking, periods, presenting, queries
from analytics.answers import Question
from analytics.dashboards import boards, services
from analytics.dashboards.models import DAYS, NAME_LENGTH, Dashboard
from designer.ledger.models import EntryKind
from teams.accounts.models import User
from teams.accounts.people import person
from teams.base.errors import Refused
from teams.base.preconditions import etag_of
from teams.membership.models import Membership, Team
from teams.membership.ownership import teams_where, visible_teams

BEGINNING: Final = ("figures", "cost_time", "liked_time")  # what a new board holds


@login_required
@require_http_methods(["GET", "POST"])
def dashboards(request: HttpRequest) -> HttpResponse:
    actor, refusal = person(request), ""
    if request.method == "POST":
        try:
            row = services.create(
                actor=actor, team_id=_id_in(request.POST.get("team", "")), name=request.POST.get("name", ""),
                shared=request.POST.get("shared") == "1", widgets=[{"kind": kind} for kind in BEGINNING],
            )  # fmt: skip
            return redirect("dashboard", row.pk)
        except Refused as refused:
            if refused.status == 404:
                raise
            refusal = f"{refused.message} {refused.remedy}"
    rows = Dashboard.objects.visible_to(actor).select_related("team", "owner").order_by("name", "pk")
    facts = {
        "rows": [(row, len(row.widgets)) for row in rows],
        "teams": _working_teams(actor),
        "refusal": refusal,
        "name": request.POST.get("name", ""),
        "length": NAME_LENGTH,
    }
    return render(request, "analytics/dashboards/dashboards.html", facts, status=422 if refusal else 200)


@login_required
@require_GET
def dashboard(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = person(request)
    row: Dashboard = Dashboard.objects.select_related("team", "owner").see(actor, pk)
    may_edit = Dashboard.objects.may_edit(actor, pk)
    ask = _question(actor, row, request.GET.get("days", ""), compare=request.GET.get("compare") == "previous")
    facts = {
        "board": row,
        "widgets": boards.shown(row.widgets, ask),
        "about": queries.about_of(ask),
        "days": ask.period.days,
        "ranges": DAYS,
        "compare": ask.compare,
        "may_edit": may_edit,
        "editing": may_edit and request.GET.get("edit") == "1",
        "costs_of": ask.scope.costs_of,
        "length": NAME_LENGTH,
        **(_choices(actor, row) if may_edit and request.GET.get("edit") == "1" else {}),
    }
    partial = request.headers.get("X-Partial") == "1"
    return render(request, f"analytics/dashboards/{'_widgets' if partial else 'dashboard'}.html", facts)


@login_required
@require_POST
def act(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Name, share, set, delete it; put a widget on it, or take one away."""
    actor, deed = person(request), request.POST.get("do", "")
    Dashboard.objects.for_edit(actor, pk)
    try:
        if deed == "delete":
            services.delete(actor=actor, dashboard_id=pk)
            messages.success(request, "The board is deleted; no figures are.")
            return redirect("dashboards")
        _do(actor, pk, deed, request)
    except Refused as refused:
        messages.error(request, f"{refused.message} {refused.remedy}")
    return _back(pk)


def _do(actor: User, pk: UUID, deed: str, request: HttpRequest) -> None:
    said = request.POST
    if deed == "keep":
        days = said.get("days", "")
        changes: dict[str, Any] = {"name": said.get("name", "")}
        changes["days"] = int(days) if days.isdecimal() and len(days) < 5 else 0
        if Dashboard.objects.see(actor, pk).owner_id == actor.pk:  # nobody else was asked
            changes["shared"] = said.get("shared") == "1"
        services.change(actor=actor, dashboard_id=pk, if_match=said.get("version", ""), said=changes)
    elif deed == "add":
        names = ("kind", *sorted({name for kind in boards.KINDS.values() for name in kind.takes}))
        services.add(actor=actor, dashboard_id=pk, widget={name: said.get(name, "").strip() for name in names})
    elif deed == "remove":
        services.remove(actor=actor, dashboard_id=pk, widget_id=said.get("widget", ""))
    else:
        raise Refused("unknown_deed", "That cannot be done with a board.", field="do", remedy="Reload the page.")


@login_required
@require_POST
def arrange(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Move a widget to another's place: by name and number from script, by one from the buttons."""
    actor, said = person(request), request.POST
    row: Dashboard = Dashboard.objects.for_edit(actor, pk)
    order = [each["id"] for each in row.widgets]
    widget = said.get("earlier") or said.get("later") or said.get("widget") or ""
    step = -1 if said.get("earlier") else 1 if said.get("later") else 0
    place = said.get("position", "")
    position = order.index(widget) + 1 + step if step and widget in order else 1
    if not step:
        position = int(place) if place.isdecimal() and len(place) < 4 else 1
    services.place(actor=actor, dashboard_id=pk, widget_id=widget, position=position)
    if request.headers.get("X-Partial") == "1":
        return HttpResponse(status=204)
    return _back(pk)


def _back(pk: UUID) -> HttpResponse:
    answer = redirect("dashboard", pk)
    answer["Location"] += "?edit=1#widgets"
    return answer


def _question(actor: User, row: Dashboard, said: str, *, compare: bool) -> Question:
    """Of the team's figures, as far as `actor` may see them: whoever made the board lends nobody their eyes."""
    days = int(said) if said in {str(each) for each in DAYS} else row.days
    scope = queries.scope_of(actor, row.team_id)
    zone = asking.zone_of(actor, scope)
    last = periods.day_of(timezone.now(), zone)
    asked = {"from": last - timedelta(days=days - 1), "to": last, "timezone": zone}
    return asking.question(actor, {**asked, "compare": "previous" if compare else ""}, row.team_id)


def _choices(actor: User, row: Dashboard) -> dict[str, Any]:
    """What a new widget may be, and be narrowed to."""
    members = Membership.objects.filter(team=row.team_id).select_related("user").order_by("created_at")
    return {
        "version": etag_of(row),
        "owns": row.owner_id == actor.pk,
        "kinds": [(name, kind.title, " ".join(kind.takes)) for name, kind in boards.KINDS.items()],
        "members": [(each.user_id, each.user.shown_name) for each in members],
        "costs": [(value, presenting.KINDS.get(value, value)) for value in EntryKind.values],
        "full": len(row.widgets) >= services.WIDGETS,
        "most": services.WIDGETS,
    }


def _working_teams(user: User) -> list[Team]:
    found = visible_teams(user).filter(pk__in=teams_where(user, "create_work"))
    return list(found.order_by("-personal", "name"))


def _id_in(said: str) -> UUID | None:
    try:
        return UUID(said) if said else None
    except ValueError:
        raise Refused("unknown_team", "There is no such team.", field="team", remedy="Choose one of yours.") from None
