"""Stage 4: which model makes the images. An explicit choice always wins; every other model is named with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Final

import numpy as np

from designer.pipeline.candidates import Candidate, Constraints, costs, objection, warnings
from designer.pipeline.optimisation import CALM, EXPLORATION, decayed, liking, model_key
from designer.pipeline.records import Alternative, Excluded, LearnedWeights, Posterior, Route
from designer.pipeline.unroutable import RouteError, refusal

STRATEGIES: Final[Mapping[str, Mapping[str, float]]] = {
    "balanced": {"quality": 0.45, "cost": 0.25, "speed": 0.15, "success": 0.15},
    "quality": {"quality": 0.80, "cost": 0.05, "speed": 0.00, "success": 0.15},
    "cost": {"quality": 0.15, "cost": 0.70, "speed": 0.05, "success": 0.10},
    "speed": {"quality": 0.15, "cost": 0.05, "speed": 0.70, "success": 0.10},
    "cheapest": {"quality": 0.00, "cost": 1.00, "speed": 0.00, "success": 0.00},
    "load_balanced": {"quality": 0.45, "cost": 0.25, "speed": 0.15, "success": 0.15},
}
ALIKE: Final = 0.9  # of the best score: who reaches this serves as well, and takes a share of the load
PRIOR_MASS: Final = 4.0  # observations that a model's stated quality counts for, against what a team taught
HALF_COST: Final = Decimal("0.04")  # USD per image at which the cost score is one half
HALF_TIME: Final = 10.0  # seconds per image at which the speed score is one half
BY_NAME: Final = "another one was chosen by name"
SAME: Final = 0.00005  # of scores: less than this apart they are told as the same
DIGITS: Final = (2, 3, 4)  # after the point, of two scores that are told beside each other
STREAM: Final = 4  # of a generation's seed: the stage's number


def route(
    candidates: Sequence[Candidate],
    wish: Constraints,
    posteriors: LearnedWeights | None = None,
    *,
    garment: str | None = None,
    rng: np.random.Generator | None = None,
    exploration: float = EXPLORATION,
    now: datetime | None = None,
) -> Route:
    """The best model for `wish`; raises RouteError. What a team taught counts as it has faded by `now`.

    With `rng` (see `dice`) a share `exploration` of the routes that have a choice is drawn by Thompson sampling: those
    are `explored`, and the reason says so where that chose another model. In all others, and without `rng`, means
    decide.
    A model named by the caller is taken as it is: what it lacks becomes a warning, and here only a price above
    `max_cost`, a size it cannot make or an open circuit refuse it. The others are scored all the same, and say that
    they were left out, as do those that only a limit of price or quality keeps away.
    """
    weights = _weights(wish)
    named = _named(candidates, wish)
    checked = [(each, objection(each, wish)) for each in named]
    fit = [each for each, why in checked if why is None]
    if not fit:
        raise refusal(named, wish)
    moment = now or datetime.now(UTC)
    seen = _seen(candidates, posteriors or {}, garment, moment)
    shift = _shift(named if wish.among else candidates, posteriors or {}, moment)
    ranked = best = _ranked(fit, weights, seen, shift, None)
    shared = ""
    explored = rng is not None and rng.random() < exploration and len(fit) > 1
    if explored:
        ranked = _ranked(fit, weights, seen, shift, rng)
    elif wish.strategy == "load_balanced":
        ranked, shared = _shared(ranked, weights, rng)
        best = ranked
    held, unfit = _held(checked, wish)
    others, unable = _unnamed(candidates, named, wish)
    why_not = {(each.provider, each.model): why for each, why in (*held, *others)}
    ranked_apart = _ranked([each for each, _ in (*held, *others)], weights, seen, shift, None)
    shadows = [(each, own, why_not[each.provider, each.model]) for each, own in ranked_apart]
    compared = [*((each, own, "") for each, own in ranked[1:]), *shadows]
    found = replace(_route(ranked, compared, [*unfit, *unable], wish, weights, shared), explored=explored)
    if ranked[0][0] == best[0][0]:
        return found
    tried = f"Tried to learn how you like it; {exploration:.0%} of the choices are drawn by lot, and may try one."
    return replace(found, reason=tried)


def dice(seed: int) -> np.random.Generator:
    """Chance for one route: the same seed explores the same, and apart from what the other stages draw from it."""
    return np.random.default_rng([seed % 2**63, STREAM])


Scores = Mapping[str, float]
Ranked = Sequence[tuple[Candidate, dict[str, float]]]


def _seen(
    fit: Sequence[Candidate], posteriors: LearnedWeights, garment: str | None, now: datetime
) -> dict[str, Posterior]:
    """What the team's feedback says today of each model for this garment."""
    return {each.model: decayed(posteriors.get(model_key(each.model, garment), Posterior()), now) for each in fit}


