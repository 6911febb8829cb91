"""Ids as people and programs write them."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from teams.base.errors import Missing

MOST: Final = 500  # that one request may name


def id_of(text: str) -> UUID | None:
    """The id that `text` is; None for all else."""
    try:
        return UUID(text.strip())
    except ValueError:
        return None


def words_of(said: Iterable[str]) -> list[str]:
    """What a field of a form says, given again and again or once with commas between: a form has at most 200 fields, a
    selection thousands of images."""
    return [word.strip() for text in said for word in text.split(",") if word.strip()]


def named(text: str) -> UUID:
    """The id that a form or an address names. Raises Missing for what is none: it names nothing."""
    found = id_of(text)
    if found is None:
        raise Missing(message="There is no such thing.", remedy="Reload the page.")
    return found
