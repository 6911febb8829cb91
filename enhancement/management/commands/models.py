"""`manage.py models list|install|import|verify|remove`: the weights on this machine, and what it cannot do."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, InterfaceError

from enhancement import capabilities, models_folder
from enhancement.engine.errors import EngineError
from enhancement.engine.installing import Progress


class Command(BaseCommand):
    help = "List, download, import, verify and remove the weights of models."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        listing = actions.add_parser("list", help="what is here, and what could be")
        listing.add_argument("--json", action="store_true")
        install = actions.add_parser("install", help="download; run again, it goes on where it stopped")
        install.add_argument("names", nargs="+")
        taking = actions.add_parser("import", help="take a file that came another way")
        taking.add_argument("file", type=Path)
        taking.add_argument("--as", dest="name", default="", help="the known model that it is")
        verify = actions.add_parser("verify", help="compare every file with its hash")
        verify.add_argument("names", nargs="*")
        remove = actions.add_parser("remove", help="delete from this machine")
        remove.add_argument("names", nargs="+")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        try:
            getattr(self, f"do_{action}")(**options)
            if action in ("install", "import", "remove"):
                self._tell()
        except EngineError as error:
            raise CommandError(f"{error.message} {error.remedy}".strip()) from error
        except KeyboardInterrupt as stop:
            raise CommandError("Stopped. Run it again: it goes on where it was.") from stop

    def _tell(self) -> None:
        """What was done is done, whether or not the studio can be told now: a folder is filled before it first runs."""
        try:
            capabilities.tell()
        except (DatabaseError, InterfaceError):
            self.stderr.write("The database is not there to be told; the next worker says it within a minute.")

    def do_list(self, *, json: bool, **_: Any) -> None:
        models_folder.look()
        models = models_folder.everything()
        if json:
            self.stdout.write(as_json(models))
            return
        for model in models:
            size = f"{model.size / 1e6:.1f} MB"
            said = f"{model.state}{f' ({model.note})' if model.note else ''}"
            self.stdout.write(f"{model.name:28} {size:>9}  {model.licence:13} {said:20} {model.title}")
        for name, remedy in capabilities.undone_here().items():
            self.stdout.write(f"{name} cannot be done here. {remedy}")

    def do_install(self, *, names: list[str], **_: Any) -> None:
        for name in names:
            path = models_folder.install(name, progress=self._progress(name))
            self.stdout.write(f"{name} is installed and has the right hash: {path}")

    def do_import(self, *, file: Path, name: str, **_: Any) -> None:
        self.stdout.write(f"Imported as {models_folder.take(file, name)}.")

    def do_verify(self, *, names: list[str], **_: Any) -> None:
        lines = models_folder.verify(names)
        for model in lines:
            self.stdout.write(f"{model.name:28} {model.state} {model.note}".rstrip())
        bad = [model.name for model in lines if model.state in ("damaged", "missing")]
        if bad:
            raise CommandError(f"Not as they should be: {', '.join(bad)}. Remove and install them again.")

    def do_remove(self, *, names: list[str], **_: Any) -> None:
        for name in names:
            self.stdout.write(f"{name} {'is removed' if models_folder.remove(name) else 'was not here'}.")

    def _progress(self, name: str) -> Progress:
        last = -1

        def show(done: int, whole: int) -> None:
            nonlocal last
            tenth = 10 * done // whole
            if tenth > last:
                last = tenth
                self.stdout.write(f"{name}: {done / 1e6:.1f} of {whole / 1e6:.1f} MB")

        return show


def as_json(models: list[models_folder.Model]) -> str:
    return json.dumps([asdict(model) for model in models], indent=1)
