"""What a designer asks for, checked before anything is written or spent."""

import math
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from teams.base.errors import Refused

MAX_BRIEF = 8_000
MAX_IMAGES = 8
USUAL = 2  # images on the page, where neither form nor brief says how many
MAX_REFERENCES = 8
MAX_EDITS, MAX_PART = 40, 400  # parts of a prompt, characters of one
DRAWS = 2**32
DRAW_RANGE, DRAW_REMEDY = f"The draw must be from 0 to {DRAWS - 1}.", "Send the one of the preview, or leave it out."
STRATEGIES = ("balanced", "quality", "cost", "speed", "cheapest", "load_balanced", "custom")
STRATEGY = "balanced"  # where neither wish nor team says
WEIGHTS = ("quality", "cost", "speed", "success")
MODES = ("", "variation", "similar", "edit", "remix")
QUALITIES = ("draft", "standard", "high")
RATIOS = ("1:1", "3:4", "4:3", "2:3", "3:2", "4:5", "9:16", "16:9")


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationWish:
    """One request. `corrections` are the designer's fixes of understood attributes: name -> value (None = unknown).

    With `best_of` that many images are made and paid for, and the best `n` that differ are shown.
    `weights` say what the strategy "custom" goes by; `model` may be a model or a family; `quality` is how finely the
    model is to draw, where it can; with `fallback` another model steps in when the chosen one is out of order,
    unless a model was chosen by name. `source` is the image that this wish began from, `mode` how.
    `part_edits`: parts of the prompt, each with what stands in its place ("" = left out); `added_words` come last, as
    the designer's own. With `one_each` the brief counts garments ("5 coats") and each image shows one of them.
    `unsaid`: what no field said, so that the words of the brief may ("count", "model", "one_each"), or the team by its
    usual ("strategy"); `just_words`: what
    they say of "count" or "model" without meaning an order. `draw`: the number that a preview told, by which learned
    and tried words are drawn again as it showed them.
    """

    brief: str = ""
    references: tuple[UUID, ...] = ()
    team: UUID | None = None
    persona: UUID | None = None
    n: int = 1
    best_of: int | None = None
    aspect_ratio: str = "3:4"
    strategy: str = STRATEGY
    weights: dict[str, float] = field(default_factory=dict)
    min_quality: float | None = None
    quality: str = "standard"
    fallback: bool = True
    provider: str | None = None
    model: str | None = None
    seed: int | None = None
    draw: int | None = None
    max_cost: Decimal | None = None
    exact: bool = False
    auto_enhance: dict[str, Any] | None = None
    corrections: dict[str, Any] = field(default_factory=dict)
    source: UUID | None = None
    mode: str = ""
    part_edits: dict[str, str] = field(default_factory=dict)
    added_words: str = ""
    one_each: bool = False
    unsaid: frozenset[str] = frozenset()
    just_words: frozenset[str] = frozenset()

    @property
    def has_edited_prompt(self) -> bool:
        return bool(self.part_edits or self.added_words)

    @property
    def is_change(self) -> bool:
        """Whether the brief says what to change in the picture that is sent along."""
        return self.mode == "edit"

    @property
    def is_remix(self) -> bool:
        """Whether what the references show is mixed: the shape of the source, dressed as the others are."""
        return self.mode == "remix"

    @property
    def stands_alone(self) -> bool:
        """Whether no other model may step in for the one that was chosen."""
        return not self.fallback or bool(self.model or self.provider)

    @property
    def photos(self) -> tuple[UUID, ...]:
        """The references, each once; that of a remix whose shape counts comes first."""
        first = (self.source,) if self.is_remix and self.source in self.references else ()
        return tuple(dict.fromkeys((*first, *self.references)))

    @property
    def is_worded(self) -> bool:
        """Whether the designer settled the prompt, so that no language model writes one."""
        return self.exact or self.has_edited_prompt or self.is_change

    @property
    def letters(self) -> int:
        """The most that the designer's own words come to in the prompt, in bytes with what parts them."""
        return sum(len(text.encode()) + 2 for text in (self.brief, *self.part_edits.values(), self.added_words))

    @property
    def images(self) -> int:
        """How many images are made, and paid for."""
        return self.best_of or self.n

    def check(self) -> None:
        """Raises Refused naming the first field at fault and its remedy."""
        self._check_brief()
        self._check_choices()
        self._check_numbers()

    def _check_brief(self) -> None:
        if not self.brief.strip() and not self.references:
            raise Refused(
                "empty", "There is nothing to draw from.", field="brief", remedy="Write a brief or add a photo."
            )
        if self.exact and not self.brief.strip():
            remedy = "Write what you want to see, or turn this off."
            raise Refused("empty", "Used exactly, an empty brief is an empty prompt.", field="brief", remedy=remedy)
        if len(self.brief) > MAX_BRIEF:
            shown = f"The brief has {len(self.brief):,} characters; {MAX_BRIEF:,} are the limit."
            raise Refused("too_long", shown, field="brief", remedy="Shorten it.")
        if not any(letter.isprintable() and not letter.isspace() for letter in self.brief) and not self.references:
            raise Refused(
                "empty", "The brief has no visible text.", field="brief", remedy="Write what you want to see."
            )
        if len(self.references) > MAX_REFERENCES:
            raise Refused(
                "too_many", f"At most {MAX_REFERENCES} references.", field="references", remedy="Remove some."
            )

    def _check_choices(self) -> None:
        if self.strategy not in STRATEGIES:
            raise Refused(
                "unknown_strategy",
                "There is no such strategy.",
                field="strategy",
                remedy=f"Use {', '.join(STRATEGIES)}.",
            )
        if self.quality not in QUALITIES:
            raise Refused(
                "unknown_quality", "There is no such quality.", field="quality", remedy=f"Use {', '.join(QUALITIES)}."
            )
        if self.mode not in MODES or (self.source is None) != (self.mode == ""):
            remedy = "Send both source (an image) and mode: variation, similar, edit or remix; or neither."
            raise Refused("unknown_mode", "Source and mode belong together.", field="mode", remedy=remedy)
        if (self.is_change or self.is_remix) and self.source not in self.references:
            remedy = "Send the image among the references too, or use another mode."
            shown = f"{'An edit' if self.is_change else 'A remix'} needs its image among the photos."
            raise Refused("missing", shown, field="references", remedy=remedy)
        self._check_weights()
        self._check_edits()
        if self.aspect_ratio not in RATIOS:
            raise Refused(
                "unknown_ratio",
                "There is no such ratio.",
                field="aspect_ratio",
                remedy=f"Use one of {', '.join(RATIOS)}.",
            )

    def _check_edits(self) -> None:
        texts = [*self.part_edits, *self.part_edits.values(), self.added_words]
        if len(self.part_edits) > MAX_EDITS or any(len(text) > MAX_PART for text in texts):
            shown = f"At most {MAX_EDITS} parts of {MAX_PART} characters can be edited."
            raise Refused("too_long", shown, field="part_edits", remedy="Write the rest into the brief.")
        if not all(text.isprintable() for text in texts):
            shown = "A part of the prompt holds characters that cannot be seen."
            raise Refused("unprintable", shown, field="part_edits", remedy="Use plain text in one line.")
        if self.exact and self.has_edited_prompt:
            shown = "Used exactly, a brief is the whole prompt."
            raise Refused("exact", shown, field="exact", remedy="Edit the brief itself, or turn this off.")

    def _check_weights(self) -> None:
        remedy = f"Give weights of 0 or more for {', '.join(WEIGHTS)}, one of them above 0."
        if self.strategy != "custom" and self.weights:
            raise Refused("not_custom", "Weights need the strategy custom.", field="weights", remedy=remedy)
        if self.strategy != "custom":
            return
        values = list(self.weights.values())
        fine = set(self.weights) <= set(WEIGHTS) and all(math.isfinite(value) and value >= 0 for value in values)
        if not fine or sum(values) <= 0:
            raise Refused("bad_weights", "These weights cannot be used.", field="weights", remedy=remedy)

    def _check_numbers(self) -> None:
        if not 1 <= self.n <= MAX_IMAGES:
            raise Refused(
                "out_of_range", f"n must be from 1 to {MAX_IMAGES}.", field="n", remedy="Use a batch for more."
            )
        if self.best_of is not None and not self.n <= self.best_of <= MAX_IMAGES:
            shown = f"best_of must be from {self.n} (the images to show) to {MAX_IMAGES}."
            raise Refused("out_of_range", shown, field="best_of", remedy="Leave it out to make just those you see.")
        if self.max_cost is not None and (not self.max_cost.is_finite() or self.max_cost < 0):
            raise Refused(
                "out_of_range", "A budget cannot be negative.", field="max_cost", remedy="Leave it out for none."
            )
        if self.min_quality is not None and not 0 <= self.min_quality <= 1:
            raise Refused("out_of_range", "min_quality must be from 0 to 1.", field="min_quality", remedy="Try 0.6.")
        if self.seed is not None and not 0 <= self.seed < 2**53:
            raise Refused("out_of_range", "The seed must be from 0 to 2^53.", field="seed", remedy="Leave it out.")
        if self.draw is not None and not 0 <= self.draw < DRAWS:
            raise Refused("out_of_range", DRAW_RANGE, field="draw", remedy=DRAW_REMEDY)
