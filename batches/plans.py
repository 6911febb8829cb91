"""What a batch is to make: axes, how many combinations they have, and each combination as one wish. Knows no Django.

Nothing is materialised to be counted: a combination is decoded from its number, as a number from its digits.
"""

import json
import math
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from batches.fields import FIELDS, typed
from teams.base.errors import Refused

MAX_ITEMS: Final = 10_000
SLOT: Final = re.compile(r"\{([A-Za-z][A-Za-z0-9_ -]{0,39})\}")
AXES: Final = {"models": "model", "personas": "persona", "aspect_ratios": "aspect_ratio", "qualities": "quality"}
ARMS: Final = ("a", "b")
MODES: Final = ("matrix", "sampled")
DUPLICATES: Final = ("refuse", "keep", "drop")
KINDS: Final = ("generate", "enhance")
PALETTE: Final = "palette"


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
    arms: dict[str, dict[str, Any]] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    operations: tuple[dict[str, Any], ...] = ()
    mode: str = "matrix"
    sample: int | None = None
    seed: int | None = None
    duplicates: str = "refuse"

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Plan":
        """Raises Refused naming the part at fault."""
        unknown = sorted(set(data) - set(cls.__slots__))
        if unknown:
            raise _refused("unknown_field", "A plan has no such part.", str(unknown[0])[:60], "Remove it.")
        said = {name: READERS[name](data[name], name) for name in cls.__slots__ if data.get(name) is not None}
        plan = cls(**said)
        plan._check()
        return plan

    def to_json(self) -> dict[str, Any]:
        return {name: json.loads(json.dumps(getattr(self, name), default=list)) for name in self.__slots__}

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
        self.check_count()
        numbers: Sequence[int] = range(self.combinations)
        if self.mode == "sampled" and self.count < self.combinations:
            dice = random.Random(self.seed or 0)  # noqa: S311  (a draw that anybody may repeat)
            numbers = sorted(_drawn(dice, self.combinations, self.count, pairs=bool(self.arms)))
        return (self._cell(number) for number in numbers)

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

    def unused_slots(self) -> list[str]:
        """Slots with values that no brief has a place for."""
        said = (self.base, *self.rows, *self.arms.values())
        briefs = [*self.prompts, *(fields.get("brief", "") for fields in said)]
        used = {name.casefold() for brief in briefs for name in SLOT.findall(brief)}
        return [name for name in self.slots if name.casefold() not in used]

    def _check(self) -> None:
        if self.arms and set(self.arms) != set(ARMS):
            raise _refused("bad_arms", "An A/B plan has two arms.", "arms", 'Send {"a": {...}, "b": {...}}.')
        if self.mode == "sampled" and not self.sample:
            raise _refused("no_sample", "How many to draw is not said.", "sample", "Send a number from 1.")
        if self.kind == "enhance" and not self.operations:
            raise _refused("empty", "No operation was named.", "operations", 'Add {"name": "upscale", "scale": 2}.')
        if self.arms and self.arms["a"] == self.arms["b"]:
            raise _refused("same_arms", "The two arms are the same.", "arms", "Change a model, a brief or a quality.")

    def _cell(self, number: int) -> Cell:
        """Combination `number`: its digits, the last axis' first, say which value of each axis it has."""
        axes, places, pair = self.axes, [], None
        for axis in reversed(axes):
            number, place = divmod(number, len(axis.values))
            places.append(place)
            pair = number if axis.name == "arms" else pair
        making = _Making(wish=dict(self.base))
        for axis, place in zip(axes, reversed(places), strict=True):
            making.take(axis.name, axis.values[place], place)
        if self.kind == "generate":
            making.wish |= self.arms.get(making.arm, {})  # over the axes: the arms are what is compared
            making.wish["brief"] = _filled(making.wish.get("brief", ""), making.filled)
        elif self.kind == "enhance":
            making.wish["operations"] = [dict(step) for step in self.operations]
        return Cell(wish=making.wish, label=making.label, arm=making.arm, pair=pair)


@dataclass(slots=True, kw_only=True)
class _Making:
    """One cell while its axes are applied, the first axis first: a later one has the last word."""

    wish: dict[str, Any]
    filled: dict[str, str] = field(default_factory=dict)
    label: dict[str, Any] = field(default_factory=dict)
    arm: str = ""

    def take(self, name: str, value: Any, place: int) -> None:
        if name == "sources":
            self.wish["asset"] = value
        elif name == "prompts":
            self.wish["brief"] = value
        elif name == "rows":
            self._take_row(value, place)
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

    def _take_row(self, row: Mapping[str, Any], place: int) -> None:
        self.wish |= {key: said for key, said in row.items() if key in FIELDS}
        slots = {key: str(said) for key, said in row.items() if key not in FIELDS}
        self.filled |= slots
        self.label |= {**slots, "row": place + 1}


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


