"""A name for a taste, out of what marks it: "Relaxed linen in ecru"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final, Protocol

from designer.pipeline import taxonomy

LEAST_OF_READ, LEAST_OF_ALL = Fraction(1, 2), Fraction(1, 3)  # of a group's pictures: what a value must bear to mark it
MANNERS: Final = ("fit", "aesthetic", "silhouette", "mood", "finish", "length")
PLAIN: Final = frozenset({"regular", "solid", "plain_weave", "knee"})  # values that say nothing of a taste
PLURALS: Final = {
    "dress": "dresses", "trousers": "trousers", "jeans": "jeans", "shorts": "shorts", "shoes": "shoes",
    "t_shirt": "T-shirts",
}  # fmt: skip
LONGEST: Final = 80


class Marked(Protocol):
    """A trait, as far as a name needs it."""

    @property
    def attribute(self) -> str: ...
    @property
    def value(self) -> str: ...


def holds(count: int, read: int, size: int) -> bool:
    """Whether a value that `count` of `size` pictures bear may be said of them all; `read`: those in which anything was
    read of its attribute. What few of them tell is no claim about the others."""
    return count >= LEAST_OF_READ * read and count >= LEAST_OF_ALL * size


def speaks(read: int, size: int) -> bool:
    """Whether an attribute that was read in `read` of `size` pictures says anything of what they have in common."""
    return read >= LEAST_OF_ALL * size


def name_of(
    counts: Mapping[str, Mapping[str, int]],
    read: Mapping[str, int],
    size: int,
    palette: Sequence[Mapping[str, Any]],
    signature: Iterable[Marked] = (),
    taken: Iterable[str] = (),
) -> str:
    """A short name, unlike those `taken`, of values that hold for the group. `read`: attribute -> pictures."""
    common = {name: _common(values, read.get(name, 0), size) for name, values in counts.items()}
    how = next((taxonomy.say(name, common[name]).removesuffix(f" {name}") for name in MANNERS if common.get(name)), "")
    how = how.removesuffix(" style")
    what = _noun(common) or _worn_mostly(counts.get("garment", {}), read.get("garment", 0), size)
    colour = _colour(counts.get("colours", {}), read.get("colours", 0), size, palette)
    whole = " ".join(word for word in (how, what or "looks") if word)
    first = f"{whole} in {colour}" if colour else whole
    marks = [each for each in signature if each.attribute != "colours" and each.value not in PLAIN]
    more = [f"{first}, {taxonomy.say(each.attribute, each.value)}" for each in marks]
    names = [first, *more] if how or what or colour else [*more, first]  # "Looks" alone tells nobody which
    return next(_unlike(names, set(taken)))


def _common(values: Mapping[str, int], read: int, size: int) -> str:
    best = max(values, key=lambda value: values[value], default="")
    return best if best and best not in PLAIN and holds(values[best], read, size) else ""


def _colour(values: Mapping[str, int], read: int, size: int, palette: Sequence[Mapping[str, Any]]) -> str:
    """The colour that most pictures bear, if it holds for them; of those that as many bear, the one with more area."""
    areas = {str(each["name"]): -place for place, each in enumerate(palette)}
    best = max(values, key=lambda name: (values[name], areas.get(name, -len(areas))), default="")
    return best if best and holds(values[best], read, size) else ""


def _noun(common: Mapping[str, str]) -> str:
    """What it is: cloth, else pattern, before or instead of the garment."""
    cloth = common.get("fabric") or common.get("pattern") or ""
    garment = common.get("garment", "")
    return f"{taxonomy.say('fabric', cloth)} {_plural(garment)}".strip()


def _worn_mostly(garments: Mapping[str, int], read: int, size: int) -> str:
    """The two commonest garments, where they hold for the group together though neither does alone."""
    first, *others = sorted(garments, key=lambda each: (-garments[each], each))[:2] or [""]
    if not others or not holds(garments[first] + garments[others[0]], read, size):
        return ""
    return f"{_plural(first)} and {_plural(others[0])}"


def _plural(garment: str) -> str:
    return PLURALS.get(garment, f"{taxonomy.say('garment', garment)}s" if garment else "")


def _unlike(names: Sequence[str], taken: set[str]) -> Iterator[str]:
    """Never ends: at last it numbers them."""
    shown = [(name[:1].upper() + name[1:])[: LONGEST - 4] for name in names]
    yield from (name for name in shown if name not in taken)
    number = 2
    while True:
        name = f"{shown[0]} {number}"
        if name not in taken:
            yield name
        number += 1
