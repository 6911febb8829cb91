"""The builder's trial: the recipe, alone or beside another one, on a small part of the first image."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from designer.generations.compare_views import chosen
from designer.generations.views import is_partial
from enhancement import presets, previews, rights
from enhancement.builder import LONGEST
from enhancement.builder_views import Draft, draft_sent
from enhancement.cropping import Spot
from enhancement.models import EnhancementPreview
from enhancement.operations.watermark import NAME as WATERMARK
from enhancement.presenting import preview_shown
from enhancement.previews import Trial
from enhancement.waiting import Queue
from teams.accounts.people import person
from teams.base.errors import Missing, Refused

THIS, EARLIER = "This recipe", "The recipe before"


@login_required
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Try what the form says. A refusal is said in place."""
    draft = draft_sent(request)
    try:
        if not draft.assets:
            raise Refused("no_image", "There is no image to try it on.", remedy="Choose one first.")
        made = previews.request_preview(
            actor=person(request), asset_id=draft.assets[0], trials=_trials(request, draft), spot=_spot(request)
        )
    except Refused as refused:
        if isinstance(refused, Missing) and not str(refused.field).startswith("recipes"):
            raise
        lines = refused.facts.get("lines") or [{"message": f"{refused.message} {refused.remedy}".strip()}]
        words = " ".join(line["message"] for line in lines)
        return _shown(request, {"refused": words}, code=refused.status)
    if not is_partial(request):
        return redirect("preview", made.pk)
    return _shown(request, {"row": made, **preview_shown(made, Queue())})


def _trials(request: HttpRequest, draft: Draft) -> list[Trial]:
    """This recipe, and the one that it is held against: a preset, or what was tried before."""
    trials = [Trial(operations=draft.recipe, name=THIS)]
    beside = request.POST.get("beside", "")
    if beside == "earlier" and (named := chosen(request.POST.getlist("earlier"))):
        before = EnhancementPreview.objects.see(request.user, named[0]).recipes[0]
        declared = f"{WATERMARK}.{rights.DECLARATION}" in request.POST
        trials.append(Trial(operations=rights.declared_anew(before["operations"], declared), name=EARLIER))
    elif named := chosen([beside]):
        preset = presets.find(person(request), named[0])
        trials.append(Trial(operations=preset.operations, name=preset.name))
    return trials


def _spot(request: HttpRequest) -> Spot | None:
    try:
        x, y = (float(request.POST.get(name, "")[:LONGEST]) for name in ("spot_x", "spot_y"))
    except ValueError:
        return None
    return (x, y) if 0 <= x <= 1 and 0 <= y <= 1 else None


@login_required
@require_GET
def preview(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = EnhancementPreview.objects.see(request.user, pk)
    return _shown(request, {"row": row, **preview_shown(row, Queue())})


@login_required
@require_POST
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    previews.cancel(actor=person(request), preview_id=pk)
    return redirect("preview", pk)


def _shown(request: HttpRequest, context: dict[str, Any], code: int = 200) -> HttpResponse:
    name = "enhancement/_preview.html" if is_partial(request) else "enhancement/preview.html"
    return render(request, name, context, status=code)
