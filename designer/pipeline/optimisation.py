"""Stage 5: what feedback taught. Beta posteriors that fade with time, and what they put into the next prompt.

A weight is a sum of past rewards, each faded by 2^(-age / half-life). What each feedback added is kept, so that taking
one out and folding the rest leaves the weight exactly as if it had never been given, whatever came after it.
Keys: `attribute:<persona id or ->:<attribute>=<value>` and `model:<model>:<garment or ->`; the team is the row's owner.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

import numpy as np

from designer.pipeline import taxonomy
from designer.pipeline.codec import Record
from designer.pipeline.credible import interval
from designer.pipeline.records import (
    Adjustment,
    Learned,
    LearnedChoice,
    LearnedWeights,
    Moved,
    Posterior,
    PromptPart,
    Understanding,
)

Kind = Literal["like", "dislike", "pick", "rating", "comment"]

HALF_LIFE: Final = timedelta(days=90)
EXPLORATION: Final = 0.15  # share of prompts that try something unproven, unless the team sets another
MIN_SAMPLE: Final = 3.0  # observations (after decay) before a rate is shown as one or a value is put forward
INTERVAL: Final = 0.8  # of the posterior's mass lies in the interval that is shown
MIN_LIFT: Final = 0.05  # a value is put forward only if liked more than this team likes things in general, by this
LEVEL_MASS: Final = 10.0  # observations that an even share counts for in what a team likes in general
SHRINK: Final = 3.0  # observations that this general share counts for in each value
CALM: Final = 6.0  # dice fall as if there were this many times the evidence: wide ones try what is known to be bad
MAX_CHOICES: Final = 2  # learned values in one prompt
LEARNABLE: Final = (
    "silhouette",
    "fabric",
    "pattern",
    "neckline",
    "sleeves",
    "length",
    "fit",
    "aesthetic",
    "mood",
    "finish",
)
NOBODY: Final = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal(Record):
    """Feedback as learning sees it: `reward` 0 (bad) to 1 (good), `weight` = how many likes it counts for."""

    reward: float
    weight: float

    @property
    def alpha(self) -> float:
        """What it adds to a posterior's alpha."""
        return self.reward * self.weight

    @property
    def beta(self) -> float:
        return (1 - self.reward) * self.weight


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace(Record):
    """What one feedback left in one weight: the amounts it added, and when."""

    alpha: float
    beta: float
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate(Record):
    """A share that shows its own basis; `value` is None under the minimum sample. `observed`: how many observations
    it rests on, of which all that one person said of one image is one."""

    numerator: float
    denominator: float
    observed: float
    min_sample: float
    value: float | None
    mean: float = 0.5
    low: float = 0.1
    high: float = 0.9

    @property
    def is_enough(self) -> bool:
        return self.observed >= self.min_sample

    @property
    def words(self) -> str:
        """The basis as people say it: "liked 3.2 of 4.1", or how much is missing."""
        liked, seen = f"{self.numerator:.1f}".removesuffix(".0"), f"{self.denominator:.1f}".removesuffix(".0")
        if self.is_enough:
            return f"liked {liked} of {seen}"
        observed = f"{self.observed:.1f}".removesuffix(".0")
        return f"{observed} of the {self.min_sample:g} it takes"


def signal_of(kind: Kind, value: int | None = None) -> Signal | None:
    """What a feedback teaches. A rating needs `value` 1-5 (else ValueError); a comment alone teaches nothing (None)."""
    if kind == "rating":
        if value is None or not 1 <= value <= 5:
            raise ValueError("A rating must be from 1 to 5.")
        return Signal(reward=(value - 1) / 4, weight=1.0)
    plain = {"like": (1.0, 1.0), "dislike": (0.0, 1.0), "pick": (1.0, 1.5)}.get(kind)
    return Signal(reward=plain[0], weight=plain[1]) if plain else None


def attribute_key(persona: object | None, attribute: str, value: str) -> str:
    return f"attribute:{persona or NOBODY}:{attribute}={value}"


def model_key(model: str, garment: str | None) -> str:
    return f"model:{model}:{garment or NOBODY}"


def keys_of(understanding: Understanding, *, persona: object | None, model: str) -> tuple[str, ...]:
    """The weights that feedback on one image moves: its known learnable values, and its model for its garment."""
    known = understanding.known()
    said = [(name, known[name]) for name in LEARNABLE if isinstance(known.get(name), str)]
    colours = known.get("colours")
    names = [each["name"] for each in colours[:2]] if isinstance(colours, list) else []
    said += [("colours", name) for name in names]
    attributes = [attribute_key(persona, name, str(value)) for name, value in said]
    return (*attributes, model_key(model, understanding.value("garment")))


