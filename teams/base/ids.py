"""Ids as people and programs write them."""

from uuid import UUID

from teams.base.errors import Missing


def id_of(text: str) -> UUID | None:
    """The id that `text` is; None for all else."""
    try:
        return UUID(text.strip())
    except ValueError:
        return None


def named(text: str) -> UUID:
    """The id that a form or an address names. Raises Missing for what is none: it names nothing."""
    found = id_of(text)
    if found is None:
        raise Missing(message="There is no such thing.", remedy="Reload the page.")
    return found
