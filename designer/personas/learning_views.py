"""The Style profile's learned page: what was learned, what moved, and every way back."""

from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from designer.personas import feedback, learning
from designer.personas.learned import MAX_WORDS, MoveShown, all_shown, matching_weights, moves_shown
from designer.personas.models import ActKind, LearnedWeight, LearningAct, LearningMove, Persona, find_roots
from designer.pipeline import optimisation
from teams.accounts.people import person
from teams.base.errors import Refused
from teams.base.ids import words_of
from teams.membership.models import Team
from teams.membership.ownership import visible_team, visible_teams, working_team
from teams.membership.permissions import may

PAGE: Final = 30
SHARES: Final = (0, 5, 10, 15, 20, 30, 40, 50)  # in hundredths, as the form offers them
LATELY: Final = 6
KINDS: Final = {"": "Everything", "attribute": "Attributes", "model": "Models"}
ORDERS: Final = {"": "Moved lately", "liked": "Most liked", "seen": "Most rated"}
ACTS: Final = {"": "All", "give": "Feedback", "withdraw": "Withdrawn", "revert": "Reverted", "undo": "Undone"}
WORDS: Final = {"like": "Like", "dislike": "Not this", "pick": "Pick"}


def team_of(request: HttpRequest) -> Team:
    """The team that the address or the form names, else the reader's own. Raises Missing."""
    raw = request.GET.get("team") or request.POST.get("team") or ""
    return visible_team(request.user, _uuid(raw)) if raw else working_team(person(request), None)


def _uuid(raw: str) -> UUID:
    """Raises Missing's kin for what is no id: it names nothing."""
    try:
        return UUID(raw)
    except ValueError as error:
        raise Refused("not_found", "There is no such thing.", remedy="Check the address.", status=404) from error


def page_of(rows: QuerySet[Any], number: str, size: int = PAGE) -> Page[Any]:
    return Paginator(rows, size).get_page(number)


@login_required
@require_GET
def learned(request: HttpRequest) -> HttpResponse:
    """What was learned of one team, with filters."""
    team = team_of(request)
    said = {name: request.GET.get(name, "").strip()[:200] for name in ("q", "persona", "about", "order")}
    people = {str(row.pk): row.name for row in Persona.objects.filter(team=team).order_by("name")}
    rows = matching_weights(
        LearnedWeight.objects.filter(team=team),
        persona=said["persona"] if said["persona"] in {*people, optimisation.NOBODY} else "",
        about=said["about"] if said["about"] in KINDS else "",
        words=said["q"],
    )
    page, now = page_of(_ordered(rows, said["order"]), request.GET.get("page", "")), timezone.now()
    context = {
        **_frame(request, team),
        "page": page,
        "weights": all_shown(page.object_list, now),
        "people": people,
        "filters": said,
        "filtered": any(said[name] for name in ("q", "persona", "about")),
        "query": urlencode({"team": str(team.pk), **{name: value for name, value in said.items() if value}}),
        "kinds": KINDS,
        "orders": ORDERS,
        "moves": _moves(request, team, _newest(team)[:LATELY]),
    }
    return render(request, "designer/personas/learned.html", context)


def _ordered(rows: QuerySet[LearnedWeight], order: str) -> QuerySet[LearnedWeight]:
    if order == "liked":
        return rows.annotate(share=F("alpha") / (F("alpha") + F("beta"))).order_by("-share", "key")
    if order == "seen":
        return rows.order_by((F("alpha") + F("beta")).desc(), "key")
    return rows.order_by(F("moved_at").desc(nulls_last=True), "key")


def _frame(request: HttpRequest, team: Team) -> dict[str, Any]:
    """What every page about learning shows of the team."""
    percent = round(100 * learning.exploration_of(team))
    return {
        "team": team,
        "teams": visible_teams(request.user).order_by("-personal", "name"),
        "percent": percent,
        "shares": sorted({*SHARES, percent}),
        "half_life": optimisation.HALF_LIFE.days,
        "min_sample": optimisation.MIN_SAMPLE,
        "prior_teams": learning.PRIOR_TEAMS,
        "may_manage": may(person(request), "edit_all_work", team),
        "may_set": may(person(request), "change_team", team),
    }


def _moves(request: HttpRequest, team: Team, rows: Iterable[LearningMove]) -> list[MoveShown]:
    rows = list(rows)
    find_roots(move.act for move in rows)
    return moves_shown(rows, reader=person(request).pk, manages=may(person(request), "edit_all_work", team))


