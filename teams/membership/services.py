"""The only writers of teams and memberships."""

import secrets

from django.db import transaction
from django.utils.text import slugify

from teams.accounts.models import User
from teams.membership.models import Membership, Role, Team

NAME_LENGTH = 80


def free_slug(name: str) -> str:
    """A readable slug with a random end, so that no name is ever taken and none can be guessed."""
    return f"{slugify(name)[:60] or 'team'}-{secrets.token_hex(4)}"


@transaction.atomic
def create_personal_team(*, owner: User) -> Team:
    """The team that holds a person's own work."""
    name = f"{owner.shown_name[:60]}'s studio"
    team = Team.objects.create(name=name, slug=free_slug(owner.shown_name), personal=True)
    Membership.objects.create(team=team, user=owner, role=Role.OWNER)
    return team
