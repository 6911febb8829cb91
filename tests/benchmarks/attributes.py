"""How well each attribute is read from a photo, beside the labels of garments.csv: 200 photos, six attributes.

Who labelled: one vision-language model, no person, on 28 November 2026, looking at contact sheets of 240 pixels a photo
in an order shuffled by hash, before seeing what the analyser says of them. Which photos: of each of the ten kinds of
clothing photos the first ten by name of the part that `training.photos` holds out, and the first ten of the rest.
The first hundred are only measured; thresholds are chosen on the rest, from which the classifier of kinds has learned.

In a cell `|` parts what may be said as well, the best first; `?` = cannot be told, or no word of the vocabulary fits;
`-` = this garment has none. A print placed on plain cloth is no pattern: the cloth is solid. Jeans may be called
trousers. Colour: of the largest share of the cloth, as one of twelve families. Pass 2 are 40 of the photos once more,
in another order, the same day, the first in the same context: its agreement is an upper bound.
"""

import csv
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from designer.pipeline import photo
from designer.pipeline.records import ATTRIBUTES, Attribute
from designer.pipeline.training.photos import Labelled, opened
from designer.pipeline.vocabulary import SKIRTED

LABELS: Final = Path(__file__).parent / "garments.csv"
LABELLED: Final = ("garment", "pattern", "colour", "sleeves", "neckline", "silhouette")
UNTOLD, NONE = "?", "-"
FAMILIES: Final = {
    "black": "black, jet black, onyx",
    "white": "white, off white, ivory, pearl, alabaster, eggshell, chalk",
    "grey": "charcoal, graphite, slate, gunmetal, grey, dark grey, light grey, silver, ash, dove grey, heather "
    "grey, pewter, steel grey, smoke, fog",
    "beige": "stone, greige, mushroom, cream, ecru, bone, oatmeal, oat, vanilla, champagne, sand, beige, buff, "
    "nude, camel, tan, khaki, biscuit",
    "brown": "taupe, caramel, toffee, cognac, tobacco, chestnut, mocha, coffee, espresso, chocolate, brown, dark "
    "brown, light brown, sepia, umber, sienna, clay, copper, bronze, cinnamon",
    "red": "brick, coral, paprika, vermilion, scarlet, red, bright red, dark red, crimson, cherry, poppy, "
    "tomato, ruby, cardinal, wine, burgundy, bordeaux, maroon, oxblood, garnet, merlot, cranberry, berry",
    "pink": "blush, peach, salmon, raspberry, magenta, fuchsia, hot pink, pink, pale pink, light pink, baby pink, "
    "dusty pink, rose, dusty rose, old rose, rose gold, powder pink, bubblegum, shocking pink, carnation, "
    "flamingo, watermelon, neon pink",
    "orange": "terracotta, rust, apricot, melon, tangerine, orange, burnt orange, pumpkin, persimmon",
    "yellow": "amber, honey, ochre, mustard, saffron, gold, old gold, yellow, pale yellow, lemon, canary, butter, "
    "sunflower, marigold, neon yellow",
    "green": "seafoam, mint, mint green, jade, emerald, emerald green, kelly green, green, dark green, light "
    "green, bright green, grass, forest green, forest, hunter green, bottle green, pine, racing green, "
    "moss, olive, dark olive, army green, khaki green, sage, sage green, eucalyptus, celadon, pistachio, "
    "lime, neon green, chartreuse, avocado, fern, tea green, artichoke, verdigris",
    "blue": "ink, iris, periwinkle, indigo, midnight blue, midnight, navy, dark navy, navy blue, dark blue, blue, "
    "royal blue, cobalt, electric blue, sapphire, ultramarine, french blue, cornflower, light blue, pale "
    "blue, baby blue, sky blue, powder blue, ice blue, steel blue, slate blue, dusty blue, denim blue, "
    "chambray, cerulean, azure, turquoise, aqua, cyan, teal, dark teal, petrol, peacock, lagoon, duck egg",
    "purple": "mauve, dusty mauve, plum, aubergine, eggplant, mulberry, orchid, heather, lilac, lavender, wisteria, "
    "violet, purple, dark purple, royal purple, amethyst, grape",
}
LEAST: Final = 3  # photos of a value under which its F1 is left out of the mean
SIZE: Final = 10  # photos in a bin of the calibration, at least


