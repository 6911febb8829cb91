"""Optimistic locking over HTTP: the ETag of a row, and the If-Match that must name it."""

import hashlib

from teams.base.errors import Refused
from teams.base.models import Row


def etag_of(row: Row) -> str:
    """A quoted tag that changes with every write of the row."""
    seen = f"{row.pk}:{row.updated_at.isoformat()}"
    return f'"{hashlib.sha256(seen.encode()).hexdigest()[:32]}"'


def require_match(header: str | None, row: Row) -> None:
    """Refuse unless `header` (If-Match) names this version of `row`: 428 without one, 412 for another version."""
    if not header:
        raise Refused(
            "precondition_required",
            "A change must say which version it changes.",
            field="If-Match",
            remedy="Read it first and send its ETag in If-Match.",
            status=428,
        )
    tags = [tag.strip() for tag in header.split(",")]
    if "*" not in tags and etag_of(row) not in tags:
        raise Refused(
            "changed_meanwhile",
            "Somebody changed this since you read it.",
            field="If-Match",
            remedy="Read it again and repeat your change.",
            status=412,
        )
