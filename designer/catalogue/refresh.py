"""Takes over the shutdown dates that vendors publish in their lists of models."""

import logging
import threading

from django.db import connection

from designer.catalogue.models import ModelProfile
from designer.catalogue.services import retire
from designer.providers.base import Lists, ProviderError
from designer.providers.registry import discover, image_provider

log = logging.getLogger(__name__)


def refresh(*, actor: object = None) -> list[str]:
    """Ask every vendor that is set up and lists its models; a sentence for each end that was new, or could not be read.

    A model that is missing from a list stays as it is: lists are often cut to what a key may use.
    """
    told = []
    for name in discover():
        provider = image_provider(name)
        if isinstance(provider, Lists) and provider.is_ready():
            told += _taken_over(name, provider, actor)
    return told


def refresh_aside() -> threading.Thread:
    """The scheduler's duty. A vendor answers when it likes, so it is asked in a thread of its own."""
    thread = threading.Thread(target=_refresh_and_leave, name="catalogue-refresh", daemon=True)
    thread.start()
    return thread


def _refresh_and_leave() -> None:
    try:
        refresh()
    except Exception:
        log.exception("the catalogue could not be refreshed")
    finally:
        connection.close()


def _taken_over(name: str, provider: Lists, actor: object) -> list[str]:
    try:
        listed = {each.model: each.ends_on for each in provider.models() if each.ends_on is not None}
    except ProviderError as error:
        log.warning("catalogue_refresh_failed", extra={"provider": name, "reason": error.message})
        return [f"{name} could not be asked: {error.message}"]
    rows = ModelProfile.objects.filter(provider=name, model__in=listed)
    return [
        f"{row.title} ends on {listed[row.model]:%d %B %Y}."
        for row in rows
        if retire(actor=actor, model=row, reason=f"published by {name}", ends_on=listed[row.model])
    ]
