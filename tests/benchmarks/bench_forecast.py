"""Forecasts of what a team pays, held against what came: `python -m tests.benchmarks.bench_forecast [--quick]`.

Teams of six kinds, drawn by lot from one seed: steady weeks, growth, a jump to another level, work in bursts with days
of nothing between, collections that come twice a year, and work that ends. Of each, 28 days are forecast from all days
before, at several origins, and held against the days as they came: `off` is the mean of the absolute error of their
sum, `naive` that of a seasonal naive forecast (each day as a week before) of the same days; `80 %` and `95 %` say how
often the sum lay within. Beside it: what a forecast takes, and what loading the library does.
"""

import argparse
import resource
import sys
import time
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.forecasting import HELD_BACK, look_ahead, seasonal_naive

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
    teams = 5 if said.parse_args().quick else 40
    before = memory()
    began = time.perf_counter()
    look_ahead(list(steady(np.random.default_rng(0))), 30)
    print(f"the first forecast of a process: {time.perf_counter() - began:.1f} s, {memory() - before:.0f} MiB more\n")
    print(f"{'':12}{'forecasts':>10}{'off':>9}{'naive':>9}{'ratio':>7}{'80 %':>7}{'95 %':>7}")
    ratios, took = [], []
    for name, kind in KINDS.items():
        off, naive, inside = [], [], []
        for team in range(teams):
            amounts = kind(np.random.default_rng([1_000 + team, len(name)]))
            for end in ORIGINS:
                came = float(amounts[end : end + HELD_BACK].sum())
                began = time.perf_counter()
                found = look_ahead(list(amounts[:end]), HELD_BACK, seed=team)
                took.append(time.perf_counter() - began)
                band = found.first(HELD_BACK)
                plain = seasonal_naive(amounts[:end], HELD_BACK, team).sum(axis=0)
                off.append(abs(band.expected - came))
                naive.append(abs(float(np.median(plain)) - came))
                inside.append((band.low_80 <= came <= band.high_80, band.low_95 <= came <= band.high_95))
        ratios.append(np.mean(off) / np.mean(naive))
        within = 100 * np.mean(inside, axis=0)
        figures = f"{len(off):10}{np.mean(off):9.1f}{np.mean(naive):9.1f}{ratios[-1]:7.2f}"
        print(f"{name:12}{figures}{within[0]:7.0f}{within[1]:7.0f}")
    print(f"\na forecast with its back-test: {np.median(took):.2f} s in the middle, {max(took):.2f} s at worst")
    return 0


def memory() -> float:
    """The most that this process held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
