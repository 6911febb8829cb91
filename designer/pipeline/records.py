"""What the stages hand to each other. Every record is frozen and goes to JSON and back without loss."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Literal, Self

from designer.pipeline.codec import Record, encode
from designer.pipeline.colours import colour_of

Source = Literal["brief", "image", "original", "persona", "correction", "none"]  # original: an image made here
Part = Literal["user", "locked", "learned", "exploratory"]

ATTRIBUTES: Final = (
    "garment",
    "silhouette",
    "fit",
    "length",
    "neckline",
    "sleeves",
    "fabric",
    "fabric_weight",
    "texture",
    "finish",
    "pattern",
    "colours",
    "construction",
    "aesthetic",
    "mood",
    "season",
    "occasion",
    "formality",
    "photography",
)
LISTS: Final = frozenset({"colours", "construction"})
DICTS: Final = frozenset({"photography"})
MAX_VALUE: Final = 80  # characters of a corrected value
MAX_ITEMS: Final = 12  # of a corrected list


class InvalidCorrection(ValueError):
    """A correction that cannot be kept; `field`, `message` and `remedy` are for the person who made it. `others`: what
    else is wrong with what was sent with it."""

    def __init__(self, field: str, message: str, remedy: str, others: Sequence[InvalidCorrection] = ()) -> None:
        super().__init__(message)
        self.code, self.field, self.message, self.remedy = "invalid_correction", field, message, remedy
        self.others = tuple(others)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute(Record):
    """One thing understood. `value` None = unknown, and then confidence is 0; `confidence` in 0..1; `was`: what a
    photo was read as before somebody said otherwise, and `reason` why, for a person; empty ones are not in the JSON."""

    value: str | list[Any] | dict[str, Any] | None = None
    confidence: float = 0.0
    source: Source = "none"
    reason: str = ""
    was: str = ""

    def __post_init__(self) -> None:
        if not 0.0 <= self.confidence <= 1.0:
            raise ValueError(f"confidence must lie in 0..1, not {self.confidence}")

    @property
    def is_known(self) -> bool:
        return self.value not in (None, [], {}, "")

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            value=data.get("value"),
            confidence=float(data.get("confidence", 0)),
            source=data.get("source", "none"),
            reason=str(data.get("reason", "")),
            was=str(data.get("was", "")),
        )

    def to_json(self) -> dict[str, Any]:
        said = {"value": encode(self.value), "confidence": self.confidence, "source": self.source}
        more = {"reason": self.reason, "was": self.was}
        return {**said, **{name: text for name, text in more.items() if text}}


UNKNOWN: Final = Attribute()


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding(Record):
    """The garment record: every name of ATTRIBUTES has an Attribute. As JSON it is flat: {name: attribute}."""

    attributes: Mapping[str, Attribute] = field(default_factory=dict)

    def __post_init__(self) -> None:
        strange = sorted(set(self.attributes) - set(ATTRIBUTES))
        if strange:
            raise ValueError(f"There is no attribute {strange[0]!r}.")
        whole = {name: self.attributes.get(name, UNKNOWN) for name in ATTRIBUTES}
        object.__setattr__(self, "attributes", whole)

    def __getitem__(self, name: str) -> Attribute:
        return self.attributes[name]

    def value(self, name: str) -> Any:
        """The value of attribute `name`, or None if unknown. Raises KeyError for a name that is no attribute."""
        return self.attributes[name].value if self.attributes[name].is_known else None

    def known(self) -> dict[str, object]:
        """What a provider may draw from: the known values by name. A colour whose share nobody measured gets one by
        its place in the list (the first is the main one), for a drawing must fill its area; the record keeps None."""
        values: dict[str, object] = {name: found.value for name, found in self.attributes.items() if found.is_known}
        if "colours" in values:
            values["colours"] = _with_shares(self.attributes["colours"].value)
        return values

    def said(self, source: Source) -> dict[str, object]:
        """The known values that came from `source`."""
        return {
            name: found.value for name, found in self.attributes.items() if found.is_known and found.source == source
        }

    def merged_with_corrections(self, corrections: Mapping[str, Any]) -> Understanding:
        """With a person's own values on top, at confidence 1. None or "" means 'unknown'; raises InvalidCorrection,
        which tells of every value that cannot be kept."""
        fixed: dict[str, Attribute] = {}
        faults: list[InvalidCorrection] = []
        for name, value in corrections.items():
            try:
                fixed[name] = _corrected(name, value)
            except InvalidCorrection as fault:
                faults.append(fault)
        if faults:
            first, *others = faults
            raise InvalidCorrection(first.field, first.message, first.remedy, others)
        fixed = {name: replace(found, was=_read(self.attributes[name])) for name, found in fixed.items()}
        return Understanding(attributes={**self.attributes, **fixed})

    def to_json(self) -> dict[str, Any]:
        return {name: found.to_json() for name, found in self.attributes.items()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(attributes={name: Attribute.from_json(found) for name, found in data.items() if name in ATTRIBUTES})


def _read(found: Attribute) -> str:
    """What the photo was read as, whatever was said since; "" if it was not, or is no single value."""
    return found.was or (found.value if found.source == "image" and isinstance(found.value, str) else "")


def _with_shares(colours: Any) -> list[dict[str, Any]]:
    shares = [colour.get("coverage") for colour in colours]
    if all(isinstance(share, int | float) for share in shares):
        return [dict(colour) for colour in colours]
    weights = [2.0**-place for place in range(len(colours))]
    total = sum(weights)
    return [{**colour, "coverage": round(weight / total, 3)} for colour, weight in zip(colours, weights, strict=True)]


def _corrected(name: str, value: Any) -> Attribute:
    if name not in ATTRIBUTES:
        raise InvalidCorrection(name, f"There is no attribute {name!r}.", f"Use one of: {', '.join(ATTRIBUTES)}.")
    kind = list if name in LISTS else dict if name in DICTS else str
    if value in (None, "", [], {}):
        return Attribute(value=None, confidence=0.0, source="correction")
    if not isinstance(value, kind):
        raise InvalidCorrection(
            name, f"{name} must be a {_NAMES[kind]}.", f"Give a {_NAMES[kind]}, or null for unknown."
        )
    if len(value) > (MAX_VALUE if kind is str else MAX_ITEMS):
        limit = f"{MAX_VALUE} characters" if kind is str else f"{MAX_ITEMS} items"
        raise InvalidCorrection(name, f"{name} is too long.", f"Use at most {limit}.")
    if name == "colours":
        value = [_colour(item) for item in value]
    _check_texts(name, _texts(value))
    return Attribute(value=value, confidence=1.0, source="correction")


_NAMES: Final[dict[type, str]] = {list: "list", dict: "object", str: "text"}


def _check_texts(name: str, texts: Iterable[str]) -> None:
    """Raises InvalidCorrection for a text too long, or one with characters that cannot be seen."""
    for text in texts:
        if len(text) > MAX_VALUE:
            raise InvalidCorrection(name, f"{name} is too long.", f"Use at most {MAX_VALUE} characters.")
        if not text.isprintable():
            raise InvalidCorrection(name, f"{name} holds characters that cannot be seen.", "Use plain text.")


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [str(item[key]) for item in value for key in ("name", "hex")]
    if isinstance(value, dict):
        return [str(item) for pair in value.items() for item in pair]
    return [str(item) for item in value] if isinstance(value, list) else [value]


def _colour(item: Any) -> dict[str, Any]:
    """A corrected colour in the record's shape: by name, by hex, or both. Raises InvalidCorrection."""
    given = item if isinstance(item, dict) else {"name": item}
    found = colour_of(str(given.get("name") or ""), str(given.get("hex") or ""))
    if found is None:
        raise InvalidCorrection("colours", "This colour is not known.", "Give a colour name, or a hex such as #1f3a5f.")
    share = given.get("coverage")
    return {**found, "coverage": share if isinstance(share, int | float) and 0 <= share <= 1 else None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention(Record):
    """A phrase of the brief that the taxonomy knows. `start`, `end`: characters of the cleaned text."""

    attribute: str
    value: str
    start: int
    end: int
    negated: bool = False
    confidence: float = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief(Record):
    """The designer's words, cleaned of control characters and markup only, and what was recognised in them."""

    text: str
    mentions: tuple[Mention, ...] = ()
    excluded: tuple[str, ...] = ()  # phrases the designer said no to, for the negative prompt
    specificity: float = 0.0  # 0 = says nothing that the taxonomy knows, 1 = leaves little open

    @property
    def words(self) -> int:
        return len(self.text.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptPart(Record):
    """A piece of the prompt and whose it is."""

    text: str
    part: Part


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptParts(Record):
    """The prompt is its parts' texts joined by ', '."""

    prompt: str
    negative_prompt: str = ""
    keywords: tuple[str, ...] = ()
    parts: tuple[PromptPart, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment(Record):
    """One value a persona adds where the brief left room, and why."""

    attribute: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonaMatch(Record):
    """`score`, `strength` and every part in 0..1. A vague brief leaves the persona more strength."""

    persona: str
    score: float
    parts: Mapping[str, float] = field(default_factory=dict)
    adjustments: tuple[Adjustment, ...] = ()
    strength: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative(Record):
    """A model that could have done it. `total` USD that all images are expected to cost, `most` that they may come to,
    None = unknown; `parts` of the score in 0..1; `left_out`: why it was not among those to choose from, "" = it was."""

    provider: str
    model: str
    score: float
    reason: str
    total: Decimal | None = None
    most: Decimal | None = None
    parts: Mapping[str, float] = field(default_factory=dict)
    left_out: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Excluded(Record):
    """A model that could not, and why."""

    provider: str
    model: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Route(Record):
    """Who makes the images. `warnings` names each wish this model cannot keep; it is shown before spending.
    `total`, `most`: as of an Alternative; `explored`: it was drawn by lot to learn, whoever came out."""

    provider: str
    model: str
    score: float
    reason: str
    total: Decimal | None = None
    most: Decimal | None = None
    explicit: bool = False
    explored: bool = False
    alternatives: tuple[Alternative, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    warnings: tuple[str, ...] = ()
    parts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Posterior(Record):
    """A Beta posterior over the prior Beta(1, 1), as it stood at `updated_at` (aware UTC; None = never moved)."""

    alpha: float = 1.0
    beta: float = 1.0
    updated_at: datetime | None = None

    @property
    def mean(self) -> float:
        return self.alpha / (self.alpha + self.beta)

    @property
    def evidence(self) -> float:
        """Observations behind it, after decay."""
        return self.alpha + self.beta - 2.0


LearnedWeights = Mapping[str, Posterior]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved(Record):
    """One weight that feedback moved."""

    key: str
    before: Posterior
    after: Posterior


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedChoice(Record):
    """A value put forward by what was learned (`learned`) or to find out (`exploratory`)."""

    attribute: str
    value: str
    part: Part
    key: str
    mean: float
    evidence: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned(Record):
    """What the optimisation stage put forward, and with which exploration share."""

    choices: tuple[LearnedChoice, ...] = ()
    exploration: float = 0.0
