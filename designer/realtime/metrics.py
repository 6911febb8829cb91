"""What an operator wants to know of the sockets: how many, how late the news is, what did not get through."""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

READERS: Final = Gauge("designer_live_readers", "Who is signed in and listening, by socket or stream.", ["way"])
LAG: Final = Histogram(
    "designer_live_lag_seconds",
    "From the change that a fact tells of to its handing out in this process.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
CLOSED: Final = Counter("designer_live_closed", "Readers sent away, by closing code.", ["code"])
DROPPED: Final = Counter("designer_live_ticks_dropped", "Ticks that a slow reader had no room for.")
BEHIND: Final = Counter("designer_live_behind", "Times a reader fell behind and read on from the log.")
RESYNCED: Final = Counter("designer_live_resyncs", "Times a reader had to begin anew, by reason.", ["reason"])
