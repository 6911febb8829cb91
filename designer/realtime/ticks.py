"""What passes and is not kept: percent within a stage, cursors, presence. Unnumbered, newest wins, may be lost."""

from typing import Any

from django.utils import timezone

from designer.realtime.events import checked_channel, checked_event, plain
from designer.realtime.herald import herald

MAX_TICK = 8 << 10


def tick(channel: str, event: str, data: dict[str, Any], *, source: str = "") -> None:
    """Show `data` to those who watch `channel` right now; a newer tick of one name and `source` replaces an older.

    Safe from anywhere: inside or outside a transaction, in a worker, a thread or an event loop. Raises ValueError for a
    malformed channel, name or payload, and never because of the network.
    """
    checked_event(event, data)
    message = {"event": event, "data": plain(data, limit=MAX_TICK), "source": source, "at": timezone.now().isoformat()}
    herald.tick(checked_channel(channel), message)
