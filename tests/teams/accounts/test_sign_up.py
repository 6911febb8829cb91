"""A new account has a place for its work at once."""

import pytest

from teams.accounts.models import User
from teams.membership.models import Membership
from tests.conftest import ROLES


@pytest.mark.django_db
def test_every_new_person_owns_a_personal_team():
    person = User.objects.create_user("ada@example.org", "correct horse battery")
    membership = Membership.objects.get(user=person)
    assert (membership.role, membership.team.personal) == ("owner", True)


@pytest.mark.parametrize("role", [*ROLES, "stranger", None])
def test_the_clients_of_all_roles_are_who_they_say(role, client_of, team):
    found = client_of(role)
    if role is None:
        assert "sessionid" not in found.cookies and found.user is None
    else:
        held = Membership.objects.filter(team=team, user=found.user).values_list("role", flat=True).first()
        assert held == (None if role == "stranger" else role)
