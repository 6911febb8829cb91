"""A web process that is asked to end tells its readers first: a stream would else be waited for until patience ends."""

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Final

SIGNS: Final = (signal.SIGTERM, signal.SIGINT)
Handler = Callable[[int, FrameType | None], object]


def before_the_end(act: Callable[[], None]) -> None:
    """Call `act` when the process is asked to end, and then what was to be called before.

    Does nothing outside the main thread. `act` runs inside a signal handler: it may do no more than hand the work on.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    for sign in SIGNS:
        signal.signal(sign, _first(act, signal.getsignal(sign)))


def _first(act: Callable[[], None], then: "Handler | int | None") -> Handler:
    def handle(number: int, stack: FrameType | None) -> None:
        act()
        if callable(then):
            then(number, stack)
        elif then == signal.SIG_DFL:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)

    return handle
