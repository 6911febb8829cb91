"""What generations announce upward. Sent inside the transaction of the change."""

from typing import Final

from django.dispatch import Signal

# kwargs: generation (Generation, running now; again each time a worker takes it up)
generation_started: Final = Signal()
# kwargs: generation (Generation, already in its final state)
generation_finished: Final = Signal()
