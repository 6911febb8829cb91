"""Where the work of a recipe waits: with the machines that compute, or with those that only ask others."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from designer.jobs.models import Lane
from enhancement.remote import offers

COMPUTING: Final = Lane.GPU
ASKING: Final = Lane.REMOTE


def lane_of(quote: Sequence[Mapping[str, Any]]) -> Lane:
    """The lane of a recipe by its quote: where services do every step, no computing worker is kept waiting."""
    return ASKING if quote and all(map(offers.sells, quote)) else COMPUTING
