"""A worker's sign of life: a thread of its parent process, which also stops listening while the worker is drained.

The claims refuse a drained worker's processes by themselves, from the moment it is asked for. That it stops listening
too leaves the bell to those who may still answer it.
"""

import json
import logging
import threading
import time
from typing import Any, Final
from uuid import UUID

from django.db import DatabaseError, InterfaceError, connection

from designer.jobs import workers
from designer.jobs.handlers import ABILITIES, HANDLERS

log = logging.getLogger(__name__)
EVERY: Final = 5.0  # seconds
ABLE_FOR: Final = 60.0  # seconds for which what a worker can do is not asked again


class Presence(threading.Thread):
    """Beats until the worker leaves."""

    def __init__(self, node: UUID, consumer: Any) -> None:
        super().__init__(name="presence", daemon=True)
        self.node, self.consumer = node, consumer
        self.lanes = tuple(sorted(consumer.app.amqp.queues.consume_from))
        self.drained = False
        self.over = threading.Event()
        self._able: tuple[float, str] = (float("-inf"), "{}")

    def run(self) -> None:
        while True:
            self.tick()
            if self.over.wait(EVERY):
                return

    def tick(self) -> None:
        try:
            drained = workers.beat(self._facts())
        except (DatabaseError, InterfaceError) as error:
            log.warning("this worker could not say that it lives: %s", error)
            return
        finally:
            connection.close()  # a process that is forked now must not inherit it
        if drained != self.drained:
            self.drained = drained
            self._listen(not drained)

    def _listen(self, on: bool) -> None:
        log.warning("this worker %s", "takes work again" if on else "was drained: it ends what runs and takes no more")
        for lane in self.lanes:
            change = self.consumer.add_task_queue if on else self.consumer.cancel_task_queue
            self.consumer.call_soon(change, lane)

    def _facts(self) -> dict[str, Any]:
        at, able = self._able
        if time.monotonic() - at > ABLE_FOR:
            able = json.dumps({"kinds": sorted(HANDLERS), **{sort: _names(sort) for sort in ABILITIES}})
            self._able = (time.monotonic(), able)
        controller = self.consumer.controller
        about = {"name": str(controller.hostname)[:120], "processes": int(controller.concurrency or 1)}
        return {"id": self.node, "lanes": list(self.lanes), "abilities": able, **about}


def _names(sort: str) -> list[str]:
    try:
        return sorted(ABILITIES[sort]())
    except DatabaseError:
        raise
    except Exception:  # a worker that cannot name its models may still be at work
        log.exception("what this worker can do of %s is not known", sort)
        return []


_here: Presence | None = None


def appear(node: UUID, consumer: Any) -> None:
    """The worker is ready."""
    global _here
    _here = Presence(node, consumer)
    _here.start()


def lanes() -> tuple[str, ...]:
    """The lanes that this worker was started for, also while it does not listen; () in its first processes and
    elsewhere."""
    return _here.lanes if _here is not None else ()


def leave() -> None:
    """The worker stops in good order."""
    if _here is None:
        return
    _here.over.set()
    _here.join(EVERY)
    try:
        workers.left(_here.node)
    except (DatabaseError, InterfaceError) as error:
        log.warning("this worker left without a word: %s", error)
