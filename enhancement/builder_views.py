"""The recipe builder: put together, see what it comes to, keep as a preset, start. For one image or for many."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from designer.assets.models import Asset, AssetQuerySet
from designer.generations.compare_views import chosen
from designer.generations.views import is_partial
from enhancement import builder, presets, rights, services, tastes
from enhancement.estimating import MOST_ASSETS, estimate
from enhancement.models import Enhancement, EnhancementPreset
from enhancement.presenting import estimate_shown
from enhancement.recipes import Recipe
from teams.accounts.people import person
from teams.base.errors import Forbidden, Missing, Refused
from teams.base.preconditions import etag_of

OFFERED: Final = 24  # images to choose among, where none is named
PICTURES: Final = 40  # images that a parameter may name
FIRST: Final[Recipe] = [{"name": "upscale", "scale": 2}]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What the builder holds just now."""

    assets: tuple[UUID, ...]
    recipe: Recipe
    preset: presets.Shown | None = None
    like: UUID | None = None  # the enhancement whose recipe it began with


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """The part of the form that keeps its recipe as a preset: what stands in it, and why it was refused.

    tag: which version a change would be of, "" where there is none to change. changed: somebody did meanwhile.
    """

    name: str
    description: str
    tag: str
    error: str = ""
    at: str = ""  # the field that it is about: name, description
    changed: bool = False


def _images(request: HttpRequest) -> AssetQuerySet:
    return Asset.objects.visible_to(request.user).kept()


def _draft_from(request: HttpRequest) -> Draft:
    """The draft of an address: the images, and a preset's or an earlier enhancement's recipe. Raises Missing."""
    assets = tuple(chosen(request.GET.getlist("asset"))[:MOST_ASSETS])
    if named := chosen(request.GET.getlist("preset")):
        preset = presets.find(person(request), named[0])
        return Draft(assets=assets, recipe=preset.operations, preset=preset)
    if like := chosen(request.GET.getlist("like")):
        recipe = rights.undeclared(Enhancement.objects.see(request.user, like[0]).operations)
        return Draft(assets=assets, recipe=recipe, like=like[0])
    return Draft(assets=assets, recipe=FIRST)


def draft_sent(request: HttpRequest, preset_id: UUID | None = None) -> Draft:
    """The draft of the form, begun with the preset that the address names, else the form. None of it is remembered
    once it is gone."""
    recipe = builder.recipe_from(request.POST)
    preset = None
    if named := [preset_id] if preset_id else chosen(request.POST.getlist("preset")):
        try:
            preset = presets.find(person(request), named[0])
        except Missing:
            preset = None
    return Draft(assets=tuple(chosen(request.POST.getlist("asset"))[:MOST_ASSETS]), recipe=recipe, preset=preset)


def _estimated(request: HttpRequest, draft: Draft) -> tuple[dict[str, Any] | None, builder.Faults]:
    if not draft.assets:
        return None, builder.Faults()
    try:
        found = estimate(actor=person(request), asset_ids=draft.assets, operations=draft.recipe)
    except Refused as refused:
        return None, builder.faults_of(refused, draft.recipe)
    return estimate_shown(found), builder.Faults()


def _keeping(request: HttpRequest, preset: presets.Shown | None, refused: Refused | None = None) -> Keeping:
    """The preset that the recipe began with, if it is the reader's to change; after a refusal with what was typed."""
    row = preset.row if preset else None
    mine = row is not None and EnhancementPreset.objects.may_edit(request.user, row.pk)
    kept = (row.name, row.description) if row is not None and mine else ("", "")
    if refused is not None:
        kept = (request.POST.get("preset_name", ""), request.POST.get("preset_description", ""))
    return Keeping(
        name=kept[0],
        description=kept[1],
        tag=etag_of(row) if row is not None and mine else "",
        error=f"{refused.message} {refused.remedy}".strip() if refused else "",
        at=(refused.field or "") if refused else "",
        changed=refused is not None and refused.code == "changed_meanwhile",
    )


def _context(
    request: HttpRequest,
    draft: Draft,
    faults: builder.Faults,
    shown: dict[str, Any] | None,
    keeping: Keeping | None,
) -> dict[str, Any]:
    images = list(_images(request).filter(pk__in=draft.assets))
    teams = {image.team_id for image in images}
    pictures = _images(request).filter(team__in=teams).first_in("-created_at", "-id", limit=PICTURES)
    return {
        "assets": images,
        "offered": [] if draft.assets else _images(request).first_in("-created_at", "-id", limit=OFFERED),
        "groups": builder.groups(
            draft.recipe, pictures=pictures, personas=tastes.choices(person(request), teams), faults=faults
        ),
        "presets": presets.choices(person(request)),
        "preset": draft.preset,
        "keeping": keeping or _keeping(request, draft.preset),
        "like": draft.like,
        "estimate": shown,
        "faults": faults,
        "address": urlencode([("asset", pk) for pk in draft.assets]),
    }


def _page(
    request: HttpRequest,
    draft: Draft,
    faults: builder.Faults | None = None,
    code: int = 200,
    keeping: Keeping | None = None,
) -> HttpResponse:
    shown, found = _estimated(request, draft)
    name = "enhancement/_builder.html" if is_partial(request) else "enhancement/builder.html"
    told = builder.Faults({**found.by_key, **faults.by_key}, faults.general) if faults else found
    return render(request, name, _context(request, draft, told, shown, keeping), status=code)


