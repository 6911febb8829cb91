"""Clients that watch while web nodes, Redis and their own networks fail: plays with real processes.

A play returns figures and judges nothing.
"""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import cycle
from typing import Any

import redis
from django.db import connection, connections

from designer.realtime.models import Event
from tests.faults.chaos import Chaos
from tests.faults.kit import Stage, Web, until
from tests.faults.promises import spread
from tests.faults.scene import SHARED, Figures, Scene, judged, opened, wait_for_news

AWAY = (0.1, 12.0)  # seconds that a network is away, shortest and longest: a tenth of the longest promised


def everything_arrives(
    *,
    clients: int,
    nodes: int,
    rate: float,
    seconds: float = 0.0,
    events: int = 0,
    cut_every: float = 15.0,
    away: tuple[float, float] = AWAY,
    shared: int = SHARED,
    strike_every: float = 4.0,
    seed: int = 1,
    promise: str = "13",
) -> Figures:
    """13, R2: for so many seconds or events all fails that can, then peace; what each client was told."""
    with opened(clients=clients, nodes=nodes, seed=seed, shared=shared) as scene:
        scene.crowd.ask(do="cut", every=cut_every, away=away)
        writer = scene.writer(rate=rate, seed=seed)
        wait_for_news(scene)
        chaos = Chaos(scene.stage, [writer], seed=seed, freeze=1.0)
        turns = cycle(chaos.dice.sample(range(6), 6))
        began, next_strike = time.monotonic(), time.monotonic()
        while time.monotonic() < began + seconds or Event.objects.count() < events:
            chaos.tend()
            if time.monotonic() >= next_strike:
                chaos.land(_blows(chaos, scene.webs)[next(turns)])
                next_strike += strike_every
            time.sleep(0.05)
        chaos.calm()
        writer.kill()
        written = Event.objects.count() / (time.monotonic() - began)
        settled = scene.settle()
        return {
            "promise": promise,
            "seed": seed,
            "nodes": nodes,
            "events_a_second": round(written, 1),
            **judged(scene, scene.told()),
            "faults": dict(chaos.done),
            "settled": settled,
        }


def _blows(chaos: Chaos, webs: list[Web]) -> list[Callable[[], str]]:
    """One node at a time: the others take the readers over."""
    hurt = [chaos.flush, chaos.stop_redis, chaos.kill_worker, partial(cut_off, chaos.stage)]
    return [*hurt, partial(chaos.kill_web, chaos.dice.choice(webs)), partial(chaos.drain_web, chaos.dice.choice(webs))]


def cut_off(stage: Stage) -> str:
    """Every subscription of the channel layer is lost at once, and nobody is told."""
    try:
        with redis.Redis.from_url(stage.valkey.url) as link:
            link.client_kill_filter(_type="pubsub")
    except redis.ConnectionError:
        pass  # it is stopped just now: there is none to lose
    return "lose subscriptions"


def lost_nudges(*, clients: int, seconds: float, rate: float, every: float, seed: int = 1) -> Figures:
    """15: Redis is flushed, restarted and forgets who listens, while all stay connected; how late the news is."""
    with opened(clients=clients, nodes=1, seed=seed) as scene:
        writer = scene.writer(rate=rate, seed=seed)
        wait_for_news(scene)
        chaos = Chaos(scene.stage, [writer], seed=seed, freeze=1.0)
        blows = [chaos.flush, partial(cut_off, scene.stage), chaos.stop_redis]
        end = time.monotonic() + seconds
        for blow in cycle(blows):
            chaos.land(blow)
            _tended(chaos, min(end, time.monotonic() + every))
            if time.monotonic() >= end:
                break
        chaos.calm()
        writer.kill()
        scene.settle()
        told = scene.told()
        return {"promise": 15, **judged(scene, told), "faults": dict(chaos.done), "late": spread(lateness(scene, told))}


def _tended(chaos: Chaos, end: float) -> None:
    while time.monotonic() < end:
        chaos.tend()
        time.sleep(0.05)


def lateness(scene: Scene, told: list[dict[str, Any]]) -> list[float]:
    """Seconds from the return of each commit to each client that was told of it."""
    committed = scene.committed()
    every = [fact for one in told for facts in one["facts"].values() for fact in facts]
    return [at - committed[int(n)] for _, n, at in every if int(n) in committed]


def all_come_back(*, clients: int, rate: float, seed: int = 1) -> Figures:
    """17: the only web node is drained, then killed; seconds until each client has all, and how the API fared."""
    figures: Figures = {"promise": 17, "clients": clients}
    with opened(clients=clients, nodes=1, seed=seed, lean=True) as scene:
        writer = scene.writer(rate=rate, seed=seed)
        wait_for_news(scene)
        token = scene.clients[0][0]
        with watched(scene.webs[0], token) as calm:
            time.sleep(5)
        figures["api_before"] = calm.figures()
        for name, number in (("drained", signal.SIGTERM), ("killed", signal.SIGKILL)):
            figures[name] = _restarted(scene, token, number)
        writer.kill()
        scene.settle()
        figures |= judged(scene, scene.told())
    return figures


def _restarted(scene: Scene, token: str, number: int) -> Figures:
    web = scene.webs[0]
    began = time.monotonic()
    web.signal(number)
    web.process.wait(30)
    web.start()
    until(web.is_up, 60)
    up = time.monotonic()
    with watched(web, token) as storm:
        settled = scene.settle(120)
    return {
        "seconds_until_up": round(up - began, 1),
        "seconds_until_all_have_all": round(time.monotonic() - began, 1),
        "behind": settled["behind"],
        "api": storm.figures(),
    }


class Probe:
    """Asks the API ten times a second, and the database how many connections it has."""

    def __init__(self, web: Web, token: str) -> None:
        self.web, self.token = web, token
        self.seconds: list[float] = []
        self.failed = self.connections = 0
        self.over = threading.Event()

    def run(self) -> None:
        try:
            while not self.over.wait(0.1):
                began = time.monotonic()
                status, _ = self.web.ask("GET", "/api/me", self.token)
                self.seconds.append(time.monotonic() - began)
                self.failed += status >= 500 or status == 0
                with connection.cursor() as cursor:
                    cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
                    self.connections = max(self.connections, cursor.fetchone()[0])
        finally:
            connections.close_all()

    def figures(self) -> Figures:
        return {**spread(self.seconds), "asked": len(self.seconds), "failed": self.failed, "conns": self.connections}


@contextmanager
def watched(web: Web, token: str) -> Iterator[Probe]:
    probe = Probe(web, token)
    thread = threading.Thread(target=probe.run)
    thread.start()
    try:
        yield probe
    finally:
        probe.over.set()
        thread.join()