def _shift(candidates: Sequence[Candidate], posteriors: LearnedWeights, now: datetime) -> float:
    """How much more, or less, this team likes images in general than the models' stated qualities say: a model that
    nobody judged is expected at its stated place among the others, not above or below all that was."""
    stated = sum(each.quality for each in candidates) / len(candidates)
    return liking(posteriors, now, stated) - stated


def _ranked(
    fit: Sequence[Candidate],
    weights: Mapping[str, float],
    seen: LearnedWeights,
    shift: float,
    rng: np.random.Generator | None,
) -> Ranked:
    """The best first. Scored in a fixed order, so that one seed gives one answer however the catalogue is sorted."""
    fixed = sorted(fit, key=lambda each: (each.provider, each.model))
    scored = [(each, _scores(each, seen[each.model], shift, rng)) for each in fixed]
    usual = STRATEGIES["balanced"]  # decides between equals
    return sorted(scored, key=lambda pair: (-_total(pair[1], weights), -_total(pair[1], usual)))


def _shared(ranked: Ranked, weights: Mapping[str, float], rng: np.random.Generator | None) -> tuple[Ranked, str]:
    """One of those that serve about as well first, and why: drawn by lot, in proportion to the room that each has, for
    many ask at the same moment and would all go to the least busy (Mitzenmacher, How Useful Is Old Information?, 2000).
    Without room anywhere, or `rng`, it is the least busy.

    Before anything is spent nobody is asked how busy he is: the one whose bill may be highest comes first, so that what
    is set aside is enough whichever of them will draw. Where nobody can tell at the call itself, the best draws.
    """
    alike = list(_alike(ranked, weights))
    rest = ranked[len(alike) :]
    if len(alike) == 1:
        return ranked, "No other model serves about as well."
    them = f"{len(alike)} that serve about as well"
    if any(each.busy is None for each, _ in alike):
        if rng is not None:
            return ranked, f"The best of {them}; how busy they are is not known."
        dearest = sorted(alike, key=lambda pair: -(pair[0].dearest or 0))
        return [*dearest, *rest], f"The dearest of {them}; whichever draws, no more is billed than the most shown."
    by_load, why = sorted(alike, key=lambda pair: pair[0].load), f"The least busy of {them}"
    room = np.array([max(0.0, each.takes - (each.busy or 0.0)) for each, _ in by_load])
    if rng is not None and room.any():
        by_load.insert(0, by_load.pop(int(rng.choice(len(room), p=room / room.sum()))))
        why = f"Drawn by lot among {them}, by their room"
    return [*by_load, *rest], f"{why}; of its own {by_load[0][0].load:.0%} is taken."


def _alike(ranked: Ranked, weights: Mapping[str, float]) -> Ranked:
    """Those that score nearly as well as the best, in the order given."""
    least = ALIKE * max(_total(parts, weights) for _, parts in ranked)
    return [pair for pair in ranked if _total(pair[1], weights) >= least]


