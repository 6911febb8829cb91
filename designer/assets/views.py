"""Parts of pages that are about one image: what its file says of itself, and back among those shown."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from designer.assets import services, versions
from designer.assets.models import Asset
from designer.assets.presenting import origin_shown, report_shown
from teams.accounts.people import person
from teams.base.errors import Forbidden, Missing, Refused


@login_required
@require_GET
def provenance(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The file read again, now: its facts and its signature."""
    asset = Asset.objects.see(request.user, pk)
    context = {"asset": asset, "origin": origin_shown(asset)}
    try:
        context |= report_shown(services.provenance_report(asset))
    except Missing:
        raise
    except Refused as refused:  # the storage is away or the file gone: said in place, the page stays
        context["refused"] = f"{refused.message} {refused.remedy}".strip()
    return render(request, "designer/assets/_provenance.html", context)


@login_required
@require_POST
def use(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let this version stand for the image. The message that follows can undo it."""
    root, before = versions.use_version(actor=person(request), asset_id=pk)
    words = "The original is in use again." if root.chosen_id is None else "This version is in use now."
    undo = f"use:{before}" if before != pk else ""
    messages.success(request, f"{words} Nothing was deleted.", extra_tags=undo)
    return redirect("asset", pk)


@login_required
@require_POST
def name(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The page shows what is there, so a name typed on it means whatever the version is called by now."""
    try:
        versions.name_version(
            actor=person(request), asset_id=pk, name=request.POST.get("version_name", ""), if_match="*"
        )
    except (Missing, Forbidden):
        raise
    except Refused as refused:
        messages.error(request, f"{refused.message} {refused.remedy}".strip())
    return redirect("asset", pk)


@login_required
@require_POST
def promote(request: HttpRequest, pk: UUID) -> HttpResponse:
    asset = services.promote(actor=person(request), asset_id=pk)
    messages.success(request, "Shown among the others now.")
    return redirect("generation", asset.generation_id) if asset.generation_id else redirect("asset", asset.pk)
