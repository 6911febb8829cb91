"""Decodes one picture in a process of its own: little memory, little time, no database, nothing but stdin and stdout.

The child reads one JSON line of limits and then the file; it answers one JSON line and then the encoded parts. Whatever
a hostile file does to the decoder, it does it here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from designer.assets.images import ImageRefused, Normalised, normalise

MEMORY: Final = 2 << 30
CPU_SECONDS: Final = 30
WALL_SECONDS: Final = 60
ROOT: Final = Path(__file__).resolve().parent.parent.parent


def run(data: bytes, *, max_pixels: int, max_side: int, keep: bool = False) -> Normalised:
    """Normalise `data` in the sandbox. Raises ImageRefused, also when the child dies or takes too long."""
    head = json.dumps({"max_pixels": max_pixels, "max_side": max_side, "keep": keep}).encode() + b"\n"
    bare = {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
    try:
        child = subprocess.run(
            [sys.executable, "-m", "designer.assets.sandbox"],
            input=head + data,
            capture_output=True,
            timeout=WALL_SECONDS,
            cwd=ROOT,
            env={**bare, "PYTHONDONTWRITEBYTECODE": "1"},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _damaged() from error
    line, _, rest = child.stdout.partition(b"\n")
    if child.returncode != 0 or not line:
        raise _damaged()
    return _read_answer(json.loads(line), rest)


def _damaged() -> ImageRefused:
    return ImageRefused("unreadable", "The picture could not be decoded safely.", "Save it again in another program.")


def _read_answer(answer: dict[str, Any], rest: bytes) -> Normalised:
    if "code" in answer:
        raise ImageRefused(answer["code"], answer["message"], answer["remedy"], answer["status"])
    sizes: list[int] = answer.pop("sizes")
    parts, place = [], 0
    for size in sizes:
        parts.append(rest[place : place + size])
        place += size
    widths = answer.pop("widths")
    return Normalised(data=parts[0], thumbnails=dict(zip(widths, parts[1:], strict=True)), **answer)


def _limit() -> None:
    """Take away memory and time, where the system can (POSIX)."""
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def main() -> None:
    _limit()
    limits = json.loads(sys.stdin.buffer.readline())
    try:
        made = normalise(sys.stdin.buffer.read(), **limits)
    except ImageRefused as refused:
        told = {"code": refused.code, "message": refused.message, "remedy": refused.remedy, "status": refused.status}
        sys.stdout.buffer.write(json.dumps(told).encode() + b"\n")
        return
    parts = [made.data, *made.thumbnails.values()]
    facts = {name: getattr(made, name) for name in ("media_type", "width", "height", "perceptual_hash", "facts")}
    told = {**facts, "sizes": [len(part) for part in parts], "widths": list(made.thumbnails)}
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n")
    for part in parts:
        sys.stdout.buffer.write(part)


if __name__ == "__main__":
    main()
