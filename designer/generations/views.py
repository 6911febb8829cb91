"""The Studio: compose, see what was understood and what it costs, watch it run."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from designer.assets import services as assets
from designer.assets.models import Asset
from designer.generations import services
from designer.generations.compare_views import chosen
from designer.generations.forms import UUID_WORD, ComposerForm
from designer.generations.models import Generation, Mode, Stage
from designer.generations.presenting import (
    avoided_of,
    endings_shown,
    estimate_shown,
    makers_of,
    parts_of,
    route_shown,
    seed_of,
    understood_shown,
    untaken_of,
)
from designer.generations.prompts import use_again
from designer.generations.retrying import offered
from designer.generations.retrying import retry as try_again
from designer.generations.starting import REMIX, TITLES, VARIATION, start_from, start_remix
from designer.generations.understanding_views import edit_shown
from designer.generations.wishes import MAX_REFERENCES, GenerationWish
from designer.realtime.log import head
from teams.accounts.people import person
from teams.base.errors import Forbidden, Missing, Refused

RECENT = 6
BEGUN = (  # what a form takes from a wish
    "brief", "references", "n", "best_of", "aspect_ratio", "strategy", "quality", "min_quality", "fallback", "max_cost",
    "exact", "source", "mode",
)  # fmt: skip


def is_partial(request: HttpRequest) -> bool:
    return request.headers.get("X-Partial") == "1"


@login_required
@require_http_methods(["GET", "POST"])
def studio(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return compose(request)
    again = request.GET.get("again", "")
    if UUID_WORD.fullmatch(again):
        return begin_with(
            request, use_again(person(request), UUID(again)), "The same words again: change what you like."
        )
    sources = chosen(request.GET.getlist("from"))
    if sources:
        return begin_from(request, sources, request.GET.get("mode", ""))
    return render_studio(request, ComposerForm(actor=person(request)))


def begin_from(request: HttpRequest, sources: list[UUID], mode: str) -> HttpResponse:
    if mode == REMIX:
        wish, said = start_remix(person(request), sources)
        return begin_with(request, wish, f"{TITLES[REMIX]} {said}".strip())
    wish = start_from(person(request), sources[0], mode if mode in TITLES else VARIATION)
    return begin_with(request, wish, TITLES[wish.mode])


@login_required
@require_POST
def remix(request: HttpRequest) -> HttpResponse:
    """From the gallery's boxes, in the order of choosing, to an address; what is too many is said there."""
    ids = chosen(request.POST.getlist("asset"))[: MAX_REFERENCES + 1]
    if not ids:
        messages.error(request, f"Select 1 to {MAX_REFERENCES} images to remix; you selected none.")
        return redirect("gallery")
    return redirect(f"{reverse('studio')}?{urlencode([*(('from', pk) for pk in ids), ('mode', REMIX)])}")


def begin_with(request: HttpRequest, wish: GenerationWish, words: str) -> HttpResponse:
    """The composer filled in: what is understood and what it costs are shown, nothing is spent."""
    more: dict[str, Any] = {"begun": words}
    try:
        preview = services.preview(actor=person(request), wish=wish)
        more |= {"understood": understood_shown(preview, wish), "estimate": estimate_shown(preview)}
    except Refused as refused:  # the form is shown all the same, with the reason
        if refused.field in ("model", "provider") and (wish.model or wish.provider):
            said = f"{words} {refused.message} {refused.remedy} Until you choose, the model is Automatic."
            free = replace(wish, model=None, provider=None, unsaid=wish.unsaid | {"model"})
            return begin_with(request, free, said)
        more["begun"] = f"{words} {refused.message} {refused.remedy}"
        if isinstance(refused, services.Unplanned):
            more["understood"] = understood_shown(refused.made, wish)
    return render_studio(request, form_of(request, wish), more=more)


def form_of(request: HttpRequest, wish: GenerationWish) -> ComposerForm:
    said = {name: getattr(wish, name) for name in BEGUN}
    said |= {f"weight_{name}": weight for name, weight in wish.weights.items()}
    said["model"] = f"{wish.provider or ''}/{wish.model or ''}" if wish.model or wish.provider else ""
    return ComposerForm(actor=person(request), initial={**said, "team": str(wish.team), "persona": wish.persona or ""})


def render_studio(
    request: HttpRequest, form: ComposerForm, status: int = 200, more: dict[str, Any] | None = None
) -> HttpResponse:
    seen = offered(Generation.objects.visible_to(request.user).kept(), request.user)
    recent = seen.first_in("-created_at", "-id", limit=RECENT)
    context = {"form": form, "recent": recent, "endings": endings_shown(), **(more or {})}
    return render(request, "designer/generations/studio.html", context, status=status)


def compose(request: HttpRequest) -> HttpResponse:
    form = ComposerForm(request.POST, actor=person(request))
    take_photos(request, form)
    made = None
    if form.is_valid():
        try:
            made = services.request_generation(actor=person(request), wish=form.wish())
        except Refused as refused:
            field = refused.field if refused.field in form.fields else None
            form.add_error(field, f"{refused.message} {refused.remedy}".strip())
    if made is None:
        return refuse(request, form)
    if not is_partial(request):
        return redirect("generation", made.pk)
    card = offered(Generation.objects.filter(pk=made.pk), request.user).get()
    html = render_to_string("designer/generations/_live_card.html", {"generation": card}, request)
    return JsonResponse({"id": str(made.pk), "card": html}, status=201)


