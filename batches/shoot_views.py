"""The page for a whole shoot: a collection, the gallery's selection, or all that its filter finds, through one recipe
as a batch."""

from http import HTTPStatus
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods, require_POST

from batches import services
from batches.shoots import Shoot, ShootForm, collections_of, shoot_of
from batches.views import estimated_shown
from designer.assets.models import Asset
from designer.generations.compare_views import chosen
from enhancement import builder, presets, tastes
from enhancement.recipes import Recipe
from teams.accounts.people import person
from teams.base.errors import Forbidden, Missing, Refused

FIRST: Final[Recipe] = [{"name": "upscale", "scale": 2}]
PICTURES: Final = 40  # images that a parameter may name
COLLECTIONS: Final = 100  # to choose from


@login_required
@require_http_methods(["GET", "POST"])
def shoot(request: HttpRequest) -> HttpResponse:
    """The page as a selection or a filter opens it, or as a preset fills it; with `do` the batch is planned, if its
    images are those that the page showed."""
    said = request.GET if request.method == "GET" else request.POST
    found = shoot_of(person(request), said)
    form = ShootForm.of(request.POST)
    recipe = _recipe(request, form)
    if "do" not in request.POST:
        return _page(request, found, recipe, form, code=200 if found.ids or request.method == "GET" else 422)
    if said.get("seen") != found.seen:
        return _page(request, found, recipe, form, code=409)
    if not form.is_valid():
        return _page(request, found, recipe, form, code=422)
    try:
        wish = found.wish(recipe, form.cleaned_data, start=request.POST["do"] == "run")
        made = services.create(actor=person(request), wish=wish)
    except (Missing, Forbidden):
        raise
    except Refused as refused:
        if refused.field in form.fields:
            form.add_error(refused.field, f"{refused.message} {refused.remedy}".strip())
            return _page(request, found, recipe, form, code=422)
        return _page(request, found, recipe, form, builder.faults_of(refused, recipe), code=422)
    if not wish.start:
        messages.success(request, "Kept as a draft: nothing runs until you start it.")
    return redirect("batch", made.pk)


def _recipe(request: HttpRequest, form: ShootForm) -> Recipe:
    """A preset's, what the form says, or a beginning."""
    said = request.GET if request.method == "GET" else request.POST
    if named := chosen([said.get("begin", "")]):
        return presets.find(person(request), named[0]).operations
    return builder.recipe_from(said) if "use" in said or form.is_bound else FIRST


def _estimated(request: HttpRequest, found: Shoot, recipe: Recipe, form: ShootForm) -> tuple[str, builder.Faults]:
    """The estimate as the page shows it, and what is wrong with the recipe."""
    told: dict[str, Any] = {}
    faults = builder.Faults()
    said = form.cleaned_data if form.is_bound and form.is_valid() else {}
    if form.is_bound and form.errors:
        told = {"errors": [line for lines in form.errors.values() for line in lines]}
    elif found.ids:
        try:
            told = {
                "estimate": estimated_shown(services.estimate(actor=person(request), wish=found.wish(recipe, said)))
            }
        except Refused as refused:
            faults = builder.faults_of(refused, recipe)
            told = {"errors": [*faults.general, *(["See the marked fields of the recipe."] if faults.by_key else [])]}
    return render_to_string("batches/_estimate.html", told, request), faults


def _page(
    request: HttpRequest,
    found: Shoot,
    recipe: Recipe,
    form: ShootForm,
    faults: builder.Faults | None = None,
    code: int = 200,
) -> HttpResponse:
    shown, wrong = _estimated(request, found, recipe, form)
    pictures = Asset.objects.visible_to(request.user).kept().filter(team=found.team).order_by("-created_at")
    personas = tastes.choices(person(request), {found.team.pk} if found.team else set())
    context = {
        "shoot": found,
        "form": form,
        "groups": builder.groups(recipe, pictures=pictures[:PICTURES], personas=personas, faults=faults or wrong),
        "general": faults.general if faults else (),
        "presets": presets.choices(person(request)),
        "estimate_html": shown,
        "changed": code == HTTPStatus.CONFLICT,
        "collections": () if found.ids else collections_of(person(request)).select_related("team")[:COLLECTIONS],
    }
    return render(request, "batches/shoot.html", context, status=code)


@login_required
@require_POST
def estimate(request: HttpRequest) -> HttpResponse:
    """What the form comes to, and the inputs of the recipe that are at fault. Writes nothing."""
    found = shoot_of(person(request), request.POST)
    html, faults = _estimated(request, found, builder.recipe_from(request.POST), ShootForm.of(request.POST))
    return JsonResponse({"estimate": html, "errors": dict(faults.by_key)})