def _newest(team: Team) -> QuerySet[LearningMove]:
    rows: QuerySet[LearningMove] = LearningMove.objects.filter(team=team)
    return rows.select_related("act__undone_by", "act__owner").order_by("-created_at", "-id")


@login_required
@require_GET
def moves(request: HttpRequest) -> HttpResponse:
    """Everything that moved, with filters."""
    team = team_of(request)
    said = {name: request.GET.get(name, "").strip()[:200] for name in ("q", "kind")}
    rows = _newest(team)
    for word in said["q"].replace("\x00", "").split()[:MAX_WORDS]:
        rows = rows.filter(key__icontains=word)
    if said["kind"] in ActKind.values:
        rows = rows.filter(act__kind=said["kind"])
    page = page_of(rows, request.GET.get("page", ""))
    context = {
        **_frame(request, team),
        "page": page,
        "moves": _moves(request, team, page.object_list),
        "filters": said,
        "filtered": any(said.values()),
        "kinds": ACTS,
        "query": urlencode({"team": str(team.pk), **{name: value for name, value in said.items() if value}}),
    }
    return render(request, "designer/personas/moves.html", context)


def _back(request: HttpRequest, team: UUID | None = None) -> HttpResponse:
    """To where the form stood, if that is a page of ours; else to what the team learned."""
    wish = request.POST.get("next", "")
    if wish and url_has_allowed_host_and_scheme(wish, allowed_hosts={request.get_host()}):
        return redirect(wish)
    return redirect(f"/style?team={team}" if team else "/style")


def _tried(request: HttpRequest, deed: Callable[[], LearningAct], said: str) -> HttpResponse:
    """Do it and say so with a way back; say why not when it is refused. `said`: "{}" is what the act is about, "{told}"
    the act in words."""
    try:
        act = deed()
    except Refused as refused:
        if refused.status == 404 or is_partial(request):
            raise
        messages.warning(request, f"{refused.message} {refused.remedy}".strip())
        return _back(request)
    words = said.format(act.about, told=act.told)
    if is_partial(request):
        return JsonResponse({"act": str(act.pk), "said": words}, status=201)
    messages.success(request, words, extra_tags=f"undo:{act.pk}")
    return _back(request, act.team_id)


def is_partial(request: HttpRequest) -> bool:
    return request.headers.get("X-Partial") == "1"


@login_required
@require_POST
def revert_weight(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _tried(request, lambda: learning.revert_weight(actor=person(request), weight_id=pk), "Forgotten: {}.")


@login_required
@require_POST
def revert_move(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _tried(request, lambda: learning.revert_move(actor=person(request), move_id=pk), "Taken back: {}.")


@login_required
@require_POST
def revert_everything(request: HttpRequest) -> HttpResponse:
    """Needs a tick: it reaches far, though it can be undone."""
    team, raw = team_of(request), request.POST.get("persona", "")
    if request.POST.get("sure") != "1":
        messages.warning(request, "Tick the box to say that you are sure; nothing was forgotten.")
        return _back(request, team.pk)
    persona = _uuid(raw) if raw else None
    return _tried(
        request,
        lambda: learning.revert_everything(actor=person(request), team_id=team.pk, persona=persona),
        "Forgotten: {}.",
    )


@login_required
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Undo the act named, else one's last feedback."""
    raw = request.POST.get("act", "")
    act = _uuid(raw) if raw else None
    return _tried(request, lambda: feedback.undo(actor=person(request), act_id=act), "{told}.")


@login_required
@require_POST
def settings(request: HttpRequest) -> HttpResponse:
    """Set how much is tried, in hundredths as the form shows it."""
    team, raw = team_of(request), request.POST.get("percent", "")
    try:
        share = int(raw) / 100
    except ValueError:
        share = -1.0
    try:
        learning.set_exploration(actor=person(request), team_id=team.pk, exploration=share)
        messages.success(request, f"Saved: {share:.0%} of prompts and routes may try something.")
    except Refused as refused:
        messages.warning(request, f"{refused.message} {refused.remedy}".strip())
    return _back(request, team.pk)


@login_required
@require_POST
def several(request: HttpRequest) -> HttpResponse:
    """Say the same of all images that were selected, as the gallery sends them."""
    kind, raw = request.POST.get("kind", ""), words_of(request.POST.getlist("asset"))
    if not raw:
        messages.info(request, "Nothing was selected.")
        return _back(request)
    ids = [_uuid(each) for each in raw]

    def deed() -> LearningAct:
        return feedback.give_several(actor=person(request), asset_ids=ids, kind=kind)[0]

    return _tried(request, deed, f"{WORDS.get(kind, 'Said')}: {len(ids)} image{'s' * (len(ids) != 1)}.")
