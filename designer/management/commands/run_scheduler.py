"""`manage.py run_scheduler`: a contender for the scheduler's lead, until SIGTERM or SIGINT."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from designer.jobs.scheduler import TICK, Scheduler


class Command(BaseCommand):
    help = "Sweep the queue and run periodic duties. Start as many as you like: one leads, the others stand by."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        scheduler = Scheduler()
        while not stop.is_set():
            scheduler.tick()
            stop.wait(TICK)
        scheduler.resign()
