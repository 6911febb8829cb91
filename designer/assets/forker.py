"""The process behind the sandbox: it has the readers of pictures loaded and forks a child for each picture.

It never touches a picture itself, so nothing that a hostile file does to one child can meet the next file. Per picture
it is handed two sockets: over one the child talks, by the other it is held. The child gets little memory, little time,
no right to write files, and no file but that one socket; when the holder lets go of the other, it is killed. Imports no
Django. Run as `python -m designer.assets.forker` with a socket as its standard input; ends when that is closed.
"""

from __future__ import annotations

import json
import os
import resource
import selectors
import signal
import socket
import sys
from dataclasses import asdict
from typing import Any, Final

from PIL import Image

from designer.assets.credentials import check
from designer.assets.images import ImageRefused, converted, normalise

MEMORY: Final = 1536 << 20  # bytes of address space
CPU_SECONDS: Final = 30
FILES: Final = 1024  # more than the forker ever holds


def main() -> None:
    Image.init()  # all readers, so that no child has to load one
    with socket.socket(fileno=0) as control, selectors.DefaultSelector() as waiting:
        waiting.register(control, selectors.EVENT_READ)
        while waiting.get_map():
            for key, _ in waiting.select():
                if key.data is None:
                    _take_up(control, waiting)
                else:
                    waiting.unregister(key.fileobj)
                    os.close(key.fd)
                    os.kill(key.data, signal.SIGKILL)  # not waited for yet: the number is still its own
                    os.waitpid(key.data, 0)


def _take_up(control: socket.socket, waiting: selectors.BaseSelector) -> None:
    """Fork for the picture that is announced; once nobody can announce one any more, stop listening."""
    _, files, _, _ = socket.recv_fds(control, 1, 2)
    if len(files) != 2:
        waiting.unregister(control)
        return
    talk, leash = files
    child = os.fork()
    if child == 0:
        _live(talk)
    os.close(talk)
    waiting.register(leash, selectors.EVENT_READ, child)


def _live(talk: int) -> None:
    """A child's whole life. It keeps one socket: with the forker's own it could take the next picture for itself."""
    status = 1
    try:
        os.dup2(talk, 0)
        os.closerange(3, FILES)
        limit()
        with socket.socket(fileno=0) as line, line.makefile("rwb") as file:
            _answer(file)
        status = 0
    finally:
        os._exit(status)


def limit() -> None:
    """Take away memory, time and files, where the system can (POSIX)."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _answer(file: Any) -> None:
    """Read a JSON line that says what to do and then the picture; write a JSON line and then the encoded parts."""
    wish = json.loads(file.readline())
    parts: list[bytes] = []
    try:
        told, parts = _done(wish.pop("do"), file.read(), wish)
    except ImageRefused as refused:
        told = {"code": refused.code, "message": refused.message, "remedy": refused.remedy, "status": refused.status}
    file.write(json.dumps({**told, "sizes": [len(part) for part in parts]}).encode() + b"\n")
    for part in parts:
        file.write(part)


def _done(do: str, data: bytes, wish: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    if do == "check":
        return asdict(check(data, **wish)), []
    if do == "convert":
        return {}, [converted(data, wish["media_type"])]
    made = normalise(data, **wish)
    facts = {name: getattr(made, name) for name in ("media_type", "width", "height", "perceptual_hash", "facts")}
    return {**facts, "widths": list(made.thumbnails)}, [made.data, *made.thumbnails.values()]


if __name__ == "__main__":
    main()