def _weights(wish: Constraints) -> Mapping[str, float]:
    given = wish.weights if wish.strategy == "custom" else STRATEGIES.get(wish.strategy)
    names = set(STRATEGIES["balanced"])
    if given is None or not given or set(given) - names or min(given.values()) < 0 or sum(given.values()) <= 0:
        known = ", ".join([*STRATEGIES, "custom (with weights)"])
        raise RouteError("unknown_strategy", "strategy", "There is no such strategy.", f"Use one of: {known}.")
    total = sum(given.values())
    return {name: given.get(name, 0.0) / total for name in sorted(names)}


def _named(candidates: Sequence[Candidate], wish: Constraints) -> list[Candidate]:
    """The candidates that the caller's own choice leaves. Raises RouteError for one that is not there."""
    if wish.among:
        return [each for each in candidates if (each.provider, each.model) in wish.among]
    of_provider = [each for each in candidates if wish.provider in (None, each.provider)]
    if wish.provider is not None and not of_provider:
        known = ", ".join(sorted({each.provider for each in candidates})) or "none is set up"
        shown = f"There is no provider {wish.provider!r} that can be used today."
        raise RouteError("unknown_provider", "provider", shown, f"Use one of: {known}.")
    found = [each for each in of_provider if wish.model in (None, each.model)]
    if wish.model is not None and not found:
        shown = f"There is no model {wish.model!r} that can be used today."
        names = sorted(each.model for each in of_provider)
        raise RouteError("unknown_model", "model", shown, _meant(wish.model, names))
    return found


def _meant(said: str, known: Sequence[str]) -> str:
    """What to use instead of a name that is not there: those most like it, or else any."""
    near = get_close_matches(said.casefold(), known, n=3)
    if near:
        return f"Did you mean {' or '.join(near)}?"
    return f"Use one of: {', '.join(known) or 'none is set up'}."


def _held(
    checked: Sequence[tuple[Candidate, Excluded | None]], wish: Constraints
) -> tuple[list[tuple[Candidate, str]], list[Excluded]]:
    """Those that only a limit keeps away, with why, and why each of the others cannot serve at any price."""
    held: list[tuple[Candidate, str]] = []
    unfit: list[Excluded] = []
    for each, why in checked:
        if why and (lack := objection(each, wish.unlimited)):
            unfit.append(lack)
        elif why:
            held.append((each, why.reason))
    return held, unfit


def _unnamed(
    candidates: Sequence[Candidate], named: Sequence[Candidate], wish: Constraints
) -> tuple[list[tuple[Candidate, str]], list[Excluded]]:
    """Those that the caller's choice left out: who could have done it, with why not where the caller's own limit would
    have kept him from it, and why each of the others could not. What was counted on for the chosen one holds nobody
    else: for another one it would have been more."""
    chosen = {(each.provider, each.model) for each in named}
    free = replace(wish, provider=None, model=None, among=frozenset(), set_aside=None, shown=None)
    able: list[tuple[Candidate, str]] = []
    unable: list[Excluded] = []
    for each in candidates:
        if (each.provider, each.model) in chosen:
            continue
        if lack := objection(each, free.unlimited):
            unable.append(replace(lack, code="not_chosen", reason=f"{BY_NAME}; {lack.reason}"))
        else:
            limit = objection(each, free)
            able.append((each, f"{BY_NAME}; {limit.reason}" if limit else BY_NAME))
    return able, unable


def _scores(each: Candidate, seen: Posterior, shift: float, rng: np.random.Generator | None) -> dict[str, float]:
    """Each part of the score in 0..1. An unknown price scores as the dearest: it is never taken for free."""
    price = each.unit_price
    return {
        "quality": _quality(each, seen, shift, rng),
        "cost": 0.0 if price is None else float(HALF_COST / (HALF_COST + price)),
        "speed": HALF_TIME / (HALF_TIME + max(0.0, each.latency_s)),
        "success": each.success,
    }


