"""Parts of pages that are about one image: what its file says of itself, and back among those shown."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from designer.assets import services
from designer.assets.models import Asset
from designer.assets.presenting import origin_shown, report_shown
from teams.accounts.people import person
from teams.base.errors import Missing, Refused


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
def promote(request: HttpRequest, pk: UUID) -> HttpResponse:
    asset = services.promote(actor=person(request), asset_id=pk)
    messages.success(request, "Shown among the others now.")
    return redirect("generation", asset.generation_id) if asset.generation_id else redirect("asset", asset.pk)
