"""Named recipes: those of a team, and the ones that every studio begins with."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import transaction

from enhancement import rights
from enhancement.models import EnhancementPreset
from enhancement.recipes import Recipe, checked
from teams.accounts.models import User
from teams.base.errors import Conflict, Forbidden, Missing, Refused
from teams.base.preconditions import require_match
from teams.base.text import one_line
from teams.membership.ownership import working_team
from teams.membership.permissions import allowed

MOST: Final = 200  # presets of one team
FIELDS: Final = ("name", "description", "operations")


@dataclass(frozen=True, slots=True, kw_only=True)
class Starter:
    """A recipe that comes with the studio. Its id is made of its slug, so that it is the same everywhere."""

    slug: str
    name: str
    description: str
    operations: tuple[dict[str, Any], ...]
    version: int = 1

    @property
    def pk(self) -> UUID:
        return uuid5(NAMESPACE_URL, f"urn:designer-bff:preset:{self.slug}")


STARTERS: Final = (
    Starter(
        slug="twice",
        name="Twice as large",
        description="Enlarged two times, nothing else.",
        operations=({"name": "upscale", "scale": 2},),
    ),
    Starter(
        slug="print-a4",
        name="Print A4 300 dpi",
        description="As large as fits on A4 at 300 dots per inch, with the weave of the cloth raised a little.",
        operations=(
            {
                "name": "upscale", "target": "print", "print_width": 21, "print_height": 29.7, "unit": "cm",
                "dpi": 300, "smaller": "reduce",
            },
            {"name": "detail", "amount": 0.3},
        ),
    ),
    Starter(
        slug="web",
        name="Web clean-up",
        description="Balanced light and an even background, at the size it has.",
        operations=({"name": "color", "auto_exposure": True}, {"name": "background", "mode": "cleanup"}),
    ),
    Starter(
        slug="fabric",
        name="Fabric close-up",
        description="A square swatch of the cloth, enlarged, with its fine weave raised.",
        operations=(
            {"name": "upscale", "scale": 4},
            {"name": "detail", "amount": 0.6, "scale": "fine"},
            {"name": "crop", "shape": "swatch"},
        ),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A preset, of whichever kind. `row` is None for one that comes with the studio."""

    pk: UUID
    name: str
    description: str
    operations: Recipe
    version: int
    row: EnhancementPreset | None = None

    @property
    def starter(self) -> bool:
        return self.row is None

    @property
    def origin(self) -> dict[str, Any]:
        """What an enhancement remembers of it."""
        return {"id": str(self.pk), "name": self.name, "version": self.version}


def _of_starter(starter: Starter) -> Shown | None:
    """The starter, where all of its operations can be done here."""
    try:
        recipe = [each.wish for each in checked([dict(step) for step in starter.operations])]
    except Refused:
        return None
    return Shown(
        pk=starter.pk, name=starter.name, description=starter.description, operations=recipe, version=starter.version
    )


def shown(row: EnhancementPreset) -> Shown:
    return Shown(
        pk=row.pk,
        name=row.name,
        description=row.description,
        operations=rights.undeclared(row.operations),  # one from before they were refused may hold a declaration
        version=row.version,
        row=row,
    )


def starters() -> list[Shown]:
    return [found for starter in STARTERS if (found := _of_starter(starter)) is not None]


def choices(actor: User, team_id: UUID | None = None) -> list[Shown]:
    """What the actor may choose: those of the team (of all their teams by default) by name, then the starters."""
    rows = EnhancementPreset.objects.visible_to(actor).order_by("name", "id")
    rows = rows.filter(team=team_id) if team_id else rows
    return [*(shown(row) for row in rows), *starters()]


def find(actor: User, preset_id: UUID) -> Shown:
    """The preset of that id. Raises Missing for one not theirs to see, or that this studio cannot do."""
    starter = next((each for each in starters() if each.pk == preset_id), None)
    return starter or shown(EnhancementPreset.objects.see(actor, preset_id))


def recipe_asked(actor: User, *, operations: Any, preset_id: UUID | None) -> tuple[Any, dict[str, Any] | None]:
    """The operations that are meant, and the preset they come from. Raises Refused unless just one way was taken."""
    if (operations is None) == (preset_id is None):
        remedy = "Send either operations or the id of a preset."
        raise Refused("recipe_unclear", "A recipe is missing, or there are two.", field="operations", remedy=remedy)
    if preset_id is None:
        return operations, None
    try:
        preset = find(actor, preset_id)
    except Missing as missing:
        missing.field = "preset"
        raise
    return preset.operations, preset.origin


@transaction.atomic
def create_preset(
    *, actor: User, name: str, operations: Any, description: str = "", team_id: UUID | None = None
) -> EnhancementPreset:
    """Keep a recipe for the team. Raises Refused, Missing, Forbidden, or Conflict for a name that is taken."""
    team = working_team(actor, team_id)
    if not allowed(actor, "create_work", team):
        raise Forbidden(message="Your role lets you look, not save.", remedy="Ask an owner or admin of the team.")
    if EnhancementPreset.objects.filter(team=team).count() >= MOST:
        raise Conflict("too_many", f"This team has {MOST} presets.", remedy="Delete one first.")
    row = EnhancementPreset(team=team, owner=actor)
    _fill(row, name=name, description=description, operations=operations)
    row.save()
    return row


@transaction.atomic
def change_preset(
    *,
    actor: User,
    preset_id: UUID,
    if_match: str | None,
    name: str | None = None,
    description: str | None = None,
    operations: Any = None,
) -> EnhancementPreset:
    """Change what is given, if `if_match` names the present version; what changes nothing makes no new one.

    Raises Missing, Forbidden, Refused (428, 412, or a field) or Conflict for a name that is taken.
    """
    _refuse_starter(preset_id)
    EnhancementPreset.objects.for_edit(actor, preset_id)
    row: EnhancementPreset = EnhancementPreset.objects.select_for_update(no_key=True).see(actor, preset_id)
    require_match(if_match, row)
    before = [getattr(row, field) for field in FIELDS]
    _fill(row, name=name, description=description, operations=operations)
    if [getattr(row, field) for field in FIELDS] != before:
        row.version += 1
        row.save(update_fields=[*FIELDS, "version", "updated_at"])
    return row


@transaction.atomic
def delete_preset(*, actor: User, preset_id: UUID) -> None:
    """Raises Missing or Forbidden. Enhancements that were made by it keep its name."""
    _refuse_starter(preset_id)
    EnhancementPreset.objects.for_edit(actor, preset_id).delete()


def _refuse_starter(preset_id: UUID) -> None:
    if any(each.pk == preset_id for each in STARTERS):
        raise Forbidden(message="This preset comes with the studio.", remedy="Save a copy under another name.")


def _fill(row: EnhancementPreset, *, name: str | None, description: str | None, operations: Any) -> None:
    if name is not None:
        row.name = _free_name(row, name)
    if description is not None:
        row.description = one_line(description, field="description", longest=300) if description.strip() else ""
    if operations is not None:
        found = checked(operations)
        rights.refuse_unattended(operations)
        row.operations = [each.wish for each in found]


def _free_name(row: EnhancementPreset, name: str) -> str:
    kept = one_line(name, field="name", longest=80)
    same = EnhancementPreset.objects.filter(team=row.team_id, name=kept).exclude(pk=row.pk)
    if same.exists() or kept in {each.name for each in STARTERS}:
        raise Conflict("name_taken", "There is a preset of that name.", field="name", remedy="Choose another name.")
    return kept
