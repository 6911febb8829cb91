"""One valid row each, made the way the product makes it."""

from typing import Any

import factory

from teams.accounts.models import User
from teams.membership.models import Membership, Role, Team

PASSWORD = "correct horse battery staple"


class UserFactory(factory.django.DjangoModelFactory[User]):  # type: ignore[misc]
    """A person with a personal team of their own, who signs in with `PASSWORD`."""

    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"designer{n}@example.org")
    name = factory.Sequence(lambda n: f"Designer {n}")
    password = PASSWORD

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **fields: Any) -> User:
        return model_class.objects.create_user(*args, **fields)


class TeamFactory(factory.django.DjangoModelFactory[Team]):  # type: ignore[misc]
    """A shared team. Its owner is a new person, or `owner=`."""

    class Meta:
        model = Team
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Atelier {n}")
    slug = factory.Sequence(lambda n: f"atelier-{n}")

    @factory.post_generation
    def owner(team: Team, create: bool, extracted: User | None, **about: Any) -> None:  # noqa: N805  (factory_boy's hook)
        if create:
            Membership.objects.create(team=team, user=extracted or UserFactory(**about), role=Role.OWNER)


class MembershipFactory(factory.django.DjangoModelFactory[Membership]):  # type: ignore[misc]
    class Meta:
        model = Membership

    team = factory.SubFactory(TeamFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.EDITOR
