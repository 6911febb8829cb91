"""How long an event takes from its commit to the clients, and what a socket costs, beside what others do.

    python3 run.py bench events [--full] [--sockets=1,100,1000,5000] [--beside=bare,socket.io]

Beside bare Channels (`group_send`, nothing kept) and Socket.IO for Node (one process, no Redis between, nothing kept;
installed for this run where npm is found), with the same load process and the same text, one after the other. Ours
carries a committed, numbered, replayable fact. The time is taken when the commit returns (ours), or before the event
is handed over (the others), and when the bytes reach the client. Memory: what the server's process has grown by, for
each socket. Needs DATABASE_URL and REDIS_URL.
"""

import argparse
import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "designer.settings")

import django  # noqa: E402  (after the path is set)

django.setup()

from channels.layers import get_channel_layer  # noqa: E402
from django.db import transaction  # noqa: E402

from designer.realtime import events  # noqa: E402
from tests.benchmarks.bare_channels import GROUP  # noqa: E402
from tests.benchmarks.crowds import UVICORN, Load, Wish, memory_of, room_for, teams  # noqa: E402
from tests.designer.realtime import live  # noqa: E402

PAUSES = {1: 0.1, 100: 0.1, 1000: 0.5, 5000: 2.0}  # seconds between events, so that no side falls behind
ROUNDS = {1: 100, 100: 100, 1000: 40, 5000: 12}
QUICK = {1: 20, 100: 20, 1000: 20, 5000: 5}
DRAIN = 5.0  # seconds until the last one must have arrived
WARM_UP = 3  # events that are sent and not counted
SOCKET_IO = "socket.io@4.8.4"
Send = Callable[[int], float]  # sends the event of this number; when it was handed over


@dataclass(frozen=True)
class Measured:
    """Milliseconds from `send` to each arrival, and kB that each socket cost the server."""

    times: list[float]
    memory: float


def measure(pid: int, load: Callable[[], Load], sockets: int, rounds: int, send: Send) -> Measured:
    """Fewer times than sockets x rounds if some did not arrive."""
    before = memory_of(pid)
    loaded = load()
    cost = (memory_of(pid) - before) / sockets
    sent = {}
    for number in range(rounds + WARM_UP):
        sent[number] = send(number)
        time.sleep(PAUSES[sockets])
    time.sleep(DRAIN)
    arrivals = loaded.arrivals()
    counted = range(WARM_UP, rounds + WARM_UP)
    return Measured([(at - sent[number]) * 1000 for number in counted for at in arrivals.get(number, [])], cost)


def text_of(number: int) -> str:
    return json.dumps({"type": "event", "channel": GROUP, "event": "generation:stage", "data": {"n": number}})


def ours(sockets: int, rounds: int) -> Measured:
    with teams(1, sockets) as ((team,), wishes), live.serving(*UVICORN) as (port, process):

        def send(number: int) -> float:
            at = []
            with transaction.atomic():
                transaction.on_commit(lambda: at.append(time.monotonic()))
                events.record(f"team:{team.pk}", "generation:stage", {"n": number}, team_id=team.pk)
            return at[0]

        return measure(process.pid, lambda: Load(port, wishes), sockets, rounds, send)


def anybody(sockets: int) -> list[Wish]:
    return [(GROUP, "none")] * sockets


def bare(sockets: int, rounds: int) -> Measured:
    loop = asyncio.new_event_loop()
    layer = get_channel_layer()

    def send(number: int) -> float:
        at = time.monotonic()
        loop.run_until_complete(layer.group_send(GROUP, {"type": "event", "text": text_of(number)}))
        return at

    try:
        with live.serving(*UVICORN, app="tests.benchmarks.bare_channels:application") as (port, process):
            return measure(process.pid, lambda: Load(port, anybody(sockets)), sockets, rounds, send)
    finally:
        loop.run_until_complete(layer.flush())
        loop.close()


