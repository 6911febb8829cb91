"""Writing the audit log, and proving that nobody rewrote it."""

from typing import Final, Protocol
from uuid import UUID

from django.db import connection

from teams.audit.models import AuditEntry

BROKEN: Final = """
SELECT number FROM (
    SELECT entry.number, entry.digest, entry.previous_digest, audit_digest(entry) AS due,
           coalesce(lag(entry.digest) OVER chain, '') AS before, row_number() OVER chain AS place
    FROM audit_entries entry WHERE entry.number IS NOT NULL WINDOW chain AS (ORDER BY entry.number)
) link
WHERE digest <> due OR previous_digest <> before OR number <> place ORDER BY number LIMIT 1
"""


class Actor(Protocol):
    """Whoever did it: anything with an id."""

    @property
    def pk(self) -> UUID: ...


def write(
    actor: Actor | None, action: str, subject: str, facts: dict[str, object], team_id: UUID | None = None
) -> AuditEntry:
    """Note what `actor` did to `subject` ("team:<id>"), in the caller's transaction. `facts` must hold no secret.

    The row is numbered and chained when that transaction commits, under a lock. Write it before the first
    event of that transaction, which is numbered under a lock too: two that take them in two orders wait for each other.
    Raises TypeError for facts that are not JSON.
    """
    return AuditEntry.objects.create(
        actor_id=actor.pk if actor else None, action=action, subject=subject, facts=facts, team_id=team_id
    )


def verify_chain() -> int | None:
    """The number of the first entry that was changed, inserted or removed; None when the whole chain holds.

    It cannot see that the newest entries were cut off together: compare the last digest with an exported one for that.
    """
    with connection.cursor() as cursor:
        cursor.execute(BROKEN)
        found = cursor.fetchone()
    return int(found[0]) if found else None
