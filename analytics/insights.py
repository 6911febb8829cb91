"""What a team's last weeks tell that is more than chance, as sentences with their evidence; and what is lacking for
more.

Every comparison that could be told is tested, and Holm's method is to hold for all of them together: where nothing
differs, something is meant to begin to be told in no more than LEVEL of the looks. That is of one look, and days are
taken to tell nothing of one another. Pure: knows no Django.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import combinations
from statistics import median
from typing import Any, Final, Literal

from analytics import comparing
from analytics.comparing import Compared
from designer.pipeline import taxonomy

Kind = Literal["cost_per_liked", "liking", "failures", "seconds", "trend"]
KINDS: Final[tuple[Kind, ...]] = ("cost_per_liked", "liking", "failures", "seconds", "trend")
METHODS: Final[dict[Kind, str]] = {
    "cost_per_liked": "log_ratio_day_jackknife",
    "liking": "difference_day_jackknife",
    "failures": "difference_day_jackknife",
    "seconds": "log_day_medians_welch",
    "trend": "weekly_difference_day_jackknife",
}
LEVEL: Final = 0.01
GOING: Final = 0.05  # at which what was told goes on: a p that moves about LEVEL is no news each day
SPAN: Final = 90  # days
RATED_SPAN: Final = 28  # of what is rated: what lies in the trash is gone after 30, and most of it was not liked
DAYS: Final = 10.0  # that each side stands on: as many as tell the same if they weigh alike
LEAST: Final = 30  # rated images, generations that ended, or that were timed, of each side
LIKED: Final = 10  # images of each side, where money is compared
UNITS: Final = 20  # generations that they come from
MODELS: Final = 6  # those with the most images are compared
GARMENTS: Final = 4
TURNING: Final = 60  # rated images for a trend
NEAR: Final = 21  # days between two turns, the same way, that are the same
DEARER: Final = 1.25  # a smaller difference is not worth a sentence
SLOWER: Final = 1.25
POINTS: Final[dict[Kind, float]] = {"liking": 0.10, "failures": 0.05, "trend": 0.10}
WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Piece:
    """What one model did for one generation: `cost` None where its images have no price. `by`: who said most of its
    images; `together`: the first day of the batch that it is of, for all of which it counts as one."""

    generation: Any
    day: date
    garment: str
    provider: str
    model: str
    images: int = 0
    rated: int = 0
    liked: int = 0
    cost: float | None = 0.0
    by: Any = None
    together: date | None = None

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
    together: date | None = None

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
    garment: str = ""
    level: float = LEVEL  # at which it is held by Holm's method


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


def found(
    pieces: Sequence[Piece], ends: Sequence[End], *, going: Collection[str] = (), known: Collection[str] = ()
) -> Found:
    """All that these weeks tell, the surest first.

    going: the keys of what was told the last time, which ends only when it fails GOING; known: of what was told lately,
    for a turn that is found some days off is the same.
    """
    by_kind: dict[Kind, list[_Test]] = {
        "cost_per_liked": list(_dearer(pieces)),
        "liking": list(_liked(pieces)),
        "failures": list(_failing(ends)),
        "seconds": list(_slower(ends)),
        "trend": list(_turned(pieces)),
    }
    tests = [_named(each, {*going, *known}) for made in by_kind.values() for each in made]
    ps = [each.told.compared.p for each in tests]
    begun, goes_on = (comparing.holm(ps, level) for level in (LEVEL, GOING))
    told = []
    for each, begins, holds in zip(tests, begun, goes_on, strict=True):
        is_told = holds if each.told.key in going else begins and each.is_of_the_best
        if is_told and each.is_worth_it:
            told.append(replace(each.told, level=LEVEL if begins else GOING))
    lacks = _lacks(pieces, ends)
    lacking = [lacks[kind] for kind, made in by_kind.items() if not made and kind in lacks]
    return Found(sorted(_once(told), key=lambda each: (each.compared.p, each.key)), lacking, len(tests))


def _named(test: _Test, known: set[str]) -> _Test:
    """By the key that it had, where a turn was found near by."""
    key = test.told.key
    if test.told.kind != "trend" or key in known:
        return test
    name, _, said = key.rpartition(":")
    day = date.fromisoformat(said)
    near = [
        (abs((date.fromisoformat(other.rpartition(":")[2]) - day).days), other)
        for other in known
        if other.rpartition(":")[0] == name
    ]
    off, other = min(near, default=(NEAR + 1, ""))
    return test if off > NEAR else replace(test, told=replace(test.told, key=other))


def _once(told: Sequence[Told]) -> list[Told]:
    """What holds of all images is not told of one garment once more, unless that is another figure."""
    whole = {(each.kind, _pair_of(each)): each.compared.estimate for each in told if not each.garment}

    def is_news(each: Told) -> bool:
        usual = whole.get((each.kind, _pair_of(each))) if each.garment else None
        return usual is None or not each.compared.low <= usual <= each.compared.high

    return [each for each in told if is_news(each)]


def _pair_of(told: Told) -> str:
    """Of a key what it is about, without the garment."""
    return told.key.split(":", 2)[2]


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
    what = taxonomy.say("garment", garment) if garment else "image"
    for (dear, more), (cheap, less), is_best in _pairs(groups, lambda group: _each_liked(group[1])):
        compared = comparing.per_liked(_paid(more), _paid(less), least=DAYS)
        both = _of_both(more, less)
        if compared is None or any(_rated(own) < LEAST or sum(each.liked for each in own) < LIKED for own in both):
            continue
        names = _told_apart(dear, cheap)
        images, rated, liked = (sum(getattr(each, n) for each in (*more, *less)) for n in ("images", "rated", "liked"))
        sentence = (
            f"{names[0]} costs {compared.estimate:.1f} times as much per liked {what} as {names[1]}"
            f"{_within(more, less)}; 95 % interval {compared.low:.1f} to {compared.high:.1f}; {rated:,} of "
            f"{images:,} images rated, {liked:,} liked{_counting(both, rated)}."
        )
        told = Told(
            "cost_per_liked", _key("cost_per_liked", garment, dear, cheap), sentence, compared,
            [
                {**_liking_of(who, own), "counted": _rated(counted), "cost": _cost_of(own)}
                for who, own, counted in ((dear, more, both[0]), (cheap, less, both[1]))
            ],
            images, *dear, garment,
        )  # fmt: skip
        yield _Test(told, compared.estimate >= DEARER, is_best)


def _told_apart(one: tuple[str, str], other: tuple[str, str]) -> tuple[str, str]:
    """Two models by name; by vendor too, where two sell one of the same."""
    if one[1] != other[1]:
        return one[1], other[1]
    return f"{one[1]} by {one[0]}", f"{other[1]} by {other[0]}"


def _within(one: Iterable[Piece], other: Iterable[Piece]) -> str:
    """Said where several people have rated: they are not taken together."""
    people = {each.by for each in (*one, *other) if each.rated}
    return ", by what the same people rated" if len(people) > 1 else ""


def _of_both(one: Sequence[Piece], other: Sequence[Piece]) -> tuple[list[Piece], list[Piece]]:
    """Those that bear what is compared: rated by people who rated some of each side."""
    people = {each.by for each in one if each.rated} & {each.by for each in other if each.rated}
    first, second = ([each for each in own if each.rated and each.by in people] for own in (one, other))
    return first, second


def _rated(pieces: Iterable[Piece]) -> int:
    return sum(each.rated for each in pieces)


def _counting(both: Iterable[Sequence[Piece]], rated: int) -> str:
    """Said where not all that are rated bear the comparison."""
    counted = sum(_rated(own) for own in both)
    return f", of which {counted:,} by people who rated both count" if counted < rated else ""


def _is_priced(pieces: Sequence[Piece]) -> bool:
    """Enough of it, all of it with a price, and something paid."""
    if any(each.cost is None for each in pieces) or sum(each.images > 0 for each in pieces) < UNITS:
        return False
    rated, liked = (sum(getattr(each, name) for each in pieces) for name in ("rated", "liked"))
    return rated >= LEAST and liked >= LIKED and sum(each.cost or 0 for each in pieces) > 0


def _paid(pieces: Iterable[Piece]) -> list[comparing.Paid]:
    return [
        (each.together or each.day, each.by, each.cost or 0.0, each.images, each.liked, each.rated) for each in pieces
    ]


def _each_liked(pieces: Sequence[Piece]) -> float:
    images, liked, rated = (sum(getattr(each, name) for each in pieces) for name in ("images", "liked", "rated"))
    return float(sum(each.cost or 0.0 for each in pieces) / images * rated / liked)


def _liked(pieces: Sequence[Piece]) -> Iterator[_Test]:
    """Models by the share of their rated images that are liked."""
    groups = [group for group in _by_maker(pieces) if _is_rated(group[1])]
    for (good, more), (bad, less), _ in _pairs(groups, lambda group: _share(group[1])):
        both = _of_both(more, less)
        compared = comparing.shares(_votes(more), _votes(less), least=DAYS)
        if compared is None or not all(map(_is_rated, both)):
            continue
        names = _told_apart(good, bad)
        rated = _rated((*more, *less))
        sentence = (
            f"{percent(_share(more))} of the rated images by {names[0]} are liked, {percent(_share(less))} of those "
            f"by {names[1]}; {_points(compared)}{_within(more, less)}; {rated:,} images rated{_counting(both, rated)}."
        )
        groups_told = [
            {**_liking_of(who, own), "counted": _rated(counted)}
            for who, own, counted in ((good, more, both[0]), (bad, less, both[1]))
        ]
        told = Told("liking", _key("liking", "", good, bad), sentence, compared, groups_told, rated, *good)
        yield _Test(told, compared.estimate >= POINTS["liking"], _share(more) == max(_share(g[1]) for g in groups))


def _is_rated(pieces: Sequence[Piece]) -> bool:
    return _rated(pieces) >= LEAST and sum(each.rated > 0 for each in pieces) >= UNITS


def _votes(pieces: Iterable[Piece]) -> list[comparing.Votes]:
    return [(each.together or each.day, each.by, each.liked, each.rated) for each in pieces if each.rated]


def _share(pieces: Iterable[Piece]) -> float:
    return comparing.rate(_votes(pieces)).rate or 0.0


def _failing(ends: Sequence[End]) -> Iterator[_Test]:
    """Each provider by the share of the generations that failed of those that ended with it, against all others'."""
    of: dict[str, list[End]] = defaultdict(list)
    for each in ends:
        if each.provider:
            of[each.provider].append(each)
    rates = {name: sum(end.failed for end in own) / len(own) for name, own in of.items()}
    names = sorted(of, key=lambda name: (-rates[name], name))
    for name in names[:1] if len(names) == 2 else names if len(names) > 2 else ():  # of two it is the same comparison
        mine, others = of[name], [each for other in names if other != name for each in of[other]]
        if min(len(mine), len(others)) < LEAST:
            continue
        compared = comparing.shares(_failures(mine), _failures(others), least=DAYS)
        if compared is None:
            continue
        share, usual = (comparing.rate(_failures(each)).rate or 0.0 for each in (mine, others))
        beside = names[1] if len(names) == 2 else "the others"
        sentence = (
            f"{percent(share)} of the generations that ended with {name} failed, {percent(usual)} of those with "
            f"{beside}; {_points(compared)}; {len(mine) + len(others):,} generations ended."
        )
        groups = [
            {"name": who, "ended": len(each), "failed": sum(end.failed for end in each)}
            for who, each in ((name, mine), (beside, others))
        ]
        told = Told("failures", f"failures::{name}", sentence, compared, groups, 0, name)
        yield _Test(told, compared.estimate >= POINTS["failures"])


