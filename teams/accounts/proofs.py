"""Whether what proved a caller still does: asked again by whoever goes on serving after the first answer."""

from collections.abc import Callable
from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from rest_framework.request import Request

from teams.accounts.models import ApiToken, User
from teams.base.errors import Forbidden, Missing


def by_session(key: str) -> tuple[User, SessionBase] | None:
    """The person of a live session, and it. Checks the password fingerprint as every page does."""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    user = get_user(request)
    return (user, request.session) if isinstance(user, User) and user.is_active else None


def renewed(request: Request | HttpRequest) -> User | None:
    """The caller by the same session or token, asked anew; None if that no longer holds. Pages know only sessions."""
    auth = getattr(request, "auth", None)
    if isinstance(auth, ApiToken):
        live = ApiToken.objects.live().filter(pk=auth.pk, user__is_active=True)
        token = live.select_related("user").first()
        return token.user if token else None
    found = by_session(request.session.session_key or "")
    return found[0] if found else None


def still(request: Request | HttpRequest, see: Callable[[User], object]) -> Callable[[], bool]:
    """A question for later: is the caller who they were, and does `see` still show it to them?"""

    def ask() -> bool:
        user = renewed(request)
        if user is None:
            return False
        try:
            see(user)
        except (Missing, Forbidden):
            return False
        return True

    return ask
