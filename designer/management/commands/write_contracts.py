"""`manage.py write_contracts`: the files that say what the studio understands, written from the studio itself."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import BaseCommand, CommandError, CommandParser
from drf_spectacular.generators import SchemaGenerator

from designer.env import ROOT
from designer.realtime import asyncapi

sys.path.insert(0, str(ROOT / "sdk" / "python"))
from codegen import typescript
from codegen.operations import area_modules, types_module
from codegen.payloads import payloads_module
from codegen.unasync import HEAD, sync_modules, synced

SDK = ROOT / "sdk" / "python"
TIDY = ["check", "--fix-only", "--select", "F401,I,UP028", "--unsafe-fixes", "--quiet"]


MADE = "# Written by `manage.py write_contracts`. Change designer/realtime/payloads.py and asyncapi.py, not this.\n"


class Plain(yaml.SafeDumper):
    """YAML without anchors: what is said twice is written twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


class Command(BaseCommand):
    help = "Write docs/asyncapi.yaml and the generated parts of the SDKs. With --check only say what is out of date."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="Change nothing; fail if something would change.")

    def handle(self, *args: Any, **options: Any) -> None:
        old = [path for path, text in contracts() if not path.exists() or path.read_text() != text]
        if options["check"] and old:
            names = ", ".join(str(path.relative_to(ROOT)) for path in old)
            raise CommandError(f"Out of date: {names}. Run `manage.py write_contracts` and commit what it writes.")
        if not options["check"]:
            for path, text in contracts():
                path.write_text(text)
        self.stdout.write(f"{len(old)} files {'written' if old else 'to write: all is up to date'}")


def contracts() -> Iterator[tuple[Path, str]]:
    """Each generated file and the text that it should have."""
    yield (
        ROOT / "docs" / "asyncapi.yaml",
        MADE + yaml.dump(asyncapi.document(), Dumper=Plain, sort_keys=False, width=118),
    )
    yield ROOT / "sdk" / "javascript" / "events.d.ts", asyncapi.typescript()
    document = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    yield ROOT / "sdk" / "javascript" / "src" / "calls.js", typescript.calls_module(document)
    yield ROOT / "sdk" / "javascript" / "calls.d.ts", typescript.types_module(document)
    package = SDK / "designer_bff"
    told = payloads_module(asyncapi.document())
    yield package / "payloads.py", formatted(told, package / "payloads.py")
    yield package / "types.py", formatted(types_module(document), package / "types.py")
    calls = {f"{area}.py": text for area, text in area_modules(document).items()}
    for name, text in calls.items():
        path = package / "_async" / name
        yield path, formatted(text, path)
    twins = {name: text for name, text in sync_modules(package / "_async").items() if name not in calls}
    twins |= {name: HEAD + synced(text.split("\n", 1)[1]) for name, text in calls.items()}
    for name, text in sorted(twins.items()):
        path = package / "_sync" / name
        yield path, formatted(text, path)


def formatted(text: str, path: Path) -> str:
    """As ruff would leave it: nothing imported that is not used."""
    for work in (TIDY, ["format", "--quiet"]):
        command = [sys.executable, "-m", "ruff", *work, "--stdin-filename", str(path), "-"]
        text = subprocess.run(command, input=text, capture_output=True, text=True, check=True, cwd=ROOT).stdout  # noqa: S603
    return text
