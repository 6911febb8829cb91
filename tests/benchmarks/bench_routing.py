"""What the router and the catalogue promise, counted: python -m tests.benchmarks.bench_routing.

1. A model chosen by name is the one that is taken, or the route is refused: over random catalogues and wishes.
2. A cost ceiling is never broken, not by the most that a bill may come to either: over the same.
3. No choice, by name, by family or by itself, leads to a model past its end: each week of two years x each name.
4. A model's end is announced at least 30 days before: each model that has one.
And what one route costs in time, beside sorting as many candidates by price, which is the least that a choice costs.
"""

import argparse
import os
import statistics
import sys
import time
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from designer.pipeline import routing
from designer.pipeline.candidates import Candidate, Constraints
from designer.pipeline.records import Route
from designer.pipeline.unroutable import RouteError
from designer.providers.base import Capabilities

STRATEGIES = list(routing.STRATEGIES)
FIRST, DAYS = date(2026, 1, 1), 730


def catalogue(rng: np.random.Generator) -> list[Candidate]:
    can = Capabilities(
        seed=bool(rng.random() < 0.5),
        negative_prompt=False,
        max_references=8 * int(rng.random() < 0.7),
        max_images=8,
        ratios=("1:1", "3:4"),
        max_pixels=int(rng.integers(500_000, 4_000_000)),
        idempotency="key",
    )
    return [
        Candidate(
            provider=f"p{k % 3}",
            model=f"m{k}",
            capabilities=can,
            unit_price=(price := Decimal(int(rng.integers(1, 400))) / 1000),
            most=price * int(rng.integers(100, 200)) / 100 if rng.random() < 0.5 else None,  # priced by tokens
            latency_s=float(rng.uniform(1, 60)),
            quality=float(rng.random()),
            success=float(rng.random()),
            resting="" if rng.random() < 0.8 else "it rests",
        )
        for k in range(int(rng.integers(1, 12)))
    ]


def wish_for(rng: np.random.Generator, crowd: list[Candidate]) -> Constraints:
    named = crowd[int(rng.integers(len(crowd)))] if rng.random() < 0.5 else None
    return Constraints(
        n=int(rng.integers(1, 9)),
        width=768,
        height=1024,
        aspect_ratio="3:4",
        strategy=STRATEGIES[int(rng.integers(len(STRATEGIES)))],
        max_cost=Decimal(int(rng.integers(1, 2000))) / 1000 if rng.random() < 0.5 else None,
        provider=named.provider if named else None,
        model=named.model if named else None,
        references=int(rng.random() < 0.3),
    )


def most_of(made: Route, crowd: list[Candidate]) -> Decimal:
    """What one image of the model that was taken may cost."""
    taken = next(each for each in crowd if each.model == made.model)
    assert taken.unit_price is not None
    return taken.most or taken.unit_price


def routes(count: int) -> None:
    rng = np.random.default_rng(20261123)
    named = kept = capped = within = refused = 0
    ours, least = [], []
    for _ in range(count):
        crowd = catalogue(rng)
        wish = wish_for(rng, crowd)
        begun = time.perf_counter()
        sorted(crowd, key=lambda each: each.unit_price or 0)
        between = time.perf_counter()
        try:
            made = routing.route(crowd, wish, rng=rng)
        except RouteError:
            refused += 1
            continue
        ours.append(time.perf_counter() - between)
        least.append(between - begun)
        named += wish.model is not None
        kept += wish.model is not None and made.model == wish.model
        capped += wish.max_cost is not None
        within += wish.max_cost is not None and most_of(made, crowd) * wish.n <= wish.max_cost
    print(f"  {count} random routes, {refused} refused with a reason")
    print(f"  chosen by name and taken        {kept} of {named}")
    print(f"  cost ceiling given and kept     {within} of {capped}")
    ours_us, least_us = statistics.median(ours) * 1e6, statistics.median(least) * 1e6
    print(f"  one route {ours_us:.0f} us, {ours_us / least_us:.0f} x sorting the candidates ({least_us:.1f} us)")


def ends(step: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "designer.settings")
    import django

    django.setup()
    from designer.catalogue import services
    from designer.catalogue.models import ModelProfile
    from teams.base.errors import Refused

    rows = list(ModelProfile.objects.filter(kind="image"))
    names = sorted({row.model for row in rows} | {row.family for row in rows})
    asked = refused = past = 0
    for day in (FIRST + timedelta(days=k) for k in range(0, DAYS, step)):
        past += sum(row.is_over(day) for row in services.usable_models(today=day))
        for name in names:
            asked += 1
            try:
                past += sum(row.is_over(day) for row in services.named(name, provider=None, today=day).models)
            except Refused:
                refused += 1
    print(
        f"  {asked} choices by name on {len(range(0, DAYS, step))} days, {refused} refused: chosen past an end {past}"
    )
    lasting = [row for row in rows if row.ends_on]
    first = [row for row in lasting if _announced(services, row.pk, row.ends_on - timedelta(days=30))]
    print(f"  announced 30 days before        {len(first)} of {len(lasting)}")


def _announced(services, pk, day) -> bool:
    return any(ending.model.pk == pk for ending in services.ending_soon(today=day))


def main() -> int:
    parser = argparse.ArgumentParser(description="What routing promises, counted.")
    parser.add_argument("--quick", action="store_true", help="2,000 routes and every 30th day")
    quick = parser.parse_args().quick
    routes(2_000 if quick else 50_000)
    ends(30 if quick else 7)
    return 0


if __name__ == "__main__":
    sys.exit(main())
