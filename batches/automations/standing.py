"""Whether an automation can do its work now, and if not, why: told on its pages and in what it leaves undone."""

from typing import Any, Final
from uuid import UUID

from batches.automations.models import Automation, Target
from enhancement import presets, rights
from enhancement.models import EnhancementPreset
from teams.accounts.models import User
from teams.base.errors import Forbidden, Refused
from teams.membership.models import Team
from teams.membership.permissions import RESTING, check_awake, may
from teams.review.collections.services import MOST

Trouble = dict[str, str]  # code, message, remedy
OFF: Final = "switched_off"
OWNER_LEFT: Final = "owner_left"
FULL: Final = "collection_full"
# the codes of what was left undone because the automation rested
RESTED: Final = frozenset({OFF, OWNER_LEFT, RESTING, FULL, "source_gone", "collection_gone", "preset_gone"})


def trouble(code: str, message: str, remedy: str) -> Trouble:
    return {"code": code, "message": message, "remedy": remedy}


def told_of(refused: Refused) -> Trouble:
    return trouble(refused.code, refused.message, refused.remedy)


def may_manage(user: User, team: Team) -> bool:
    """Whether `user` makes and changes automations: owners and admins, who may look at them in an archived team too."""
    return may(user, "manage_members", team)


def insist(user: User, team: Team) -> None:
    if not may_manage(user, team):
        raise Forbidden(message="Only owners and admins of the team manage automations.", remedy="Ask one of them.")


class Memo:
    """What many automations of a team ask alike, asked once: whose rights, and which presets there are."""

    def __init__(self) -> None:
        self._people: dict[tuple[UUID, UUID], Trouble | None] = {}
        self._presets: dict[UUID, dict[UUID, presets.Shown]] = {}

    def of_people(self, row: Automation) -> Trouble | None:
        key = (row.team_id, row.owner_id)
        if key not in self._people:
            self._people[key] = _of_people(row)
        return self._people[key]

    def preset(self, row: Automation) -> presets.Shown | None:
        if row.preset is None:
            return None
        if row.team_id not in self._presets:
            own = (presets.shown(each) for each in EnhancementPreset.objects.filter(team=row.team_id))
            self._presets[row.team_id] = {each.pk: each for each in (*own, *presets.starters())}
        return self._presets[row.team_id].get(row.preset)


def trouble_of(row: Automation, memo: Memo | None = None) -> Trouble | None:
    """Why it rests; None where it works. That it was switched off is no trouble. `memo`: pass one for several."""
    memo = memo or Memo()
    return memo.of_people(row) or _of_source(row) or _of_collection(row) or _of_recipe(row, memo)


def delivery_trouble_of(row: Automation) -> Trouble | None:
    """Why what it made cannot be delivered: what it was made of, and how, does not matter any more."""
    return _of_people(row) or _of_collection(row)


def _of_people(row: Automation) -> Trouble | None:
    try:
        check_awake(row.team_id)
    except Refused as resting:
        return trouble(RESTING, resting.message, resting.remedy)
    if not (may_manage(row.owner, row.team) and may(row.owner, "create_work", row.team)):
        message = f"{row.owner.shown_name}, in whose name it works, is no owner or admin of this team any more."
        return trouble(OWNER_LEFT, message, "Have an owner or admin save it: it works in their name from then on.")
    return None


def _of_source(row: Automation) -> Trouble | None:
    gone = {"collection": row.scope_collection is None, "batch": row.scope_batch is None}
    if gone.get(row.scope):
        message = f"The {row.scope} whose images it waits for is gone."
        return trouble("source_gone", message, "Choose another one.")
    if row.scope_collection is not None and row.scope_collection.trashed_at is not None:
        message = f"The collection {row.scope_collection.name}, whose images it waits for, is in the trash."
        return trouble("source_gone", message, "Restore it, or choose another one.")
    return None


def _of_collection(row: Automation) -> Trouble | None:
    if row.collects and (row.collection is None or row.collection.trashed_at is not None):
        where = "is gone" if row.collection is None else f"({row.collection.name}) is in the trash"
        message = f"The collection that it puts images into {where}."
        return trouble("collection_gone", message, "Restore it, or choose another one.")
    return None


def full_of(row: Automation) -> Trouble | None:
    """Why nothing more goes into its collection. Asked before anything is bought for it."""
    if row.collection is None or row.collection.items.count() < MOST:
        return None
    message = f"The collection {row.collection.name} is full: it holds {MOST} images."
    return trouble(FULL, message, "Choose another one, then try again.")


def _of_recipe(row: Automation, memo: Memo) -> Trouble | None:
    try:
        recipe_of(row, memo)
    except Refused as refused:
        return told_of(refused)
    return None


def recipe_of(row: Automation, memo: Memo | None = None) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    """The operations, and the preset they come from; none where it enhances nothing. Raises Refused for a preset that
    is gone, or that needs a person."""
    if row.preset is None:
        return (recipe_to(row.target), None) if row.target else ([], None)
    preset = (memo or Memo()).preset(row)
    if preset is None:
        message = f"The preset {row.preset_name or row.preset} was deleted."
        raise Refused("preset_gone", message, field="preset", remedy="Choose another one.")
    rights.refuse_unattended(preset.operations)
    return preset.operations, preset.origin


def recipe_to(target: str) -> list[dict[str, Any]]:
    """The recipe that brings any image to a size of Target, also one that is larger."""
    return [{"name": "upscale", "target": Target(target).value, "smaller": "reduce"}]
