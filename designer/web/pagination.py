"""Cursor pages: `results`, `next`, `previous`; the place in a list stays right while rows are added."""

from typing import Any, Final

from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

from teams.base.errors import Refused
from teams.membership.ownership import OwnedQuerySet

ORDERS: Final = {
    "": ("-created_at", "-id"),
    "-created_at": ("-created_at", "-id"),
    "created_at": ("created_at", "id"),
}


class TeamByTeam:
    """Rows of somebody's teams as a pagination takes them: put in order, narrowed, and cut once at the end."""

    def __init__(self, rows: OwnedQuerySet[Any], order: tuple[str, ...] = ()) -> None:
        self.rows, self.order = rows, order

    def order_by(self, *order: str) -> "TeamByTeam":
        return TeamByTeam(self.rows, order)

    def filter(self, *said: Any, **more: Any) -> "TeamByTeam":
        return TeamByTeam(self.rows.filter(*said, **more), self.order)

    def __getitem__(self, cut: slice) -> QuerySet[Any]:
        return self.rows.first_in(*self.order, limit=cut.stop)[cut.start :]


class CursorPages(CursorPagination):
    """`page_size` 1-200 (50), `ordering` created_at or -created_at. Anything else is refused with 400."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"
    ordering = ("-created_at", "-id")

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        seen = isinstance(queryset, OwnedQuerySet) and queryset.seen_by is not None
        rows: Any = TeamByTeam(queryset) if seen else queryset
        found: list[Any] | None = super().paginate_queryset(rows, request, view)
        return found

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> tuple[str, ...]:
        wish = request.query_params.get("ordering", "")
        if wish not in ORDERS:
            raise _refused("unknown_ordering", "There is no such order.", "ordering", "Use created_at or -created_at.")
        return ORDERS[wish]

    def get_page_size(self, request: Request) -> int:
        wish = request.query_params.get("page_size", str(self.page_size))
        if not (wish.isascii() and wish.isdigit() and len(wish) <= 3 and 1 <= int(wish) <= self.max_page_size):
            remedy = f"Use a whole number from 1 to {self.max_page_size}."
            raise _refused("bad_page_size", "A page cannot be of that size.", "page_size", remedy)
        return int(wish)

    def decode_cursor(self, request: Request) -> Cursor | None:
        try:
            cursor = super().decode_cursor(request)
            if cursor is not None and cursor.position is not None:
                _moment(str(cursor.position))
        except (NotFound, ValueError) as error:
            remedy = "Follow `next` and `previous` as they are."
            raise _refused("bad_cursor", "This cursor was not made here.", "cursor", remedy) from error
        return cursor

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        said = [line for line in super().get_schema_operation_parameters(view) if line["name"] != "page_size"]
        size = {"type": "integer", "minimum": 1, "maximum": self.max_page_size, "default": self.page_size}
        order = {"type": "string", "enum": ["created_at", "-created_at"], "default": "-created_at"}
        return [
            *said,
            {"name": "page_size", "required": False, "in": "query", "schema": size},
            {"name": "ordering", "required": False, "in": "query", "schema": order},
        ]


def _moment(text: str) -> None:
    """Raises ValueError unless `text` is a moment with its zone: the position of a row in the list."""
    moment = parse_datetime(text)
    if moment is None or moment.tzinfo is None:
        raise ValueError(text)


def _refused(code: str, message: str, field: str, remedy: str) -> Refused:
    return Refused(code, message, field=field, remedy=remedy, status=400)
