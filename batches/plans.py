"""What a batch is to make: axes, how many combinations they have, and each combination as one wish. Knows no Django.

Nothing is materialised to be counted: a combination is decoded from its number, as a number from its digits.
"""

import json
import math
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from batches.fields import FIELDS
from batches.parts import AXES, MAX_ITEMS, PALETTE, READERS, SLOT, STORED, refused
from teams.base.errors import Refused

ARMS: Final = ("a", "b")
EMPTY_CELL: Final = "empty_cell"
# in a label: which of the rows, and which line of their file, from 1
ROW, SHEET_LINE = "row", "sheet_line"
# the parts that a plan of a kind has nothing to do with
FOREIGN: Final[dict[str, tuple[str, ...]]] = {
    "generate": ("sources", "operations"),
    "enhance": ("slots", "prompts", *AXES, "palettes", "rows", "arms"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One item: its wish (fields of a GenerationWish), what sets it apart, and its arm and pair in an A/B plan."""

    wish: dict[str, Any]
    label: dict[str, Any]
    arm: str = ""
    pair: int | None = None


@dataclass(frozen=True, slots=True)
class Axis:
    """One direction of the matrix. `name` is an attribute of the plan, or `slots.<slot>`."""

    name: str
    values: Sequence[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """See docs/batches.md. Made by `from_json`, which checks every part."""

    kind: str = "generate"
    base: dict[str, Any] = field(default_factory=dict)
    slots: dict[str, tuple[str, ...]] = field(default_factory=dict)
    prompts: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    personas: tuple[str, ...] = ()
    palettes: tuple[tuple[str, ...], ...] = ()
    aspect_ratios: tuple[str, ...] = ()
    qualities: tuple[str, ...] = ()
    variations: int = 1
    rows: tuple[dict[str, Any], ...] = ()
    lines: tuple[int, ...] = ()  # of the file that the rows come from, one for each
    arms: dict[str, dict[str, Any]] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    operations: tuple[dict[str, Any], ...] = ()
    mode: str = "matrix"
    sample: int | None = None
    seed: int | None = None
    duplicates: str = "refuse"

    @classmethod
    def from_json(cls, data: Mapping[str, Any], *, stored: bool = False) -> "Plan":
        """Raises Refused naming the part at fault. `stored`: one that was accepted once stays so, also where an earlier
        release asked less."""
        read = STORED if stored else READERS
        unknown = sorted(set(data) - set(cls.__slots__))
        if unknown:
            raise refused("unknown_field", "A plan has no such part.", str(unknown[0])[:60], "Remove it.")
        said = {name: read[name](data[name], name) for name in cls.__slots__ if data.get(name) is not None}
        plan = cls(**said)
        plan._check()
        if not stored:
            plan._check_used()
        return plan

    def to_json(self) -> dict[str, Any]:
        """All of its parts, but for lines where there are none: the release before knows no such part."""
        names = [name for name in self.__slots__ if name != "lines" or self.lines]
        return {name: json.loads(json.dumps(getattr(self, name), default=list)) for name in names}

    @property
    def axes(self) -> list[Axis]:
        """Those that have values, the slowest first. The arms come last, so that pairs lie side by side."""
        if self.kind == "enhance":
            return [Axis("sources", self.sources)]
        found = [Axis("rows", self.rows), Axis("prompts", self.prompts)]
        found += [Axis(f"slots.{name}", values) for name, values in self.slots.items()]
        found += [Axis(name, getattr(self, name)) for name in (*AXES, "palettes")]
        found += [Axis("variations", range(1, self.variations + 1) if self.variations > 1 else ())]
        found += [Axis("arms", ARMS if self.arms else ())]
        return [axis for axis in found if len(axis.values)]

    @property
    def combinations(self) -> int:
        """How many the whole matrix has; exact however large."""
        return math.prod(len(axis.values) for axis in self.axes)

    @property
    def count(self) -> int:
        """How many items the plan has."""
        if self.mode == "matrix" or self.sample is None:
            return self.combinations
        count = min(self.sample, self.combinations)
        return max(2, count - count % 2) if self.arms else count  # arms are compared in pairs

    def cells(self) -> Iterator[Cell]:
        """Each item in order. Raises Refused when there are too many, none, or when a slot is left unfilled."""
        return map(self.cell, self.numbers())

    def numbers(self) -> Sequence[int]:
        """Which combinations are items, in order. Raises Refused when there are too many, or none."""
        self.check_count()
        if self.mode == "matrix" or self.count == self.combinations:
            return range(self.combinations)
        dice = random.Random(self.seed or 0)  # noqa: S311  (a draw that anybody may repeat)
        return sorted(_drawn(dice, self.combinations, self.count, pairs=bool(self.arms)))

    def check_count(self) -> None:
        """Raises Refused unless the plan has from 1 to MAX_ITEMS items."""
        if self.count > MAX_ITEMS:
            parts = " x ".join(f"{len(axis.values):,} {axis.name.removeprefix('slots.')}" for axis in self.axes)
            shown = f"This plan has {self.count:,} items ({parts}); {MAX_ITEMS:,} are the limit."
            raise Refused("too_many_items", shown, field="plan", remedy="Shorten a list, or draw a sample.")
        if self.count == 0 or (self.kind == "generate" and not self._says_something()):
            remedy = "Name the images." if self.kind == "enhance" else "Write a brief, add prompts, or import rows."
            raise Refused("no_items", "This plan has 0 items.", field="plan", remedy=remedy)

    def _says_something(self) -> bool:
        return bool(self.base.get("brief") or self.base.get("references") or self.prompts or self.rows or self.arms)

    def places(self) -> list[str]:
        """The slots that any brief has a place for."""
        said = (self.base, *self.rows, *self.arms.values())
        briefs = [*self.prompts, *(fields.get("brief", "") for fields in said)]
        return list({name.casefold(): name for brief in briefs for name in SLOT.findall(brief)}.values())

    def unused(self, names: Iterable[str]) -> list[str]:
        """Those of these slots that no brief has a place for, each once."""
        used = {name.casefold() for name in self.places()}
        return [name for name in dict.fromkeys(names) if name.casefold() not in used]

    def check_slots(self) -> None:
        """Raises Refused for a slot that no brief has a place for: its values would make items that are the same."""
        for name in self.unused(self.slots):
            known = ", ".join(f"{{{each}}}" for each in self.places() if each.casefold() != PALETTE)
            remedy = f"Use {known}, or write" if known else "Write"
            shown, remedy = f"No brief has a place for {{{name}}}.", f"{remedy} {{{name}}} into the brief."
            raise Refused("unknown_slot", shown, field=f"plan.slots.{name}", remedy=remedy, status=400)

    def _check(self) -> None:
        if self.lines and len(self.lines) != len(self.rows):
            raise refused("bad_lines", "There is not one line for each row.", "lines", "Leave them out.")
        if self.arms and set(self.arms) != set(ARMS):
            raise refused("bad_arms", "An A/B plan has two arms.", "arms", 'Send {"a": {...}, "b": {...}}.')
        if self.mode == "sampled" and not self.sample:
            raise refused("no_sample", "How many to draw is not said.", "sample", "Send a number from 1.")
        if self.kind == "enhance" and not self.operations:
            raise refused("empty", "No operation was named.", "operations", 'Add {"name": "upscale", "scale": 2}.')
        if self.arms and self.arms["a"] == self.arms["b"]:
            raise refused("same_arms", "The two arms are the same.", "arms", "Change a model, a brief or a quality.")

    def _check_used(self) -> None:
        spare = ["variations"] if self.kind == "enhance" and self.variations > 1 else []
        for name in (*(name for name in FOREIGN[self.kind] if getattr(self, name)), *spare):
            shown = f"A plan of the kind {self.kind} has no use for {name}."
            raise Refused("unused_part", shown, field=f"plan.{name}", remedy="Remove it.", status=400)

    def cell(self, number: int) -> Cell:
        """Combination `number`: its digits, the last axis' first, say which value of each axis it has. Raises Refused
        when a slot is left unfilled."""
        axes, places, pair = self.axes, [], None
        for axis in reversed(axes):
            number, place = divmod(number, len(axis.values))
            places.append(place)
            pair = number if axis.name == "arms" else pair
        making = _Making(wish=dict(self.base))
        for axis, place in zip(axes, reversed(places), strict=True):
            making.take(axis.name, axis.values[place], place)
            if axis.name == "rows":
                making.label[ROW] = place + 1
                making.label |= {SHEET_LINE: self.lines[place]} if self.lines else {}
                making.place = place
        if self.kind == "generate":
            making.wish |= self.arms.get(making.arm, {})  # over the axes: the arms are what is compared
            making.wish["brief"] = self._filled(making)
        elif self.kind == "enhance":
            making.wish["operations"] = [dict(step) for step in self.operations]
        return Cell(wish=making.wish, label=making.label, arm=making.arm, pair=pair)

    def _filled(self, making: "_Making") -> str:
        """The brief with its slots filled; a palette without a place of its own is added. Raises Refused."""
        brief, values = making.wish.get("brief", ""), making.filled
        known = {name.casefold(): value for name, value in values.items()}
        for name in SLOT.findall(brief):
            if name.casefold() not in known:
                raise self._unfilled(name, making)
        done = SLOT.sub(lambda found: known[found[1].casefold()], brief)
        if PALETTE in values and PALETTE not in (name.casefold() for name in SLOT.findall(brief)):
            done = f"{done}, in {values[PALETTE]}" if done.strip() else f"in {values[PALETTE]}"
        return done

    def _unfilled(self, name: str, making: "_Making") -> Refused:
        """A row may leave empty what other rows fill in; else nothing in the plan fills the slot."""
        column = next((key for row in self.rows for key in row if key.casefold() == name.casefold()), None)
        if column is None:
            shown = f"The slot {{{name}}} has no values."
            return refused("unfilled_slot", shown, "base.brief", f"Add slots.{name}, or a column of that name.")
        shown = f"{where_of(making.label)} leaves {column} empty, and its brief has a place for it."
        return refused(EMPTY_CELL, shown, f"rows[{making.place}].{column}", "Fill it in, or remove it there.")


@dataclass(slots=True, kw_only=True)
class _Making:
    """One cell while its axes are applied, the first axis first: a later one has the last word."""

    wish: dict[str, Any]
    filled: dict[str, str] = field(default_factory=dict)
    label: dict[str, Any] = field(default_factory=dict)
    arm: str = ""
    place: int = 0  # of its row

    def take(self, name: str, value: Any, place: int) -> None:
        if name == "sources":
            self.wish["asset"] = value
        elif name == "prompts":
            self.wish["brief"] = value
        elif name == "rows":
            self._take_row(value)
        elif name == "variations":
            self.label["variation"] = value
            if self.wish.get("seed") is not None:
                self.wish["seed"] += value - 1
        elif name == "arms":
            self.arm, self.label["arm"] = value, value.upper()
        elif name == "palettes":
            self.filled[PALETTE] = self.label[PALETTE] = _named(value)
        elif name in AXES:
            self.wish[AXES[name]] = self.label[AXES[name]] = value
        else:
            slot = name.removeprefix("slots.")
            self.filled[slot] = self.label[slot] = value

    def _take_row(self, row: Mapping[str, Any]) -> None:
        self.wish |= {key: said for key, said in row.items() if key in FIELDS}
        slots = {key: str(said) for key, said in row.items() if key not in FIELDS}
        self.filled |= slots
        self.label |= slots


def where_of(label: Mapping[str, Any]) -> str:
    """The row that an item comes from, in words; "" where it comes from none."""
    if SHEET_LINE in label:
        return f"Line {label[SHEET_LINE]} of the sheet"
    return f"Row {label[ROW]}" if ROW in label else ""


def _drawn(dice: random.Random, combinations: int, count: int, *, pairs: bool) -> list[int]:
    """Different numbers below `combinations`; where arms are compared, whole pairs of them."""
    if not pairs:
        return dice.sample(range(combinations), count)
    firsts = dice.sample(range(combinations // 2), count // 2)
    return [2 * first + arm for first in firsts for arm in (0, 1)]


def _named(palette: Sequence[str]) -> str:
    """Colours as a phrase: rust, moss and cream."""
    *most, last = palette
    return f"{', '.join(most)} and {last}" if most else last
