"""The compare page: two to four images, moved and enlarged together."""

import re
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from designer.assets.models import Asset
from designer.generations.comparing import LEAST, MOST, lines_of, prompts_of
from designer.personas.models import Feedback
from teams.base.ids import words_of

WORD = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def chosen(said: list[str]) -> list[UUID]:
    """The ids that were meant, each once, in order."""
    return list(dict.fromkeys(UUID(word) for word in words_of(said) if WORD.fullmatch(word)))


@login_required
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """From the gallery's boxes to an address that can be kept."""
    ids = chosen(request.POST.getlist("asset"))
    if not LEAST <= len(ids) <= MOST:
        messages.error(request, f"Select {LEAST} to {MOST} images to compare; you selected {len(ids)}.")
        return redirect("gallery")
    return redirect(f"{reverse('compare')}?{urlencode([('asset', pk) for pk in ids])}")


@login_required
@require_GET
def compare(request: HttpRequest) -> HttpResponse:
    named = chosen(request.GET.getlist("asset"))
    ids = named[:MOST]
    if len(named) > MOST:
        messages.warning(request, f"{MOST} images are compared at once; the address names {len(named)}.")
    rows = Asset.objects.visible_to(request.user).kept().filter(pk__in=ids).select_related("generation")
    rows = rows.prefetch_related("generation__stages")
    found = {asset.pk: asset for asset in rows}
    assets = [found[pk] for pk in ids if pk in found]
    said = Feedback.objects.filter(owner=request.user.pk, asset__in=assets).values_list("asset_id", "kind")
    shown = [
        {"asset": asset, "pieces": pieces, "said": {kind for pk, kind in said if pk == asset.pk}}
        for asset, pieces in zip(assets, prompts_of(assets), strict=True)
    ]
    context = {
        "shown": shown,
        "lines": lines_of(assets),
        "enough": len(assets) >= LEAST,
        "missing": len(ids) - len(assets),
    }
    return render(request, "designer/gallery/compare.html", context)
