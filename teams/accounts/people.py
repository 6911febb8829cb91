"""Who is asking: the signed-in person behind a request that has passed its login or permission check."""

from django.http import HttpRequest
from rest_framework.request import Request

from teams.accounts.models import User


def person(request: HttpRequest | Request) -> User:
    """The signed-in user. Raises TypeError when nobody is: the view forgot to ask for a sign-in."""
    if not isinstance(request.user, User):
        raise TypeError("This view is for people who signed in.")
    return request.user
