"""What a call that went well says of its model, written down where nothing of it can cost what the call brought."""

import logging

from django.db import DatabaseError, InterfaceError

from designer.generations import health

log = logging.getLogger(__name__)


def went_well(provider: str, model: str, seconds_per_image: float) -> None:
    """As health's, but a note that cannot be written is left out: the answer is paid for, and a job that failed now
    would have to tell that it may be lost."""
    try:
        health.went_well(provider, model, seconds_per_image)
    except (DatabaseError, InterfaceError):
        log.exception("The health of %s (%s) could not be noted", model, provider)
