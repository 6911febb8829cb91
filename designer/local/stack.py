"""The life of the whole stack: start, watch, stop; and who may do so when several try."""

import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

from designer.local.processes import Group, programs
from designer.local.services import Services
from designer.local.system import HOST, ROOT, Lock, Trouble, birth, end_process, next_free, patience, write_private

FIRST_PORT = 8000


class Stop(BaseException):
    """Someone asked the launcher to end (Ctrl-C, SIGTERM, a closed terminal); `number` is the signal."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def stoppable() -> Iterator[None]:
    """Within: the first signal raises Stop in the main thread. Later ones are ignored: cleaning up is under way."""

    def on_signal(number: int, frame: FrameType | None) -> None:
        for each in signals:
            signal.signal(each, signal.SIG_IGN)
        raise Stop(number)

    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {each: signal.signal(each, on_signal) for each in signals}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


@dataclass
class Record:
    """What a running stack leaves for others in var/stack.json (0600: it holds passwords)."""

    pid: int
    born: str
    url: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    children: list[tuple[int, str]] = field(default_factory=list)

    @classmethod
    def read(cls, var: Path) -> "Record | None":
        try:
            return cls(**json.loads((var / "stack.json").read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def write(self, var: Path) -> None:
        write_private(var / "stack.json", json.dumps(asdict(self)))


def line_writer(out: IO[str]) -> Callable[[str, str], None]:
    """A function (name, text) that writes whole lines `name | text` from any thread."""
    lock = threading.Lock()

    def say(name: str, text: str) -> None:
        with lock:
            print(f"{name:<9} | {text}", file=out, flush=True)

    return say


class Stack:
    """One studio in one data folder, from nothing to answering requests, and back."""

    def __init__(self, var: Path, say: Callable[[str, str], None]) -> None:
        self.var = var
        self.say = say
        self.services = Services(var)
        self.group: Group | None = None
        self.record = Record(os.getpid(), birth(os.getpid()) or "")

    def start(self) -> None:
        """Raises Trouble or OSError, with everything stopped again."""
        end_leftovers(self.var)
        self.services.start()
        port = self._web_port()
        self.record.url = os.environ.get("SITE_URL") or f"http://{HOST}:{port}"
        self.record.environment = {
            **self.services.environment(),
            "SITE_URL": self.record.url,
            "PORT": str(port),
        }
        self.record.write(self.var)
        self._prepare()
        self.group = Group(programs(port), self.environment, self.say)
        self.group.start()
        self._note_children()
        self._wait_until_it_answers(port)

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "PYTHONUNBUFFERED": "1", **self.record.environment}

    def watch(self) -> None:
        """Until Stop: restart what dies, a service or a child."""
        for beat in itertools.count():
            time.sleep(0.5)
            for name in self.services.heal() if beat % 4 == 0 else ():
                self.say("run", f"{name} had stopped; it runs again.")
            if self.group and self.group.tend():
                self._note_children()

    def stop(self) -> None:
        if self.group:
            self.group.stop()
        self.services.stop()
        (self.var / "stack.json").unlink(missing_ok=True)

    def _web_port(self) -> int:
        said = os.environ.get("PORT") or str(FIRST_PORT)
        if not said.isdigit() or not 1 <= int(said) <= 65_535:
            raise Trouble(f"PORT={said!r} is not a port: set it to a number from 1 to 65535, or unset it.")
        wanted = int(said)
        port = next_free(wanted)
        if port != wanted:
            self.say("run", f"Port {wanted} is taken by another program; using {port}.")
        return port

    def _prepare(self) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "designer.local.prepare"],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            log = self.var / "log" / "prepare.log"
            log.write_text(done.stdout)
            raise Trouble(f"The database could not be prepared: {reason(done.stdout)} (all of it in {log})")

    def _note_children(self) -> None:
        self.record.children = self.group.marks if self.group else []
        self.record.write(self.var)

    def _wait_until_it_answers(self, port: int) -> None:
        for _ in patience(90, 0.1):
            if answers(f"http://{HOST}:{port}"):
                return
            if self.group:
                self.group.tend()
        raise Trouble("The web server did not answer within 90 s; its log lines say why.")


def reason(output: str) -> str:
    """Why Django did not come up: every wrong setting with its remedy, else the last line of the traceback."""
    _, found, settings = output.partition("The environment needs attention:")
    return found + settings.rstrip() if found else (output.strip().splitlines() or ["no output"])[-1]


def answers(url: str) -> bool:
    """Whether a studio's web server is alive at this address."""
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=2) as reply:  # noqa: S310  (our own loopback address)
            return bool(reply.status == 200)
    except (OSError, ValueError):
        return False


def end_leftovers(var: Path) -> None:
    """End the web server, workers and scheduler of a launcher that was killed. The caller holds the lock."""
    record = Record.read(var)
    for pid, born in record.children if record else []:
        if birth(pid) == born:
            os.killpg(pid, signal.SIGTERM)  # each child leads its own session
    for pid, born in record.children if record else []:
        end_process(pid, born)
    (var / "stack.json").unlink(missing_ok=True)


def lock_of(var: Path) -> Lock:
    var.mkdir(parents=True, exist_ok=True)
    return Lock(var / "stack.lock")


@contextmanager
def running(var: Path, say: Callable[[str, str], None]) -> Iterator[Stack]:
    """A started stack whose lock the caller holds; stopped whatever happens, Stop included."""
    stack = Stack(var, say)
    try:
        stack.start()
        yield stack
    finally:
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_IGN)
        stack.stop()
