"""How long an event takes from its commit to the clients, at 1, 100 and 1,000 sockets, beside bare Channels.

    python tests/benchmarks/bench_events.py [--quick]

Both run on the same server software, channel layer and load process, one after the other. Ours carries a committed,
numbered, replayable fact; bare Channels carries a message that may be lost. The time is taken when the commit returns
(ours), or before `group_send` (bare), and when the bytes reach the client. Needs DATABASE_URL and REDIS_URL.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "designer.settings")

import django  # noqa: E402  (after the path is set)

django.setup()

from channels.layers import get_channel_layer  # noqa: E402
from django.db import transaction  # noqa: E402

from designer.realtime import events  # noqa: E402
from tests.benchmarks.bare_channels import GROUP  # noqa: E402
from tests.designer.realtime import live  # noqa: E402

PAUSES = {1: 0.1, 100: 0.1, 1000: 0.5}  # seconds between events, so that neither side falls behind
DRAIN = 5.0  # seconds until the last one must have arrived
WARM_UP = 5  # events that are sent and not counted
SOCKETS_PER_PERSON = 20


class Load:
    """The load process: `arrivals` ends it and tells when each event reached each socket."""

    def __init__(self, port: int, channel: str, tokens: list[str]) -> None:
        command = [sys.executable, str(ROOT / "tests/benchmarks/socket_load.py")]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._say({"port": port, "channel": channel, "tokens": tokens})
        assert self._line() == "ready\n", "not every socket was accepted"

    def _say(self, what: Any) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()

    def _line(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline()

    def arrivals(self) -> dict[int, list[float]]:
        self._say("enough")
        found = {int(number): times for number, times in json.loads(self._line()).items()}
        self.process.wait(30)
        return found


def measure(load: Load, sockets: int, rounds: int, send: Callable[[int], float]) -> list[float]:
    """Milliseconds from `send` to every arrival; fewer than sockets x rounds if some did not arrive in time."""
    sent = {}
    for number in range(rounds + WARM_UP):
        sent[number] = send(number)
        time.sleep(PAUSES[sockets])
    time.sleep(DRAIN)
    arrivals = load.arrivals()
    counted = range(WARM_UP, rounds + WARM_UP)
    return [(at - sent[number]) * 1000 for number in counted for at in arrivals.get(number, [])]


def ours(sockets: int, rounds: int) -> list[float]:
    people = [live.person() for _ in range(-(-sockets // SOCKETS_PER_PERSON))]
    team = live.team_of(*people)
    channel = f"team:{team.pk}"
    tokens = [live.token_of(people[at // SOCKETS_PER_PERSON]) for at in range(sockets)]

    def send(number: int) -> float:
        at = []
        with transaction.atomic():
            transaction.on_commit(lambda: at.append(time.monotonic()))
            events.record(channel, "generation:stage", {"n": number}, team_id=team.pk)
        return at[0]

    try:
        with live.server("--ws-per-message-deflate", "false") as port:
            return measure(Load(port, channel, tokens), sockets, rounds, send)
    finally:
        team.delete()
        for one in people:
            one.teams.all().delete()
            one.delete()


def bare(sockets: int, rounds: int) -> list[float]:
    loop = asyncio.new_event_loop()
    layer = get_channel_layer()

    def send(number: int) -> float:
        text = json.dumps({"type": "event", "channel": GROUP, "event": "generation:stage", "data": {"n": number}})
        at = time.monotonic()
        loop.run_until_complete(layer.group_send(GROUP, {"type": "event", "text": text}))
        return at

    try:
        with live.server("--ws-per-message-deflate", "false", app="tests.benchmarks.bare_channels:application") as port:
            return measure(Load(port, GROUP, ["none"] * sockets), sockets, rounds, send)
    finally:
        loop.run_until_complete(layer.flush())
        loop.close()


def figures(times: list[float]) -> tuple[float, float, float]:
    """p50, p99 and the maximum."""
    ordered = sorted(times)
    return statistics.median(ordered), ordered[max(0, round(len(ordered) * 0.99) - 1)], ordered[-1]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--quick", action="store_true", help="fewer events, and at most 100 sockets")
    quick = asked.parse_args().quick
    print(f"{'sockets':>7}  {'':5} {'p50 ms':>8} {'p99 ms':>8} {'max ms':>8} {'missing':>8}   {os.cpu_count()} cores")
    for sockets in (1, 100) if quick else (1, 100, 1000):
        rounds = 20 if quick else {1: 100, 100: 100, 1000: 40}[sockets]
        rival, mine = bare(sockets, rounds), ours(sockets, rounds)
        for name, times in (("bare", rival), ("ours", mine)):
            line = " ".join(f"{figure:8.2f}" for figure in figures(times))
            print(f"{sockets:>7}  {name:5} {line} {sockets * rounds - len(times):>8}", flush=True)
        ratios = " ".join(f"{a / b:8.2f}" for a, b in zip(figures(mine), figures(rival), strict=True))
        print(f"{sockets:>7}  ratio {ratios}", flush=True)
        assert len(mine) == sockets * rounds, "an event of ours did not arrive"


if __name__ == "__main__":
    main()