def _filled(brief: str, values: Mapping[str, str]) -> str:
    """The brief with its slots filled; a palette without a place of its own is added. Raises Refused."""
    known = {name.casefold(): value for name, value in values.items()}
    for name in SLOT.findall(brief):
        if name.casefold() not in known:
            shown = f"The slot {{{name}}} has no values."
            raise _refused("unfilled_slot", shown, "base.brief", f"Add slots.{name}, or a column of that name.")
    done = SLOT.sub(lambda found: known[found[1].casefold()], brief)
    if PALETTE in values and PALETTE not in (name.casefold() for name in SLOT.findall(brief)):
        done = f"{done}, in {values[PALETTE]}" if done.strip() else f"in {values[PALETTE]}"
    return done


def _refused(code: str, message: str, name: str, remedy: str) -> Refused:
    return Refused(code, message, field=f"plan.{name}", remedy=remedy)


def _list_of(read: Callable[[Any, str], Any], *, longest: int = MAX_ITEMS) -> Callable[[Any, str], tuple[Any, ...]]:
    def reader(value: Any, name: str) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            raise _refused("not_a_list", "This is a list.", name, "Send [ ... ].")
        if len(value) > longest:
            shown = f"This list has {len(value):,} entries; {longest:,} are the limit."
            raise _refused("too_many_items", shown, name, "Shorten it.")
        return tuple(read(each, f"{name}[{place}]") for place, each in enumerate(value))

    return reader


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _refused("not_text", "This is not a text, or an empty one.", name, "Write something, or remove it.")
    return value.strip()


def _whole(low: int, high: int) -> Callable[[Any, str], int]:
    def reader(value: Any, name: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise _refused("out_of_range", f"This is a whole number from {low} to {high:,}.", name, "Change it.")
        return value

    return reader


def _one_of(known: Sequence[str]) -> Callable[[Any, str], str]:
    def reader(value: Any, name: str) -> str:
        if value not in known:
            raise _refused("unknown_value", "There is no such choice.", name, f"Use {', '.join(known)}.")
        return str(value)

    return reader


def _field(name: str) -> Callable[[Any, str], Any]:
    return lambda value, where: typed(name, value, f"plan.{where}")


def _fields(value: Any, name: str) -> dict[str, Any]:
    """Fields of a wish, each of its type. Raises Refused for one that is not known."""
    if not isinstance(value, Mapping):
        raise _refused("not_an_object", "This is an object.", name, "Send { ... }.")
    for key in value:
        if key not in FIELDS:
            raise _refused("unknown_field", "There is no such field.", f"{name}.{str(key)[:60]}", "Remove it.")
    return {key: typed(key, said, f"plan.{name}.{key}") for key, said in value.items() if said is not None}


def _row(value: Any, name: str) -> dict[str, Any]:
    """Fields of a wish, each of its type; every other key fills a slot."""
    if not isinstance(value, Mapping) or not value:
        raise _refused("not_an_object", "A row is an object that is not empty.", name, "Send { ... }.")
    return {
        str(key)[:60]: typed(key, said, f"plan.{name}.{key}") if key in FIELDS else said
        for key, said in value.items()
        if said is not None
    }


def _arms(value: Any, name: str) -> dict[str, dict[str, Any]]:
    if not isinstance(value, Mapping):
        raise _refused("not_an_object", "This is an object.", name, 'Send {"a": {...}, "b": {...}}.')
    return {str(arm): _fields(said, f"{name}.{str(arm)[:10]}") for arm, said in value.items()}


def _slots(value: Any, name: str) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, Mapping):
        raise _refused("not_an_object", "This is an object.", name, 'Send {"garment": ["coat", "dress"]}.')
    for slot in value:
        if not SLOT.fullmatch(f"{{{slot}}}") or slot == PALETTE:
            shown = "A slot is named by letters, digits, spaces, _ and -; palette is the palettes' own."
            raise _refused("bad_slot", shown, f"{name}.{str(slot)[:60]}", "Rename it.")
    return {slot: _list_of(_text)(values, f"{name}.{slot}") for slot, values in value.items()}


def _palette(value: Any, name: str) -> tuple[str, ...]:
    colours = _list_of(_text, longest=8)([value] if isinstance(value, str) else value, name)
    if not colours:
        raise _refused("empty", "A palette has at least one colour.", name, "Add one, or remove it.")
    return colours


def _step(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise _refused("not_an_object", "An operation is an object.", name, 'Send {"name": "upscale", "scale": 2}.')
    return dict(value)


READERS: Final[dict[str, Callable[[Any, str], Any]]] = {
    "kind": _one_of(KINDS),
    "base": _fields,
    "slots": _slots,
    "prompts": _list_of(_text),
    **{name: _list_of(_field(own)) for name, own in AXES.items()},
    "palettes": _list_of(_palette),
    "variations": _whole(1, MAX_ITEMS),
    "rows": _list_of(_row),
    "arms": _arms,
    "sources": _list_of(_text),
    "operations": _list_of(_step, longest=8),
    "mode": _one_of(MODES),
    "sample": _whole(1, MAX_ITEMS),
    "seed": _whole(0, 2**53 - 1),
    "duplicates": _one_of(DUPLICATES),
}
