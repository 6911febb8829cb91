"""How allauth's pages behave here: our own sign-in limits, mails whose links never trust the Host header."""

from typing import Any, Final, cast
from urllib.parse import urlsplit, urlunsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from teams.accounts import throttle
from teams.accounts.models import User
from teams.base.errors import Refused

PRODUCT = "Designer BFF"
INVITATION: Final = "invitation"  # in the session: the digest of the key that somebody came with
INVITED: Final = "invited_email"  # in the session: the address whose mail held that key


class Site:
    """What mails call us: from the settings, for the Host header is the sender's word."""

    name = PRODUCT

    @property
    def domain(self) -> str:
        return urlsplit(settings.SITE_URL).netloc


def on_our_site(value: Any) -> Any:
    """An absolute http(s) URL moved to SITE_URL's scheme and host; anything else unchanged."""
    if not isinstance(value, str) or not value.startswith(("http://", "https://")):
        return value
    ours = urlsplit(settings.SITE_URL)
    return urlunsplit(urlsplit(value)._replace(scheme=ours.scheme, netloc=ours.netloc))


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def get_client_ip(self, request: HttpRequest) -> str:
        return throttle.address_of(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the try. Raises ValidationError when there is no room for it."""
        try:
            self._tried = throttle.take_try(request, str(credentials.get("email", "")))
        except Refused as refused:
            raise ValidationError(f"{refused.message} {refused.remedy}", code=refused.code) from refused

    def _rollback_login_failed_rl_usage(self) -> None:
        """allauth's hook for a sign-in that succeeded."""
        self._tried.give_back()

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """allauth's hook after a password reset."""
        throttle.clear(str(credentials.get("email", "")))

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        return bool(self.authenticate(self.request, email=cast("User", user).email, password=password) == user)

    def is_email_verified(self, request: HttpRequest, email: str) -> bool:
        """Whether an address that was typed at sign-up is the one whose mailbox held the invitation. No other address
        ever comes into the account: whoever sends a stranger their own invitation gains nothing."""
        return bool(request.session.get(INVITED) == email.lower())

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Back to the invitation that somebody came with, however many mails lie between."""
        return reverse("invitation") if INVITATION in request.session else str(super().get_login_redirect_url(request))

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **about: Any) -> HttpResponse:
        request.session.pop(INVITED, None)
        response: HttpResponse = super().post_login(request, user, **about)
        throttle.remember_device(request, response, cast("User", user))
        return response

    def format_email_subject(self, subject: str) -> str:
        return subject

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        safe = {name: on_our_site(value) for name, value in context.items()}
        super().send_mail(template_prefix, email, {**safe, "current_site": Site()})