def keys_added(
    parts: Iterable[PromptPart],
    *,
    persona: object | None,
    adjustments: Iterable[Adjustment] = (),
    learned: Iterable[LearnedChoice] = (),
) -> tuple[str, ...]:
    """The weights of what the persona and this stage put into the prompt of these parts; what found no room in it was
    not judged. Without a persona its adjustments teach nothing: they were not the team's own taste."""
    told = {(part.text, part.part) for part in parts}
    own = [each for each in adjustments if persona and each.attribute in (*LEARNABLE, "colours")]
    keys = [
        attribute_key(persona, each.attribute, each.value)
        for each in own
        if (taxonomy.say(each.attribute, each.value), "locked") in told
    ]
    keys += [each.key for each in learned if (taxonomy.say(each.attribute, each.value), each.part) in told]
    return tuple(dict.fromkeys(keys))


def decayed(posterior: Posterior, now: datetime, half_life: timedelta = HALF_LIFE) -> Posterior:
    """The posterior as it stands at `now`: its evidence halves every `half_life`, back to Beta(1, 1)."""
    if posterior.updated_at is None or now <= posterior.updated_at:
        return posterior
    share = 0.5 ** ((now - posterior.updated_at) / half_life)
    return Posterior(alpha=1 + (posterior.alpha - 1) * share, beta=1 + (posterior.beta - 1) * share, updated_at=now)


def update(posterior: Posterior, signal: Signal | Trace, now: datetime, half_life: timedelta = HALF_LIFE) -> Posterior:
    """The posterior after one more signal at `now`."""
    faded = decayed(posterior, now, half_life)
    return Posterior(
        alpha=faded.alpha + signal.alpha,
        beta=faded.beta + signal.beta,
        updated_at=max(now, faded.updated_at or now),
    )


def learn(
    weights: LearnedWeights, keys: Iterable[str], signal: Signal | None, now: datetime, half_life: timedelta = HALF_LIFE
) -> tuple[dict[str, Posterior], tuple[Moved, ...]]:
    """All weights after one feedback, and each one that moved with where it stood before and after."""
    after, moved = dict(weights), []
    for key in dict.fromkeys(keys) if signal else ():
        before = decayed(weights.get(key, Posterior()), now, half_life)
        after[key] = update(before, signal, now, half_life) if signal else before
        moved.append(Moved(key=key, before=before, after=after[key]))
    return after, tuple(moved)


def folded(trace: Iterable[Trace], half_life: timedelta = HALF_LIFE) -> Posterior:
    """The posterior that this evidence alone leaves, in the order of its times: bit for bit what `learn` would have
    left if nothing else had ever been given."""
    posterior = Posterior()
    for each in trace:
        posterior = update(posterior, each, each.at, half_life)
    return posterior


def rate_of(posterior: Posterior, *, observed: float | None = None, min_sample: float = MIN_SAMPLE) -> Rate:
    """Liked out of seen, after decay; no value before `min_sample` observations. `observed`: how many they are where
    all that one person said of one image is one; None = as many as were seen."""
    liked, seen = posterior.alpha - 1, posterior.evidence
    counted = seen if observed is None else min(seen, observed)
    value = round(liked / seen, 4) if counted >= min_sample else None
    low, high = interval(posterior, INTERVAL)
    return Rate(
        numerator=round(liked, 3),
        denominator=round(seen, 3),
        observed=round(counted, 3),
        min_sample=min_sample,
        value=value,
        mean=round(posterior.mean, 4),
        low=round(low, 4),
        high=round(high, 4),
    )


def choose(
    weights: LearnedWeights,
    understanding: Understanding,
    *,
    persona: object | None,
    rng: np.random.Generator,
    now: datetime | None = None,
    exploration: float = EXPLORATION,
    limit: int = MAX_CHOICES,
    observed: Mapping[str, float] | None = None,
) -> Learned:
    """Values for attributes that brief, photo and corrections left open, by Thompson sampling.

    With probability `exploration` (0 = never) one of them is exploratory: a value with little evidence, tried to learn.
    `observed`: by key, the observations where all that one person said of one image is one; of a key that is not there
    as many as its evidence.
    """
    if not 0 <= exploration <= 1:
        raise ValueError("exploration must lie in 0..1")
    moment = now or datetime.now(UTC)
    level = liking(weights, moment)
    open_arms = list(_arms(weights, understanding, persona, moment))
    few = {key for key, number in (observed or {}).items() if number < MIN_SAMPLE}
    proven = [
        arm for arm in open_arms if arm.evidence >= MIN_SAMPLE and arm.key not in few and _lift(arm, level) >= MIN_LIFT
    ]
    best = _sampled(proven, level, rng)[:limit]
    if exploration and rng.random() < exploration:
        taken = {arm.attribute for arm in best[: limit - 1]}
        best = [*best[: limit - 1], *_trial(understanding, weights, persona, rng, moment, taken, level, few)]
    return Learned(choices=tuple(best), exploration=exploration)


