"""The enhancement panel on the Asset page."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from designer.assets.models import Asset
from enhancement import services
from enhancement.models import Enhancement, Status
from teams.accounts.people import person
from teams.base.errors import Forbidden, Missing, Refused

SHOWN = 8
SCALES = (2, 4)


def panel_context(request: HttpRequest, asset: Asset, refused: str = "") -> dict[str, Any]:
    rows = Enhancement.objects.visible_to(request.user).filter(source=asset).select_related("result")
    try:
        may_edit = bool(Asset.objects.for_edit(request.user, asset.pk)) and asset.trashed_at is None
    except Forbidden:
        may_edit = False
    return {
        "asset": asset,
        "enhancements": rows.order_by("-created_at")[:SHOWN],
        "live": (Status.QUEUED, Status.RUNNING),
        "may_edit": may_edit,
        "scales": [{"scale": s, "width": asset.width * s, "height": asset.height * s} for s in SCALES],
        "refused": refused,
    }


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
    if request.headers.get("X-Partial") != "1" and not refused:
        return redirect("asset", asset_id)
    asset = Asset.objects.see(request.user, asset_id)
    return render(
        request, "enhancement/_panel.html", panel_context(request, asset, refused), status=422 if refused else 200
    )


@login_required
@require_POST
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = services.cancel(actor=person(request), enhancement_id=pk)
    return redirect("asset", row.source_id)
