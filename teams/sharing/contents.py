"""What a shared thing shows: the floors that have images, collections and batches say so, each for its kind."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from teams.sharing.models import Share


@dataclass(frozen=True, slots=True)
class Contents:
    """Each is asked anew at every look, of the image, collection or batch itself, in one query with what the giver of
    the share may share now (`Share.given`).

    page: its images behind a place, as (place, id by which it is asked for, image), of so many places at most; one: the
    place and the image of that id as it is shown now, None where it is not among them; count: how many are shown; held:
    how many the team sees in the thing.
    """

    page: Callable[[Share, int, int], list[tuple[int, UUID, Any]]]
    one: Callable[[Share, UUID], tuple[int, Any] | None]
    count: Callable[[Share], int]
    held: Callable[[Any], int]


KINDS: Final[dict[str, Contents]] = {}


def register(kind: str, contents: Contents) -> None:
    """Called when Django starts. Raises ValueError for a second of a kind."""
    if kind in KINDS:
        raise ValueError(f"The contents of {kind!r} are registered twice.")
    KINDS[kind] = contents


def left_out(share: Share) -> int:
    """How many images of the thing it does not show, for they are not its giver's to share."""
    kind = KINDS[share.kind]
    return kind.held(share.about) - kind.count(share)
