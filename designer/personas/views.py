"""The pages of personas: find one, make one of words, see its profile, change, merge, copy, delete it."""

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from designer.personas import drift, forms, keeping, presenting, services
from designer.personas.learning_views import page_of, team_of
from designer.personas.models import Persona
from designer.personas.portfolio_models import PortfolioImport
from designer.pipeline import persona as pipeline
from designer.pipeline.analysis import analyse
from teams.accounts.people import person
from teams.base.errors import Forbidden, Missing, Refused
from teams.base.preconditions import etag_of
from teams.membership.models import Team
from teams.membership.ownership import visible_teams
from teams.membership.permissions import may

PAGE: Final = 12
KINDS: Final = {"": "All", "pictures": "From pictures", "words": "From words", "starter": "Starters"}
LATELY: Final = 8


def frame(request: HttpRequest, team: Team) -> dict[str, Any]:
    """What every page about personas shows of the team."""
    return {
        "team": team,
        "teams": visible_teams(request.user).order_by("-personal", "name"),
        "may_create": may(person(request), "create_work", team),
        "default": keeping.default_persona(person(request), team),
    }


@login_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The personas of one team, with search and filters."""
    team = team_of(request)
    said = {name: request.GET.get(name, "").replace("\x00", "").strip()[:200] for name in ("q", "kind")}
    rows = keeping.matching(Persona.objects.filter(team=team), said["q"])
    if said["kind"] == "starter":
        rows = rows.filter(starter=True)
    elif said["kind"] in ("pictures", "words"):
        rows = rows.filter(evidence__gt=0) if said["kind"] == "pictures" else rows.filter(evidence=0)
    page = page_of(rows.order_by("-evidence", "name"), request.GET.get("page", ""), PAGE)
    pictures = presenting.exemplars_of(page.object_list, person(request))
    context = {
        **frame(request, team),
        "page": page,
        "personas": [(row, pictures[str(row.pk)][:4]) for row in page.object_list],
        "filters": said,
        "filtered": any(said.values()),
        "kinds": KINDS,
        "query": urlencode({"team": str(team.pk), **{name: value for name, value in said.items() if value}}),
    }
    return render(request, "designer/personas/personas.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make one of words (POST), or send a portfolio from here."""
    team = team_of(request)
    said = {name: request.POST.get(name, "")[: forms.LONGEST] for name in ("name", "description", "keywords")}
    refused = None
    if request.method == "POST":
        try:
            made = services.create_persona(
                actor=person(request),
                team_id=team.pk,
                name=said["name"],
                description=said["description"].replace("\x00", ""),
                keywords=forms.listed(said["keywords"]),
            )
            messages.success(request, f"{made.name} is there.")
            for note in services.notes_on(made):
                messages.warning(request, note)
            return redirect("style_persona", made.pk)
        except Forbidden:
            raise
        except Refused as why:
            refused = why
    recent = PortfolioImport.objects.filter(team=team).order_by("-created_at")[:LATELY]
    context = {**frame(request, team), "said": said, "refused": refused, "portfolios": recent}
    return render(request, "designer/personas/new.html", context, status=422 if refused else 200)


