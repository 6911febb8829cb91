"""A ZIP archive that is written while it is sent, of any size, in the memory of one block.

`zipfile` keeps a record of every entry until the end, a kilobyte each; here what the end needs lies in a file that is
deleted with the process. Sizes follow their entry (bit 3) and are of 64 bits always (APPNOTE 6.3.10, 4.3.9 and 4.5.3).
"""

import hashlib
import struct
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

FLAGS: Final = 0x0808  # sizes follow; names are UTF-8
NEEDS: Final = 45  # ZIP64
WHEN: Final = (0, (2026 - 1980) << 9 | 1 << 5 | 1)  # one time for all: the same rows make the same bytes
STORED: Final = 0
DEFLATED: Final = 8
FULL: Final = 0xFFFFFFFF
BLOCK: Final = 1 << 18


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of one entry: the SHA-256 of its content, and its size in bytes."""

    name: str
    sha256: str
    size: int


class Archive:
    """Yield from `entry` for each file and from `end` at last; `last` tells of the entry that was written last."""

    def __init__(self) -> None:
        self.directory = tempfile.TemporaryFile()  # noqa: SIM115  (closed by `close`)
        self.count = self.offset = 0
        self.last = Entry("", "", 0)

    def entry(self, name: str, blocks: Iterable[bytes], *, packed: bool = False) -> Iterator[bytes]:
        """A file of these blocks, deflated if `packed`; pictures are as small as they get."""
        start, title, method = self.offset, name.encode(), DEFLATED if packed else STORED
        extra = struct.pack("<HHQQ", 1, 16, 0, 0)
        head = (0x04034B50, NEEDS, FLAGS, method, *WHEN, 0, FULL, FULL, len(title), len(extra))
        yield self._told(struct.pack("<IHHHHHIIIHH", *head) + title + extra)
        digest, crc, size, stored = hashlib.sha256(), 0, 0, 0
        press = zlib.compressobj(6, zlib.DEFLATED, -15) if packed else None
        for block in blocks:
            digest.update(block)
            crc, size = zlib.crc32(block, crc), size + len(block)
            out = press.compress(block) if press else block
            stored += len(out)
            if out:
                yield self._told(out)
        rest = press.flush() if press else b""
        stored += len(rest)
        yield self._told(rest + struct.pack("<IIQQ", 0x08074B50, crc, stored, size))
        extra = struct.pack("<HHQQQ", 1, 24, size, stored, start)
        told = (crc, FULL, FULL, len(title), len(extra), 0, 0, 0, 0o600 << 16, FULL)
        line = (0x02014B50, 3 << 8 | NEEDS, NEEDS, FLAGS, method, *WHEN, *told)
        self.directory.write(struct.pack("<IHHHHHHIIIHHHHHII", *line) + title + extra)
        self.count += 1
        self.last = Entry(name, digest.hexdigest(), size)

    def end(self) -> Iterator[bytes]:
        """The directory, by which readers find their way."""
        start, size = self.offset, self.directory.tell()
        self.directory.seek(0)
        while block := self.directory.read(BLOCK):
            yield self._told(block)
        whole = struct.pack(
            "<IQHHIIQQQQ", 0x06064B50, 44, 3 << 8 | NEEDS, NEEDS, 0, 0, self.count, self.count, size, start
        )
        place = struct.pack("<IIQI", 0x07064B50, 0, self.offset, 1)
        yield self._told(whole + place + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 0xFFFF, 0xFFFF, FULL, FULL, 0))

    def close(self) -> None:
        self.directory.close()

    def _told(self, data: bytes) -> bytes:
        self.offset += len(data)
        return data
