# Written by `manage.py write_contracts` from the API description. Change that, not this.

"""Calls of the API: alerts."""

from typing import Literal

from designer_bff import types
from designer_bff._async.http import Caller
from designer_bff._async.pages import AsyncPages


class AlertsCalls(Caller):
    def alerts(
        self, *, ordering: Literal["created_at", "-created_at"] | None = None, page_size: int | None = None
    ) -> AsyncPages[types.Alert]:
        """What holds now for everybody or for one's teams, newest first: providers down, budgets, maintenance."""
        return AsyncPages(self, "/alerts", query={"ordering": ordering, "page_size": page_size})
