"""How late the news is with many sockets, and beside those who stop reading: plays with a real server.

A play returns figures and judges nothing. Many cheap clients in a process of their own note the arrivals.
"""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from statistics import quantiles
from typing import Any

from django.db import connections, transaction

from designer.realtime import events
from designer.realtime.limits import STALL
from tests.benchmarks.crowds import UVICORN, Load, Wish, memory_of, room_for, teams
from tests.benchmarks.socket_load import masked
from tests.designer.realtime import live
from tests.faults.kit import private_database, until
from tests.faults.scene import Figures

LET_GO = 'designer_live_closed_total{code="4408"}'
DRAIN = 5.0  # seconds until the last one must have arrived


def in_time(*, sockets: int, channels: int, rate: float, seconds: float) -> Figures:
    """R1: sockets spread evenly over channels, events one after the other over the channels; commit to client."""
    room_for(sockets)
    with (
        private_database(),
        teams(channels, sockets // channels) as (made, wishes),
        live.serving(*UVICORN) as (port, process),
    ):
        before = memory_of(process.pid)
        load = Load(port, wishes)
        each = (memory_of(process.pid) - before) / sockets
        sent = paced([f"team:{team.pk}" for team in made], rate, seconds)
        time.sleep(DRAIN)
        arrivals = load.arrivals()
    waits = [(at - began) * 1000 for n, began in sent.items() for at in arrivals.get(n, [])]
    return {
        "play": "r1",
        "sockets": sockets,
        "events_a_second": round((len(sent) - 1) / (max(sent.values()) - min(sent.values())), 1),
        "missing": len(sent) * (sockets // channels) - len(waits),
        "milliseconds": shares(waits),
        "kB_for_each": round(each, 1),
    }


def paced(channels: list[str], rate: float, seconds: float) -> dict[int, float]:
    """Events at this rate, one after the other over the channels; when the commit of each returned."""
    sent: dict[int, float] = {}
    began = time.monotonic()
    for n in range(int(rate * seconds)):
        time.sleep(max(0.0, began + n / rate - time.monotonic()))
        sent[n] = told(channels[n % len(channels)], {"n": n})
    return sent


def told(channel: str, data: dict[str, Any]) -> float:
    at = []
    with transaction.atomic():
        transaction.on_commit(lambda: at.append(time.monotonic()))
        events.record(channel, "generation:stage", data, team_id=None)
    return at[0]


def shares(milliseconds: list[float]) -> Figures:
    cuts = quantiles(milliseconds, n=100, method="inclusive")
    named = {"p50": cuts[49], "p95": cuts[94], "p99": cuts[98], "max": max(milliseconds)}
    return {name: round(value, 1) for name, value in named.items()}


def beside_the_stalled(*, sockets: int, stalled: int, seconds: float, rate: float, to_the_end: bool = True) -> Figures:
    """16, R4: large events for a few; first they read them, then they do not. How late the others' news was."""
    room_for(sockets)
    found: Figures = {"play": "r4", "sockets": sockets, "stalled": stalled}
    with private_database(), teams(1, sockets) as ((crowd,), wishes), teams(1, stalled) as ((few,), theirs):
        channels = (f"team:{crowd.pk}", f"team:{few.pk}")
        for name in ("reading", "stalled"):
            with live.serving(*UVICORN) as (port, process), ExitStack() as stack:
                load = Load(port, wishes)
                before = memory_of(process.pid)
                began = time.monotonic()
                slow_ones(port, theirs, stack, read=name == "reading")
                stack.enter_context(large_events(channels[1]))
                sent = paced(channels[:1], rate, seconds)
                grown = (memory_of(process.pid) - before) / stalled
                found[name] = {"kB_more_for_each_of_the_few": round(grown, 1)}
                if name == "stalled" and to_the_end:
                    until(lambda: live.measured(port, LET_GO) == stalled, STALL + 30)
                    found[name]["all_let_go_after"] = round(time.monotonic() - began, 1)
                time.sleep(DRAIN)
                arrivals = load.arrivals()
            waits = [(at - at_first) * 1000 for n, at_first in sent.items() for at in arrivals.get(n, [])]
            found[name] |= {"milliseconds": shares(waits), "missing": len(sent) * sockets - len(waits)}
    ratio = found["stalled"]["milliseconds"]["p95"] / found["reading"]["milliseconds"]["p95"]
    return {**found, "p95_ratio": round(ratio, 3)}


def slow_ones(port: int, wishes: list[Wish], stack: ExitStack, *, read: bool) -> None:
    """Sockets that subscribe and then read on, or never again, until the end of `stack`."""
    for channel, token in wishes:
        line = stack.enter_context(socket.socket())
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 << 10)  # else the kernel reads megabytes for them
        line.connect(("127.0.0.1", port))
        line.sendall(live.handshake(port, token))
        heard_until(line, b"HTTP/1.1 101")
        line.sendall(masked(json.dumps({"type": "subscribe", "channel": channel})))
        heard_until(line, b'"subscribed"')
        if read:
            threading.Thread(target=read_on, args=(line,), daemon=True).start()


def heard_until(line: socket.socket, word: bytes) -> None:
    heard = b""
    while word not in heard:
        part = line.recv(4096)
        assert part, f"closed before {word!r}"
        heard += part


def read_on(line: socket.socket) -> None:
    try:
        while line.recv(1 << 20):
            pass
    except OSError:
        return  # the play is over


@contextmanager
def large_events(channel: str, rate: float = 30.0) -> Iterator[None]:
    """Events that fill the buffers of who does not read them, until the end of the block."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(1 / rate):
            told(channel, {"text": "x" * 30_000})
        connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
