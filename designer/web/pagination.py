"""Cursor pages: `results`, `next`, `previous`; the place in a list stays right while rows are added."""

from typing import Any

from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

from teams.base.errors import Refused

ORDERS = {"": ("-created_at", "-id"), "-created_at": ("-created_at", "-id"), "created_at": ("created_at", "id")}


class CursorPages(CursorPagination):
    """`page_size` 1-200 (50), `ordering` created_at or -created_at."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"
    ordering = ("-created_at", "-id")

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> tuple[str, ...]:
        wish = request.query_params.get("ordering", "")
        if wish not in ORDERS:
            raise Refused(
                "unknown_ordering",
                "There is no such order.",
                field="ordering",
                remedy="Use created_at or -created_at.",
                status=400,
            )
        return ORDERS[wish]
