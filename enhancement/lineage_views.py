"""The family of an image on a page: a list in lists, so that it is a tree to everybody, and two of it compared."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from designer.assets.models import Asset
from designer.generations import comparing
from designer.generations.compare_views import chosen
from designer.generations.views import is_partial
from designer.realtime.log import head
from enhancement import lineage
from enhancement.lineage import FEW, MOST, Lineage, Node, Step
from teams.accounts.people import person


@never_cache
@login_required
@require_GET
def family(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All of it, or as a part of the image's own page the nearest. Both have one address: a browser that goes back must
    not find the part in its memory."""
    at = head(f"asset:{pk}").seq  # before anything is read: what comes later is news to the page
    asset = Asset.objects.see(request.user, pk)
    limit, alone = _limit(request.GET.get("limit", "")), request.GET.get("alone") == "1"
    found = lineage.lineage_of(person(request), asset, limit=limit, alone=alone)
    context = {
        "at": at,
        "asset": asset,
        "tree": tree_shown(found, asset.pk),
        "count": found.count,
        "alone": alone,
        "is_cut": found.is_cut,
        "next_limit": min(2 * limit, MOST) if found.is_cut and limit < MOST else None,
        "one": found.count == 1 and not found.is_cut,
    }
    name = "enhancement/_lineage.html" if is_partial(request) else "enhancement/lineage.html"
    return render(request, name, context)


def _limit(said: str) -> int:
    return min(max(int(said), 1), MOST) if said.isascii() and said.isdigit() and len(said) < 5 else FEW


@login_required
@require_GET
def compare(request: HttpRequest, pk: UUID) -> HttpResponse:
    """From the boxes of the tree to the page that compares two of them, or up to four."""
    Asset.objects.see(request.user, pk)
    picked = Asset.objects.visible_to(request.user).kept().filter(pk__in=chosen(request.GET.getlist("pick")))
    found = list(picked.order_by("created_at", "pk").values_list("pk", flat=True)[: comparing.MOST + 1])
    if len(found) == 2:
        return redirect("versus", found[1], found[0])
    if comparing.LEAST <= len(found) <= comparing.MOST:
        return redirect(f"{reverse('compare')}?{'&'.join(f'asset={each}' for each in found)}")
    messages.error(request, f"Tick {comparing.LEAST} to {comparing.MOST} images to compare them.")
    return redirect("asset_lineage", pk)


def tree_shown(found: Lineage, now: UUID) -> SafeString:
    """The steps as a list in lists. From the last to the first, each part once: a template that calls itself would not
    bear a long line."""
    inside: dict[int, list[SafeString]] = {}
    html = SafeString("")
    for above, step in reversed(lineage.in_order(found)):
        images = [_image_shown(node, step, now, inside.pop(id(node), [])) for node in step.images]
        html = mark_safe(render_to_string("enhancement/_lineage_step.html", {"step": step, "images": images}))  # noqa: S308  (our own template)
        if above is not None:
            inside.setdefault(id(above), []).insert(0, html)
    return html


def _image_shown(node: Node, step: Step, now: UUID, inside: list[SafeString]) -> dict[str, Any]:
    """`is_on`: the only image of its step, from which one step leads on: drawn as a line, not as a branch."""
    number = next(place for place, each in enumerate(step.images, 1) if each is node)
    name = step.said if len(step.images) == 1 else f"{step.said} {number}"
    return {
        "node": node,
        "asset": node.asset,
        "label": (node.asset.version_name if node.asset else "") or name,
        "now": node.asset is not None and node.asset.pk == now,
        "inside": mark_safe("".join(inside)),  # noqa: S308  (our own template)
        "is_on": len(step.images) == 1 and len(inside) == 1,
    }