def take_photos(request: HttpRequest, form: ComposerForm) -> None:
    """Photos sent with the form by a browser without script; with it they are uploaded as they are chosen."""
    if is_partial(request):
        return
    form.full_clean()  # only then can an error be added
    for file in request.FILES.getlist("photos")[:MAX_REFERENCES]:
        name = assets.display_name(file.name or "")
        try:
            asset = assets.store_upload(actor=person(request), team_id=form.team_id, file=file, name=name)
            form.uploaded += (asset.pk,)
        except Refused as refused:
            form.add_error("references", f"{name}: {refused.message} {refused.remedy}".strip())


def refuse(request: HttpRequest, form: ComposerForm) -> HttpResponse:
    if not is_partial(request):
        return render_studio(request, form, status=422)
    labels = {name: field.label or name.capitalize() for name, field in form.fields.items()}
    lines = [
        f"{labels.get(name, '')}: {' '.join(map(str, errors))}".lstrip(": ") for name, errors in form.errors.items()
    ]
    return JsonResponse({"detail": " ".join(lines), "errors": form.errors}, status=422)


@login_required
@require_POST
def understood(request: HttpRequest) -> HttpResponse:
    """The chips and the estimate for what is typed so far. Writes nothing."""
    form = ComposerForm(request.POST, actor=person(request))
    if not form.is_valid():
        return refuse(request, form)
    wish = form.wish()
    if not wish.brief.strip() and not wish.references:
        context: dict[str, Any] = {"understood": None, "estimate": None}
    else:
        try:
            preview = services.preview(actor=person(request), wish=wish)
        except Refused as refused:
            return unplanned(request, wish, refused)
        context = {"understood": understood_shown(preview, wish), "estimate": estimate_shown(preview)}
    return JsonResponse(
        {
            "understood": render_to_string("designer/generations/_understood.html", context, request),
            "estimate": render_to_string("designer/generations/_estimate.html", context, request),
        }
    )


def unplanned(request: HttpRequest, wish: GenerationWish, refused: Refused) -> JsonResponse:
    """Why it cannot be made; what was understood stays to be corrected, and what is no order to be said."""
    body = {"detail": f"{refused.message} {refused.remedy}".strip()}
    if isinstance(refused, services.Unplanned):
        context = {"understood": understood_shown(refused.made, wish)}
        body["understood"] = render_to_string("designer/generations/_understood.html", context, request)
    return JsonResponse(body, status=refused.status)


@login_required
@require_GET
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    at = head(f"generation:{pk}").seq  # before anything is read: what comes later is news to the page
    generation = _seen(request, pk)
    context = {**_how(generation), **_route(generation), "edit": edit_shown(request, generation), "at": at}
    return render(request, "designer/generations/detail.html", context)


@login_required
@require_GET
def how(request: HttpRequest, pk: UUID) -> HttpResponse:
    return render(request, "designer/generations/_how.html", _how(_seen(request, pk)))


@login_required
@require_GET
def route(request: HttpRequest, pk: UUID) -> HttpResponse:
    return render(request, "designer/generations/_route.html", _route(_seen(request, pk)))


@login_required
@require_GET
def understanding(request: HttpRequest, pk: UUID) -> HttpResponse:
    edit = edit_shown(request, _seen(request, pk))
    return render(request, "designer/generations/_understood_edit.html", {"edit": edit})


def _seen(request: HttpRequest, pk: UUID) -> Generation:
    Generation.objects.see(request.user, pk)
    return offered(Generation.objects.filter(pk=pk), request.user).get()


def _how(generation: Generation) -> dict[str, Any]:
    return {
        "generation": generation,
        "makers": makers_of(generation),
        "mixed": _kept_photos(generation) if generation.mode == Mode.REMIX else [],
        "stages": list(generation.stages.all()),
        "parts": parts_of(generation),
        "untaken": untaken_of(generation),
        "avoided": avoided_of(generation),
        "seed": seed_of(generation),
    }


def _route(generation: Generation) -> dict[str, Any]:
    routes = [stage.output for stage in generation.stages.all() if stage.name == Stage.ROUTING]
    return {"generation": generation, "route": route_shown(generation, routes[0]) if routes else None}


def _kept_photos(generation: Generation) -> list[Asset]:
    return [asset for asset in generation.photos if asset.trashed_at is None]


@login_required
@require_GET
def card(request: HttpRequest, pk: UUID) -> HttpResponse:
    return render(request, "designer/generations/_card.html", {"generation": _seen(request, pk)})


@login_required
@require_POST
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    services.cancel(actor=person(request), generation_id=pk)
    return redirect("generation", pk)


@login_required
@require_POST
def retry(request: HttpRequest, pk: UUID) -> HttpResponse:
    try:
        try_again(actor=person(request), generation_id=pk)
    except (Missing, Forbidden):
        raise
    except Refused as refused:
        messages.error(request, f"{refused.message} {refused.remedy}".strip())
    return redirect("generation", pk)