def _failures(ends: Iterable[End]) -> list[comparing.Votes]:
    return [(each.together or each.day, None, float(each.failed), 1.0) for each in ends]


def _slower(ends: Sequence[End]) -> Iterator[_Test]:
    """Models by how long their generations take, day by day."""
    of: dict[tuple[str, str], list[tuple[date, float]]] = defaultdict(list)
    for each in ends:
        if each.seconds is not None and each.provider and each.model:
            of[each.maker].append((each.together or each.day, each.seconds))
    most = sorted((maker for maker in of if len(of[maker]) >= LEAST), key=lambda maker: (-len(of[maker]), maker))
    usual = {maker: float(comparing.by_day(of[maker]).mean()) for maker in most[:MODELS]}
    ordered = sorted(usual, key=lambda maker: (usual[maker], maker))
    for (place, quick), (_, slow) in combinations(enumerate(ordered), 2):
        compared = comparing.longer(of[slow], of[quick], least=DAYS)
        if compared is None:
            continue
        names = _told_apart(slow, quick)
        count = len(of[slow]) + len(of[quick])
        days = [len({day for day, _ in of[maker]}) for maker in (slow, quick)]
        sentence = (
            f"Generations by {names[0]} take {compared.estimate:.1f} times as long as those by {names[1]}, by the "
            f"medians of {days[0]} and {days[1]} days; 95 % interval {compared.low:.1f} to {compared.high:.1f}; "
            f"{count:,} generations timed."
        )
        groups = [
            {
                "name": maker[1], "provider": maker[0], "timed": len(of[maker]),
                "seconds": round(median(took for _, took in of[maker]), 3),
            }
            for maker in (slow, quick)
        ]  # fmt: skip
        told = Told("seconds", _key("seconds", "", slow, quick), sentence, compared, groups, 0, *slow)
        yield _Test(told, compared.estimate >= SLOWER, place == 0)


