"""Weights onto this machine and off it: download, import of a file, verification, removal.

A download comes in pieces through the checked HTTP client and grows in a hidden file beside its destination, so that a
broken one goes on where it stopped. Only after its SHA-256 is right does it take its name, in one step. Nothing here
opens what is in a file.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final
from urllib.parse import urljoin

from designer import outbound
from enhancement.engine.errors import EngineError
from enhancement.engine.manifest import Entry, locate

PIECE: Final = 4 << 20  # bytes: small enough that a cut connection costs little
PIECE_SECONDS: Final = 120.0  # for one piece: about 35 kB/s at the least
REDIRECTS: Final = 5
TRIES: Final = 5  # of one piece, before it is given up
SPARE: Final = 64 << 20  # bytes left free on the disk

Call = Callable[..., outbound.Answer]
Progress = Callable[[int, int], None]


class InstallRefused(EngineError):
    """These weights did not come onto this machine, or not off it. `code` says why."""

    code = "not_installed"

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(message, remedy=remedy)
        self.code = code


def _nowhere(_done: int, _whole: int) -> None:
    return None


def install(
    entry: Entry,
    folder: Path,
    *,
    mirror: str = "",
    call: Call = outbound.call,
    progress: Progress = _nowhere,
    pause: Callable[[float], None] = time.sleep,
) -> Path:
    """Download a model unless it is there. Raises InstallRefused; run again, it goes on where it stopped.

    mirror: an https address that serves the files by their names, instead of their publishers.
    progress: called with the bytes that are here and the bytes of the whole.
    """
    present = locate(entry, folder)
    if present and digest(present) in entry.sha256:
        return present
    url = f"{mirror.rstrip('/')}/{entry.file}" if mirror else entry.url
    if not url or not entry.sha256:
        raise InstallRefused("no_source", f"{entry.name} has no address to come from.", "Import its file.")
    return fetch(url, folder / entry.file, entry.sha256, entry.size, call=call, progress=progress, pause=pause)


def fetch(
    url: str,
    target: Path,
    accepted: tuple[str, ...],
    size: int,
    *,
    call: Call = outbound.call,
    progress: Progress = _nowhere,
    pause: Callable[[float], None] = time.sleep,
) -> Path:
    """Download one file of exactly `size` bytes with one of the accepted hashes. Raises InstallRefused."""
    with _disk(target.name), _part_of(target) as part:
        _room(target.parent, size - part.tell())
        source = _Source(url, call, pause)
        while (offset := part.tell()) < size:
            piece = source.piece(offset, min(PIECE, size - offset), size)
            if len(piece) > size - offset:  # a server that knows no ranges sent all of it
                part.seek(0)
                part.truncate()
            part.write(piece)
            progress(part.tell(), size)
        return _settle(part, target, accepted)


def take(file: Path, target: Path, accepted: tuple[str, ...]) -> Path:
    """Import a file that came another way. accepted: the hashes it may have, or none for any. Raises InstallRefused."""
    with _disk(file.name):
        found = digest(file)
        if accepted and found not in accepted:
            raise _wrong_hash(file.name, found)
        with _part_of(target) as part, file.open("rb") as given:
            part.seek(0)
            part.truncate()
            _room(target.parent, file.stat().st_size)
            shutil.copyfileobj(given, part)
            return _settle(part, target, (found,))


def remove(path: Path) -> bool:
    """Take a file and what there may be of its download off this machine; whether there was anything."""
    files = [path, _hidden(path)]
    found = any(file.exists() for file in files)
    for file in files:
        file.unlink(missing_ok=True)
    return found


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def partial(path: Path) -> int:
    """How many bytes of an interrupted download are here."""
    return _hidden(path).stat().st_size if _hidden(path).exists() else 0


def _hidden(target: Path) -> Path:
    return target.with_name(f".{target.name}.part")


@contextlib.contextmanager
def _part_of(target: Path) -> Iterator[BinaryIO]:
    """The growing file, at its end, for this process alone."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with _hidden(target).open("ab+") as part:
        try:
            fcntl.flock(part, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            remedy = "Wait for the other process to end."
            raise InstallRefused("busy", f"{target.name} is being installed already.", remedy) from error
        part.seek(0, os.SEEK_END)
        yield part


def _settle(part: BinaryIO, target: Path, accepted: tuple[str, ...]) -> Path:
    """Give the whole file its name, if it is the right one; else it goes. Raises InstallRefused."""
    part.flush()
    os.fsync(part.fileno())
    part.seek(0)
    found = hashlib.file_digest(part, "sha256").hexdigest()  # type: ignore[arg-type]
    if found not in accepted:
        _hidden(target).unlink(missing_ok=True)
        raise _wrong_hash(target.name, found)
    _hidden(target).replace(target)
    return target


def _wrong_hash(name: str, found: str) -> InstallRefused:
    reason = f"{name} has the SHA-256 {found}, which is not the published one; it was not kept."
    return InstallRefused("wrong_hash", reason, "Try another source. If it comes again, do not use the file.")


def _room(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed + SPARE:
        reason = f"{folder} has {free >> 20} MB free; {(needed + SPARE) >> 20} MB are needed."
        raise InstallRefused("disk_full", reason, "Make room, or set DESIGNER_MODELS_DIR to another disk.")


@contextlib.contextmanager
def _disk(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        reason = f"There is no room for {name}." if full else f"{name} could not be written or read: {error.strerror}."
        remedy = (
            "Make room and run this again: it goes on where it stopped." if full else "Look at the folder's rights."
        )
        raise InstallRefused("disk_full" if full else "unwritable", reason, remedy) from error


class _Source:
    """One address, asked for piece after piece; its redirects are followed anew when they no longer serve."""

    def __init__(self, url: str, call: Call, pause: Callable[[float], None]) -> None:
        self.url, self.call, self.pause = url, call, pause
        self.current = url

    def piece(self, offset: int, length: int, size: int) -> bytes:
        """`length` bytes from `offset`, or the whole file where the server knows no ranges. Raises InstallRefused."""
        for attempt in range(TRIES):
            if attempt:
                self.current = self.url
                self.pause(2.0**attempt)
            try:
                answer = self._asked(offset, length)
            except outbound.OutboundRefused as refused:
                raise InstallRefused(refused.code, refused.message, "Check the address of the mirror.") from refused
            except outbound.OutboundFailed as failed:
                problem = failed.message
                continue
            if answer.status == 206 and answer.headers.get("content-range", "").startswith(f"bytes {offset}-"):
                if len(answer.body) == length:
                    return answer.body
                problem = "The answer broke off."
            elif answer.status == 200:
                return self._whole(size)
            elif answer.status in (404, 410):
                reason = f"There is no such file at {self.url}."
                raise InstallRefused("not_found", reason, "Set another mirror, or import the file.")
            else:
                problem = f"The server answered with {answer.status}."
        reason = f"{self.url} could not be read: {problem}"
        raise InstallRefused("unreachable", reason, "Run this again later: it goes on where it stopped.")

    def _asked(self, offset: int, length: int) -> outbound.Answer:
        for _ in range(REDIRECTS):
            answer = self._called({"Range": f"bytes={offset}-{offset + length - 1}"}, length)
            if answer.status not in (301, 302, 303, 307, 308):
                return answer
            self.current = urljoin(self.current, answer.headers.get("location", ""))
        raise InstallRefused("unreachable", f"{self.url} leads in circles.", "Set another mirror, or import the file.")

    def _called(self, headers: dict[str, str], most: int) -> outbound.Answer:
        patience = PIECE_SECONDS * (1 + most // PIECE)
        answer = self.call("GET", self.current, headers=headers, timeout_s=patience, max_bytes=most)
        lower: dict[str, Any] = {name.lower(): value for name, value in answer.headers.items()}
        return outbound.Answer(answer.status, lower, answer.body, answer.cut, answer.seconds)

    def _whole(self, size: int) -> bytes:
        """Everything at once: a server without ranges would else be asked from the start for every piece."""
        answer = self._called({}, size)
        if answer.status == 200 and not answer.cut and len(answer.body) == size:
            return answer.body
        reason = f"{self.url} does not send a file of {size} bytes."
        raise InstallRefused("wrong_size", reason, "Set another mirror, or import the file.")