def socket_io(folder: Path, sockets: int, rounds: int) -> Measured:
    port = live.free_port()
    with node_server(folder, port) as node:

        def send(number: int) -> float:
            assert node.stdin
            at = time.monotonic()
            node.stdin.write(text_of(number) + "\n")
            node.stdin.flush()
            return at

        return measure(node.pid, lambda: Load(port, anybody(sockets), dialect="socket.io"), sockets, rounds, send)


@contextmanager
def node_server(folder: Path, port: int) -> "Iterator[subprocess.Popen[str]]":
    command = ["node", str(ROOT / "tests/benchmarks/socketio_server.mjs"), str(port)]
    node = subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert node.stdout and node.stdout.readline() == "ready\n", "Socket.IO did not start"
        yield node
    finally:
        node.kill()
        node.wait()


def installed(folder: Path) -> str:
    """Puts Socket.IO into a folder of this run; why it cannot, or ''."""
    npm = shutil.which("npm")
    if not npm or not shutil.which("node"):
        return "npm and node are not both here"
    words = [npm, "install", "--no-audit", "--no-fund", "--silent", SOCKET_IO]
    ran = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    return ran.stderr.strip()[-200:] if ran.returncode else ""


def figures(times: list[float]) -> tuple[float, float, float]:
    """p50, p99 and the maximum."""
    ordered = sorted(times)
    if not ordered:
        return (float("nan"),) * 3
    return statistics.median(ordered), ordered[max(0, round(len(ordered) * 0.99) - 1)], ordered[-1]


def row(sockets: int, rounds: int, contenders: dict[str, Callable[[int, int], Measured]]) -> None:
    """The lines of one number of sockets: each contender, then ours in their proportion."""
    found: dict[str, tuple[float, float, float]] = {}
    for name, contend in contenders.items():
        measured = contend(sockets, rounds)
        found[name] = figures(measured.times)
        missing = sockets * rounds - len(measured.times)
        line = " ".join(f"{figure:8.2f}" for figure in found[name])
        cost = f"{measured.memory:8.1f}" if sockets >= 100 else f"{'-':>8}"
        print(f"{sockets:>7}  {name:14} {line} {missing:>8} {cost}", flush=True)
        assert name != "ours" or not missing, "an event of ours did not arrive"
    for name in [*found][:-1]:
        ratios = " ".join(f"{a / b:8.2f}" for a, b in zip(found["ours"], found[name], strict=True))
        print(f"{sockets:>7}  {'ours / ' + name:14} {ratios}", flush=True)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--quick", action="store_true", help="fewer events, and at most 100 sockets")
    asked.add_argument("--sockets", default="", help="which numbers of sockets")
    asked.add_argument("--beside", default="bare,socket.io", help="beside whom")
    wish = asked.parse_args()
    sizes = [int(size) for size in wish.sockets.split(",") if size] or ([1, 100] if wish.quick else list(ROUNDS))
    with tempfile.TemporaryDirectory(prefix="socketio-") as folder:
        known = {"bare": bare, "socket.io": partial(socket_io, Path(folder))}
        contenders = {name: known[name] for name in wish.beside.split(",") if name} | {"ours": ours}
        if "socket.io" in contenders and (why := installed(Path(folder))):
            print(f"Without Socket.IO: {why}.")
            del contenders["socket.io"]
        print(f"{os.cpu_count()} cores; milliseconds, and kB of the server's memory for each socket")
        print(f"{'sockets':>7}  {'':14} {'p50':>8} {'p99':>8} {'max':>8} {'missing':>8} {'kB':>8}")
        for sockets in sizes:
            if room_for(sockets):
                row(sockets, (QUICK if wish.quick else ROUNDS)[sockets], contenders)
            else:
                print(f"{sockets:>7}  not possible here: the limit of open files is too low (ulimit -Hn)")


if __name__ == "__main__":
    main()