def _turned(pieces: Sequence[Piece]) -> Iterator[_Test]:
    """Whether from some Monday on another share is liked than before."""
    rated = sorted((each for each in pieces if each.rated), key=lambda each: each.day)
    if sum(each.rated for each in rated) < TURNING:
        return
    votes = [(each.day, vote) for each, vote in zip(rated, _votes(rated), strict=True)]
    first = rated[0].day
    monday = first - timedelta(days=first.weekday())
    days = [monday + n * WEEK for n in range(1, (rated[-1].day - monday).days // 7 + 1)]
    turn = comparing.turn(votes, days, least=DAYS, count=LEAST)
    if turn is None:
        return
    day, compared = turn.at, turn.compared
    after, before = ([each for each in rated if (each.day >= day) is is_after] for is_after in (True, False))
    both = _of_both(after, before)
    sentence = (
        f"{percent(_share(after))} of the rated images asked for since {day.day} {day:%b} are liked, "
        f"{percent(_share(before))} of those before; {_points(compared)}{_within(after, before)}, whichever week it "
        f"had been; {_rated(rated):,} images rated{_counting(both, _rated(rated))}."
    )
    sums: list[dict[str, int]] = [
        {"rated": _rated(own), "liked": sum(each.liked for each in own), "counted": _rated(counted)}
        for own, counted in zip((after, before), both, strict=True)
    ]
    groups = [
        {"name": f"since {day}", "first": day.isoformat(), **sums[0]},
        {"name": f"before {day}", "last": (day - timedelta(days=1)).isoformat(), **sums[1]},
    ]
    direction = "better" if compared.estimate > 0 else "worse"
    told = Told("trend", f"trend:{direction}:{day}", sentence, compared, groups, sums[0]["rated"] + sums[1]["rated"])
    plain = _share(after) - _share(before)
    is_worth_it = abs(compared.estimate) >= POINTS["trend"] and plain * compared.estimate > 0
    yield _Test(told, is_worth_it)


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
        if unpriced := sum(piece.cost is None for piece in each):
            said = f"{unpriced:,} of {len(each):,} generations by {maker[1]} have no price: what it costs is not known."
            money = Lacking("cost_per_liked", len(each) - unpriced, len(each), said)
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


RATED: Final = ("cost_per_liked", "liking", "trend")


def _lack(kind: Kind, have: int, need: int, what: str) -> Lacking:
    if have >= need:  # enough in all, but of too few generations or days
        said = f"{have:,} {what}, but of too few days or generations, or nobody rated both."
        return Lacking(kind, have, need, said if kind in RATED else f"{have:,} {what}, but of too few days.")
    return Lacking(kind, have, need, f"{have:,} of {need:,} {what}.")


def _liking_of(maker: tuple[str, str], pieces: Sequence[Piece]) -> dict[str, Any]:
    sums = {name: sum(getattr(each, name) for each in pieces) for name in ("images", "rated", "liked")}
    return {"name": maker[1], "provider": maker[0], **sums}


def _cost_of(pieces: Iterable[Piece]) -> float:
    return round(sum(each.cost or 0.0 for each in pieces), 6)


def _key(kind: Kind, garment: str, one: tuple[str, str], other: tuple[str, str]) -> str:
    return ":".join([kind, garment, "/".join(one), "/".join(other)])


def percent(share: float) -> str:
    """In whole ones; neither none nor all where it is only nearly so."""
    whole = round(100 * share)
    if 0 < share < 1 and whole in (0, 100):
        return "less than 1 %" if whole == 0 else "more than 99 %"
    return f"{whole} %"


def _points(compared: Compared) -> str:
    estimate, low, high = (round(100 * each) for each in (compared.estimate, compared.low, compared.high))
    if compared.high < 0:  # it is said which is less
        estimate, low, high = -estimate, -high, -low
    return f"the difference is {estimate} points ({low} to {high}, 95 % interval)"
