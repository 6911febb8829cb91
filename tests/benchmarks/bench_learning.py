"""Does learning find a taste? Regret and likes of synthetic designers: python -m tests.benchmarks.bench_learning.

Every policy meets the same designers on the same days (designers.py). `ours` is the real code: optimisation.choose and
learn, routing.route; `never tries` is the same with exploration off; `fixed` always takes the model that is best for
this designer over all garments, in hindsight, and adds nothing; `random` takes any. Goal P4: the learned route's mean
reward is at least 5 % above the best fixed model's, and no order is ever above its ceiling.
With --picture the regret curves are drawn to docs/figures/learning.svg.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from designer.pipeline import optimisation, routing
from designer.pipeline.records import Posterior
from tests.benchmarks import curves
from tests.benchmarks.designers import PRICES, VALUES, Designer, Round, Value, candidates, days, designer, open_values

BEGIN: Final = datetime(2026, 1, 5, tzinfo=UTC)
PACE: Final = timedelta(hours=6)  # four judgements a day: in a half-life of 90 days evidence of 360 fades to half
PICTURE: Final = Path(__file__).parents[2] / "docs" / "figures" / "learning.svg"
GOAL: Final = 1.05


@dataclass(slots=True)
class Studio:
    """One designer's studio under one policy: what it learned, and the dice it throws."""

    taste: Designer
    rng: np.random.Generator
    exploration: float = optimisation.EXPLORATION
    weights: dict[str, Posterior] = field(default_factory=dict)

    def learn(self, day: Round, values: tuple[Value, ...], model: str, liked: bool, now: datetime) -> None:
        keys = optimisation.keys_of(day.understanding, persona=None, model=model)
        added = [optimisation.attribute_key(None, *pair) for pair in values]
        signal = optimisation.signal_of("like" if liked else "dislike")
        self.weights, _ = optimisation.learn(self.weights, [*keys, *added], signal, now)


Choice = tuple[tuple[Value, ...], str]
Policy = Callable[[Studio, Round, datetime], Choice]


def routed(studio: Studio, day: Round, now: datetime) -> str:
    dice = np.random.default_rng(int(studio.rng.integers(2**53)))
    found = routing.route(
        candidates(), day.wish, studio.weights, garment=day.garment, rng=dice, exploration=studio.exploration, now=now
    )
    return found.model


def put_forward(studio: Studio, day: Round, now: datetime) -> tuple[Value, ...]:
    learned = optimisation.choose(
        studio.weights, day.understanding, persona=None, rng=studio.rng, now=now, exploration=studio.exploration
    )
    return tuple((each.attribute, each.value) for each in learned.choices)


def any_model(studio: Studio, day: Round) -> str:
    fit = day.affordable()
    return fit[int(studio.rng.integers(len(fit)))]


def any_values(studio: Studio, day: Round) -> tuple[Value, ...]:
    left = [pair for pair in open_values(day.garment) if pair[0] not in day.stated]
    places = studio.rng.choice(len(left), VALUES, replace=False)
    return tuple(dict(left[int(place)] for place in places).items())


def fixed_model(studio: Studio, day: Round) -> str:
    fit = day.affordable()
    return next(name for name in studio.taste.fixed_models() if name in fit)


