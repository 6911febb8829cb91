"""The chaos driver: a seeded choice of whom to hurt and when. It hurts only what the stage itself started."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from functools import partial

import redis

from tests.faults.kit import Proc, Stage


class Chaos:
    """Strikes between `tend` calls; everything it broke is made whole again after a while."""

    def __init__(
        self, stage: Stage, workers: list[Proc], scheduler: Proc | None = None, *, seed: int, freeze: float
    ) -> None:
        self.stage, self.workers, self.scheduler = stage, workers, scheduler
        self.dice = random.Random(seed)
        self.freeze = freeze
        self.done: Counter[str] = Counter()
        self.kills: list[float] = []
        self._mending: list[tuple[float, Callable[[], None]]] = []
        self._hurt: set[str] = set()

    def strike(self, client: Proc | None = None) -> str:
        """One fault, by the dice."""
        blows = [
            self.kill_child,
            self.kill_worker,
            self.kill_scheduler,
            self.freeze_worker,
            self.flush,
            self.stop_redis,
        ]
        if client is not None:
            blows.append(lambda: self._kill_client(client))
        if self.stage.postgres is not None:
            blows.append(self.restart_postgres)
        return self.land(self.dice.choice(blows))

    def land(self, blow: Callable[[], str]) -> str:
        """This fault, counted."""
        name = blow()
        self.done[name] += 1
        return name

    def tend(self) -> None:
        """Mend what has been broken for long enough."""
        now = time.monotonic()
        due = [mend for at, mend in self._mending if at <= now]
        self._mending = [(at, mend) for at, mend in self._mending if at > now]
        for mend in due:
            mend()

    def calm(self) -> None:
        """Mend everything."""
        while self._mending:
            self.tend()
            time.sleep(0.05)

    def kill_child(self) -> str:
        pids = [pid for worker in self._whole() for pid in worker.children()]
        if pids:
            self._ended(self.dice.choice(pids))
        return "kill child"

    def kill_worker(self) -> str:
        for worker in self._some(self._whole()):
            worker.kill()
            self.kills.append(time.time())
            self._later(1.0, worker.name, worker.start)
        return "kill worker"

    def kill_scheduler(self) -> str:
        if self.scheduler is not None and self.scheduler.name not in self._hurt:
            self.scheduler.kill()
            self._later(0.5, self.scheduler.name, self.scheduler.start)
        return "kill scheduler"

    def freeze_worker(self) -> str:
        for worker in self._some(self._whole()):
            worker.signal(signal.SIGSTOP)
            self._later(self.freeze, worker.name, partial(worker.signal, signal.SIGCONT))
        return "freeze worker"

    def flush(self) -> str:
        if "redis" not in self._hurt:
            with redis.Redis.from_url(self.stage.valkey.url) as link:
                link.flushall()
        return "flush redis"

    def stop_redis(self) -> str:
        if "redis" not in self._hurt:
            self.stage.valkey.stop()
            self._later(2.0, "redis", self.stage.valkey.start)
        return "stop redis"

    def restart_postgres(self) -> str:
        assert self.stage.postgres is not None
        self.stage.postgres.stop("immediate")
        self.stage.postgres.start()
        return "restart postgres"

    def kill_web(self, web: Proc) -> str:
        if web.name not in self._hurt:
            web.kill()
            self._later(1.0, web.name, web.start)
        return "kill web"

    def drain_web(self, web: Proc) -> str:
        """A deploy: it is asked to end, and another takes its place."""
        if web.name not in self._hurt:
            web.signal(signal.SIGTERM)
            web.process.wait(20)
            self._later(1.0, web.name, web.start)
        return "drain web"

    def _kill_client(self, client: Proc) -> str:
        client.signal(signal.SIGKILL)
        return "kill web"

    def _whole(self) -> list[Proc]:
        return [worker for worker in self.workers if worker.name not in self._hurt]

    def _some(self, procs: list[Proc]) -> list[Proc]:
        return [self.dice.choice(procs)] if procs else []

    def _later(self, seconds: float, name: str, mend: Callable[[], None]) -> None:
        def mended() -> None:
            mend()
            self._hurt.discard(name)

        self._hurt.add(name)
        self._mending.append((time.monotonic() + seconds, mended))

    def _ended(self, pid: int) -> None:
        try:
            os.kill(pid, signal.SIGKILL)
            self.kills.append(time.time())
        except ProcessLookupError:
            return
