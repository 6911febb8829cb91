"""What every page knows."""

from functools import cached_property
from typing import Any, Final

from django.http import HttpRequest

from designer.notifications import alerts
from designer.notifications.models import Notification
from teams.membership.ownership import visible_teams

MOST_TEAMS: Final = 20  # that a page listens to


class Bell:
    """What waits to be read by whoever looks at the page. Asked only where the page shows it, and once."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def unread(self) -> int:
        return Notification.objects.visible_to(self.request.user).unread().count()


class Standing:
    """What holds for whoever looks at the page, beyond the page itself; asked only where it is shown, and once."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def alerts(self) -> list[alerts.Banner]:
        return alerts.shown_to(self.request)

    @cached_property
    def channels(self) -> str:
        """Of one's teams, in a row, as <live-row> takes them."""
        teams = visible_teams(self.request.user).order_by("created_at").values_list("pk", flat=True)[:MOST_TEAMS]
        return " ".join(f"team:{pk}" for pk in teams)


def studio(request: HttpRequest) -> dict[str, Any]:
    return {"bell": Bell(request), "standing": Standing(request)}
