"""What every page knows."""

from typing import Any

from django.http import HttpRequest


def studio(request: HttpRequest) -> dict[str, Any]:
    return {}
