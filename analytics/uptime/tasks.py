"""Once a minute, beside the scheduler and not in its way: a studio that does not answer takes its time."""

import threading
from datetime import timedelta
from typing import Final

from django.db import connections

from analytics.uptime import probing
from designer.jobs.scheduler import every

_busy: Final = threading.Lock()


@every(timedelta(minutes=1), blind=True)
def probe() -> None:
    if _busy.acquire(blocking=False):  # else the round before still waits for an answer
        threading.Thread(target=_round, name="probes", daemon=True).start()


def _round() -> None:
    try:
        probing.probe_all()
    finally:
        connections.close_all()
        _busy.release()


@every(timedelta(hours=1))
def forget() -> None:
    probing.forget()
