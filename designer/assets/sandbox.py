"""Decodes one picture in a process of its own: little memory, little time, no database, nothing but stdin and stdout.

The child reads one JSON line that says what to do and then the file; it answers one JSON line and then the encoded
parts. Whatever a hostile file does to the decoder, it does it there. The child imports no Django and starts in 0.2 s.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Final

from designer.assets.images import ImageRefused, Normalised, converted, normalise

MEMORY: Final = 1536 << 20  # bytes of address space
CPU_SECONDS: Final = 30
WALL_SECONDS: Final = 40
QUEUE_SECONDS: Final = 15  # with WALL_SECONDS below the 60 s after which Postgres ends an idle transaction
ROOT: Final = Path(__file__).resolve().parent.parent.parent
AT_ONCE: Final = threading.BoundedSemaphore(max(2, os.cpu_count() or 2))  # per process: each child may take MEMORY


def run(data: bytes, *, max_pixels: int, max_side: int, keep: bool = False) -> Normalised:
    """Normalise `data` in the sandbox. Raises ImageRefused, also when the child dies or takes too long."""
    answer, rest = _asked({"do": "take", "max_pixels": max_pixels, "max_side": max_side, "keep": keep}, data)
    try:
        sizes, widths = answer.pop("sizes"), answer.pop("widths")
        parts, place = [], 0
        for size in sizes:
            parts.append(rest[place : place + size])
            place += size
        return Normalised(data=parts[0], thumbnails=dict(zip(widths, parts[1:], strict=True)), **answer)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise _damaged() from error


def convert(data: bytes, media_type: str) -> bytes:
    """A stored picture as another type. Raises ImageRefused."""
    return _asked({"do": "convert", "media_type": media_type}, data)[1]


def _asked(wish: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """The child's line and what follows it. Raises ImageRefused with the child's reason, or because it has none."""
    if not AT_ONCE.acquire(timeout=QUEUE_SECONDS):
        raise ImageRefused("busy", "Too many pictures are being read at once.", "Try again in a moment.", 503)
    try:
        child = _child(json.dumps(wish).encode() + b"\n" + data)
    finally:
        AT_ONCE.release()
    line, _, rest = child.stdout.partition(b"\n")
    try:
        answer = json.loads(line) if child.returncode == 0 else None
    except ValueError as error:
        raise _damaged() from error
    if not isinstance(answer, dict):
        raise _damaged()
    if "code" in answer:
        raise ImageRefused(answer["code"], answer["message"], answer["remedy"], answer["status"])
    return answer, rest


def _child(said: bytes) -> subprocess.CompletedProcess[bytes]:
    bare = {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
    try:
        return subprocess.run(
            [sys.executable, "-s", "-m", "designer.assets.sandbox"],
            input=said,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=WALL_SECONDS,
            cwd=ROOT,
            env={**bare, "PYTHONDONTWRITEBYTECODE": "1"},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _damaged() from error


def _damaged() -> ImageRefused:
    return ImageRefused("unreadable", "The picture could not be decoded safely.", "Save it again in another program.")


def _limit() -> None:
    """Take away memory, time and files, where the system can (POSIX)."""
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def main() -> None:
    _limit()
    wish = json.loads(sys.stdin.buffer.readline())
    try:
        told, parts = _done(wish.pop("do"), sys.stdin.buffer.read(), wish)
    except ImageRefused as refused:
        told = {"code": refused.code, "message": refused.message, "remedy": refused.remedy, "status": refused.status}
        parts = []
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n")
    for part in parts:
        sys.stdout.buffer.write(part)


def _done(do: str, data: bytes, wish: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    if do == "convert":
        return {}, [converted(data, wish["media_type"])]
    made = normalise(data, **wish)
    parts = [made.data, *made.thumbnails.values()]
    facts = {name: getattr(made, name) for name in ("media_type", "width", "height", "perceptual_hash", "facts")}
    return {**facts, "sizes": [len(part) for part in parts], "widths": list(made.thumbnails)}, parts


if __name__ == "__main__":
    main()