ROUTES: Final[dict[str, Policy]] = {  # the model alone: nothing is added to the brief
    "ours": lambda studio, day, now: ((), routed(studio, day, now)),
    "never tries": lambda studio, day, now: ((), routed(studio, day, now)),
    "fixed": lambda studio, day, now: ((), fixed_model(studio, day)),
    "random": lambda studio, day, now: ((), any_model(studio, day)),
}
WHOLE: Final[dict[str, Policy]] = {
    "ours": lambda studio, day, now: (put_forward(studio, day, now), routed(studio, day, now)),
    "never tries": lambda studio, day, now: (put_forward(studio, day, now), routed(studio, day, now)),
    "fixed": lambda studio, day, now: ((), fixed_model(studio, day)),
    "random": lambda studio, day, now: (any_values(studio, day), any_model(studio, day)),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """Per designer and round: the regret (chance of a like missed) and the chance that was reached."""

    regret: NDArray[np.float64]  # (designers, rounds)
    reward: NDArray[np.float64]
    dear: int  # orders above their ceiling


def played(name: str, policy: Policy, *, values: bool, designers: int, rounds: int, first: int = 0) -> Outcome:
    lines = [_one(name, policy, first + each, rounds, values=values) for each in range(designers)]
    return Outcome(
        np.array([[best - got for best, got, _ in line] for line in lines]),
        np.array([[got for _, got, _ in line] for line in lines]),
        sum(dear for line in lines for _, _, dear in line),
    )


def _one(name: str, policy: Policy, seed: int, rounds: int, *, values: bool) -> list[tuple[float, float, bool]]:
    """Best chance, reached chance and whether the ceiling was broken, round by round."""
    taste = designer(np.random.default_rng([seed, 1]))
    studio = Studio(taste, np.random.default_rng([seed, 2]))
    if name == "never tries":
        studio.exploration = 0.0
    line, now = [], BEGIN
    for day in days(np.random.default_rng([seed, 3]), rounds):
        now += PACE
        added, model = policy(studio, day, now)
        got = taste.chance(day, added, model)
        best = taste.chance(day, taste.best_values(day) if values else (), taste.best_model(day))
        dear = day.ceiling is not None and Decimal(PRICES[model]) > day.ceiling
        line.append((best, got, dear))
        studio.learn(day, added, model, day.die < got, now)
    return line


def spread(samples: NDArray[np.float64]) -> tuple[float, float]:
    """Mean and half width of its 95 % interval (normal) over designers."""
    return float(samples.mean()), float(1.96 * samples.std(ddof=1) / np.sqrt(len(samples)))


def table(title: str, found: dict[str, Outcome]) -> None:
    fixed = found["fixed"].reward.mean(axis=1)
    dice = found["random"].reward.mean(axis=1)
    rounds = found["fixed"].reward.shape[1]
    print(f"\n{title}: {fixed.size} designers, {rounds} rounds, 95 % intervals over designers")
    print(f"  {'policy':12} {'regret':>16} {'mean reward':>18} {'last 1/4':>13} {'x fixed':>8} {'x random':>9} dear")
    for name, outcome in found.items():
        regret, reward = spread(outcome.regret.sum(axis=1)), spread(outcome.reward.mean(axis=1))
        late = outcome.reward[:, -outcome.reward.shape[1] // 4 :].mean()
        print(
            f"  {name:12} {regret[0]:9.1f} ± {regret[1]:4.1f} {reward[0]:11.3f} ± {reward[1]:.3f} {late:13.3f}"
            f" {reward[0] / fixed.mean():8.3f} {reward[0] / dice.mean():9.3f} {outcome.dear:4d}"
        )


def compared(policies: dict[str, Policy], *, values: bool, **size: int) -> dict[str, Outcome]:
    return {name: played(name, policy, values=values, **size) for name, policy in policies.items()}


def drawn(found: dict[str, Outcome], path: Path) -> None:
    lines = {name: _band(outcome) for name, outcome in found.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    text = curves.chart(lines, x="judgements", y="likes missed, summed", title="Cumulative regret, values and model")
    path.write_text(text, encoding="utf-8")


def _band(outcome: Outcome) -> Sequence[tuple[float, float, float]]:
    """Mean cumulative regret with its interval, at about a hundred places."""
    summed = outcome.regret.cumsum(axis=1)
    places = np.linspace(0, summed.shape[1] - 1, 100).astype(int)
    return [(float(place + 1), *spread(summed[:, place])) for place in places]


def main() -> int:
    parser = argparse.ArgumentParser(description="Regret of the learning against known tastes.")
    parser.add_argument("--quick", action="store_true", help="12 designers and 240 rounds instead of 60 and 600")
    parser.add_argument("--picture", action="store_true", help=f"draw {PICTURE.name}")
    parser.add_argument("--seed", type=int, default=0, help="of the first designer; the others follow")
    said = parser.parse_args()
    size = {"designers": 12, "rounds": 240} if said.quick else {"designers": 60, "rounds": 600}
    size["first"] = said.seed
    route = compared(ROUTES, values=False, **size)
    table("The route alone (P4)", route)
    whole = compared(WHOLE, values=True, **size)
    table("Values and route", whole)
    if said.picture:
        drawn(whole, PICTURE)
    won = route["ours"].reward.mean() / route["fixed"].reward.mean()
    dear = route["ours"].dear + whole["ours"].dear
    print(f"\nP4: learned route / best fixed model = {won:.3f} (goal {GOAL}); orders above a ceiling: {dear} (goal 0)")
    if said.quick:
        print("The quick size is too short to be judged by the goal.")
    return 1 if dear or (won < GOAL and not said.quick) else 0


if __name__ == "__main__":
    sys.exit(main())
