"""Two versions of an image on a page of their own, and the figures beside them."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from designer.assets.models import Asset
from designer.assets.versions import versions_of
from designer.generations.compare_views import chosen
from designer.generations.comparing import lines_of, prompts_of
from enhancement import comparing
from enhancement.models import Enhancement
from enhancement.presenting import comparison_shown, steps_shown, versions_shown
from enhancement.views import may_edit
from teams.accounts.people import person
from teams.base.errors import Missing, Refused


@login_required
@require_GET
def versus(request: HttpRequest, pk: UUID, before: UUID) -> HttpResponse:
    """Two images, whatever they have to do with each other, and how their words and their making differ; the form on
    the page asks for others."""
    wished = [chosen(request.GET.getlist(name)) for name in ("before", "after")]
    if all(wished):
        return redirect("versus", wished[1][0], wished[0][0])
    one, other = comparing.pair(request.user, before, pk)
    sides = [("Before", one), ("After", other)]
    context = {
        "before": one,
        "after": other,
        "prompts": [(name, pieces) for (name, _), pieces in zip(sides, prompts_of([one, other]), strict=True)],
        "lines": [line for line in lines_of([one, other]) if line.name != "Size"],  # it stands above
    }
    return render(request, "enhancement/versus.html", context)


@login_required
@require_GET
def strip(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All versions of an image, with what may be done with them."""
    asset = Asset.objects.see(request.user, pk)
    found = versions_of(request.user, asset)
    made = Enhancement.objects.filter(result__in=found).order_by("created_at")
    context = {
        "asset": asset,
        "lines": versions_shown(found, asset, {row.result_id: row for row in made}),
        "may_edit": may_edit(request.user, asset),
    }
    return render(request, "enhancement/_versions.html", context)


@login_required
@require_GET
def figures(request: HttpRequest, pk: UUID, before: UUID) -> HttpResponse:
    """The figures as a part of a page, and what the steps said that made the later one; what cannot be measured is said
    in place."""
    context: dict[str, Any] = {}
    try:
        context = comparison_shown(comparing.measure(actor=person(request), before_id=before, after_id=pk))
    except Missing:
        raise
    except Refused as refused:
        context = {"reason": f"{refused.message} {refused.remedy}".strip()}
    made = Enhancement.objects.visible_to(request.user).filter(result=pk).order_by("created_at").first()
    context["steps"] = steps_shown(made) if made else []
    return render(request, "enhancement/_figures.html", context)
