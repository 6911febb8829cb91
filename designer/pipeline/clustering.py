"""Looks that belong together: the pictures of a portfolio as vectors, grouped, and each group described.

A picture's vector joins what was read of it (one place per value, as strong as the reading is sure), its palette as
the mean of its colours in CIELAB, how much fine texture its cloth has, and how much of the picture the garment takes.
How many groups there are is decided by the mean silhouette (Rousseeuw 1987, doi:10.1016/0377-0427(87)90125-7): the
fewest that score NEARLY as well as the best number does, if that scores at least LEAST_SILHOUETTE and leaves no group
too small; one group otherwise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from designer.pipeline import taxonomy
from designer.pipeline.codec import Record
from designer.pipeline.colours import delta_e, hex_of, lab_of, nearest_name, rgb_of
from designer.pipeline.naming import PLAIN, holds, name_of
from designer.pipeline.records import ATTRIBUTES, DICTS, LISTS, Attribute

Floats = NDArray[np.float64]

FEWEST: Final = 6  # pictures under which there is one group
MOST_GROUPS: Final = 8
LEAST_SILHOUETTE: Final = 0.12
LEAST_SHARE: Final = 0.05  # of all pictures, and never fewer than two: smaller groups are no taste
NEARLY: Final = 0.9
STARTS: Final = 4
TURNS: Final = 40
EXEMPLARS: Final = 4
SIGNATURE: Final = 6
PALETTE: Final = 5
SAME_COLOUR: Final = 9.0  # CIEDE2000
MAIN_COLOUR: Final = 0.15  # of the garment
HALF_SURE: Final = 8  # pictures at which the count alone makes a description half sure
CHANCE: Final = 0.25  # agreement that pictures have which were not chosen by one taste
ALIKE: Final = 0.75  # and from which on they surely were
LEAST_ALIKE: Final = 0.2  # what the count of pictures without anything in common is worth
SINGLE: Final = tuple(name for name in ATTRIBUTES if name not in LISTS | DICTS)
# how much each kind of evidence moves a picture, beside 1 for an attribute that was read with certainty
PALETTE_WEIGHT, TEXTURE_WEIGHT, SHARE_WEIGHT = 1.1, 0.35, 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Look(Record):
    """One read picture. `texture`: L* units of the finest detail; `share` 0..1: of the picture that is garment."""

    id: str
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    texture: float = 0.0
    share: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trait(Record):
    """A value that marks a group: in `count` of its pictures (`share` 0..1), `lift` times as often as in all. `read`:
    pictures in which anything was read of the attribute (0: not on record, of older groups)."""

    attribute: str
    value: str
    count: int
    share: float
    lift: float
    read: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster(Record):
    """A group of pictures. `weight`: its share of all; `members`: ids, the nearest to the centre first;
    `distributions`: attribute -> value -> pictures; `read`: attribute -> pictures in which anything was read of it;
    `weights`: a value's share of the certainty with which it was read, 0..1; `palette`: {"name", "hex", "share"};
    `confidence` 0..1 rests on `count` pictures and on what they have in common, as `basis` says; `cohesion`:
    how far from the other groups they are, their mean silhouette (None for one group)."""

    key: int
    name: str
    count: int
    weight: float
    signature: tuple[Trait, ...] = ()
    exemplars: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    distributions: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    read: Mapping[str, int] = field(default_factory=dict)
    weights: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    palette: tuple[Mapping[str, Any], ...] = ()
    cohesion: float | None = None
    confidence: float = 0.0
    basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clustering(Record):
    """The groups of a portfolio, the largest first, and why there are as many. `silhouettes`: k -> mean silhouette."""

    clusters: tuple[Cluster, ...] = ()
    rule: str = ""
    silhouettes: Mapping[str, float] = field(default_factory=dict)


def clustered(looks: Sequence[Look]) -> Clustering:
    """Group `looks` and describe the groups. The same looks give the same groups, in whatever order they come."""
    ordered = sorted(looks, key=lambda look: look.id)
    if not ordered:
        return Clustering(rule="No picture could be read.")
    vectors = embedded(ordered)
    labels, rule, scores = _grouped(vectors)
    sizes = Counter(labels.tolist())
    order = sorted(sizes, key=lambda label: (-sizes[label], label))
    each = _silhouettes(vectors, labels) if len(sizes) > 1 else None
    found: list[Cluster] = []
    for key, label in enumerate(order):
        inside = np.flatnonzero(labels == label)
        cohesion = None if each is None else float(each[inside].mean())
        found.append(_described(key, ordered, vectors, inside, cohesion, {cluster.name for cluster in found}))
    return Clustering(clusters=tuple(found), rule=rule, silhouettes=scores)


def embedded(looks: Sequence[Look]) -> Floats:
    """Shape (looks, features)."""
    places = {pair: at for at, pair in enumerate(sorted({pair for look in looks for pair in _values(look)}))}
    hot = np.zeros((len(looks), len(places)))
    rest = np.zeros((len(looks), 5))
    middle = _middle(looks)
    for row, look in enumerate(looks):
        for pair, sure in _values(look).items():
            hot[row, places[pair]] = sure
        rest[row, :3] = _palette_of(look, middle) * PALETTE_WEIGHT
        rest[row, 3] = TEXTURE_WEIGHT * min(look.texture / 4.0, 2.0)
        rest[row, 4] = SHARE_WEIGHT * look.share
    return np.hstack([hot / np.sqrt(2), rest])  # so that two pictures that differ in one sure value are 1 apart


def _values(look: Look) -> dict[tuple[str, str], float]:
    return {
        (name, found.value): found.confidence
        for name, found in look.attributes.items()
        if name in SINGLE and found.is_known and isinstance(found.value, str)
    }


def _colours_of(look: Look) -> list[tuple[NDArray[np.float32], float]]:
    """(CIELAB, share) of each colour that was read."""
    found = look.attributes.get("colours", Attribute())
    said = found.value if found.is_known and isinstance(found.value, list) else []
    colours = [each for each in said if isinstance(each, dict) and each.get("hex")]
    return [(lab_of(rgb_of(each["hex"])), float(each.get("coverage") or 1 / len(colours))) for each in colours]


def _mean_of(look: Look) -> Floats | None:
    colours = _colours_of(look)
    total = sum(share for _, share in colours)
    return sum((np.asarray(lab, np.float64) * share for lab, share in colours), np.zeros(3)) / total if total else None


def _middle(looks: Sequence[Look]) -> Floats:
    """What a picture without colours stands at, so that silence draws it nowhere."""
    means = [mean for look in looks if (mean := _mean_of(look)) is not None]
    middle: Floats = np.mean(means, axis=0) if means else np.array([50.0, 0.0, 0.0])
    return middle


def _palette_of(look: Look, middle: Floats) -> Floats:
    mean = _mean_of(look)
    scaled: Floats = (middle if mean is None else mean) / np.array([60.0, 45.0, 45.0])
    return scaled


def _grouped(vectors: Floats) -> tuple[NDArray[np.intp], str, dict[str, float]]:
    """Labels (looks,), the rule that chose how many, and each candidate's score."""
    count = len(vectors)
    one: NDArray[np.intp] = np.zeros(count, np.intp)
    if count < FEWEST:
        return one, f"One group: with fewer than {FEWEST} pictures there is nothing to tell apart.", {}
    least = max(2, round(LEAST_SHARE * count))
    found: dict[int, NDArray[np.intp]] = {}
    scores: dict[str, float] = {}
    for k in range(2, min(MOST_GROUPS, count // 2) + 1):
        labels = _kmeans(vectors, k)
        if np.bincount(labels, minlength=k).min() >= least:
            found[k], scores[str(k)] = labels, round(float(_silhouettes(vectors, labels).mean()), 3)
    best = max(scores.values(), default=0.0)
    if best < LEAST_SILHOUETTE:
        return one, f"One group: no split sets any apart (silhouette score under {LEAST_SILHOUETTE}).", scores
    k = next(k for k in found if scores[str(k)] >= NEARLY * best)
    how = f"about as well as any number does (mean silhouette score {scores[str(k)]:.2f})"
    return found[k], f"{k} groups: the fewest that tell the pictures apart {how}.", scores


def _kmeans(vectors: Floats, k: int) -> NDArray[np.intp]:
    """Labels of the best of STARTS runs from k-means++ (Arthur, Vassilvitskii 2007); the same on every machine."""
    chance = np.random.default_rng(k)
    runs = [_run(vectors, _seeds(vectors, k, chance)) for _ in range(STARTS)]
    return min(runs, key=lambda run: run[1])[0]


def _seeds(vectors: Floats, k: int, chance: np.random.Generator) -> Floats:
    centres = [vectors[chance.integers(len(vectors))]]
    while len(centres) < k:
        far = _squares(vectors, np.array(centres)).min(axis=1)
        odds = far / far.sum() if far.sum() > 0 else np.full(len(vectors), 1 / len(vectors))
        centres.append(vectors[chance.choice(len(vectors), p=odds)])
    return np.array(centres)


def _run(vectors: Floats, centres: Floats) -> tuple[NDArray[np.intp], float]:
    labels: NDArray[np.intp] = np.zeros(len(vectors), np.intp)
    for _ in range(TURNS):
        squares = _squares(vectors, centres)
        new = squares.argmin(axis=1)
        for place in range(len(centres)):
            if (new == place).any():
                centres[place] = vectors[new == place].mean(axis=0)
        if (new == labels).all():
            break
        labels = new
    return labels, float(_squares(vectors, centres).min(axis=1).sum())


def _squares(first: Floats, second: Floats) -> Floats:
    products = -2 * first @ second.T
    squares: Floats = (first**2).sum(axis=1)[:, None] + (second**2).sum(axis=1)[None] + products
    return np.maximum(squares, 0)


def _silhouettes(vectors: Floats, labels: NDArray[np.intp]) -> Floats:
    """(b - a) / max(a, b) of each picture: a, its mean distance within the group; b, to the nearest other group."""
    apart = np.sqrt(_squares(vectors, vectors))
    hot = np.eye(int(labels.max()) + 1)[labels]
    sums, sizes = apart @ hot, hot.sum(axis=0)
    own = hot.astype(bool)
    alone = sizes[labels] <= 1
    a = sums[own] / np.maximum(sizes[labels] - 1, 1)
    b = np.where(own, np.inf, sums / np.maximum(sizes, 1)).min(axis=1)
    scores: Floats = np.where(alone, 0.0, (b - a) / np.maximum(np.maximum(a, b), 1e-9))
    return scores


def _described(
    key: int,
    looks: Sequence[Look],
    vectors: Floats,
    inside: NDArray[np.intp],
    cohesion: float | None,
    taken: set[str],
) -> Cluster:
    group = [looks[at] for at in inside]
    near = inside[np.argsort(((vectors[inside] - vectors[inside].mean(axis=0)) ** 2).sum(axis=1), kind="stable")]
    members = tuple(looks[at].id for at in near)
    counts, read, palette = counted(group), read_of(group), palette_of(group)
    signature = signature_of(counts, read, len(group), counted(looks), len(looks))
    confidence = confidence_of(len(group), agreement_of(counts, len(group)))
    return Cluster(
        key=key,
        name=name_of(counts, read, len(group), palette, signature, taken),
        count=len(group),
        weight=round(len(group) / len(looks), 4),
        signature=signature,
        exemplars=members[:EXEMPLARS],
        members=members,
        distributions=counts,
        read=read,
        weights=weighed(group),
        palette=palette,
        cohesion=None if cohesion is None else round(cohesion, 3),
        confidence=confidence,
        basis=basis_of(counts, len(group), confidence),
    )


def counted(looks: Iterable[Look]) -> dict[str, dict[str, int]]:
    """attribute -> value -> in how many pictures, the most frequent first; colours by name."""
    found: dict[str, Counter[str]] = {}
    for look in looks:
        for name, value in [*_values(look), *(("colours", colour) for colour in _main_colours(look))]:
            found.setdefault(name, Counter())[value] += 1
    return {name: dict(sorted(found[name].items(), key=lambda pair: (-pair[1], pair[0]))) for name in sorted(found)}


def read_in(look: Look) -> set[str]:
    """The attributes that were read in a picture, beside its colours."""
    return {name for name, _ in _values(look)}


def read_of(looks: Iterable[Look]) -> dict[str, int]:
    """attribute -> in how many pictures anything was read of it; colours once for each picture, however many it has."""
    told = ({*(name for name, _ in _values(look)), *(["colours"] if _main_colours(look) else [])} for look in looks)
    return dict(sorted(Counter(name for names in told for name in names).items()))


def _main_colours(look: Look) -> set[str]:
    return {nearest_name(lab)[0] for lab, share in _colours_of(look) if share >= MAIN_COLOUR}


def weighed(looks: Sequence[Look]) -> dict[str, dict[str, float]]:
    """attribute -> value -> its share of the certainty with which the attribute was read, the dearest first.

    Of five pictures and more, a value seen in fewer than two, or in less than a tenth, is left out: it is no taste.
    """
    counts = counted(looks)
    least = 1.0 if len(looks) < 5 else max(2.0, 0.1 * len(looks))
    sums: dict[str, Counter[str]] = {}
    for look in looks:
        for (name, value), sure in _values(look).items():
            sums.setdefault(name, Counter())[value] += sure  # type: ignore[assignment]  # a Counter adds floats too
    kept = {}
    for name, row in sorted(sums.items()):
        often = {value: got for value, got in row.most_common(8) if counts[name][value] >= least}
        if often:
            kept[name] = {value: round(got / sum(row.values()), 3) for value, got in often.items()}
    return kept


def palette_of(looks: Iterable[Look]) -> tuple[dict[str, Any], ...]:
    """The main colours by area; those that look alike are one. `share` is of all the colour that was read."""
    groups: list[tuple[Floats, float]] = []
    for lab, share in sorted((pair for look in looks for pair in _colours_of(look)), key=lambda pair: -pair[1]):
        near = [at for at, (other, _) in enumerate(groups) if float(delta_e(lab, other)) < SAME_COLOUR]
        if near:
            other, had = groups[near[0]]
            groups[near[0]] = ((other * had + lab * share) / (had + share), had + share)
        else:
            groups.append((np.asarray(lab, np.float64), share))
    total = sum(share for _, share in groups)
    largest = sorted(groups, key=lambda pair: -pair[1])[:PALETTE]
    return tuple(
        {"name": nearest_name(lab)[0], "hex": hex_of(lab), "share": round(share / total, 3)} for lab, share in largest
    )


def signature_of(
    counts: Mapping[str, Mapping[str, int]],
    read: Mapping[str, int],
    size: int,
    whole: Mapping[str, Mapping[str, int]],
    everyone: int,
) -> tuple[Trait, ...]:
    """What sets a group apart: values that hold for it, by share times how much more often than elsewhere.

    The lift is smoothed by half a picture, so that a value seen once does not shout. A group that is the whole has no
    lift; there the most frequent values are its signature.
    """
    found = []
    for name, values in counts.items():
        for value, count in values.items():
            if count < min(2, size) or not holds(count, read[name], size):
                continue
            common = (whole[name][value] + 0.5) / (everyone + 1)
            lift = 1.0 if size == everyone else round(((count + 0.5) / (size + 1)) / common, 2)
            share = round(count / size, 3)
            found.append(Trait(attribute=name, value=value, count=count, share=share, lift=lift, read=read[name]))
    marked = found if size == everyone else [trait for trait in found if trait.lift > 1.05]
    return tuple(sorted(marked, key=lambda each: (-each.share * each.lift, each.attribute, each.value))[:SIGNATURE])


def commonest(counts: Mapping[str, Mapping[str, int]]) -> list[tuple[str, str, int]]:
    """(attribute, value, pictures) of the two values that most pictures share, each of another attribute; those that
    say nothing of a taste do not count."""
    best = []
    for name, values in counts.items():
        telling = [(count, value) for value, count in values.items() if value not in PLAIN]
        if telling:
            count, value = max(telling, key=lambda pair: (pair[0], pair[1]))
            best.append((name, value, count))
    return sorted(best, key=lambda each: (-each[2], each[0]))[:2]


def agreement_of(counts: Mapping[str, Mapping[str, int]], size: int) -> float:
    """How much `size` pictures have in common, 0..1: the mean share of them that bears the two commonest values. What
    was not read is not in common."""
    return sum(count for _, _, count in commonest(counts)) / (2 * size) if size else 0.0


def confidence_of(count: int, agreement: float) -> float:
    """Grows with the pictures (half at HALF_SURE) and with what they have in common: of pictures that agree no more
    than any would, many are no taste either."""
    alike = max(0.0, min(1.0, (agreement - CHANCE) / (ALIKE - CHANCE)))
    return round(count / (count + HALF_SURE) * (LEAST_ALIKE + (1 - LEAST_ALIKE) * alike), 3)


def basis_of(counts: Mapping[str, Mapping[str, int]], count: int, confidence: float) -> str:
    """What a confidence rests on, in words: the pictures, and what they have in common."""
    word = "a first guess" if confidence < 0.25 else "a fair guess" if confidence < 0.5 else "well founded"
    common = [f"{shown(name, value)} in {found}" for name, value, found in commonest(counts) if found > 1]
    told = " and ".join(common) or ("nothing in common" if count > 1 else "")
    return f"{pictures(count)}{', ' if told else ''}{told}: {word}"


def pictures(count: int) -> str:
    return "1 picture" if count == 1 else f"{count} pictures"


def shown(attribute: str, value: str) -> str:
    """A value as people read it."""
    return value if attribute == "colours" else taxonomy.say(attribute, value)
