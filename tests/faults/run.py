"""The promises of the queue, played outside pytest: one JSON line of figures each, also of one that broke (then 1).

`python -m tests.faults.run [--full] [--only 1,2,…] [--seed N]` with DATABASE_URL naming a Postgres on which databases
may be created. Small numbers without --full. With --full, promise 1 also restarts a Postgres of its own, as after a
power cut, and promise 2 keeps the real lease of 30 seconds. Besides the promises' numbers: `batch`, everything that
carries a batch killed in turn; `b1`, its workers killed at random; `b2`, a slow vendor;
`b5`, one with a limit; `200`, three with limits and failures; `b6`, a cancel; `bought`, workers killed while a service
enhances. Of the sockets, besides promises 13 and 15 to 18 (16 is `r4`): `r1`, how late the news is; `r2`, as 13 but
counted in events; `r3`, presence; `soak`, a day of clients that come and go.
"""

import argparse
import json
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import django

django.setup()

from designer.local.postgres import Postgres  # noqa: E402  (Django must be set up first)
from tests.faults import (  # noqa: E402
    batches,
    fairness,
    hooks,
    limits,
    live,
    long_reader,
    money,
    promises,
    purchases,
    schedules,
    vendors,
)
from tests.faults.conftest import Cast  # noqa: E402
from tests.faults.kit import Stage, ended, private_database, restartable_database, until  # noqa: E402

SHORT = 3  # seconds of lease where its length is not the question
SOME_FAIL = {"error_500": 0.1}
ALL_SORTS = {"error_500": 0.02, "rate_limited": 0.022, "cut": 0.008}
Sized = tuple[Callable[..., promises.Figures], dict[str, Any], dict[str, Any]]
SIZED: dict[str, Sized] = {  # a play that sets its own stage, its small size and its full one
    "7": (schedules.played, {"seconds": 30, "every": 5}, {"seconds": 300, "every": 10}),
    "10": (money.played, {"threads": 50, "tries": 20}, {"threads": 50, "tries": 200}),
    "11": (fairness.nobody_starves, {"items": 200, "asked": 4}, {"items": 10_000, "asked": 20}),
    "12": (
        long_reader.survived,
        {"old_rows": 20_000, "seconds": 20, "rate": 50},
        {"old_rows": 1_000_000, "seconds": 600, "rate": 50},
    ),
    "19": (hooks.away_for_three_days, {"step": 12}, {"step": 2}),
    "21": (
        hooks.dead_ones_delay_nobody,
        {"healthy": 8, "dead": 3, "rounds": 2},
        {"healthy": 40, "dead": 10, "rounds": 5},
    ),
    "b2": (
        vendors.steady,
        {"items": 24, "slots": 8, "seconds": 2, "failing": SOME_FAIL},
        {"items": 160, "slots": 16, "seconds": 5, "failing": SOME_FAIL},
    ),
    "b5": (limits.paced, {"items": 40, "slots": 8}, {"items": 150, "slots": 16}),
    "200": (
        limits.all_at_once,
        {"items": 20, "slots": 8, "faster": 5, "failing": ALL_SORTS},
        {"items": 200, "slots": 24, "faster": 1, "failing": ALL_SORTS},
    ),
    "bought": (purchases.bought_once, {"kills": 2}, {"kills": 2}),
    "b6": (fairness.cancelled, {"items": 5, "seconds": 2}, {"items": 8, "seconds": 2}),
    **live.SIZED,
}


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--full", action="store_true")
    arguments.add_argument("--only", default="1,2,3,4,5,6,8,9,batch,b1," + ",".join(SIZED))
    arguments.add_argument("--seed", type=int, default=1)
    wish = arguments.parse_args()
    failed = 0
    for name in wish.only.split(","):
        for play in plays(name, full=wish.full, seed=wish.seed):
            failed += not told(name, play)
    if failed:
        sys.exit(1)


