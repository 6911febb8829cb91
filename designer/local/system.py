"""What the launcher asks of the operating system: processes that are surely ours, ports, locks, private files."""

import errno
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
HOST = "127.0.0.1"


class Trouble(Exception):
    """Something a person can mend: one line that says what is wrong and what to do. Shown without a traceback."""


def explain(error: OSError) -> str:
    """One line for a failed system call, with its remedy."""
    where = error.filename or "a file"
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return f"The disk is full: {where} could not be written. Free some space and start again."
    if error.errno in {errno.EROFS, errno.EACCES, errno.EPERM}:
        return (
            f"{where} may not be written ({error.strerror}). "
            "Use a folder of your own, or name one for the data in DESIGNER_VAR."
        )
    return f"{error.strerror or error}: {where}"


def data_folder() -> Path:
    """Where all state lives: DESIGNER_VAR, else var/ in the checkout. Absolute, free of links."""
    return Path(os.environ.get("DESIGNER_VAR") or ROOT / "var").resolve()


def need_space(folder: Path, megabytes: int) -> None:
    """Raises Trouble when the disk below `folder` (which need not exist yet) has less room than that."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(there).free >> 20
    if free < megabytes:
        raise Trouble(f"The disk is full: {free} MB are free at {there}, the stack needs {megabytes} MB to start.")


def write_private(path: Path, text: str) -> None:
    """Replace `path` in one step by a file of mode 0600. What was there stays whole if the disk is full."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


class Lock:
    """A lock that dies with its holder, so that kill -9 leaves nothing behind to clean up."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file: int | None = None

    def take(self) -> bool:
        """True when it is ours now; False when another process holds it."""
        file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        self.file = file
        return True

    def drop(self) -> None:
        if self.file is not None:
            os.close(self.file)
            self.file = None


# Ports


def is_free(port: int) -> bool:
    """Whether a server could listen on 127.0.0.1:port now."""
    with socket.socket() as probe:
        if probe.connect_ex((HOST, port)) == 0:  # a listener on 0.0.0.0 does not always stop our bind
            return False
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def any_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def next_free(port: int) -> int:
    """The first free port from `port` on, within a hundred; Trouble when none is."""
    for candidate in range(port, min(port + 100, 65_536)):
        if is_free(candidate):
            return candidate
    raise Trouble(f"No port from {port} to {port + 99} is free. Set PORT to one that is.")


# Processes


def birth(pid: int) -> str | None:
    """What tells this process from a later one with the same number; None when it is gone (or only a zombie)."""
    try:
        if sys.platform == "linux":
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            return None if fields[0] == "Z" else fields[19]
        asked = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return asked.stdout.strip() or None
    except (OSError, IndexError):
        return None


def command_line(pid: int) -> str:
    """The command line of a process, words parted by blanks; empty when it is gone or not ours to see."""
    try:
        if sys.platform == "linux":
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        asked = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return asked.stdout
    except OSError:
        return ""


def patience(seconds: float, step: float = 0.05) -> Iterator[None]:
    """Yields now and then until the time is over."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        yield
        time.sleep(step)


def end_process(pid: int, born: str, grace: float = 10) -> None:
    """SIGTERM, and after `grace` seconds SIGKILL, for the process `pid` that began at `born`; a later one is spared."""
    for name, seconds in ((signal.SIGTERM, grace), (signal.SIGKILL, 5.0)):
        if birth(pid) != born:
            return
        os.kill(pid, name)
        if any(birth(pid) != born for _ in patience(seconds)):
            return
