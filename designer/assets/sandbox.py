"""Decodes one picture in a process of its own: little memory, little time, no database, nothing but one socket.

Whatever a hostile file does to the decoder, it does it there, and that process ends with its picture. It is forked from
one that has everything loaded (`forker`), which costs a hundredth of a start. That one is exchanged after a picture
that went wrong, and now and then: the children of one forker lie alike in memory, and what a file learns of that, it
shall not be able to use twice.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Final

from designer.assets.images import ImageRefused, Normalised

WALL_SECONDS: Final = 40
QUEUE_SECONDS: Final = 15  # with WALL_SECONDS below the 60 s after which Postgres ends an idle transaction
COMMAND: Final = ["-s", "-m", "designer.assets.forker"]
PICTURES: Final = 500  # of one forker
ENDING: Final = 0.3  # seconds in which one that is dying is dead
CHUNK: Final = 1 << 20
ROOT: Final = Path(__file__).resolve().parent.parent.parent
AT_ONCE: Final = threading.BoundedSemaphore(max(2, os.cpu_count() or 2))  # per process: each child may take its memory


class _Gone(Exception):
    """The child ended without a whole answer, or took too long."""


class _Forker:
    """The other side of a forker. Not for two threads at once."""

    def __init__(self) -> None:
        self.control, theirs = socket.socketpair()
        bare = {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603  (our own words)
                [sys.executable, *COMMAND],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=ROOT,
                env={**bare, "PYTHONDONTWRITEBYTECODE": "1"},
            )
        self.handed = 0

    def hand(self, *files: socket.socket) -> None:
        """Announce a picture. Raises OSError when the forker is gone."""
        socket.send_fds(self.control, [b"\0"], [file.fileno() for file in files])
        self.handed += 1

    def has_ended(self) -> bool:
        try:
            self.process.wait(ENDING)
        except subprocess.TimeoutExpired:
            return False
        return True

    def close(self) -> None:
        """Let it end with its last child; it is waited for elsewhere."""
        self.control.close()
        threading.Thread(target=self.process.wait, daemon=True).start()


class Forkers:
    """This process's forker: started on first use, and exchanged."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.current: _Forker | None = None

    def hand(self, *files: socket.socket) -> _Forker:
        """Who has taken the picture up. Raises OSError."""
        with self.lock:
            if self.current is not None and self.current.handed >= PICTURES:
                self._exchange()
            if self.current is not None:
                with contextlib.suppress(OSError):
                    self.current.hand(*files)
                    return self.current
                self._exchange()
            self.current = _Forker()
            self.current.hand(*files)
            return self.current

    def discard(self, forker: _Forker) -> None:
        with self.lock:
            if self.current is forker:
                self._exchange()

    def _exchange(self) -> None:
        if self.current is not None:
            self.current.close()
            self.current = None


FORKERS = Forkers()


def _forget() -> None:
    """A forked worker has a forker of its own: the parent's would mix up their pictures."""
    global FORKERS
    FORKERS = Forkers()


os.register_at_fork(after_in_child=_forget)


def run(data: bytes, *, max_pixels: int, max_side: int, keep: bool = False, exif: bool = False) -> Normalised:
    """Normalise `data` in the sandbox. Raises ImageRefused, also when the child dies or takes too long."""
    wish = {"do": "take", "max_pixels": max_pixels, "max_side": max_side, "keep": keep, "exif": exif}
    answer, parts = _asked(wish, data)
    try:
        return Normalised(data=parts[0], thumbnails=dict(zip(answer.pop("widths"), parts[1:], strict=True)), **answer)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise _damaged() from error


def convert(data: bytes, media_type: str) -> bytes:
    """A stored picture as another type. Raises ImageRefused."""
    return _asked({"do": "convert", "media_type": media_type}, data)[1][0]


def check_credentials(data: bytes, media_type: str, own: str) -> dict[str, Any]:
    """A `credentials.Checked` by field. In a child of its own: one that dies of them costs no picture. Raises
    ImageRefused."""
    return _asked({"do": "check", "media_type": media_type, "own": own}, data)[0]


def _asked(wish: dict[str, Any], data: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """The child's line and the parts that follow. Raises ImageRefused with the child's reason, or for it has none."""
    if not AT_ONCE.acquire(timeout=QUEUE_SECONDS):
        raise ImageRefused("busy", "Too many pictures are being read at once.", "Try again in a moment.", 503)
    try:
        answer, parts = _answered(json.dumps(wish).encode() + b"\n" + data)
    except _Gone as error:
        raise _damaged() from error
    finally:
        AT_ONCE.release()
    if "code" in answer:
        raise ImageRefused(answer["code"], answer["message"], answer["remedy"], answer["status"])
    return answer, parts


def _answered(said: bytes, *, again: bool = True) -> tuple[dict[str, Any], list[bytes]]:
    """A child's whole answer. Asked once more where not the child but its forker has ended. Raises _Gone."""
    end = time.monotonic() + WALL_SECONDS
    talk, theirs = socket.socketpair()
    leash, held = socket.socketpair()
    with talk, leash:
        try:
            with theirs, held:
                forker = FORKERS.hand(theirs, held)
        except OSError as error:
            raise _Gone from error
        try:
            return _told(_exchanged(talk, said, end))
        except (OSError, _Gone) as error:  # a time-out is an OSError too
            FORKERS.discard(forker)
            if not again or not forker.has_ended():
                raise _Gone from error
    return _answered(said, again=False)


def _told(heard: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """The line and the parts of an answer. Raises _Gone when anything of it is missing."""
    line, _, rest = heard.partition(b"\n")
    try:
        answer = json.loads(line)
        sizes = answer.pop("sizes")
        ends = [sum(sizes[: place + 1]) for place in range(len(sizes))]
        if sum(sizes) != len(rest):
            raise ValueError("cut off")
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise _Gone from error
    return answer, [rest[end - size : end] for size, end in zip(sizes, ends, strict=True)]


def _exchanged(talk: socket.socket, said: bytes, end: float) -> bytes:
    """Say all, hear all. Raises OSError when the other side goes, or at `end`."""
    talk.settimeout(_left(end))
    talk.sendall(said)
    talk.shutdown(socket.SHUT_WR)
    heard = bytearray()
    while True:
        talk.settimeout(_left(end))
        chunk = talk.recv(CHUNK)
        if not chunk:
            return bytes(heard)
        heard += chunk


def _left(end: float) -> float:
    """Seconds until then. Raises TimeoutError."""
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _damaged() -> ImageRefused:
    return ImageRefused("unreadable", "The picture could not be decoded safely.", "Save it again in another program.")
