from rest_framework.authentication import BaseAuthentication, SessionAuthentication  # noqa: F401
from rest_framework.permissions import IsAuthenticated


class BearerAuthentication(BaseAuthentication):
    def authenticate(self, request):  # type: ignore[no-untyped-def]
        return None


class ScopedIsAuthenticated(IsAuthenticated):
    pass
