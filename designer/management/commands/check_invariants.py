"""`manage.py check_invariants`: what must hold in the data, checked now; exit status 1 if something does not."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from designer.jobs.invariants import INVARIANTS, broken


class Command(BaseCommand):
    help = "Check that the queue, the attempts and the ledger agree with each other."

    def handle(self, *args: Any, **options: Any) -> None:
        found = broken()
        for name in INVARIANTS:
            self.stdout.write(f"{'BROKEN' if name in found else 'holds':7} {name}")
            for offender in found.get(name, []):
                self.stdout.write(f"        {offender}")
        if found:
            raise CommandError(f"{len(found)} of {len(INVARIANTS)} invariants do not hold.")
