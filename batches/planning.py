"""From a plan to priced items: what it names is looked up, each wish is checked, each item gets its price.

Reads only. What is wrong is said all at once, by item, before anything is written or spent.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from batches.models import BatchSheet
from batches.plans import EMPTY_CELL, Cell, Plan, where_of
from batches.pricing import EnhancementPrices, Price, Prices, wish_of
from designer.assets.models import Asset
from designer.generations.services import STRATEGY_USED
from designer.generations.wishes import MAX_REFERENCES
from designer.personas.models import Persona
from enhancement import rights
from enhancement.services import check_others
from enhancement.tastes import coloured
from teams.accounts.models import User
from teams.base.errors import Forbidden, Missing, Refused
from teams.base.ids import id_of
from teams.membership.defaults import said_by
from teams.membership.models import Team
from teams.membership.ownership import working_team
from teams.membership.permissions import allowed
from teams.review.collections.models import Collection

MOST_ERRORS: Final = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """One item with its price."""

    cell: Cell
    price: Price


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """All items of a plan."""

    entries: list[Entry]
    duplicates: int

    @property
    def low(self) -> Decimal:
        return sum((entry.price.low for entry in self.entries), Decimal(0))

    @property
    def high(self) -> Decimal:
        return sum((entry.price.high for entry in self.entries), Decimal(0))

    @property
    def images(self) -> int:
        return sum(entry.price.images for entry in self.entries)

    @property
    def cheapest(self) -> Decimal:
        """The least budget that lets one of them begin."""
        return min(entry.price.most for entry in self.entries)

    @property
    def simulated(self) -> bool:
        return any(entry.price.simulated for entry in self.entries)


def team_for(actor: User, team_id: UUID | None, plan: dict[str, Any] | None = None) -> Team:
    """The team to work in: the one that is said, that of the collection that the plan names, or their own. Raises
    Missing, or Forbidden for somebody who may only look."""
    named = (plan or {}).get("collection")
    if team_id is None and named is not None:
        rows = Collection.objects.visible_to(actor).kept().filter(pk__in=_ids(named))
        team_id = rows.values_list("team_id", flat=True).first()
    team = working_team(actor, team_id)
    if not allowed(actor, "create_work", team):
        raise Forbidden(message="Your role lets you look, not create.", remedy="Ask an owner or admin of the team.")
    return team


def plan_of(actor: User, team: Team, said: dict[str, Any], *, stored: bool = False) -> Plan:
    """The plan with the rows of the sheet, or the images of the collection, that it names: as they are now. `stored`:
    it was accepted once, and is asked no more than it was then. Raises Refused naming the part at fault."""
    said = dict(said)
    for name, part, read in (("sheet", "rows", _rows), ("collection", "sources", _images)):
        wanted = said.pop(name, None)
        if wanted is None:
            continue
        if said.get(part):
            shown = f"Send {part} or a {name}, not both."
            raise Refused("two_lists", shown, field=f"plan.{part}", remedy="Remove one.")
        if name == "collection" and said.get("kind") != "enhance":
            remedy = 'Send "kind": "enhance" and "operations".'
            raise Refused("not_enhancing", "A collection is there to be enhanced.", field="plan.kind", remedy=remedy)
        said |= read(actor, team, _ids(wanted))
    plan = Plan.from_json(said, stored=stored)
    if not stored:
        plan.check_slots()
    return _attended(plan)


def _ids(said: Any) -> list[UUID]:
    """The id that is said; none for what is no id: it names nothing."""
    found = id_of(str(said))
    return [found] if found else []


def _rows(actor: User, team: Team, wanted: list[UUID]) -> dict[str, Any]:
    sheet = BatchSheet.objects.visible_to(actor).filter(team=team, pk__in=wanted).first()
    if sheet is None:
        remedy = "Import the file again: rows are kept for a week."
        raise Refused("not_found", "There is no such sheet in this team.", field="plan.sheet", remedy=remedy)
    return {"rows": sheet.rows, "lines": sheet.lines}


def _images(actor: User, team: Team, wanted: list[UUID]) -> dict[str, Any]:
    row = Collection.objects.visible_to(actor).kept().filter(team=team, pk__in=wanted).first()
    if row is None:
        remedy = "Choose another, or restore it from the trash."
        raise Refused("not_found", "There is no such collection in this team.", field="plan.collection", remedy=remedy)
    images = [str(pk) for pk in row.items.shown().values_list("asset_id", flat=True)]
    if not images:
        shown = f"There is no image in {row.name}."
        raise Refused("empty", shown, field="plan.collection", remedy="Add images to it, or choose another.")
    return {"sources": images}


def _attended(plan: Plan) -> Plan:
    """The plan. Raises Refused where it needs a person at each image."""
    try:
        rights.refuse_unattended([dict(step) for step in plan.operations])
    except Refused as refused:
        refused.field = f"plan.{refused.field}"
        raise
    return plan


def planned(actor: User, team: Team, plan: Plan, *, strict: bool = True) -> Planned:
    """Each item with its price. Raises Refused with a line for each item at fault (50 at most).

    `strict` refuses a plan with the same item twice where it does not say what to do about it.
    """
    cells, duplicates = _different(plan, _cells(plan))
    if duplicates and strict and plan.duplicates == "refuse":
        shown = f"{duplicates:,} of {len(cells):,} items are there more than once."
        remedy = 'Remove them, or say "drop" or "keep" ("duplicates"); to make several of one, use variations.'
        raise Refused("duplicates", shown, field="plan.duplicates", remedy=remedy)
    price = _Enhancing(actor, team, cells, plan) if plan.kind == "enhance" else _Generating(actor, team, cells)
    entries, lines = [], []
    for place, cell in enumerate(cells):
        try:
            entries.append(price.entry(cell))
        except Refused as refused:
            lines.append(_line(place, cell, refused))
            if len(lines) == MOST_ERRORS:
                break
    _refuse(lines)
    return Planned(entries=entries, duplicates=duplicates)


def _cells(plan: Plan) -> list[Cell]:
    """All of them. Raises Refused with a line for each row that leaves empty what its brief has a place for."""
    cells: list[Cell] = []
    faults: dict[str, dict[str, str]] = {}
    for number in plan.numbers():
        try:
            cells.append(plan.cell(number))
        except Refused as refused:
            if refused.code != EMPTY_CELL:
                raise
            field = refused.field or ""
            faults[field] = {"field": field, "code": refused.code, "message": f"{refused.message} {refused.remedy}"}
            if len(faults) == MOST_ERRORS:
                break
    _refuse(list(faults.values()))
    return cells


def _refuse(lines: list[dict[str, str]]) -> None:
    """Raises Refused for lines that are wrong, where there are any."""
    if lines:
        shown = f"{lines[0]['message']} ({lines[0]['field']})"
        raise Refused("bad_items", shown, field=lines[0]["field"], remedy="Change the plan.", lines=lines)


def _line(place: int, cell: Cell, refused: Refused) -> dict[str, str]:
    row = where_of(cell.label)
    where = f"Item {place + 1} ({row[0].lower()}{row[1:]})" if row else f"Item {place + 1}"
    told = f"{where}: {refused.message} {refused.remedy}".strip()
    return {"field": f"items[{place}].{refused.field or ''}".rstrip("."), "code": refused.code, "message": told}


def _different(plan: Plan, cells: list[Cell]) -> tuple[list[Cell], int]:
    """The cells (without repetitions, if the plan drops them) and how many of them repeat an earlier one."""
    seen: set[str] = set()
    first = []
    for cell in cells:
        key = json.dumps([cell.wish, cell.label.get("variation"), cell.arm], sort_keys=True)
        if key not in seen:
            seen.add(key)
            first.append(cell)
    return (first if plan.duplicates == "drop" else cells), len(cells) - len(first)


class _Generating:
    """Entries of a plan that generates."""

    def __init__(self, actor: User, team: Team, cells: Iterable[Cell]) -> None:
        self.team = team
        usual = said_by(team, STRATEGY_USED)
        self.usual = {} if usual == STRATEGY_USED.usual else {"strategy": usual}  # where the plan says none
        wanted = {pk for cell in cells for pk in cell.wish.get("references", ())}
        found = Asset.objects.visible_to(actor).kept().filter(team=team, pk__in=wanted)
        rows = found.values_list("pk", "width", "height") if wanted else ()
        self.references = {str(pk): (width, height) for pk, width, height in rows}
        self.prices = Prices(team, self.references)
        self.personas: dict[str, str] = {}
        for pk, name in Persona.objects.visible_to(actor).filter(team=team).values_list("pk", "name"):
            self.personas |= {str(pk): str(pk), name.strip().casefold(): str(pk)}

    def entry(self, cell: Cell) -> Entry:
        said = {**self.usual, **cell.wish}
        if len(said.get("references", ())) > MAX_REFERENCES:
            shown = f"At most {MAX_REFERENCES} references."
            raise Refused("too_many", shown, field="references", remedy="Remove some.")
        if any(pk not in self.references for pk in said.get("references", ())):
            shown = "There is no such image in this team."
            raise Refused("not_found", shown, field="references", remedy="Upload it first.")
        if name := said.pop("persona", None):
            said["persona"] = self.personas.get(name.casefold())
            if said["persona"] is None:
                shown = "There is no such persona in this team."
                raise Refused("not_found", shown, field="persona", remedy="Choose another.")
        wish = wish_of(said, self.team.pk)
        wish.check()
        return Entry(replace(cell, wish=said), self.prices.of(wish))


class _Enhancing:
    """Entries of a plan that enhances."""

    def __init__(self, actor: User, team: Team, cells: Iterable[Cell], plan: Plan) -> None:
        wanted = {str(cell.wish["asset"]) for cell in cells}
        found = Asset.objects.visible_to(actor).kept().filter(team=team, pk__in=[pk for pk in wanted if _is_id(pk)])
        self.assets = {str(asset.pk): asset for asset in found}
        self.theirs = {str(pk) for pk in found.editable_by(actor).values_list("pk", flat=True)}
        self.prices = EnhancementPrices(team, [dict(step) for step in plan.operations])
        try:
            for wish in self.prices.wishes:
                coloured(actor, team.pk, wish)
        except Refused as refused:
            raise Refused(
                refused.code, refused.message, field=f"plan.{refused.field}", remedy=refused.remedy
            ) from refused
        try:
            check_others(actor, team.pk, self.prices.wishes)
        except Missing as missing:
            where = f"plan.{missing.field}"
            raise Refused("not_found", missing.message, field=where, remedy=missing.remedy) from missing

    def entry(self, cell: Cell) -> Entry:
        asset = self.assets.get(cell.wish["asset"].lower())
        if asset is None:
            shown = "There is no such image in this team."
            raise Refused("not_found", shown, field="sources", remedy="Upload it first.")
        if str(asset.pk) not in self.theirs:
            shown = "Your role lets you see this image, not change it."
            raise Refused("forbidden", shown, field="sources", remedy="Leave it out, or ask an owner or admin.")
        return Entry(replace(cell, wish={**cell.wish, "asset": str(asset.pk)}), self.prices.of(asset))


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
