"""Which addresses are a person's: what waits for an address is for who has it, and nobody else. And how people are
called outside their team."""

from allauth.account import app_settings
from allauth.account.models import EmailAddress

from teams.accounts.models import User


def addresses_of(user: User) -> list[str]:
    """In lower case. Where the studio confirms addresses, those that were confirmed; else also the one of the account,
    unless somebody else has confirmed it."""
    confirmed = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    own = user.email.lower()
    others = EmailAddress.objects.filter(email__iexact=own, verified=True).exclude(user=user)
    is_ours = app_settings.EMAIL_VERIFICATION != "mandatory" and not others.exists()
    return sorted({*(address.lower() for address in confirmed), *([own] if is_ours else [])})


def confirmed_by(email: str) -> User | None:
    """Who has confirmed that this address is theirs; an account that only says so may be anybody's."""
    found = EmailAddress.objects.filter(email__iexact=email, verified=True, user__is_active=True).select_related("user")
    first = found.order_by("pk").first()
    if first is None:
        return None
    user: User = first.user
    return user


def called_outside(user: User) -> str:
    """Their name. Who gave none is not told by their address, as they are inside."""
    return user.name or "a designer"
