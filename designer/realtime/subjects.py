"""What can be watched: each room says, for its kind, who may watch and what the truth looks like now."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from designer.realtime.events import CHANNEL_FORM
from teams.accounts.models import User
from teams.base.errors import Missing

NOBODY: Final = UUID(int=0)  # the id of `system`, which has none


@dataclass(frozen=True, slots=True)
class Subject:
    """One kind of channel. Both functions ask the same queryset as the HTTP API does.

    shared: people meet there, and see where the others look and point. Of a team or the whole studio they would see
    everybody on every page.
    """

    may_watch: Callable[[User, UUID], bool]
    snapshot: Callable[[User, UUID], dict[str, Any]]
    shared: bool = False


SUBJECTS: Final[dict[str, Subject]] = {}


def register(
    kind: str,
    *,
    may_watch: Callable[[User, UUID], bool],
    snapshot: Callable[[User, UUID], dict[str, Any]],
    shared: bool = False,
) -> None:
    """Make channels `<kind>:<uuid>` watchable. Called when Django starts. Raises ValueError for a second of a kind."""
    if kind in SUBJECTS:
        raise ValueError(f"Subject {kind!r} is registered twice.")
    SUBJECTS[kind] = Subject(may_watch, snapshot, shared)


def split(channel: str) -> tuple[str, UUID]:
    """Kind and id of a well-formed channel; Missing for anything else."""
    found = CHANNEL_FORM.fullmatch(channel)
    if not found:
        raise missing()
    return found["kind"] or channel, UUID(found["id"]) if found["id"] else NOBODY


def missing() -> Missing:
    """The one answer for malformed, unknown and foreign channels, so that nobody learns which ids exist."""
    return Missing(message="There is no such channel.", field="channel", remedy="Check the id, or ask for access.")


def may_watch(user: User, channel: str) -> bool:
    """Whether `user` may watch `channel` now; False for channels that do not exist."""
    try:
        kind, pk = split(channel)
    except Missing:
        return False
    return kind in SUBJECTS and SUBJECTS[kind].may_watch(user, pk)


def snapshot(user: User, channel: str) -> dict[str, Any]:
    """The channel's present truth. Raises Missing where `may_watch` says no."""
    if not may_watch(user, channel):
        raise missing()
    kind, pk = split(channel)
    return SUBJECTS[kind].snapshot(user, pk)


def is_shared(channel: str) -> bool:
    """Whether people meet on this channel, which exists."""
    return SUBJECTS[split(channel)[0]].shared


def shared() -> list[str]:
    """The kinds of channels on which people meet."""
    return sorted(kind for kind, subject in SUBJECTS.items() if subject.shared)
