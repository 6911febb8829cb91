"""Which addresses are a person's: what waits for an address is for who has it, and nobody else."""

from allauth.account import app_settings
from allauth.account.models import EmailAddress

from teams.accounts.models import User
from teams.membership.invitations import whose


def addresses_of(user: User) -> list[str]:
    """In lower case. Where the studio confirms addresses, those that were confirmed; else also the one of the account,
    unless somebody else has confirmed it."""
    confirmed = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    own = user.email.lower()
    others = EmailAddress.objects.filter(email__iexact=own, verified=True).exclude(user=user)
    is_ours = app_settings.EMAIL_VERIFICATION != "mandatory" and not others.exists()
    return sorted({*(address.lower() for address in confirmed), *([own] if is_ours else [])})


def account_of(email: str) -> User | None:
    """Whose address it is: of who has confirmed it, else of the one account that is opened for it; None: nobody's."""
    confirmed = EmailAddress.objects.filter(email=email, verified=True).select_related("user").first()
    if confirmed is not None:
        found: User = confirmed.user
        return found
    return whose(email).first()