@login_required
@require_GET
def new(request: HttpRequest) -> HttpResponse:
    """The builder for the images that the address names, or with some to choose among."""
    return _page(request, _draft_from(request))


@login_required
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """From the gallery's boxes to the builder."""
    ids = chosen(request.POST.getlist("asset"))
    if not 1 <= len(ids) <= MOST_ASSETS:
        messages.error(request, f"Select 1 to {MOST_ASSETS} images to enhance; you selected {len(ids)}.")
        return redirect("gallery")
    like = chosen(request.POST.getlist("like"))
    return redirect(address_of(ids, like=like[0]) if like else address_of(ids))


def address_of(assets: Sequence[UUID], **more: Any) -> str:
    return f"{reverse('enhance_new')}?{urlencode([*(('asset', pk) for pk in assets), *more.items()])}"


@login_required
@require_POST
def estimated(request: HttpRequest) -> HttpResponse:
    """What the form comes to. Writes nothing. With script a part of the page and the inputs at fault; else the page."""
    draft = draft_sent(request)
    if not is_partial(request):
        return _page(request, draft)
    shown, faults = _estimated(request, draft)
    html = render_to_string("enhancement/_estimate.html", {"estimate": shown, "faults": faults}, request)
    return JsonResponse({"estimate": html, "errors": dict(faults.by_key)})


@login_required
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    draft = draft_sent(request)
    if not draft.assets:
        return _page(request, draft, builder.Faults(general=("Choose at least one image.",)), code=422)
    try:
        made, refused = services.request_batch(
            actor=person(request), asset_ids=draft.assets, operations=draft.recipe, preset=_origin(draft)
        )
    except Refused as refusal:
        if isinstance(refusal, Missing) and not str(refusal.field).startswith("operations"):
            raise
        return _page(request, draft, builder.faults_of(refusal, draft.recipe), code=422)
    images = f"{len(made)} image{'s' * (len(made) != 1)}"
    messages.success(request, f"{images} queued to be enhanced.")
    for _, why in refused[:3]:
        messages.warning(request, f"One was left out: {why.message} {why.remedy}".strip())
    if len(refused) > 3:
        messages.warning(request, f"{len(refused) - 3} more were left out.")
    return redirect("asset", made[0].source_id) if len(draft.assets) == 1 else redirect("enhancements")


def _origin(draft: Draft) -> dict[str, Any] | None:
    """The preset, if the recipe is still what it says."""
    if draft.preset is None:
        return None
    kept = {step["name"]: step for step in draft.preset.operations}
    same = set(kept) == {step["name"] for step in draft.recipe} and all(
        str(value) == str(kept[step["name"]].get(name)) for step in draft.recipe for name, value in step.items()
    )
    return draft.preset.origin if same else None


@login_required
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Save the form's recipe as a preset of the team of the first image (of the own team without one)."""
    draft = draft_sent(request)
    first = _images(request).filter(pk__in=draft.assets[:1]).first()
    try:
        row = presets.create_preset(
            actor=person(request),
            name=request.POST.get("preset_name", ""),
            description=request.POST.get("preset_description", ""),
            operations=draft.recipe,
            team_id=first.team_id if first else None,
        )
    except Refused as refusal:
        return _not_kept(request, draft, refusal)
    messages.success(request, f"Saved as “{row.name}”, for the whole team.")
    return redirect(address_of(draft.assets, preset=row.pk))


@login_required
@require_POST
def change(request: HttpRequest, preset: UUID) -> HttpResponse:
    """Change a preset's name, description and recipe to what the form says, if nobody did since it was opened."""
    draft = draft_sent(request, preset)
    try:
        row = presets.change_preset(
            actor=person(request),
            preset_id=preset,
            if_match=request.POST.get("preset_tag"),
            name=request.POST.get("preset_name", ""),
            description=request.POST.get("preset_description", ""),
            operations=draft.recipe,
        )
    except Forbidden:
        raise
    except Missing:
        gone = "This preset was deleted meanwhile."
        return _not_kept(request, draft, Missing(message=gone, remedy="Save the recipe as a new one."))
    except Refused as refusal:
        return _not_kept(request, draft, refusal)
    messages.success(request, f"Saved: “{row.name}”, version {row.version}, for the whole team.")
    return redirect(address_of(draft.assets, preset=row.pk))


def _not_kept(request: HttpRequest, draft: Draft, refusal: Refused) -> HttpResponse:
    """The form as it was filled in, with the refusal beside the inputs that it is about."""
    if (refusal.field or "").startswith("operations"):
        return _page(request, draft, builder.faults_of(refusal, draft.recipe), code=422)
    return _page(request, draft, code=refusal.status, keeping=_keeping(request, draft.preset, refusal))


@login_required
@require_POST
def discard(request: HttpRequest, preset: UUID) -> HttpResponse:
    presets.delete_preset(actor=person(request), preset_id=preset)
    messages.success(request, "The preset is deleted. What was made with it stays.")
    return redirect(address_of(chosen(request.POST.getlist("asset"))[:MOST_ASSETS]))
