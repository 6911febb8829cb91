"""Real services and real processes in folders of their own, apart from those that serve the test run."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from designer.local.services import Services
from designer.local.stack import end_leftovers
from designer.local.system import ROOT, patience

APART = ("DATABASE_URL", "REDIS_URL", "SITE_URL", "PORT", "SECRET_KEY", "DESIGNER_VAR")


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test run's own services must not be taken for the ones under test."""
    for name in APART:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def var() -> Iterator[Path]:
    """An empty data folder. Whatever still runs in it afterwards is stopped."""
    folder = Path(tempfile.mkdtemp(prefix="designer local ")).resolve()  # a blank in the path, as on many desktops
    yield folder
    end_leftovers(folder)
    Services(folder).stop()
    shutil.rmtree(folder, ignore_errors=True)


class Launched:
    """A process that the test started, with its output in a file."""

    def __init__(self, words: list[str], folder: Path, **env: str) -> None:
        self.out = Path(tempfile.mkstemp(dir=folder, prefix=".out-")[1])
        with self.out.open("w") as out:
            self.process = subprocess.Popen(
                words,
                cwd=ROOT,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **env},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self.out.read_text()

    def says(self, text: str, within: float = 60) -> bool:
        """Whether the text appears in the output within so many seconds (at once False when the process ends)."""
        for _ in patience(within, 0.1):
            if text in self.said:
                return True
            if self.process.poll() is not None:
                break
        return text in self.said

    def end(self, number: int = signal.SIGTERM, within: float = 40) -> int:
        """Send the signal and wait for the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(within)


@pytest.fixture
def launch(var: Path) -> Iterator[Callable[..., Launched]]:
    """launch(*words, **env): starts Python with these words on the data folder `var`."""
    started: list[Launched] = []

    def start(*words: str, **env: str) -> Launched:
        launched = Launched([sys.executable, *words], var, DESIGNER_VAR=str(var), **env)
        started.append(launched)
        return launched

    yield start
    for each in started:
        each.end(signal.SIGKILL)