@dataclass(frozen=True, slots=True)
class Told:
    """One attribute of one photo: `labels`, the best first; what was `said`, "" for nothing, and how `sure`."""

    labels: tuple[str, ...]
    said: str
    sure: float

    @property
    def is_known(self) -> bool:
        return self.labels[0] not in (UNTOLD, NONE)

    @property
    def is_right(self) -> bool:
        return self.said in self.labels

    @property
    def truth(self) -> str:
        return self.said if self.is_right else self.labels[0]


def labels(turn: str = "1") -> dict[str, dict[str, tuple[str, ...]]]:
    """File name -> attribute -> labels, the best first, of one pass."""
    with LABELS.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["pass"] == turn]
    return {row["file"]: {name: tuple(row[name].split("|")) for name in LABELLED} for row in rows}


@cache
def family_of(name: str) -> str:
    """The family of a listed colour; KeyError for a name that has none yet."""
    return {each: family for family, names in FAMILIES.items() for each in names.split(", ")}[name]


def said_of(found: Mapping[str, Attribute]) -> dict[str, tuple[str, float]]:
    """What a reading says of each labelled attribute, and how sure it is."""
    said = {name: (str(each.value), each.confidence) for name, each in found.items() if name in LABELLED}
    colours = found.get("colours")
    if colours is not None and isinstance(colours.value, list):
        said["colour"] = (family_of(colours.value[0]["name"]), colours.confidence)
    return said


def told_garment(photos: Sequence[Labelled]) -> list[Told]:
    """Silhouettes of dresses and skirts as they are read when a brief says which garment it is."""
    known, told = labels(), []
    for each in photos:
        row = known[each.path.name]
        if row["garment"][0] in SKIRTED:
            found = photo.read(opened(each.path), garment=row["garment"][0]).attributes
            told.append(Told(row["silhouette"], *said_of(found).get("silhouette", ("", 0.0))))
    return told


def compared(photos: Sequence[Labelled]) -> tuple[dict[str, list[Told]], Counter[str]]:
    """Each labelled attribute of the photos beside what was read, and how often each attribute was read at all."""
    known, told, read = labels(), {name: list[Told]() for name in LABELLED}, Counter[str]()
    for each in photos:
        found = photo.read(opened(each.path)).attributes
        read.update(list(found))
        said = said_of(found)
        for name in LABELLED:
            told[name].append(Told(known[each.path.name][name], *said.get(name, ("", 0.0))))
    return told, read


def macro_f1(told: Sequence[Told]) -> tuple[float, int]:
    """Mean F1 over the values that at least LEAST photos show, and how many these are. Unsaid = missed; what is said
    where nothing can be told is a false alarm."""
    truth = Counter(each.truth for each in told if each.is_known)
    said = Counter(each.said for each in told if each.said)
    hits = Counter(each.said for each in told if each.is_right)
    values = [value for value, count in truth.items() if count >= LEAST]
    scores = [2 * hits[value] / (truth[value] + said[value]) for value in values]
    return (statistics.mean(scores) if scores else 0.0), len(values)


