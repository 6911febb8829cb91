"""What may stand on a board: each kind of widget, the figures that it takes and the template that shows them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from analytics import answers, cohorts, presenting, queries, showing, slices, terms
from analytics.answers import Narrow, Question
from analytics.snapshots import snapshot
from teams.membership.models import Membership


class Answers:
    """What a board asks, each question once: several widgets may stand on the same figures."""

    def __init__(self) -> None:
        self._found: dict[tuple[Any, Question], Any] = {}

    def to(self, asked: Callable[[Question], Any], ask: Question) -> Any:
        """The answer of `asked`."""
        key = (asked, ask)
        if key not in self._found:
            self._found[key] = asked(ask)
        return self._found[key]


@dataclass(frozen=True, slots=True)
class Kind:
    """`takes`: by what it can be narrowed. `tells`: what its template needs, from a question and the answers to it."""

    title: str
    template: str
    tells: Callable[[Question, Answers], dict[str, Any]]
    takes: tuple[str, ...] = ("provider", "model", "member", "simulated")
    wide: bool = False


def _shown(ask: Question, found: Answers) -> dict[str, Any]:
    return presenting.shown(found.to(queries.overview, ask), found.to(queries.costs, _plain(ask)))


def _costs(part: str, what: str) -> Callable[[Question, Answers], dict[str, Any]]:
    def told(ask: Question, found: Answers) -> dict[str, Any]:
        return {
            "rows": presenting.costs_shown(found.to(queries.costs, _plain(ask)))[part],
            "what": what,
        }

    return told


def _slices(part: str) -> Callable[[Question, Answers], dict[str, Any]]:
    def told(ask: Question, found: Answers) -> dict[str, Any]:
        parts = showing.slices_shown(found.to(slices.of, _plain(ask)), _about(ask))
        return {"part": next(each for each in parts if each["name"] == part)}

    return told


def _models(ask: Question, found: Answers) -> dict[str, Any]:
    return {"rows": presenting.models_shown(found.to(queries.models, _plain(ask)))}


def _members(ask: Question, found: Answers) -> dict[str, Any]:
    return {"rows": presenting.members_shown(found.to(queries.members, _plain(ask)))}


def _cohorts(ask: Question, found: Answers) -> dict[str, Any]:
    return {"cohorts": showing.cohorts_shown(found.to(cohorts.of, _plain(ask)), _about(ask))}


def _hours(ask: Question, found: Answers) -> dict[str, Any]:
    return {"hours": presenting.hours_shown(found.to(queries.trends, _plain(ask)))}


def _terms(ask: Question, found: Answers) -> dict[str, Any]:
    return {"terms": showing.terms_shown(found.to(terms.of, _plain(ask)), _about(ask))}


def _plain(ask: Question) -> Question:
    """Without the days before and what stands beside, which these widgets do not show."""
    return replace(ask, compare=False, beside=False)


def _about(ask: Question) -> answers.About:
    """For the way to the images; how far behind the figures are is told once, above the board."""
    return answers.About(ask.period, ask.scope, answers.Lag(False, 0.0), ask.narrow)


COSTS: Final = ("provider", "model", "member", "simulated", "kind_of_cost")
KINDS: Final[dict[str, Kind]] = {
    "figures": Kind("Key figures", "figures", _shown, wide=True),
    "cost_time": Kind("Cost over time", "cost_time", _shown),
    "liked_time": Kind("Liked, of those rated", "liked_time", _shown),
    "cost_models": Kind("Cost by model", "costs", _costs("models", "Model"), COSTS),
    "cost_kinds": Kind("Cost by kind", "costs", _costs("kinds", "Kind"), COSTS),
    "cost_members": Kind("Cost by member", "costs", _costs("members", "Member"), COSTS),
    "models": Kind("Models", "models", _models, wide=True),
    "members": Kind("Members", "members", _members, wide=True),
    "personas": Kind("Quality by persona", "slice", _slices("personas"), wide=True),
    "garments": Kind("Quality by garment", "slice", _slices("garments"), wide=True),
    "makers": Kind("Quality by model", "slice", _slices("makers"), wide=True),
    "hours": Kind("When in the week", "hours", _hours),
    "terms": Kind("What is asked for", "terms", _terms, ()),
    "cohorts": Kind("Who comes back", "cohorts", _cohorts, ("member",), wide=True),
}


def narrow_of(widget: Mapping[str, Any]) -> Narrow:
    """By what a widget is narrowed, as far as its kind can be."""
    kind = KINDS.get(widget["kind"])
    said = {name: widget.get(name) for name in (kind.takes if kind else ())}
    member = said.get("member")
    return Narrow(
        provider=said.get("provider") or "",
        model=said.get("model") or "",
        member=UUID(member) if member else None,
        simulated={"yes": True, "no": False}.get(said.get("simulated") or ""),
        kind=said.get("kind_of_cost") or "",
    )


@snapshot()
def shown(widgets: Sequence[Mapping[str, Any]], ask: Question) -> list[dict[str, Any]]:
    """Each widget with what its template needs, all of one moment; one whose kind is gone says so."""
    found = Answers()
    people = _names(widgets, ask.scope.teams)
    return [_shown_widget(each, ask, found, people) for each in widgets]


def _shown_widget(
    widget: Mapping[str, Any], ask: Question, found: Answers, people: Mapping[str, str]
) -> dict[str, Any]:
    kind = KINDS.get(widget["kind"])
    facts = {"id": widget["id"], "kind": widget["kind"], "title": kind.title if kind else widget["kind"]}
    if kind is None:
        return {**facts, "gone": True, "wide": False}
    asked = replace(ask, narrow=narrow_of(widget))
    only = ", ".join(_said(widget, kind, people))
    template = f"analytics/dashboards/widgets/_{kind.template}.html"
    return {**facts, "wide": kind.wide, "only": only, "template": template, "told": kind.tells(asked, found)}


def _said(widget: Mapping[str, Any], kind: Kind, people: Mapping[str, str]) -> list[str]:
    """What it is narrowed to, in words."""
    told = [str(widget[name]) for name in ("model", "provider") if name in kind.takes and widget.get(name)]
    if "member" in kind.takes and (member := widget.get("member")):
        told.append(people.get(member, "somebody who left"))
    if "simulated" in kind.takes and (simulated := widget.get("simulated")):
        told.append("simulated" if simulated == "yes" else "not simulated")
    if "kind_of_cost" in kind.takes and (cost := widget.get("kind_of_cost")):
        told.append(presenting.KINDS.get(cost, cost))
    return told


def _names(widgets: Sequence[Mapping[str, Any]], teams: Sequence[UUID]) -> dict[str, str]:
    """The names of those to whom widgets are narrowed, if they are members still; one statement, or none."""
    named = {each["member"] for each in widgets if each.get("member")}
    rows = Membership.objects.filter(user__in=named, team__in=teams).select_related("user") if named else ()
    return {str(row.user_id): row.user.shown_name for row in rows}
