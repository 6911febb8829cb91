"""A team's audit log: who may read it, what is found in it, and an export that proves itself."""

import csv
import io
import json
from datetime import date

import pytest
from django.test import Client

from teams.accounts.services import create_token
from teams.audit.models import AuditEntry
from teams.membership.models import Role
from teams.membership.permissions import CODES
from teams.membership.services import change_role, remove_member
from tests.factories import TeamFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
BACKEND = "django.contrib.auth.backends.ModelBackend"
READS = {"owner": 200, "admin": 200, "editor": 403, "viewer": 403, "stranger": 404}


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person, backend=BACKEND)
    return client


@pytest.fixture
def done(team, member):
    """Ada becomes an editor, =Eve is removed; another team does something too."""
    owner, ada, eve = member("owner"), member("viewer", name="Ada"), member("viewer", name="=Eve")
    change_role(actor=owner, team_id=team.pk, user_id=ada.pk, role="editor")
    remove_member(actor=owner, team_id=team.pk, user_id=eve.pk)
    other = TeamFactory(owner=UserFactory(name="Noor"))
    person = other.memberships.get().user
    change_role(actor=person, team_id=other.pk, user_id=person.pk, role="owner")
    AuditEntry.objects.create(actor_id=person.pk, action="team.renamed", subject=f"team:{other.pk}", team_id=other.pk)
    return owner, ada, eve


@pytest.mark.parametrize(("role", "status"), READS.items())
@pytest.mark.parametrize("way", ["api/teams/{}/audit", "api/teams/{}/audit/export", "teams/{}/audit"])
def test_owners_and_admins_read_it(role, status, way, team, member, done):
    assert signed_in(member(role)).get(f"/{way.format(team.pk)}").status_code == status


def test_a_token_needs_the_scope_admin(team, member, done):
    for scopes, status in ((["read"], 403), (["read", "admin"], 200)):
        _, token = create_token(actor=member("owner"), name="t", scopes=scopes)
        headers = {"Authorization": f"Bearer {token}"}
        assert Client().get(f"/api/teams/{team.pk}/audit", headers=headers).status_code == status, scopes


def test_it_tells_who_did_what_to_whom_with_what(team, done):
    owner, _, _ = done
    said = signed_in(owner).get(f"/teams/{team.pk}/audit").content.decode()
    line = said[said.index("changed the role of <strong") :]
    assert "Ada" in line[:80] and "from viewer, to editor" in line[:300]
    assert "removed <strong" in said and "Noor" not in said


@pytest.mark.parametrize(
    ("query", "actions"),
    [
        ({}, ["member.removed", "member.role_changed"]),
        ({"action": "member.removed"}, ["member.removed"]),
        ({"search": "ada"}, ["member.role_changed"]),
        ({"search": "ada a a a a a a a a a a nobody"}, ["member.role_changed"]),
        ({"search": "editor ada"}, ["member.role_changed"]),
        ({"search": "nobody"}, []),
        ({"since": date.max.isoformat()}, []),
        ({"until": "2020-01-01"}, []),
        ({"since": "2020-01-01", "until": "2999-01-01"}, ["member.removed", "member.role_changed"]),
    ],
)
def test_it_is_searched_and_filtered_alike_by_api_and_page(query, actions, team, done):
    client = signed_in(done[0])
    found = client.get(f"/api/teams/{team.pk}/audit", query).json()["results"]
    assert [each["action"] for each in found] == actions
    lines = client.get(f"/teams/{team.pk}/audit", query).context["lines"]
    assert [row.action for row, _ in lines] == actions


@pytest.mark.parametrize("query", ["since=2026-13-45", "until=9999-12-31", "until=tomorrow", "search=%00", "page=x"])
def test_what_is_no_filter_breaks_nothing(query, team, done):
    client = signed_in(done[0])
    assert client.get(f"/teams/{team.pk}/audit?{query}").status_code == 200
    assert client.get(f"/api/teams/{team.pk}/audit?{query}").status_code in (200, 400)


def test_the_export_has_every_entry_once_guarded_and_with_its_digests(team, done):
    client, address = signed_in(done[0]), f"/api/teams/{team.pk}/audit/export"
    entries = list(AuditEntry.objects.filter(team_id=team.pk).order_by("number"))
    lines = [json.loads(line) for line in client.get(f"{address}?as=jsonl").getvalue().splitlines()]
    assert [(line["number"], line["digest"]) for line in lines] == [(row.number, row.digest) for row in entries]
    table = list(csv.DictReader(io.StringIO(client.get(address).getvalue().decode("utf-8-sig"))))
    assert [int(row["number"]) for row in table] == [row.number for row in entries]
    AuditEntry.objects.create(actor_id=done[2].pk, action="team.renamed", subject="team:x", team_id=team.pk)
    again = client.get(address).getvalue().decode("utf-8-sig")
    assert "'=Eve" in again and ",=Eve" not in again
    assert client.get(f"{address}?as=xml").status_code == 400


def test_pages_ask_for_names_once(team, done, django_assert_max_num_queries):
    owner, ada, _ = done
    for number in range(60):
        change_role(actor=owner, team_id=team.pk, user_id=ada.pk, role=("viewer", "editor")[number % 2])
    client = signed_in(owner)
    with django_assert_max_num_queries(14):
        page = client.get(f"/teams/{team.pk}/audit")
    assert len(page.context["lines"]) == 50 and "Page 1 of 2" in page.content.decode()


def test_the_rights_that_are_shown_are_those_that_are_asked_for(team, member):
    for role in Role:
        lines = signed_in(member(role)).get(f"/teams/{team.pk}/rights").context["lines"]
        shown = {each: sum(dict(marks)[each] for _, marks in lines) for each in Role}
        assert shown == {each: len(CODES[each]) for each in Role}, role
    assert signed_in(member("stranger")).get(f"/teams/{team.pk}/rights").status_code == 404
