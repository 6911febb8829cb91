"""What enhancement announces upward. Sent inside the transaction of the change."""

from typing import Final

from django.dispatch import Signal

# kwargs: enhancement (Enhancement, running now; again each time a worker takes it up)
enhancement_started: Final = Signal()
# kwargs: enhancement (Enhancement, already in its final state)
enhancement_finished: Final = Signal()
