"""What one socket and one person may cost, and the bucket that measures it."""

import time
from typing import Final

LOOK: Final = 2.5  # seconds between two looks at the log: the most that a lost nudge can cost
LOOKS_PER_BEAT: Final = 4  # readers hear at least a heartbeat every 10 s
AUTH_WAIT: Final = 5.0  # seconds until a socket without credentials is closed
STALL: Final = 20.0  # seconds a frame may wait for its reader
MAX_FRAME: Final = 64 << 10  # bytes of one message from a client
MAX_OUTBOX: Final = 256 << 10  # bytes waiting for one reader
MAX_CHANNELS: Final = 100
MAX_STREAMED: Final = 20  # channels of one stream of Server-Sent Events: each event carries the place in all of them
MAX_NAME: Final = 80  # characters of a channel's name
MAX_SOCKETS: Final = 20  # per person and web process
MAX_UNSIGNED: Final = 100  # per address and web process: sockets whose credentials are still awaited
MESSAGES_PER_SECOND: Final = 20
BURST: Final = 120  # enough to subscribe to every channel at once after a reconnect
MAX_THROTTLED: Final = 100  # messages in a row that had to wait: five seconds of flood
MAX_MALFORMED: Final = 20
MAX_STATE: Final = 1 << 10  # bytes of a presence or cursor state
MAX_DEPTH: Final = 32  # levels of lists and objects in it
PAGE: Final = 100  # facts read at once for a replay

CLOSE_BROKEN: Final = 1011
CLOSE_GOING_ON: Final = 1012
NOT_NOW: Final = "this did not work just now"
CLOSE_MALFORMED: Final = 4400
CLOSE_UNAUTHENTICATED: Final = 4401
CLOSE_FORBIDDEN: Final = 4403
CLOSE_TOO_SLOW: Final = 4408
CLOSE_FLOOD: Final = 4429


class Bucket:
    """A token bucket: `take` says how many seconds to wait before the next message may be served."""

    def __init__(self, rate: float = MESSAGES_PER_SECOND, burst: float = BURST) -> None:
        self.rate, self.burst = rate, burst
        self.tokens, self.filled_at = burst, time.monotonic()
        self.throttled = 0

    def take(self) -> float:
        now = time.monotonic()
        self.tokens = min(self.burst, self.tokens + (now - self.filled_at) * self.rate)
        self.filled_at = now
        if self.tokens > self.burst / 2:
            self.throttled = 0
        self.tokens -= 1
        if self.tokens >= 0:
            return 0.0
        self.throttled += 1
        return -self.tokens / self.rate