@login_required
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The profile; a POST changes it, if it is the version that was read."""
    row: Persona = Persona.objects.see(request.user, pk)
    refused = None
    if request.method == "POST":
        refused = _changed(request, row)
        if refused is None:
            return redirect("style_persona", pk)
        row = Persona.objects.see(request.user, pk)
    return render(request, "designer/personas/persona.html", _profile(request, row, refused), status=_status(refused))


def _status(refused: Refused | None) -> int:
    return 200 if refused is None else refused.status


def _changed(request: HttpRequest, row: Persona) -> Refused | None:
    """Why the change was refused, or None. Raises Missing or Forbidden."""
    said, before = request.POST, services.shown_weights(row)
    try:
        services.change_persona(
            actor=person(request),
            persona_id=row.pk,
            if_match=said.get("etag", ""),
            name=said.get("name", ""),
            description=said.get("description", "")[:2000].replace("\x00", ""),
            keywords=forms.listed(said.get("keywords", "")),
            weights=forms.weights_typed(said),
            palette=forms.listed(said.get("palette", "")),
        )
    except (Missing, Forbidden):
        raise
    except Refused as why:
        return why
    messages.success(request, f"Saved. {forms.weights_read(said, before)}".strip())
    return None


def _profile(request: HttpRequest, row: Persona, refused: Refused | None) -> dict[str, Any]:
    basis = request.GET.get("basis", "liked")
    told = drift.drift_of(row, basis if basis in drift.BASES else "liked")
    brief = request.GET.get("brief", "").replace("\x00", "").strip()[:4000]
    taste = services.taste_of(row)
    typed = request.POST if refused else None
    return {
        **frame(request, row.team),
        "persona": row,
        "etag": etag_of(row),
        "bars": presenting.bars_of(row),
        "exemplars": presenting.exemplars_of([row], person(request))[str(row.pk)],
        "may_edit": Persona.objects.may_edit(request.user, row.pk),
        "fields": forms.weights_shown(services.shown_weights(row), typed, refused.field if refused else None),
        "typed": typed,
        "refused": refused,
        "palette_refused": (refused.field or "").partition("[")[0] == "palette" if refused else False,
        "others": Persona.objects.filter(team=row.team_id).exclude(pk=row.pk).order_by("name")[:200],
        "drift": told,
        "chart": presenting.chart_of(told),
        "drift_rows": presenting.drift_rows(told),
        "bases": drift.BASES,
        "brief": brief,
        "match": pipeline.match(brief, analyse(brief), taste) if brief and taste else None,
    }


def tried(request: HttpRequest, deed: Callable[[], str], back: str) -> HttpResponse:
    """Do it and go where it says; stay at `back` and say why not when it is refused. Raises Missing or Forbidden."""
    try:
        return redirect(deed())
    except (Missing, Forbidden):
        raise
    except Refused as refused:
        messages.warning(request, f"{refused.message} {refused.remedy}".strip())
        return redirect(back)


@login_required
@require_POST
def set_default(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Begin with it from now on; `off` begins without one."""
    row: Persona = Persona.objects.see(request.user, pk)
    off = request.POST.get("off") == "1"
    keeping.set_default(actor=person(request), persona_id=None if off else pk, team_id=row.team_id)
    messages.success(request, "You begin without a persona." if off else f"You begin with {row.name} from now on.")
    return redirect(f"/style/personas?team={row.team_id}" if request.POST.get("next") == "list" else row_page(row))


def row_page(row: Persona) -> str:
    return f"/style/personas/{row.pk}"


@login_required
@require_POST
def duplicate(request: HttpRequest, pk: UUID) -> HttpResponse:
    def deed() -> str:
        made = keeping.duplicate_persona(actor=person(request), persona_id=pk)
        messages.success(request, f"{made.name} is there.")
        return row_page(made)

    return tried(request, deed, f"/style/personas/{pk}")


@login_required
@require_POST
def delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Needs a tick: it cannot be undone."""
    row: Persona = Persona.objects.see(request.user, pk)
    if request.POST.get("sure") != "1":
        messages.warning(request, "Tick the box to say that you are sure; nothing was deleted.")
        return redirect(row_page(row))
    before = keeping.default_persona(person(request), row.team)
    keeping.delete_persona(actor=person(request), persona_id=pk)
    told = f"{row.name} was deleted. Images made with it keep what it gave them."
    if before is not None and before.pk == pk:
        now = keeping.default_persona(person(request), row.team)
        begin = f"with {now.name}" if now else "without a persona, for it was the last one of this team"
        told = f"{told} It was your default: you begin {begin} from now on."
    messages.success(request, told)
    return redirect(f"/style/personas?team={row.team_id}")


@login_required
@require_POST
def merge(request: HttpRequest) -> HttpResponse:
    """Merge the personas that were ticked."""
    back = request.POST.get("next", "")
    known = back if back.startswith("/style/personas") and "//" not in back[1:] else "/style/personas"

    def deed() -> str:
        try:
            ids = [UUID(raw) for raw in request.POST.getlist("persona")]
        except ValueError as error:
            raise Refused("invalid", "There is no such persona.", remedy="Reload the page.") from error
        name, remove = request.POST.get("name", ""), request.POST.get("remove") == "1"
        made = keeping.merge_personas(actor=person(request), persona_ids=ids, name=name, remove=remove)
        messages.success(request, f"{made.name} stands for {len(set(ids))} personas.")
        return row_page(made)

    return tried(request, deed, known)
