"""The only writers of boards. To change one takes the right to change its owner's work; each names its version."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import transaction

from analytics.dashboards.boards import KINDS
from analytics.dashboards.models import DAYS, NAME_LENGTH, Dashboard
from designer.ledger.models import EntryKind
from teams.accounts.models import User
from teams.base.errors import Conflict, Forbidden, Missing, Refused
from teams.base.preconditions import require_match
from teams.base.text import one_line
from teams.membership.models import Membership, Team
from teams.membership.ownership import working_team
from teams.membership.permissions import allowed, hold_awake

MOST: Final = 50  # boards of one member in a team: of others' own nobody knows
WIDGETS: Final = 12  # of one board
SHORT: Final = {"provider": 60, "model": 120}


@transaction.atomic
def create(
    *,
    actor: User,
    team_id: UUID | None,
    name: str,
    shared: bool = False,
    days: int = 30,
    widgets: Sequence[Mapping[str, Any]] = (),
) -> Dashboard:
    """Raises Missing, Forbidden, Refused by the field at fault, Conflict where there are too many."""
    team = working_team(actor, team_id)
    if not allowed(actor, "create_work", team):
        raise Forbidden(
            message="Your role lets you look, not make boards.", remedy="Ask an owner or admin of the team."
        )
    Team.objects.select_for_update(no_key=True).get(pk=team.pk)  # two at once would both count too few
    hold_awake(team.pk)
    if Dashboard.objects.filter(team=team, owner=actor).count() >= MOST:
        message = f"You have {MOST} boards in this team."
        raise Conflict("too_many_dashboards", message, remedy="Delete one of them.")
    row = Dashboard(team=team, owner=actor)
    _fill(actor, row, {"name": name, "shared": shared, "days": days, "widgets": widgets})
    row.save()
    return row


@transaction.atomic
def change(*, actor: User, dashboard_id: UUID, if_match: str | None, said: Mapping[str, Any]) -> Dashboard:
    """Change what is said, if `if_match` names the present version. Raises as `create`, and Refused (428, 412)."""
    row = _locked(actor, dashboard_id)
    require_match(if_match, row)
    _fill(actor, row, said)
    row.save()
    return row


@transaction.atomic
def add(*, actor: User, dashboard_id: UUID, widget: Mapping[str, Any]) -> Dashboard:
    """Put a widget at the end. Raises as `change`."""
    row = _locked(actor, dashboard_id)
    _fill(actor, row, {"widgets": [*row.widgets, widget]})
    row.save()
    return row


@transaction.atomic
def remove(*, actor: User, dashboard_id: UUID, widget_id: str) -> Dashboard:
    """Take a widget away, whatever its kind; once more changes nothing. Raises Missing, Forbidden."""
    row = _locked(actor, dashboard_id)
    row.widgets = [each for each in row.widgets if each["id"] != widget_id]
    row.save()
    return row


@transaction.atomic
def place(*, actor: User, dashboard_id: UUID, widget_id: str, position: int) -> Dashboard:
    """Move a widget to the place (from 1) of another; beyond either end is the end. Raises Missing, Forbidden."""
    row = _locked(actor, dashboard_id)
    moved = next((each for each in row.widgets if each["id"] == widget_id), None)
    if moved is None:
        raise Missing(message="There is no such widget on this board.", remedy="Reload the page.")
    others = [each for each in row.widgets if each["id"] != widget_id]
    at = min(max(1, position), len(row.widgets)) - 1
    row.widgets = [*others[:at], moved, *others[at:]]
    row.save()
    return row


@transaction.atomic
def delete(*, actor: User, dashboard_id: UUID) -> None:
    """For good: it holds no figures. Raises Missing, Forbidden."""
    _locked(actor, dashboard_id).delete()


def _locked(actor: User, dashboard_id: UUID) -> Dashboard:
    hold_awake(Dashboard.objects.for_edit(actor, dashboard_id).team_id)
    row: Dashboard = Dashboard.objects.select_for_update(of=("self",), no_key=True).for_edit(actor, dashboard_id)
    return row


def _fill(actor: User, row: Dashboard, said: Mapping[str, Any]) -> None:
    if "name" in said:
        row.name = one_line(said["name"], field="name", longest=NAME_LENGTH)
    if "shared" in said and said["shared"] != row.shared:
        if row.owner_id != actor.pk:  # it would be gone for whoever did it
            raise Forbidden(
                message="Only whoever made a board shares it or takes it back.", remedy="Ask them, or delete it."
            )
        row.shared = said["shared"]
    if "days" in said:
        if said["days"] not in DAYS:
            shown = ", ".join(map(str, DAYS))
            raise Refused("bad_days", f"A board shows {shown} days.", field="days", remedy="Name one of these.")
        row.days = said["days"]
    if "widgets" in said:
        if len(said["widgets"]) > WIDGETS:
            message = f"A board holds {WIDGETS} widgets at most."
            raise Refused("too_many_widgets", message, field="widgets", remedy="Take one away, or make a second board.")
        kept = {each["id"]: each for each in row.widgets}
        row.widgets = [_widget(each, kept, row.team_id) for each in said["widgets"]]


def _widget(said: Mapping[str, Any], kept: dict[str, Mapping[str, Any]], team: UUID) -> dict[str, Any]:
    """What is kept of it. One that is there already may stay as it is, though its kind or its member is gone; a second
    of the same id is a new one."""
    old = kept.pop(str(said.get("id") or ""), None)
    told = {name: str(value) for name, value in said.items() if name != "id" and value not in (None, "")}
    if old is not None and told == {name: value for name, value in old.items() if name != "id"}:
        return dict(old)
    kind = KINDS.get(told.get("kind", ""))
    if kind is None:
        raise _wrong("There is no such kind of widget.", "Name one of those that /api/docs lists.")
    if strange := sorted(set(told) - {"kind", *kind.takes}):
        raise _wrong(f"{kind.title} is not narrowed by {strange[0]}.", "Leave it out.")
    _check(told, team)
    return {"id": old["id"] if old else str(uuid4()), **told}


def _check(told: Mapping[str, str], team: UUID) -> None:
    for name, longest in SHORT.items():
        if "\x00" in told.get(name, ""):
            raise _wrong(f"{name} has a character that cannot be kept.", "Name it as the figures do.")
        if len(told.get(name, "")) > longest:
            raise _wrong(f"{name} is longer than {longest} characters.", "Name it as the figures do.")
    if told.get("simulated", "yes") not in ("yes", "no"):
        raise _wrong("simulated is yes or no.", "Leave it out for both.")
    if told.get("kind_of_cost", EntryKind.GENERATION) not in EntryKind.values:
        raise _wrong("There is no such kind of cost.", "Name a kind of the ledger.")
    if member := told.get("member"):
        try:
            known = Membership.objects.filter(team=team, user=UUID(member)).exists()
        except ValueError:
            known = False
        if not known:
            raise _wrong("That is no member of the team.", "Name somebody who is.")


def _wrong(message: str, remedy: str) -> Refused:
    return Refused("bad_widget", message, field="widgets", remedy=remedy)
