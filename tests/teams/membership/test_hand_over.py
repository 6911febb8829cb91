"""A team changes hands in one step: a new owner is made, the old one steps down, and nobody comes in between."""

import pytest

from teams.audit.models import AuditEntry
from teams.base.errors import Refused
from teams.membership.handing_over import hand_over
from teams.membership.models import Membership
from tests.work import all_at_once

pytestmark = pytest.mark.django_db
GIVES = {"owner": 200, "admin": 403, "editor": 403, "viewer": 403, "stranger": 404, None: 401}


def roles(team):
    return dict(Membership.objects.filter(team=team).values_list("user", "role"))


@pytest.mark.parametrize(("role", "status"), GIVES.items())
def test_only_owners_hand_a_team_over(role, status, team, member, client_of):
    heir, client = member("editor"), client_of(role)
    answer = client.post(f"/api/teams/{team.pk}/hand-over", {"user": str(heir.pk)}, format="json")
    assert answer.status_code == status
    assert roles(team)[heir.pk] == ("owner" if status == 200 else "editor")
    if status == 200:
        assert roles(team)[client.user.pk] == "admin"
        assert AuditEntry.objects.filter(team_id=team.pk, action="team.handed_over").count() == 1


def test_the_old_owner_chooses_what_they_become(team, member, client_of):
    heir, owner = member("viewer"), client_of("owner")
    said = {"user": str(heir.pk), "own_role": "viewer"}
    assert owner.post(f"/api/teams/{team.pk}/hand-over", said, format="json").json()["role"] == "owner"
    assert roles(team)[owner.user.pk] == "viewer"


@pytest.mark.parametrize("who", ["stranger", "self", "suspended"])
def test_the_heir_is_another_member_in_good_standing(who, team, member, client_of):
    owner = client_of("owner")
    heir = {"stranger": lambda: member("stranger"), "self": lambda: owner.user, "suspended": lambda: member("editor")}
    person = heir[who]()
    if who == "suspended":
        person.is_active = False
        person.save()
    answer = owner.post(f"/api/teams/{team.pk}/hand-over", {"user": str(person.pk)}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (422, "no_such_heir")
    assert roles(team)[owner.user.pk] == "owner"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"user": ""}, 'name="user" required'),
        ({"user": "x"}, 'name="user" required'),
        ({"user": "heir", "own_role": "king"}, 'name="own_role"'),
        ({"user": "heir", "own_role": "owner"}, 'name="own_role"'),
    ],
)
def test_the_page_says_at_the_field_why_a_team_is_not_handed_over(said, field, team, member, client_of):
    owner, heir = client_of("owner"), member("editor")
    form = {**said, "user": str(heir.pk) if said["user"] == "heir" else said["user"]}
    answer = owner.post(f"/teams/{team.pk}/hand-over", form, format="multipart")
    assert answer.status_code == 422
    assert f'{field} aria-invalid="true" aria-describedby="refused"' in answer.content.decode()
    if "own_role" in said:
        wish = {"user": str(heir.pk), "own_role": said["own_role"]}
        told = owner.post(f"/api/teams/{team.pk}/hand-over", wish, format="json").json()
        assert told["errors"][0]["field"] == "own_role"


def test_an_archived_team_is_not_handed_over(team, member, client_of):
    owner, heir = client_of("owner"), member("editor")
    owner.post(f"/api/teams/{team.pk}/archive")
    answer = owner.post(f"/api/teams/{team.pk}/hand-over", {"user": str(heir.pk)}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "team_archived")


@pytest.mark.django_db(transaction=True)
def test_handed_to_sixteen_at_once_one_has_it(team, member):
    owner, heirs = member("owner"), [member("editor") for _ in range(16)]

    def give(heir):
        try:
            hand_over(actor=owner, team_id=team.pk, user_id=heir.pk)
        except Refused as refused:
            return refused.code
        return "given"

    outcome = all_at_once(give, heirs)  # ten at a time are counted, until they are refused
    assert outcome["given"] == 1 and set(outcome) <= {"given", "owner_only", "too_often"}
    assert sorted(roles(team).values()).count("owner") == 1


def test_the_page_does_it_too(team, member, client_of):
    owner, heir = client_of("owner"), member("editor")
    said = {"user": str(heir.pk), "own_role": "editor"}
    assert owner.post(f"/teams/{team.pk}/hand-over", said, format="multipart").status_code == 302
    assert (roles(team)[heir.pk], roles(team)[owner.user.pk]) == ("owner", "editor")
