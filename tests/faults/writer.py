"""Changes generations and tells of it, many transactions at once: slow ones, some rolled back. Started by the plays.

One argument, JSON: {generations: [[id, team], ...], rate, rollbacks, slowest, journal, seed}. In a second `rate`
transactions begin, however long each takes. Each tells its team's channel first and its generation's last. What was
committed is written to the journal as a line [n, when], by the system's monotonic clock; a transaction that is rolled
back carries a negative n. It goes on until it is killed.
"""

import json
import math
import random
import sys
import threading
import time
from itertools import count as numbers
from pathlib import Path
from typing import Any

import django

django.setup()

from django.db import transaction  # noqa: E402  (Django must be set up first)

from designer.generations.models import Generation, Stage  # noqa: E402
from designer.realtime.events import GENERATION_PROGRESS, GENERATION_STAGE, record  # noqa: E402

SLOW = 5.0  # transactions a second that one thread begins, of those that take some 50 ms
STAGES = list(Stage)
NUMBERS = numbers(time.monotonic_ns() // 1000)  # of microseconds: another process of this clock begins above
WRITING = threading.Lock()


class Undone(Exception):
    """Rolls the change back."""


def change(wish: dict[str, Any], dice: random.Random, n: int) -> None:
    pk, team = dice.choice(wish["generations"])
    undone = dice.random() < wish["rollbacks"]
    told = {"stage": dice.choice(STAGES), "percent": dice.randint(0, 100), "n": -n if undone else n}
    with transaction.atomic():
        record(f"team:{team}", GENERATION_STAGE, told, team_id=team)
        time.sleep(dice.random() * wish["slowest"])
        Generation.objects.filter(pk=pk).update(stage=told["stage"], percent=told["percent"])
        record(f"generation:{pk}", GENERATION_PROGRESS, told, team_id=team)
        if undone:
            raise Undone


def work(wish: dict[str, Any], number: int, rate: float) -> None:
    dice, due = random.Random(wish["seed"] + number), time.monotonic()
    with Path(wish["journal"]).open("a") as journal:
        for n in NUMBERS:
            due = max(due + dice.expovariate(rate), time.monotonic() - 1)  # who is further behind does not catch up
            time.sleep(max(0.0, due - time.monotonic()))
            try:
                change(wish, dice, n)
            except Undone:
                continue
            at = time.monotonic()
            with WRITING:  # a line that a kill cut in half stays alone
                journal.write(f"\n[{n}, {at}]\n")
                journal.flush()


if __name__ == "__main__":
    asked = json.loads(sys.argv[1])
    count = max(8, math.ceil(asked["rate"] / SLOW))
    threads = [threading.Thread(target=work, args=(asked, n, asked["rate"] / count)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
