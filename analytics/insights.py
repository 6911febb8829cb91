"""What a team's last weeks tell that is more than chance, as sentences with their evidence; and what is lacking for
more.

Every comparison that could be told is tested, and Holm's method holds for all of them together: where nothing differs,
something is told in no more than LEVEL of the looks. Pure: knows no Django.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from statistics import median
from typing import Any, Final, Literal

from analytics import comparing
from analytics.comparing import Compared

Kind = Literal["cost_per_liked", "liking", "failures", "seconds", "trend"]
KINDS: Final[tuple[Kind, ...]] = ("cost_per_liked", "liking", "failures", "seconds", "trend")
METHODS: Final[dict[Kind, str]] = {
    "cost_per_liked": "delta_log_ratio",
    "liking": "two_proportions_newcombe",
    "failures": "two_proportions_newcombe",
    "seconds": "mann_whitney_hodges_lehmann",
    "trend": "pettitt_newcombe",
}
LEVEL: Final = 0.01
SPAN: Final = 90  # days
LEAST: Final = 30  # rated images, generations that ended, or that were timed, of each side
LIKED: Final = 10  # images of each side, where money is compared
UNITS: Final = 20  # generations that they come from, or days of failures
DAYS: Final = 10  # with an end of each provider
MODELS: Final = 6  # those with the most images are compared
GARMENTS: Final = 4
TURNING: Final = 60  # rated images for a trend
DEARER: Final = 1.25  # a smaller difference is not worth a sentence
SLOWER: Final = 1.25
POINTS: Final[dict[Kind, float]] = {"liking": 0.10, "failures": 0.05, "trend": 0.10}


@dataclass(frozen=True, slots=True)
class Piece:
    """What one model did for one generation: `cost` None where its images have no price."""

    generation: Any
    day: date
    garment: str
    provider: str
    model: str
    images: int = 0
    rated: int = 0
    liked: int = 0
    cost: float | None = 0.0

    @property
    def maker(self) -> tuple[str, str]:
        return self.provider, self.model


@dataclass(frozen=True, slots=True)
class End:
    """How one generation ended by itself, by the model that it ended with, and the seconds until its last image."""

    day: date
    provider: str
    model: str
    failed: bool
    seconds: float | None = None

    @property
    def maker(self) -> tuple[str, str]:
        return self.provider, self.model


@dataclass(frozen=True, slots=True)
class Told:
    """One sentence and what it stands on. `key` is the same as long as it says the same of the same; `images`: how many
    it counts, by `provider` and `model` where it is about one."""

    kind: Kind
    key: str
    sentence: str
    compared: Compared
    groups: list[dict[str, Any]]
    images: int
    provider: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class Lacking:
    """Why nothing of a kind could be told: there are `have` of what `need` are needed of."""

    kind: Kind
    have: int
    need: int
    said: str


@dataclass(slots=True)
class Found:
    told: list[Told] = field(default_factory=list)
    lacking: list[Lacking] = field(default_factory=list)
    tests: int = 0


@dataclass(frozen=True, slots=True)
class _Test:
    """A comparison that was made: told where it holds and is worth it."""

    told: Told
    is_worth_it: bool
    is_of_the_best: bool = True


def found(pieces: Sequence[Piece], ends: Sequence[End], *, seed: int = 0) -> Found:
    """All that these weeks tell, the surest first."""
    by_kind: dict[Kind, list[_Test]] = {
        "cost_per_liked": list(_dearer(pieces)),
        "liking": list(_liked(pieces)),
        "failures": list(_failing(ends)),
        "seconds": list(_slower(ends, seed)),
        "trend": list(_turned(pieces)),
    }
    tests = [each for made in by_kind.values() for each in made]
    held = comparing.holm([each.told.compared.p for each in tests], LEVEL)
    told = [
        each.told for each, holds in zip(tests, held, strict=True) if holds and each.is_worth_it and each.is_of_the_best
    ]
    lacks = _lacks(pieces, ends)
    lacking = [lacks[kind] for kind, made in by_kind.items() if not made and kind in lacks]
    return Found(sorted(told, key=lambda each: (each.compared.p, each.key)), lacking, len(tests))


Group = tuple[tuple[str, str], list[Piece]]  # a model and what it did


def _by_maker(pieces: Iterable[Piece]) -> list[Group]:
    """The models with the most images, and their pieces."""
    found: dict[tuple[str, str], list[Piece]] = defaultdict(list)
    for each in pieces:
        if each.provider and each.model:
            found[each.maker].append(each)
    most = sorted(found, key=lambda maker: (-sum(each.images for each in found[maker]), maker))
    return [(maker, found[maker]) for maker in most[:MODELS]]


def _pairs(groups: Sequence[Group], by: Callable[[Group], float]) -> Iterator[tuple[Group, Group, bool]]:
    """Each two, the greater first; whether the other is the smallest of all."""
    ordered = sorted(groups, key=lambda group: (by(group), group[0]))
    for (place, low), (_, high) in combinations(enumerate(ordered), 2):
        yield high, low, place == 0


def _dearer(pieces: Sequence[Piece]) -> Iterator[_Test]:
    """Models by what a liked image costs, over all and for the most frequent garments."""
    garments = Counter(each.garment for each in pieces if each.garment and each.rated)
    yield from _dearer_of("", pieces)
    for garment, _ in garments.most_common(GARMENTS):
        yield from _dearer_of(garment, [each for each in pieces if each.garment == garment])


def _dearer_of(garment: str, pieces: Iterable[Piece]) -> Iterator[_Test]:
    groups = [group for group in _by_maker(pieces) if _is_priced(group[1])]
    what = garment.replace("_", " ") or "image"
    for (dear, more), (cheap, less), is_best in _pairs(groups, lambda group: _each_liked(group[1])):
        compared = comparing.per_liked(_units(more), _units(less))
        images = sum(each.images for each in (*more, *less))
        sentence = (
            f"{dear[1]} costs {compared.estimate:.1f} times as much per liked {what} as {cheap[1]}; "
            f"95 % interval {compared.low:.1f} to {compared.high:.1f}; {images:,} images."
        )
        told = Told(
            "cost_per_liked", _key("cost_per_liked", garment, dear, cheap), sentence, compared,
            [{**_liking_of(who, own), "cost": _cost_of(own)} for who, own in ((dear, more), (cheap, less))],
            images, *dear,
        )  # fmt: skip
        yield _Test(told, compared.estimate >= DEARER, is_best)


def _is_priced(pieces: Sequence[Piece]) -> bool:
    """Enough of it, all of it with a price, and something paid."""
    if any(each.cost is None for each in pieces) or sum(each.images > 0 for each in pieces) < UNITS:
        return False
    rated, liked = (sum(getattr(each, name) for each in pieces) for name in ("rated", "liked"))
    return rated >= LEAST and liked >= LIKED and sum(each.cost or 0 for each in pieces) > 0


def _units(pieces: Iterable[Piece]) -> list[tuple[float, ...]]:
    return [(each.cost or 0.0, each.images, each.liked, each.rated) for each in pieces]


def _each_liked(pieces: Sequence[Piece]) -> float:
    cost, images, liked, rated = (sum(column) for column in zip(*_units(pieces), strict=True))
    return float(cost / images * rated / liked)


def _liked(pieces: Sequence[Piece]) -> Iterator[_Test]:
    """Models by the share of their rated images that are liked."""
    groups = [group for group in _by_maker(pieces) if _is_rated(group[1])]
    for (good, more), (bad, less), _ in _pairs(groups, lambda group: _share(group[1])):
        compared = comparing.shares(_votes(more), _votes(less))
        rated = sum(each.rated for each in (*more, *less))
        sentence = (
            f"{_percent(_share(more))} of the rated images by {good[1]} are liked, {_percent(_share(less))} of those "
            f"by {bad[1]}; {_points(compared)}; {rated:,} images rated."
        )
        groups_told = [_liking_of(good, more), _liking_of(bad, less)]
        told = Told("liking", _key("liking", "", good, bad), sentence, compared, groups_told, rated, *good)
        yield _Test(told, compared.estimate >= POINTS["liking"], _share(more) == max(_share(g[1]) for g in groups))


def _is_rated(pieces: Sequence[Piece]) -> bool:
    return sum(each.rated for each in pieces) >= LEAST and sum(each.rated > 0 for each in pieces) >= UNITS


def _votes(pieces: Iterable[Piece]) -> list[tuple[float, float]]:
    return [(each.liked, each.rated) for each in pieces if each.rated]


def _share(pieces: Iterable[Piece]) -> float:
    return comparing.rate(_votes(pieces)).rate or 0.0


def _failing(ends: Sequence[End]) -> Iterator[_Test]:
    """Each provider by the share of its generations that failed, against all others'. Days are the units: what is down
    is down for all of an hour."""
    of: dict[str, list[End]] = defaultdict(list)
    for each in ends:
        if each.provider:
            of[each.provider].append(each)
    names = sorted(of)
    for name in names if len(names) > 1 else ():
        mine, others = of[name], [each for other in names if other != name for each in of[other]]
        one, rest = _failures(mine), _failures(others)
        if min(len(mine), len(others)) < LEAST or min(len(one), len(rest)) < DAYS:
            continue
        compared = comparing.shares(one, rest)
        share, usual = (comparing.rate(each).rate or 0.0 for each in (one, rest))
        beside = names[1 - names.index(name)] if len(names) == 2 else "the others"
        sentence = (
            f"{_percent(share)} of the generations by {name} fail, {_percent(usual)} of those by {beside}; "
            f"{_points(compared)}; {len(mine) + len(others):,} generations ended."
        )
        groups = [
            {"name": who, "ended": len(each), "failed": sum(end.failed for end in each)}
            for who, each in ((name, mine), (beside, others))
        ]
        told = Told("failures", f"failures::{name}", sentence, compared, groups, 0, name)
        yield _Test(told, compared.estimate >= POINTS["failures"])


def _failures(ends: Iterable[End]) -> list[tuple[float, float]]:
    """Failed and ended of each day."""
    days: dict[date, list[bool]] = defaultdict(list)
    for each in ends:
        days[each.day].append(each.failed)
    return [(sum(each), len(each)) for _, each in sorted(days.items())]


def _slower(ends: Sequence[End], seed: int) -> Iterator[_Test]:
    """Models by how long their generations take."""
    of: dict[tuple[str, str], list[float]] = defaultdict(list)
    for each in ends:
        if each.seconds is not None and each.provider and each.model:
            of[each.maker].append(each.seconds)
    most = sorted((maker for maker in of if len(of[maker]) >= LEAST), key=lambda maker: (-len(of[maker]), maker))
    ordered = sorted(most[:MODELS], key=lambda maker: (median(of[maker]), maker))
    for (place, quick), (_, slow) in combinations(enumerate(ordered), 2):
        compared = comparing.longer(of[slow], of[quick], seed=seed)
        count = len(of[slow]) + len(of[quick])
        sentence = (
            f"Generations by {slow[1]} take {compared.estimate:.1f} times as long as those by {quick[1]}; "
            f"95 % interval {compared.low:.1f} to {compared.high:.1f}; {count:,} generations timed."
        )
        groups = [
            {"name": maker[1], "provider": maker[0], "timed": len(of[maker]), "seconds": round(median(of[maker]), 3)}
            for maker in (slow, quick)
        ]
        told = Told("seconds", _key("seconds", "", slow, quick), sentence, compared, groups, 0, *slow)
        yield _Test(told, compared.estimate >= SLOWER, place == 0)


def _turned(pieces: Sequence[Piece]) -> Iterator[_Test]:
    """Whether the share of the liked has turned to another level, and when."""
    of: dict[Any, list[Piece]] = defaultdict(list)
    for each in pieces:
        if each.rated:
            of[each.generation].append(each)
    rows = [(own[0].day, sum(each.liked for each in own), sum(each.rated for each in own)) for own in of.values()]
    rows.sort(key=lambda row: row[0])
    if len(rows) < 2 * UNITS or sum(rated for _, _, rated in rows) < TURNING:
        return
    turn = comparing.turn([liked / rated for _, liked, rated in rows])
    before, after = ([(liked, rated) for _, liked, rated in part] for part in (rows[: turn.at], rows[turn.at :]))
    is_enough = min(len(before), len(after)) >= UNITS and min(_sum(before), _sum(after)) >= LEAST
    plain = comparing.shares(after, before)
    compared = Compared(plain.estimate, plain.low, plain.high, turn.p)  # the day was chosen for the difference
    day = rows[turn.at][0]
    was, now = comparing.rate(before).rate or 0.0, comparing.rate(after).rate or 0.0
    rated = int(_sum(before) + _sum(after))
    sentence = (
        f"{_percent(now)} of the rated images made since {day.day} {day:%b} are liked, {_percent(was)} of those "
        f"before; {_points(compared)}; {rated:,} images rated."
    )
    groups = [
        {"name": f"since {day}", "rated": int(_sum(after)), "liked": comparing.rate(after).numerator},
        {"name": f"before {day}", "rated": int(_sum(before)), "liked": comparing.rate(before).numerator},
    ]
    direction = "better" if plain.estimate > 0 else "worse"
    told = Told("trend", f"trend::{direction}", sentence, compared, groups, rated)
    yield _Test(told, is_enough and abs(now - was) >= POINTS["trend"])


def _sum(votes: Iterable[tuple[float, float]]) -> float:
    return sum(rated for _, rated in votes)


def _lacks(pieces: Sequence[Piece], ends: Sequence[End]) -> dict[Kind, Lacking]:
    """What is lacking for each kind, should nothing of it have been tested."""
    groups = _by_maker(pieces)
    by_rated = sorted(groups, key=lambda group: -sum(each.rated for each in group[1]))
    (name, own) = by_rated[1] if len(by_rated) > 1 else (("", ""), [])
    rated, liked = sum(each.rated for each in own), sum(each.liked for each in own)
    second = (
        f"by a second model ({name[1]})" if name[1] else "by a second model: there is one only" if groups else "yet"
    )
    in_all = sum(each.rated for each in pieces)
    money = _lack("cost_per_liked", rated, LEAST, f"rated images {second}")
    if rated >= LEAST:
        money = _lack("cost_per_liked", liked, LIKED, f"liked images {second}")
    for maker, each in groups:
        if any(piece.cost is None for piece in each):
            said = f"Images by {maker[1]} have no price: what they cost is not known."
            money = Lacking("cost_per_liked", sum(piece.cost is not None for piece in each), len(each), said)
    of_provider = Counter(each.provider for each in ends if each.provider).most_common()
    of_maker = Counter(each.maker for each in ends if each.seconds is not None and each.model).most_common()
    ended = of_provider[1][1] if len(of_provider) > 1 else 0
    timed = of_maker[1][1] if len(of_maker) > 1 else 0
    return {
        "cost_per_liked": money,
        "liking": _lack("liking", rated, LEAST, f"rated images {second}"),
        "failures": _lack("failures", ended, LEAST, "generations by a second provider"),
        "seconds": _lack("seconds", timed, LEAST, "timed generations by a second model"),
        "trend": _lack("trend", in_all, TURNING, "rated images in all"),
    }


def _lack(kind: Kind, have: int, need: int, what: str) -> Lacking:
    if have >= need:  # enough in all, but of too few generations or days
        return Lacking(kind, have, need, f"{have:,} {what}, but of too few generations or days.")
    return Lacking(kind, have, need, f"{have:,} of {need:,} {what}.")


def _liking_of(maker: tuple[str, str], pieces: Sequence[Piece]) -> dict[str, Any]:
    sums = {name: sum(getattr(each, name) for each in pieces) for name in ("images", "rated", "liked")}
    return {"name": maker[1], "provider": maker[0], **sums}


def _cost_of(pieces: Iterable[Piece]) -> float:
    return round(sum(each.cost or 0.0 for each in pieces), 6)


def _key(kind: Kind, garment: str, one: tuple[str, str], other: tuple[str, str]) -> str:
    return ":".join([kind, garment, "/".join(one), "/".join(other)])


def _percent(share: float) -> str:
    return f"{share:.0%}".replace("%", " %")


def _points(compared: Compared) -> str:
    low, high = 100 * compared.low, 100 * compared.high
    if high < 0:  # it is said which is less
        low, high = -high, -low
    return f"the difference is likely {low:.0f} to {high:.0f} points"