def _quality(each: Candidate, seen: Posterior, shift: float, rng: np.random.Generator | None) -> float:
    """Stated quality, shifted to what this team likes in general, as a prior of PRIOR_MASS observations, with what it
    liked of this model for this garment on top."""
    expected = min(0.98, max(0.02, each.quality + shift))
    alpha = PRIOR_MASS * expected + seen.alpha - 1
    beta = PRIOR_MASS * (1 - expected) + seen.beta - 1
    if rng is not None:
        return float(rng.beta(CALM * alpha, CALM * beta))
    return alpha / (alpha + beta)


def _total(scores: Mapping[str, float], weights: Mapping[str, float]) -> float:
    return sum(weight * scores[name] for name, weight in weights.items())


def _route(
    ranked: Ranked,
    compared: Sequence[tuple[Candidate, Scores, str]],
    left_out: Sequence[Excluded],
    wish: Constraints,
    weights: Mapping[str, float],
    shared: str,
) -> Route:
    best, parts = ranked[0]
    total, most = costs(best, wish)
    return Route(
        provider=best.provider,
        model=best.model,
        score=round(_total(parts, weights), 4),
        reason=_reason(ranked, wish, weights, shared),
        total=total,
        most=most,
        explicit=wish.is_explicit,
        alternatives=tuple(_alternative(each, own, parts, weights, wish, why) for each, own, why in compared),
        excluded=tuple(left_out),
        warnings=warnings(best, wish),
        parts={name: round(value, 4) for name, value in parts.items()},
    )


def _reason(ranked: Ranked, wish: Constraints, weights: Mapping[str, float], shared: str) -> str:
    if wish.model is not None:
        return "You chose this model."
    _, parts = ranked[0]
    named = wish.family or wish.provider
    chosen = f"You chose {named}; " if named else ""
    if len(ranked) == 1:
        return f"{chosen}only this model fits." if chosen else "It is the only model that fits."
    if shared:
        return chosen + shared
    strongest = max(weights, key=lambda name: weights[name] * parts[name])
    return f"{chosen}Best of {len(ranked)} for the {wish.strategy} strategy, mostly for its {strongest}."


def _alternative(
    each: Candidate, own: Scores, best: Scores, weights: Scores, wish: Constraints, left_out: str
) -> Alternative:
    total, most = costs(each, wish)
    return Alternative(
        provider=each.provider,
        model=each.model,
        score=round(_total(own, weights), 4),
        reason=_why_ahead(own, best, weights) if left_out else _why_behind(each, own, best, weights),
        total=total,
        most=most,
        parts={name: round(value, 4) for name, value in own.items()},
        left_out=left_out,
    )


def _why_ahead(own: Scores, best: Scores, weights: Scores) -> str:
    """How one compares that was not to be chosen, or that shares the load, and so may score higher."""
    leads = {name: weights[name] * (own[name] - best[name]) for name in weights}
    ahead = sum(leads.values()) > 0
    most = max(leads, key=lambda name: leads[name] if ahead else -leads[name])
    return _compared("ahead" if ahead else "behind", most, own, best)


def _why_behind(each: Candidate, own: Scores, best: Scores, weights: Scores) -> str:
    lags = {name: weights[name] * (best[name] - own[name]) for name in weights}
    if sum(lags.values()) > SAME:
        return _compared("behind", max(lags, key=lambda name: lags[name]), own, best)
    return _why_ahead(own, best, weights) if each.busy is None else f"its room: {each.load:.0%} taken"


def _compared(standing: str, name: str, own: Scores, best: Scores) -> str:
    """Both numbers with as many digits as tell them apart; without a standing where no digit that is kept does."""
    for digits in DIGITS:
        mine, theirs = f"{own[name]:.{digits}f}", f"{best[name]:.{digits}f}"
        if mine != theirs:
            return f"{standing} in {name}: {mine} against {theirs}"
    return "scores the same"
