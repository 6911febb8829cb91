"""What a team has done to each new image: a preset that is its usual, or what a single request asks for instead."""

from typing import Any, Final
from uuid import UUID

from designer.generations.follow_ups import Promise
from enhancement import presets, rights
from enhancement.models import EnhancementPreset
from enhancement.pace import pace_of
from enhancement.presenting import summary_of
from enhancement.recipes import planned
from teams.accounts.models import User
from teams.base.errors import Missing, Refused
from teams.membership.models import Team
from teams.membership.ownership import visible_team
from teams.membership.services import keep_setting

SETTING: Final = "auto_enhance"  # of a team: {"preset": id}
REMEDY: Final = 'Send {"operations": [{"name": "upscale", "scale": 2}]}, {"preset": id}, or null for the team\'s usual.'


def settle(value: Any, team: Team, width: int, height: int) -> Promise:
    """What a wish means for images of that size, and what it comes to. No operations at all mean: nothing.

    Raises Refused naming the part at fault. What the team has as its usual never stands in a generation's way: where it
    cannot be done, nothing follows.
    """
    if value is None:
        try:
            usual = team.settings.get(SETTING)
            return settle(usual, team, width, height) if usual else Promise()
        except Refused:
            return Promise()
    if not isinstance(value, dict) or set(value) not in ({"operations"}, {"preset"}):
        raise Refused("invalid", "This is not a recipe.", remedy=REMEDY)
    origin = None
    if "preset" in value:
        preset = _preset(value["preset"], team)
        value, origin = {"operations": preset.operations}, preset.origin
    if value["operations"] == []:
        return Promise()
    rights.refuse_unattended(value["operations"])
    plan = planned(value["operations"], width=width, height=height)
    kept = {"operations": plan.recipe, "preset": origin}
    title = origin["name"] if origin else summary_of(plan.recipe)
    seconds = pace_of(team.pk).total_seconds(plan.quote)
    return Promise(value=kept, title=title, cost=plan.cost, most=plan.most, seconds=seconds)


def _preset(named: Any, team: Team) -> presets.Shown:
    try:
        pk = UUID(str(named))
    except ValueError:
        pk = None
    starter = next((each for each in presets.starters() if each.pk == pk), None)
    row = EnhancementPreset.objects.filter(team=team, pk=pk).first() if pk and not starter else None
    if starter is None and row is None:
        raise Refused("not_found", "This team has no such preset.", field="preset", remedy="Choose another.")
    return starter or presets.shown(row)  # type: ignore[arg-type]  # one of them is there


def choices(user: User, team_id: UUID | None) -> list[tuple[str, str]]:
    return [(str(each.pk), each.name) for each in presets.choices(user, team_id)]


def usual_of(*, actor: User, team_id: UUID) -> presets.Shown | None:
    """The preset that follows each generation of a team. Raises Missing for a team not theirs to see."""
    usual = visible_team(actor, team_id).settings.get(SETTING)
    if not usual:
        return None
    try:
        return presets.find(actor, UUID(usual["preset"]))
    except Missing:
        return None


def set_usual(*, actor: User, team_id: UUID, preset_id: UUID | None) -> presets.Shown | None:
    """Let a preset follow each generation of the team, or (None) nothing. For owners and admins.

    Raises Missing, Forbidden, or Refused for a preset that is not the team's.
    """
    team = visible_team(actor, team_id)
    preset = None if preset_id is None else _preset(preset_id, team)
    if preset:
        rights.refuse_unattended(preset.operations)
    keep_setting(actor=actor, team_id=team_id, name=SETTING, value={"preset": str(preset_id)} if preset else None)
    return preset
