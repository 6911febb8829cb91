"""A worker that takes one job of the gpu lane and is killed on its way: python -m tests.enhancement.doomed SHARE.

Its tiles have 32 pixels, as in the tests' fixture `rows`. The last that it prints is how many rows it has begun.
"""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import django


def main(killed_at: float) -> None:
    django.setup()
    from designer.jobs.claims import claim
    from designer.jobs.running import perform
    from enhancement import runner
    from enhancement.engine import resuming, tiles

    really, band, begun = runner._progress, tiles._Work.band, 0

    def counted(*given: Any) -> Any:
        nonlocal begun
        begun += 1
        return band(*given)

    def doomed(*given: Any) -> Callable[[float], None]:
        show = really(*given)

        def tell(share: float) -> None:
            show(share)
            if share >= killed_at:
                print(begun, flush=True)
                os.kill(os.getpid(), signal.SIGKILL)

        return tell

    tiles.room.edge_for = lambda network: 32
    resuming.WORTH = 0.0
    tiles._Work.band = counted  # type: ignore[method-assign, assignment]
    runner._progress = doomed  # type: ignore[assignment]
    perform(claim("gpu", "doomed"))


if __name__ == "__main__":
    main(float(sys.argv[1]))