def liking(weights: LearnedWeights, now: datetime, even: float = 0.5) -> float:
    """The share of all judged images that was liked, from the weights of the models (each image moves one of them), or
    where none is known from all weights. It starts at `even`."""
    models = [weight for key, weight in weights.items() if key.startswith("model:")]
    faded = [decayed(weight, now) for weight in models or weights.values()]
    liked, seen = sum(each.alpha - 1 for each in faded), sum(each.evidence for each in faded)
    return (liked + LEVEL_MASS * even) / (seen + LEVEL_MASS)


def _shrunk(arm: LearnedChoice, level: float) -> tuple[float, float]:
    """alpha and beta of a value: what was seen of it, on top of what this team likes in general."""
    liked = arm.mean * (arm.evidence + 2) - 1
    return liked + SHRINK * level, arm.evidence - liked + SHRINK * (1 - level)


def _lift(arm: LearnedChoice, level: float) -> float:
    alpha, beta = _shrunk(arm, level)
    return alpha / (alpha + beta) - level


def _arms(
    weights: LearnedWeights, understanding: Understanding, persona: object | None, now: datetime
) -> Iterable[LearnedChoice]:
    """Each learned value that fits this garment and speaks where nothing else did."""
    for key, posterior in weights.items():
        attribute, value = _value_of(key, persona)
        if attribute not in LEARNABLE or not _fits(understanding, attribute, value):
            continue
        at = decayed(posterior, now)
        liked = f"liked {at.alpha - 1:.1f} of {at.evidence:.1f} times"
        yield LearnedChoice(
            attribute=attribute, value=value, part="learned", key=key, mean=at.mean, evidence=at.evidence, reason=liked
        )


def _value_of(key: str, persona: object | None) -> tuple[str, str]:
    own = f"attribute:{persona or NOBODY}:"
    if not key.startswith(own):
        return "", ""
    attribute, _, value = key.removeprefix(own).partition("=")
    return attribute, value


def _fits(understanding: Understanding, attribute: str, value: str) -> bool:
    found = understanding[attribute]
    settled = found.is_known or found.source == "correction"  # a person who says 'unknown' wants it left open
    return not settled and taxonomy.is_usual(attribute, value, understanding.value("garment"))


def _sampled(arms: list[LearnedChoice], level: float, rng: np.random.Generator) -> list[LearnedChoice]:
    """The best sampled value of each attribute, the best attribute first; the dice are calm (see CALM)."""
    drawn: dict[str, tuple[float, LearnedChoice]] = {}
    for arm in sorted(arms, key=lambda arm: arm.key):  # a fixed order, so that one seed gives one answer
        alpha, beta = _shrunk(arm, level)
        sample = float(rng.beta(CALM * alpha, CALM * beta))
        if arm.attribute not in drawn or sample > drawn[arm.attribute][0]:
            drawn[arm.attribute] = (sample, arm)
    ranked = sorted(drawn.values(), key=lambda pair: -pair[0])
    return [arm for _, arm in ranked]


def _trial(
    understanding: Understanding,
    weights: LearnedWeights,
    persona: object | None,
    rng: np.random.Generator,
    now: datetime,
    taken: set[str],
    level: float,
    few: Collection[str],
) -> list[LearnedChoice]:
    """One value nobody has judged enough lately, rather one of promise; [] if all are known."""
    untried = [
        arm
        for attribute in LEARNABLE
        if attribute not in taken
        for value in taxonomy.values(attribute)
        if _fits(understanding, attribute, value)
        and ((arm := _untried(weights, attribute, value, persona, now)).evidence < MIN_SAMPLE or arm.key in few)
    ]
    if not untried:
        return []
    shrunk = np.array([_shrunk(arm, level) for arm in untried])
    drawn = rng.beta(CALM * shrunk[:, 0], CALM * shrunk[:, 1])
    return [untried[int(drawn.argmax())]]


def _untried(
    weights: LearnedWeights, attribute: str, value: str, persona: object | None, now: datetime
) -> LearnedChoice:
    key = attribute_key(persona, attribute, value)
    known = decayed(weights.get(key, Posterior()), now)
    return LearnedChoice(
        attribute=attribute,
        value=value,
        part="exploratory",
        key=key,
        mean=known.mean,
        evidence=known.evidence,
        reason="tried to learn whether you like it",
    )
