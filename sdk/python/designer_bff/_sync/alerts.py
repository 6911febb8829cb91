# Written by `manage.py write_contracts` from the same file in _async. Change that, not this.

"""Calls of the API: alerts."""

from typing import Literal

from designer_bff import types
from designer_bff._sync.http import Caller
from designer_bff._sync.pages import Pages


class AlertsCalls(Caller):
    def alerts(
        self, *, ordering: Literal["created_at", "-created_at"] | None = None, page_size: int | None = None
    ) -> Pages[types.Alert]:
        """What holds now for everybody or for one's teams, newest first: providers down, budgets, maintenance."""
        return Pages(self, "/alerts", query={"ordering": ordering, "page_size": page_size})
