"""`manage.py check_analytics [--rebuild]`: the figures held against the raw rows, month by month; exit status 1 and a
list where they differ."""

import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analytics import checking, rollups

SHOWN = 20


class Command(BaseCommand):
    help = "Hold every figure of the analytics against the raw rows. With --rebuild work all of them out anew before."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rebuild", action="store_true", help="Work every figure out anew first.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["rebuild"]:
            self._rebuild()
        rollups.work_off()
        rollups.fill_days()
        found = []
        for begin, end in rollups.months():
            different = checking.differences(begin, end)
            self.stdout.write(f"{begin:%Y-%m}  {len(different)} differences")
            found += different
        for each in found[:SHOWN]:
            self.stdout.write(json.dumps(each, default=str, sort_keys=True))
        if found:
            more = f" (the first {SHOWN} are listed)" if len(found) > SHOWN else ""
            raise CommandError(f"{len(found)} figures are not what the raw rows say{more}. Run it with --rebuild.")

    def _rebuild(self) -> None:
        begun, rows = time.monotonic(), 0
        for begin, end in rollups.months():
            rows += rollups.rebuild(begin, end)
            self.stdout.write(f"{begin:%Y-%m}  worked out")
        self.stdout.write(f"{rows} rows in {time.monotonic() - begun:.1f} s")
