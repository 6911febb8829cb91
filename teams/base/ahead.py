"""Reading ahead of whoever takes slowly: what holds something open is over as soon as it can be, whatever the line."""

import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import closing
from typing import Final

BLOCK: Final = 1 << 18
SLICE: Final = 0.25  # seconds of reading for each block that is taken
PATIENCE: Final = 20.0  # seconds, after which the rest is read in slices of
LONG_SLICE: Final = 10.0  # seconds: no proxy gives up on a line that is silent for so long


def ahead(blocks: Generator[bytes, None, None], *, patience: float = PATIENCE) -> Iterator[bytes]:
    """The bytes of `blocks`, which are read faster than they are taken and lie in a file meanwhile."""
    with closing(blocks), tempfile.TemporaryFile() as spool:
        until, taken, written, more = time.monotonic() + patience, 0, 0, True
        while more or taken < written:
            now = time.monotonic()
            stop = now + (SLICE if now < until else LONG_SLICE)
            while more and (time.monotonic() < stop or taken == written):
                block = next(blocks, None)
                more = block is not None
                if block:
                    spool.seek(written)
                    written += spool.write(block)
            spool.seek(taken)
            block = spool.read(min(BLOCK, written - taken))
            taken += len(block)
            if block:
                yield block
