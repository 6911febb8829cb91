"""Several tastes as one: each counts by the pictures behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from designer.pipeline.clustering import Look, counted, read_in, weighed
from designer.pipeline.codec import Record

WORDS_COUNT: Final = 3  # pictures that a persona made of words alone counts as
VALUES: Final = 8  # kept of each attribute
COLOURS: Final = 8
KEYWORDS: Final = 50
EXEMPLARS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Portrait(Record):
    """A persona as far as it can be merged. `evidence`: pictures behind it; `pictures`: those by their hash, {} where
    they are not known one by one."""

    keywords: Mapping[str, float] = field(default_factory=dict)
    weights: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    palette: tuple[Mapping[str, str], ...] = ()
    distributions: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    exemplars: tuple[str, ...] = ()
    evidence: int = 0
    pictures: Mapping[str, Look] = field(default_factory=dict)


def merged(portraits: Sequence[Portrait]) -> Portrait:
    """One portrait of several: means weighted by evidence; what one is silent about, the others say. A picture that
    stands behind several of them counts once."""
    owners = Counter(key for each in portraits for key in each.pictures)
    says = [(_say(each, owners), each) for each in portraits]
    pictures = {key: look for each in portraits for key, look in each.pictures.items()}
    unknown = [each for each in portraits if not each.pictures]
    return Portrait(
        keywords=_mean([(say, each.keywords) for say, each in says], KEYWORDS),
        weights=_weights(portraits, owners),
        palette=_palette(says),
        distributions=_sums([*(each.distributions for each in unknown), counted(pictures.values())]),
        exemplars=_in_turn([each.exemplars for each in portraits])[:EXEMPLARS],
        evidence=sum(each.evidence for each in unknown) + len(pictures),
        pictures=pictures,
    )


def _say(portrait: Portrait, owners: Mapping[str, int], attribute: str = "") -> float:
    """How much a portrait counts, or does on an attribute: by the pictures in which that was read, where any was. A
    picture that several have counts in equal parts for them."""
    whole = sum(1 / owners[key] for key in portrait.pictures) if portrait.pictures else portrait.evidence or WORDS_COUNT
    if portrait.pictures:
        read = sum(1 / owners[key] for key, look in portrait.pictures.items() if attribute in read_in(look))
    else:
        read = sum(portrait.distributions.get(attribute, {}).values())
    return read or whole


def _weights(portraits: Sequence[Portrait], owners: Mapping[str, int]) -> dict[str, dict[str, float]]:
    """Weights that nobody changed are weighed anew in all their pictures together: a mean of shares would contradict
    the counts that stand beside them."""
    plain = [each for each in portraits if each.pictures and each.weights == weighed(list(each.pictures.values()))]
    together = weighed(list({key: look for each in plain for key, look in each.pictures.items()}.values()))
    changed = [each for each in portraits if each not in plain]
    kept = {}
    for name in dict.fromkeys([*together, *(name for each in changed for name in each.weights)]):
        rows = [(_say(each, owners, name), each.weights[name]) for each in changed if name in each.weights]
        if name in together:
            rows.append((sum(_say(each, owners, name) for each in plain if name in each.weights), together[name]))
        kept[name] = _mean(rows, VALUES)
    return kept


def _mean(rows: Sequence[tuple[float, Mapping[str, float]]], most: int) -> dict[str, float]:
    total = sum(say for say, _ in rows)
    sums: dict[str, float] = {}
    for say, row in rows:
        for key, weight in row.items():
            sums[key] = sums.get(key, 0.0) + say * weight / total
    return {key: round(weight, 3) for key, weight in sorted(sums.items(), key=lambda pair: -pair[1])[:most]}


def _palette(says: Sequence[tuple[float, Portrait]]) -> tuple[Mapping[str, str], ...]:
    """Every colour, the first of the weightiest first: a colour's place counts as in a harmonic series."""
    scores: dict[str, float] = {}
    colours: dict[str, Mapping[str, Any]] = {}
    for say, each in says:
        for place, colour in enumerate(each.palette, 1):
            scores[colour["name"]] = scores.get(colour["name"], 0.0) + say / place
            colours.setdefault(colour["name"], colour)
    return tuple(colours[name] for name in sorted(scores, key=lambda name: -scores[name])[:COLOURS])


def _sums(distributions: Iterable[Mapping[str, Mapping[str, int]]]) -> dict[str, dict[str, int]]:
    sums: dict[str, dict[str, int]] = {}
    for each in distributions:
        for name, counts in each.items():
            row = sums.setdefault(name, {})
            for value, count in counts.items():
                row[value] = row.get(value, 0) + count
    return {name: dict(sorted(row.items(), key=lambda pair: -pair[1])) for name, row in sums.items()}


def _in_turn(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The first of each, then the second of each, and so on; each once."""
    longest = max((len(row) for row in rows), default=0)
    return tuple(dict.fromkeys(row[at] for at in range(longest) for row in rows if at < len(row)))
