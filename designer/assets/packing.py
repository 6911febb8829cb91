"""Files on their way into an archive that is never whole anywhere: one block in memory at a time.

For what people open by hand: `zipfile` writes ZIP64 only where it must, which every desktop's own tool reads. It keeps
a kilobyte of each entry till the end; an archive of any number of entries is `teams.base.archives`.
"""

import io
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.core.files import File

from designer.assets.blobs import opened
from teams.base.errors import Refused

BLOCK: Final = 1 << 18


class _Pipe(io.RawIOBase):
    """Takes what the archive writes; `taken` gives it on."""

    def __init__(self) -> None:
        self._blocks: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._blocks.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        found = b"".join(self._blocks)
        self._blocks.clear()
        return found


def packed(entries: Iterable[tuple[str, Iterator[bytes]]]) -> Iterator[bytes]:
    """A ZIP of these, uncompressed: each a name and its bytes, which are asked for when their turn has come."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:
        for name, blocks in entries:
            with archive.open(zipfile.ZipInfo(name, date_time=(2026, 1, 1, 0, 0, 0)), "w") as entry:
                for block in blocks:
                    entry.write(block)
                    yield pipe.taken()
    yield pipe.taken()


def blocks_of(path: str) -> Iterator[bytes]:
    """A stored file; nothing where it has gone."""
    try:
        file = opened(path)
    except Refused:
        return
    yield from blocks_in(file)


def blocks_in(file: File[Any]) -> Iterator[bytes]:
    """What is left of a file that was opened, which is closed then."""
    with file:
        while block := file.read(BLOCK):
            yield block
