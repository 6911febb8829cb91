"""A worker that takes one job of the gpu lane and is killed on its way: python -m tests.enhancement.doomed SHARE.

Its tiles have 32 pixels, as in the tests' fixture `rows`.
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

    really = runner._progress

    def doomed(*given: Any) -> Callable[[float], None]:
        show = really(*given)

        def tell(share: float) -> None:
            show(share)
            if share >= killed_at:
                os.kill(os.getpid(), signal.SIGKILL)

        return tell

    tiles.room.edge_for = lambda network: 32
    resuming.WORTH = 0.0
    runner._progress = doomed  # type: ignore[assignment]
    perform(claim("gpu", "doomed"))


if __name__ == "__main__":
    main(float(sys.argv[1]))
