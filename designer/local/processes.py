"""The process group: web, workers, scheduler; each with prefixed log lines, each started again when it dies."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from designer.local.system import HOST, ROOT, birth, patience

GRACE_S = 10.0
STEADY_S = 60.0  # a program that ran this long begins again without delay
LONGEST_PAUSE_S = 30.0


@dataclass(frozen=True, slots=True)
class Program:
    """A command that shall always run, and the name that stands before its log lines."""

    name: str
    words: Sequence[str]


def programs(port: int) -> list[Program]:
    """What a whole studio consists of, besides its services. Lanes are queue names.

    Lane io has a worker of its own: a receiver or a mail server that hangs holds one of its processes, never a picture.
    So has lane remote: a picture bought from a service holds a process for minutes, never a webhook, a mail or the
    feeding of a batch.
    Lane interactive has one besides: where a batch keeps every process drawing, a person would wait for the end of one
    of its pictures. They are processes too, not threads or greenlets: a worker's heartbeat keeps one job alive per
    process and, at a stop, leaves the process for it; what waits for many at once (the courier) has its own threads
    within its job.
    """
    python = sys.executable
    worker = [python, "-m", "celery", "--quiet", "-A", "designer", "worker", "--loglevel", "WARNING"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    cpu, io = os.environ.get("DESIGNER_CPU_WORKERS", "2"), os.environ.get("DESIGNER_IO_WORKERS", "4")
    remote = os.environ.get("DESIGNER_REMOTE_WORKERS", "4")
    return [
        Program("web", [python, "-m", "uvicorn", "designer.asgi:application", *web_flags(port)]),
        Program("worker", [*worker, *quiet, "-Q", "interactive,batch", "-c", cpu, "-n", "cpu@%h"]),
        Program("person", [*worker, *quiet, "-Q", "interactive", "-c", "1", "-n", "person@%h"]),
        Program("io", [*worker, *quiet, "-Q", "io", "-c", io, "-n", "io@%h"]),
        Program("remote", [*worker, *quiet, "-Q", "remote", "-c", remote, "-n", "remote@%h"]),
        Program("gpu", [*worker, *quiet, "-Q", "gpu", "-c", "1", "-n", "gpu@%h"]),
        Program("scheduler", [python, "manage.py", "run_scheduler"]),
    ]


def web_flags(port: int) -> list[str]:
    """uvicorn's limits. A frame is at most 64 KiB and 32 may wait, so that one socket cannot swell the process."""
    flags = {
        "--host": os.environ.get("DESIGNER_HOST", HOST),
        "--port": str(port),
        "--ws-max-size": "65536",
        "--ws-max-queue": "32",
        "--ws-ping-interval": "20",
        "--ws-ping-timeout": "20",
        "--limit-concurrency": "3000",
        "--timeout-graceful-shutdown": str(int(GRACE_S)),
        "--ws-per-message-deflate": "false",  # frames are small; compressing costs each socket CPU and memory
        "--lifespan": "off",
        "--log-level": "warning",
    }
    return [*(part for pair in flags.items() for part in pair), "--no-access-log", "--no-server-header"]


def dies_with_us() -> tuple[str, ...]:
    """Words before a command that end it when the launcher is killed. Linux only: elsewhere the next start ends it."""
    return ("setpriv", "--pdeathsig", "TERM", "--") if sys.platform == "linux" and shutil.which("setpriv") else ()


class Child:
    """One program's process, its log lines and its deaths."""

    def __init__(self, program: Program, environment: Mapping[str, str], say: Callable[[str, str], None]) -> None:
        self.program = program
        root_is_meant = "ignore:You're running the worker with superuser privileges"
        self.environment = {"PYTHONWARNINGS": root_is_meant, **environment, "DESIGNER_PROCESS": program.name}
        self.say = say
        self.process: subprocess.Popen[bytes] | None = None
        self.started = self.due = 0.0
        self.deaths = 0

    @property
    def mark(self) -> tuple[int, str] | None:
        """(pid, birth) of the living process: enough to know it again after the launcher's own death."""
        born = birth(self.process.pid) if self.process else None
        return (self.process.pid, born) if self.process and born else None

    def start(self) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [*dies_with_us(), *self.program.words],
            cwd=ROOT,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the launcher, which stops its children in order
        )
        threading.Thread(target=self._relay, args=[self.process], daemon=True).start()

    def tend(self) -> bool:
        """Start again a process that died, after a pause that doubles with each quick death. True when it did."""
        if self.process and self.process.poll() is None:
            return False
        now = time.monotonic()
        if self.process:
            self._mourn(now)
        if now < self.due:
            return False
        self.start()
        return True

    def signal(self, number: int) -> None:
        """To the whole session of the child, so that pool processes hear it too."""
        if self.process and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number) if number == signal.SIGKILL else self.process.send_signal(number)

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def _mourn(self, now: float) -> None:
        steady = now - self.started > STEADY_S
        self.deaths = 1 if steady else self.deaths + 1
        pause = min(LONGEST_PAUSE_S, 2.0 ** (self.deaths - 1)) if self.deaths > 1 else 0.0
        self.due = now + pause
        code = self.process.returncode if self.process else 0
        why = f"was killed by signal {-code}" if code < 0 else f"ended with status {code}"
        self.say("run", f"{self.program.name} {why}; starting it again in {pause:.0f} s.")
        self._end_pool()
        self.process = None

    def _end_pool(self) -> None:
        """A killed worker leaves its pool behind: the session still carries its number."""
        if self.process:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def _relay(self, process: "subprocess.Popen[bytes]") -> None:
        if process.stdout:
            for line in process.stdout:
                self.say(self.program.name, line.decode(errors="replace").rstrip())


class Group:
    """All children. Not thread-safe: the launcher's main thread owns it (a parent-death signal follows that thread)."""

    def __init__(
        self, wanted: Sequence[Program], environment: Mapping[str, str], say: Callable[[str, str], None]
    ) -> None:
        self.children = [Child(program, environment, say) for program in wanted]

    @property
    def marks(self) -> list[tuple[int, str]]:
        return [mark for child in self.children if (mark := child.mark)]

    def start(self) -> None:
        for child in self.children:
            child.start()

    def tend(self) -> bool:
        """Start again what died; True when something was started."""
        started = [child.tend() for child in self.children]
        return any(started)

    def stop(self, grace: float = GRACE_S) -> None:
        """SIGTERM to all at once, SIGKILL after `grace` seconds to those that are left."""
        for child in self.children:
            child.signal(signal.SIGTERM)
        any(not self._alive() for _ in patience(grace))
        for child in self._alive():
            child.say("run", f"{child.program.name} did not stop within {grace:.0f} s and was killed.")
            child.signal(signal.SIGKILL)
        for child in self.children:
            if child.process:
                child.process.wait()

    def _alive(self) -> list[Child]:
        return [child for child in self.children if child.is_alive()]
