"""State columns: legal moves stand in one table per model, and a move is one conditional UPDATE that says who won."""

from typing import Any, TypeVar
from uuid import UUID

from django.db import models
from django.db.models.functions import Now

from teams.base.errors import Conflict

M = TypeVar("M", bound=models.Model)


class MovingQuerySet(models.QuerySet[M]):
    """For models with a `status` column and `MOVES: dict[state, set[state]]`."""

    def move(self, pk: UUID | str, to: str, **changes: Any) -> None:
        """Move the row to state `to`. Two workers may try; the database lets one win. Raises Conflict for the other."""
        moves: dict[str, set[str]] = getattr(self.model, "MOVES")  # noqa: B009  (declared by each model)
        origins = [state for state, ends in moves.items() if to in ends]
        values = {"status": to, "updated_at": Now(), **changes}
        if not self.filter(pk=pk, status__in=origins).update(**values):
            name = self.model._meta.verbose_name
            raise Conflict("illegal_move", f"This {name} can no longer become {to}.", remedy="Reload it.")
