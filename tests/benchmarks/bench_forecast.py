"""Forecasts of what a team pays, held against what came: `python -m tests.benchmarks.bench_forecast [--quick]`.

Teams of six kinds, drawn by lot from one seed: steady weeks, growth, a jump to another level, work in bursts with days
of nothing between, collections that come twice a year, and work that ends. Of each, 28 days are forecast from all days
before, at several origins, and held against the days as they came: `off` is the mean of the absolute error of their
sum, `naive` that of a seasonal naive forecast (each day as a week before) of the same days; MAPE is the mean of the
error in per cent of what came, of the sums of which something came. `80 %` and `95 %` say how often the sum, and how
many of the days, lay within. Beside it: what a forecast takes, and what loading the library does.

`analytics.forecasting.WIDER` was found on the teams of `--seed 9000`; those of the usual seed are others.
"""

import argparse
import resource
import sys
import time
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.forecasting import HELD_BACK, Band, look_ahead, seasonal_naive

DAYS: Final = 320
ORIGINS: Final = (120, 180, 240, 290)
Series = NDArray[np.float64]
Kind = Callable[[np.random.Generator], Series]
WEEK: Final = np.array([1.0, 1.1, 1.2, 1.1, 0.9, 0.15, 0.1])


def noise(dice: np.random.Generator, share: float = 0.35) -> Series:
    return dice.lognormal(-(share**2) / 2, share, DAYS)


def season() -> Series:
    return np.resize(WEEK, DAYS)


def steady(dice: np.random.Generator) -> Series:
    return 20 * season() * noise(dice)


def growing(dice: np.random.Generator) -> Series:
    return 8 * season() * noise(dice) * np.exp(np.arange(DAYS) / 200)


def jumping(dice: np.random.Generator) -> Series:
    level = np.where(np.arange(DAYS) < dice.integers(90, 250), 6.0, 24.0)
    return level * season() * noise(dice)


def bursts(dice: np.random.Generator) -> Series:
    return 40 * dice.lognormal(-0.5, 1.0, DAYS) * (dice.random(DAYS) < 0.25)


def collections(dice: np.random.Generator) -> Series:
    peak = 1 + 3 * np.exp(-((((np.arange(DAYS) + dice.integers(0, 180)) % 180) - 90) ** 2) / 200)
    return 10 * season() * noise(dice) * peak


def ending(dice: np.random.Generator) -> Series:
    return steady(dice) * (np.arange(DAYS) < dice.integers(150, 300))


KINDS: Final[dict[str, Kind]] = {
    "steady": steady, "growing": growing, "jumping": jumping, "bursts": bursts, "collections": collections,
    "ending": ending,
}  # fmt: skip


def main() -> int:
    said = argparse.ArgumentParser()
    said.add_argument("--quick", action="store_true", help="5 teams of a kind instead of 40")
    said.add_argument("--seed", type=int, default=1_000, help="of the first team")
    wish = said.parse_args()
    teams = 5 if wish.quick else 40
    before = memory()
    began = time.perf_counter()
    look_ahead(list(steady(np.random.default_rng(0))), 30)
    print(f"the first forecast of a process: {time.perf_counter() - began:.1f} s, {memory() - before:.0f} MiB more\n")
    heads = ("off", "naive", "ratio", "MAPE", "naive", "80 %", "95 %", "d 80 %", "d 95 %")
    print(f"{'':12}{'forecasts':>10}" + "".join(f"{head:>8}" for head in heads))
    took: list[float] = []
    for name, kind in KINDS.items():
        drawn = [kind(np.random.default_rng([wish.seed + team, len(name)])) for team in range(teams)]
        tried = [held(amounts, end, team, took) for team, amounts in enumerate(drawn) for end in ORIGINS]
        off, naive = (float(np.mean([each[n] for each in tried])) for n in (0, 1))
        shares = [(each[0] / each[2], each[1] / each[2]) for each in tried if each[2]]
        shown = [*np.mean(shares, axis=0), *np.mean([each[3] for each in tried], axis=0)]
        figures = "".join(f"{100 * each:8.0f}" for each in shown)
        print(f"{name:12}{len(tried):10}{off:8.1f}{naive:8.1f}{off / naive:8.2f}{figures}")
    print(f"\na forecast with its back-test: {np.median(took):.2f} s in the middle, {max(took):.2f} s at worst")
    return 0


def held(amounts: Series, end: int, seed: int, took: list[float]) -> tuple[float, float, float, tuple[float, ...]]:
    """The errors of a forecast and of a naive one of the days from `end` on, their sum, and the shares that lay within:
    of the sum in 80 and 95 %, of the days."""
    days = amounts[end : end + HELD_BACK]
    came = float(days.sum())
    began = time.perf_counter()
    found = look_ahead(list(amounts[:end]), HELD_BACK, seed=seed)
    took.append(time.perf_counter() - began)
    bands = [found.day(number) for number in range(HELD_BACK)]
    of_days = np.mean([within(band, float(day)) for band, day in zip(bands, days, strict=True)], axis=0)
    whole = found.first(HELD_BACK)
    naive = seasonal_naive(amounts[:end], HELD_BACK)
    return abs(whole.expected - came), abs(naive - came), came, (*within(whole, came), *of_days)


def within(band: Band, value: float) -> tuple[bool, bool]:
    return band.low_80 <= value <= band.high_80, band.low_95 <= value <= band.high_95


def memory() -> float:
    """The most that this process held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
