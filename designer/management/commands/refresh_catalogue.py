"""`manage.py refresh_catalogue`: reads the shutdown dates that vendors publish. The scheduler does so daily."""

from typing import Any

from django.core.management.base import BaseCommand

from designer.catalogue.refresh import refresh


class Command(BaseCommand):
    help = "Read the shutdown dates that the vendors publish into the catalogue."

    def handle(self, *args: Any, **options: Any) -> None:
        for line in refresh() or ["Nothing new."]:
            self.stdout.write(line)
