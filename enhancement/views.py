"""Enhancements on pages: the panel of an image, and the list of all."""

from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from designer.assets.models import Asset
from designer.generations.compare_views import chosen
from designer.generations.views import is_partial
from enhancement import following, presets, services
from enhancement.framings import over_result
from enhancement.models import Enhancement, Status
from enhancement.presenting import row_shown
from enhancement.waiting import Queue
from teams.accounts.people import person
from teams.base.errors import Forbidden, Missing, Refused
from teams.base.lists import after, mark_of
from teams.membership.ownership import visible_teams
from teams.membership.permissions import may

SHOWN: Final = 8
SCALES: Final = (2, 4)
PAGE: Final = 20
TEAMS: Final = 20  # whose settings are shown


def panel_context(request: HttpRequest, asset: Asset, refused: str = "") -> dict[str, Any]:
    rows = Enhancement.objects.visible_to(request.user).filter(source=asset).select_related("result")
    queue = Queue()
    made = Enhancement.objects.filter(result=asset).order_by("created_at").first()
    return {
        "asset": asset,
        "guides": over_result(made.facts.get("operations", [])) if made else None,
        "enhancements": [row_shown(row, queue) for row in rows.order_by("-created_at")[:SHOWN]],
        "may_edit": may_edit(request.user, asset),
        "scales": [{"scale": s, "width": asset.width * s, "height": asset.height * s} for s in SCALES],
        "refused": refused,
    }


def may_edit(user: Any, asset: Asset) -> bool:
    """Whether something may be made of it, by this person and now."""
    return Asset.objects.may_edit(user, asset.pk) and asset.trashed_at is None


@login_required
@require_GET
def panel(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    asset = Asset.objects.see(request.user, asset_id)
    return render(request, "enhancement/_panel.html", panel_context(request, asset))


@login_required
@require_POST
def enhance(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    scale = request.POST.get("scale", "")
    operations = [{"name": "upscale", "scale": int(scale) if scale.isdecimal() and len(scale) < 4 else scale[:20]}]
    refused = ""
    try:
        services.request_enhancement(actor=person(request), asset_id=asset_id, operations=operations)
    except (Missing, Forbidden):
        raise
    except Refused as refusal:
        refused = f"{refusal.message} {refusal.remedy}".strip()
    if not is_partial(request) and not refused:
        return redirect("asset", asset_id)
    asset = Asset.objects.see(request.user, asset_id)
    return render(
        request, "enhancement/_panel.html", panel_context(request, asset, refused), status=422 if refused else 200
    )


@login_required
@require_GET
def enhancements(request: HttpRequest) -> HttpResponse:
    """All enhancements of one's teams, newest first."""
    said = {name: request.GET.get(name, "").strip()[:200] for name in ("q", "status")}
    rows = Enhancement.objects.visible_to(request.user).select_related("source", "result", "owner")
    rows = rows.matching(said["q"]) if said["q"] else rows
    rows = rows.filter(status=said["status"]) if said["status"] in Status.values else rows
    page = list(after(rows, request.GET.get("after", "")).first_in("-created_at", "-id", limit=PAGE + 1))
    more, page, queue = len(page) > PAGE, page[:PAGE], Queue()
    mark = mark_of(page[-1]) if more else ""
    context = {
        "rows": [row_shown(row, queue) for row in page],
        "next_url": f"{request.path}?{urlencode({**said, 'after': mark})}" if more else "",
        "said": said,
        "filtered": any(said.values()),
        "statuses": Status.choices,
        "usuals": [] if is_partial(request) else _usuals(request),
    }
    name = "enhancement/_rows.html" if is_partial(request) else "enhancement/list.html"
    return render(request, name, context)


def _usuals(request: HttpRequest) -> list[dict[str, Any]]:
    """Per team that the reader may change: what follows each of its generations, and what could."""
    actor = person(request)
    teams = [team for team in visible_teams(actor).order_by("-personal", "name") if may(actor, "change_team", team)]
    return [
        {
            "team": team,
            "now": following.usual_of(actor=actor, team_id=team.pk),
            "choices": presets.choices(actor, team.pk),
        }
        for team in teams[:TEAMS]
    ]


@login_required
@require_POST
def usual(request: HttpRequest) -> HttpResponse:
    """Set what follows each generation of a team."""
    team, preset = (chosen(request.POST.getlist(name)) for name in ("team", "preset"))
    if not team:
        raise Missing(message="There is no such team.")
    kept = following.set_usual(actor=person(request), team_id=team[0], preset_id=preset[0] if preset else None)
    messages.success(request, f"From now on: {kept.name}." if kept else "From now on nothing follows.")
    return redirect("enhancements")


@login_required
@require_GET
def row(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = Enhancement.objects.see(request.user, pk)
    return render(request, "enhancement/_row.html", {"each": row_shown(found, Queue())})


@login_required
@require_POST
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = services.cancel(actor=person(request), enhancement_id=pk)
    return _back(request, found)


@login_required
@require_POST
def retry(request: HttpRequest, pk: UUID) -> HttpResponse:
    try:
        made = services.retry(actor=person(request), enhancement_id=pk, declared="rights" in request.POST)
    except (Missing, Forbidden):
        raise
    except Refused as refusal:
        messages.error(request, f"{refusal.message} {refusal.remedy}".strip())
        return _back(request, Enhancement.objects.see(request.user, pk))
    messages.success(request, "Queued again.")
    return _back(request, made)


def _back(request: HttpRequest, found: Enhancement) -> HttpResponse:
    return redirect("enhancements") if request.POST.get("from") == "list" else redirect("asset", found.source_id)
