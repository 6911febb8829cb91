"""What generations announce upward. Sent inside the transaction that ends the generation."""

from typing import Final

from django.dispatch import Signal

# kwargs: generation (Generation, already in its final state)
generation_finished: Final = Signal()
