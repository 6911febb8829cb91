"""An enlargement that goes on behind the rows that an attempt before it had finished: these lie in a file.

The file begins with a line that says of which picture, by which network, computed how and cut how its rows are: rows of
two plans never meet. Then band follows band, each with its checksum. A band counts once it is on the disk; where one is
damaged, it and all behind it are computed again. Nothing here is ever needed: where the disk has no room or fails, the
enlargement goes on without.
"""

from __future__ import annotations

import errno
import hashlib
import json
import logging
import os
import shutil
import time
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cached_property
from io import BufferedRandom
from pathlib import Path

import numpy as np

from enhancement.engine import room, tiles, trying
from enhancement.engine.asking import Cancelled, Progress
from enhancement.engine.errors import EngineCancelled
from enhancement.engine.networks import Network, Samples

logger = logging.getLogger(__name__)
WORTH = 5.0  # seconds of the whole enlargement; what is quicker is done again before anybody has missed it
SPARE = 2  # times the bytes of all rows that must be free: the result needs as many at most, and goes before them
FORM = 1  # of the file and of what the engine makes; another number makes earlier files worthless
LONGEST = 200  # bytes of the first line
CHECK = 4  # bytes of a checksum


def bands(
    image: Samples, network: Network, path: Path | None, *, progress: Progress, cancelled: Cancelled
) -> Iterator[Samples]:
    """What `tiles.bands` gives, bit for bit: those in the file at `path` from there, the others computed and, where the
    whole takes its time, kept there. Raises what `tiles.bands` raises. Who asks removes the file."""
    if path is None:
        yield from tiles.bands(image, network, progress=progress, cancelled=cancelled)
        return
    with closing(_Kept(path, _Plan(image, network, room.edge_for(network.of(image.dtype))))) as kept:
        yield from kept.found(progress, cancelled)
        tile, skip = kept.plan.edge, kept.count
        rest = tiles.bands(image, network, tile=tile, skip=skip, progress=progress, cancelled=cancelled)
        yield from map(kept.keep, rest)  # a loop would hold each band while the next is computed


@dataclass(frozen=True)
class _Plan:
    """A picture, a network and the edge of its tiles: what must be the same for bands to belong together."""

    image: Samples
    network: Network
    edge: int

    @cached_property
    def head(self) -> bytes:
        """The first line of a file with these rows."""
        network, machine = self.network, trying.machine(self.network.device)
        way = (network.name, network.label, network.scale, network.halo, network.align, *machine)
        seen = hashlib.sha256(repr((FORM, way, self.image.dtype.str, self.shapes)).encode())
        for part in trying.parameters(network):
            seen.update(part)
        seen.update(np.ascontiguousarray(self.image).data)
        return json.dumps({"edge": self.edge, "of": seen.hexdigest()}).encode() + b"\n"

    @cached_property
    def shapes(self) -> list[tuple[int, int, int]]:
        """Of all bands."""
        height, width, channels = self.image.shape
        heights = tiles.heights((height, width), self.network, tile=self.edge)
        return [(rows, width * self.network.scale, channels) for rows in heights]


class _Kept:
    """The file of an enlargement. plan: as memory allows now; where a file is found, as that was begun."""

    def __init__(self, path: Path, plan: _Plan) -> None:
        self.path, self.plan = path, plan
        self.file: BufferedRandom | None = None
        self.count, self.wanted = 0, True
        self.started = time.perf_counter()

    def found(self, progress: Progress, cancelled: Cancelled) -> Iterator[Samples]:
        """The bands of an earlier attempt, each read when asked for, as far as they are whole."""
        with self._or_without():
            self._open()
        while self.file and self.count < len(self.plan.shapes):
            if cancelled():
                raise EngineCancelled
            if (band := self._read(self.file)) is None:
                break
            self.count += 1
            progress(self._rows(self.count) / self._rows())
            yield band
        if self.count:
            logger.info("rows_found", extra={"model": self.plan.network.name, "bands": self.count})
        self.started = time.perf_counter()

    def keep(self, band: Samples) -> Samples:
        """The next band, once it is on the disk. How long the first took tells whether that is worth it."""
        with self._or_without():
            if self.wanted and not self.file:
                self._begin((time.perf_counter() - self.started) * self._rows() / len(band))
            if self.file:
                self.file.write(np.ascontiguousarray(band).data)
                self.file.write(_checksum(band))
                self.file.flush()
                os.fsync(self.file.fileno())
        return band

    def close(self) -> None:
        if self.file:
            self.file.close()

    def _rows(self, count: int | None = None) -> int:
        """Of the first bands, by default of all."""
        return sum(rows for rows, _, _ in self.plan.shapes[:count])

    def _open(self) -> None:
        """Take up a file of this very work. Its tiles may be smaller than memory allows now, never larger."""
        if not self.path.exists():
            return
        file = self.path.open("r+b")
        head = file.readline(LONGEST)
        plan = replace(self.plan, edge=_edge_in(head))
        if 0 < plan.edge <= self.plan.edge and plan.head == head:
            self.plan, self.file = plan, file
        else:
            file.close()
            self.path.unlink()

    def _begin(self, seconds: float) -> None:
        """A new file, if the whole takes so many seconds that it is worth it. Raises OSError where it has no room."""
        self.wanted = seconds >= WORTH
        if not self.wanted:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(self.path.parent).free < SPARE * self.plan.image.nbytes * self.plan.network.scale**2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.file = self.path.open("w+b")
        self.file.write(self.plan.head)

    def _read(self, file: BufferedRandom) -> Samples | None:
        """The next band, or None from where the file ends or is damaged; that part is cut off."""
        band = np.empty(self.plan.shapes[self.count], self.plan.image.dtype)
        with self._or_without():
            start = file.tell()
            whole = file.readinto(band.data.cast("B")) == band.nbytes
            if whole and file.read(CHECK) == _checksum(band):
                return band
            file.seek(start)
            file.truncate()
        return None

    @contextmanager
    def _or_without(self) -> Iterator[None]:
        """Trouble with the disk ends the keeping, not the work."""
        try:
            yield
        except OSError as error:
            logger.warning("rows_not_kept", extra={"reason": str(error)})
            self.wanted = False
            with suppress(OSError):  # what could not be written would be tried again
                self.close()
            self.file = None
            with suppress(OSError):
                self.path.unlink(missing_ok=True)


def _checksum(band: Samples) -> bytes:
    return zlib.crc32(np.ascontiguousarray(band).data).to_bytes(CHECK, "big")


def _edge_in(head: bytes) -> int:
    """The edge of tiles that the first line of a file tells; nought where it is no such line."""
    with suppress(ValueError, KeyError, TypeError, OverflowError):
        return int(json.loads(head)["edge"])
    return 0
