"""What every page knows."""

from functools import cached_property
from typing import Any

from django.http import HttpRequest

from designer.notifications.models import Notification


class Bell:
    """What waits to be read by whoever looks at the page. Asked only where the page shows it, and once."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def unread(self) -> int:
        return Notification.objects.visible_to(self.request.user).unread().count()


def studio(request: HttpRequest) -> dict[str, Any]:
    return {"bell": Bell(request)}
