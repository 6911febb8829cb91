"""Fault points: named places where a test may make a process die, raise, sleep or freeze.

`point` does nothing unless the setting FAULTS names a directory, and a system check forbids that setting outside
embedded mode. A fault is planned by writing a file there, `<point>` (whoever passes first) or `<point>@<key>` (only
that job), whose text is the action: `kill`, `raise`, `freeze` or `sleep:<seconds>`. Taking a plan removes its file,
so that each strikes once across all processes.
"""

import logging
import os
import signal
import time
from pathlib import Path

from django.conf import settings

log = logging.getLogger(__name__)


class PlannedFault(Exception):
    """Raised by a fault point whose plan says `raise`."""


def point(name: str, key: object = "") -> None:
    """Carry out the fault planned for this place, if any."""
    if not settings.FAULTS:
        return
    for plan in (f"{name}@{key}", name):
        action = _take(Path(settings.FAULTS) / plan)
        if action:
            log.warning("fault at %s: %s", plan, action)
            _strike(action)
            return


def _take(plan: Path) -> str:
    """The action planned in this file, for the one process that manages to remove it; else an empty string."""
    try:
        action = plan.read_text().strip()
        plan.unlink()
    except FileNotFoundError:
        return ""
    return action


def _strike(action: str) -> None:
    verb, _, seconds = action.partition(":")
    if verb == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif verb == "freeze":
        os.kill(os.getpid(), signal.SIGSTOP)
    elif verb == "sleep":
        time.sleep(float(seconds))
    else:
        raise PlannedFault(action)
