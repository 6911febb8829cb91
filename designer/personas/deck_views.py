"""The pages of the swipe deck; without script each verdict is a form that leads to the next image."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from designer.personas import deck
from designer.personas.deck import Sitting
from designer.personas.learning_views import is_partial, team_of
from teams.accounts.people import person
from teams.base.errors import Missing, Refused
from teams.base.ids import id_of
from teams.membership.models import Team
from teams.membership.ownership import visible_teams
from teams.membership.permissions import may

SESSION: Final = "deck"
SAID: Final = {"like": "Liked", "dislike": "Not this", "pick": "Picked", "skip": "Skipped"}


def sitting_of(request: HttpRequest, team: Team) -> Sitting:
    kept = request.session.get(SESSION, {})
    return Sitting.from_json(kept.get(str(team.pk)))


def keep(request: HttpRequest, team: Team, sitting: Sitting) -> None:
    request.session[SESSION] = {str(team.pk): sitting.to_json()}  # one sitting at a time: a session stays small


@login_required
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """The image whose turn it is; a POST says something of one and deals the next."""
    team = team_of(request)
    sitting = sitting_of(request, team)
    if request.method == "GET":
        return _answer(request, team, sitting)
    verdict = request.POST.get("verdict", "")
    if verdict == "again":
        sitting.steps = [step for step in sitting.steps if step[1] != "skip"]
        said = "The skipped images are back."
    else:
        said = _judged(request, sitting, verdict)
    keep(request, team, sitting)
    return _answer(request, team, sitting, said=said)


def _judged(request: HttpRequest, sitting: Sitting, verdict: str) -> str:
    """What happened, in words; a refusal too, for the deck goes on."""
    try:
        asset = UUID(request.POST.get("asset", ""))
    except ValueError as error:
        raise Missing(message="There is no such image.", remedy="Reload the page.") from error
    try:
        deck.judge(sitting, actor=person(request), asset_id=asset, verdict=verdict)
    except Refused as refused:
        if refused.code in ("unknown_verdict", "forbidden", "not_found"):
            raise
        sitting.steps.append((str(asset), "skip", ""))
        return f"{refused.message} It was skipped."
    return SAID[verdict]


@login_required
@require_POST
def back(request: HttpRequest) -> HttpResponse:
    """Undo the last verdict and show its image again."""
    team = team_of(request)
    sitting = sitting_of(request, team)
    try:
        step = deck.step_back(sitting, actor=person(request))
        said = f"Undone: {SAID[step[1]].lower()}." if step else "There is nothing to undo."
    except Refused as refused:
        step, said = None, f"{refused.message} {refused.remedy}".strip()
    keep(request, team, sitting)
    return _answer(request, team, sitting, said=said, first=UUID(step[0]) if step else None)


def _answer(
    request: HttpRequest, team: Team, sitting: Sitting, *, said: str = "", first: UUID | None = None
) -> HttpResponse:
    if request.method == "POST" and not is_partial(request):
        messages.info(request, said)
        mark = f"&first={first}" if first else ""
        return redirect(f"/style/deck?team={team.pk}{mark}")
    card = deck.dealt(person(request), team, sitting, first or _first(request))
    context: dict[str, Any] = {
        "team": team,
        "teams": visible_teams(request.user).order_by("-personal", "name"),
        "card": card,
        "said": said,
        "sitting": sitting,
        "lessons": deck.lessons(sitting.acts, team) if card.asset is None else [],
        "may_judge": may(person(request), "edit_own_work", team),
    }
    name = "_deck.html" if is_partial(request) else "deck.html"
    return render(request, f"designer/personas/{name}", context)


def _first(request: HttpRequest) -> UUID | None:
    return id_of(request.GET.get("first", ""))