def ece(told: Sequence[Told]) -> float:
    """Expected calibration error of what was said, in up to five bins of equal size and at least SIZE photos."""
    spoken = sorted((each for each in told if each.said), key=lambda each: each.sure)
    sure = np.array([each.sure for each in spoken])
    right = np.array([each.is_right for each in spoken], float)
    parts = np.array_split(np.arange(len(spoken)), min(5, max(1, len(spoken) // SIZE)))
    return sum(abs(float(sure[part].mean() - right[part].mean())) * len(part) for part in parts) / len(spoken)


def wilson(hits: int, count: int, z: float = 1.96) -> tuple[float, float]:
    """95 % interval of a share."""
    middle = (hits + z * z / 2) / (count + z * z)
    half = z * np.sqrt(hits * (count - hits) / count + z * z / 4) / (count + z * z)
    return middle - half, middle + half


def kappa(one: Sequence[str], two: Sequence[str]) -> tuple[float, float]:
    """Share of agreement and Cohen's kappa."""
    same = statistics.mean(a == b for a, b in zip(one, two, strict=True))
    first, second = Counter(one), Counter(two)
    chance = sum(first[value] * second[value] for value in first) / len(one) ** 2
    return same, (same - chance) / (1 - chance) if chance < 1 else 1.0


def agreement() -> None:
    first, again = labels("1"), labels("2")
    print(f"\nThe labeller's own agreement, {len(again)} photos twice (share, Cohen's kappa; `-` in both left out)")
    for name in LABELLED:
        pairs = [(first[file][name][0], seen[name][0]) for file, seen in again.items()]
        pairs = [pair for pair in pairs if pair != (NONE, NONE)]
        same, beyond = kappa(*zip(*pairs, strict=True))
        print(f"   {name:<12}{same:8.2f}{beyond:8.2f}{len(pairs):7d} photos")


def row(name: str, told: Sequence[Told]) -> None:
    """Coverage: said, of the photos whose garment has the attribute. Idle: said where nothing can be told."""
    has = [each for each in told if each.labels[0] != NONE]
    spoken = [each for each in told if each.said]
    idle = sum(not each.is_known for each in spoken)
    covered = f"   {name:<12}{len(has):>6}{sum(bool(each.said) for each in has) / max(1, len(has)):>10.2f}"
    if not spoken:
        print(f"{covered}{'-':>9}")
        return
    score, values = macro_f1(told)
    hits = sum(each.is_right for each in spoken)
    strict = sum(each.said == each.labels[0] for each in spoken) / len(spoken)
    low, high = wilson(hits, len(spoken))
    right = f"{hits / len(spoken):>9.2f} {f'({low:.2f}-{high:.2f})':<13}{f'{hits} of {len(spoken)}':>11}"
    print(f"{covered}{right}{strict:>8.2f}{idle:>6}{score:>10.2f}{values:>8}{ece(told):>7.2f}")


def confusion(told: Sequence[Told], title: str) -> None:
    """Rows: the label, or what was said where that is also right; columns: what was said."""
    pairs = Counter((each.truth, each.said or "-") for each in told if each.labels[0] != NONE)
    rows = [value for value, _ in Counter(truth for truth, _ in pairs.elements()).most_common()]
    columns = sorted({said for _, said in pairs}, key=lambda said: (said == "-", said))
    print(f"\nConfusion, {title} (rows: the label; columns: what was said, `-` nothing)")
    print(" " * 15 + "".join(f"{name[:8]:>9}" for name in columns))
    for value in rows:
        print(f"   {value:<12}" + "".join(f"{pairs[value, said] or '.':>9}" for said in columns))


def half(photos: Sequence[Labelled], title: str) -> None:
    told, read = compared(photos)
    print(f"\nAttributes, {title}, {len(photos)} photos")
    print(f"   {'':<12}{'has it':>6}{'coverage':>10}{'right':>9} {'(95 %)':<13}{'':>11}{'best':>8}", end="")
    print(f"{'idle':>6}{'macro-F1':>10}{'values':>8}{'ECE':>7}")
    for name in LABELLED:
        row(name, told[name])
    row("silhouette*", told_garment(photos))
    silent = [name for name in ATTRIBUTES if not read[name] and name not in LABELLED]
    print("   * of dresses and skirts, where the brief says that it is one")
    print(f"   never read (coverage 0): {', '.join(silent)}")
    confusion(told["pattern"], f"pattern, {title}")


def attributes_table(photos: Sequence[Labelled], *, quick: bool = False) -> None:
    """Both halves and the labeller's agreement; `quick`: only the half that nothing was tuned on."""
    chosen = [each for each in photos if each.path.name in labels()]
    half([each for each in chosen if each.is_test], "held out")
    if not quick:
        half([each for each in chosen if not each.is_test], "used for tuning")
    agreement()