def told(name: str, play: Callable[[], promises.Figures]) -> bool:
    """Play it and print its figures, or that it broke: those after it are played all the same."""
    began = time.monotonic()
    try:
        figures, whole = play(), True
    except Exception as problem:  # noqa: BLE001  (whatever broke it, its line says so)
        traceback.print_exc()
        figures, whole = {"play": name, "failed": f"{type(problem).__name__}: {problem}"}, False
    print(json.dumps({**figures, "seconds": round(time.monotonic() - began, 1)}), flush=True)
    return whole


def plays(name: str, *, full: bool, seed: int) -> list[Callable[[], promises.Figures]]:
    """What is played under this name, each on a stage of its own."""
    if name == "1":
        return [lambda s=s: chaos(s, full=full) for s in ((seed, seed + 1, seed + 2) if full else (seed,))]
    if name in ("batch", "b1"):
        return [lambda: batch(name, full=full, seed=seed)]
    act, small, large = SIZED.get(name, (None, {}, {}))
    return [lambda: quiet(int(name), full=full) if act is None else act(**(large if full else small))]


def batch(name: str, *, full: bool, seed: int) -> promises.Figures:
    with batches.carriers() as cast:
        if name == "batch":
            return {"play": name, **batches.killed_in_turn(cast, items=1000 if full else 40)}
        items, kills = (1000, 200) if full else (40, 8)
        return {"play": name, **batches.workers_killed(cast, items=items, kills=kills, seed=seed)}


def chaos(seed: int, *, full: bool) -> promises.Figures:
    jobs, faults = (1000, 160) if full else (150, 12)
    with stage(SHORT, own_postgres=full) as cast:
        return promises.no_job_is_lost(
            cast.stage, cast.client, cast.workers, cast.scheduler, jobs=jobs, seed=seed, faults=faults, frozen=SHORT + 2
        )


def quiet(number: int, *, full: bool) -> promises.Figures:
    with stage(30 if number == 2 else SHORT) as cast:
        known = (cast.stage, cast.client)
        n: Callable[[int, int], int] = lambda small, large: large if full else small  # noqa: E731
        acts: dict[int, Callable[[], promises.Figures]] = {
            2: lambda: promises.dead_workers_job_runs_again(*known, cast.workers, kills=n(2, 20), lease=30),
            3: lambda: promises.never_billed_twice(*known, rounds=n(1, 30)),
            4: lambda: promises.zombies_write_nothing(*known, rounds=n(3, 100)),
            5: lambda: promises.committed_is_queued(*known, rounds=n(20, 200)),
            6: lambda: promises.redis_is_disposable(
                *known, seconds=n(6, 120), flush_every=n(1, 5), off=n(5, 60), order_every=n(1, 3)
            ),
            8: lambda: promises.poison_is_isolated(*known, good=n(100, 500)),
            9: lambda: promises.cancel_is_quick(*known, rounds=n(12, 200)),
        }
        return acts[number]()


@contextmanager
def stage(lease: int, *, own_postgres: bool = False) -> Iterator[Cast]:
    """Two workers with two processes each, one for torch, a scheduler and a client, on a database of their own."""
    with tempfile.TemporaryDirectory(prefix="faults-") as folder, database(Path(folder), own_postgres) as postgres:
        heartbeat, sweep = (10, 5) if lease == 30 else (1, 1)
        platform = Stage(lease=lease, heartbeat=heartbeat, sweep=sweep, postgres=postgres)
        try:
            client = platform.client()
            workers = [platform.worker(), platform.worker()]
            platform.worker("gpu", children=1)
            scheduler = platform.scheduler()
            until(ended([platform.sure(client, "faults.noop")]), 60)
            yield Cast(platform, client, workers, scheduler)
        finally:
            platform.close()


def database(folder: Path, own: bool) -> AbstractContextManager[Postgres | None]:
    """A fresh database; on a server of our own if it is to be restarted."""
    return restartable_database(folder) if own else private_database()


if __name__ == "__main__":
    main()
