"""A team's address: plain, one of a kind at a glance, and followed for a while after it changed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from teams.base.errors import Refused
from teams.membership.models import FormerSlug, Team
from teams.membership.services import change_team
from tests.factories import TeamFactory
from tests.work import all_at_once

pytestmark = pytest.mark.django_db


def change(client, team, slug):
    path = f"/api/teams/{team.pk}"
    return client.patch(path, {"slug": slug}, format="json", headers={"If-Match": client.get(path).headers["ETag"]})


def test_owners_and_admins_choose_it(team, client_of):
    for role, slug in (("owner", "maison-nord"), ("admin", "maison-sud")):
        answer = change(client_of(role), team, slug)
        assert (answer.status_code, answer.json()["slug"]) == (200, slug)
    assert change(client_of("editor"), team, "maison-est").status_code == 403


@pytest.mark.parametrize(
    ("slug", "code"),
    [
        ("Maison", "bad_slug"), ("maison nord", "bad_slug"), ("mаison", "bad_slug"), ("maıson", "bad_slug"),
        ("ｍaison", "bad_slug"), ("maison--nord", "bad_slug"), ("-maison", "bad_slug"), ("maison/", "bad_slug"),
        ("ab", "bad_length"), ("a" * 41, "bad_length"), ("admin", "reserved_slug"), ("adm1n", "reserved_slug"),
        ("ad-min", "reserved_slug"), ("adrnin", "reserved_slug"), ("аdmin", "bad_slug"), ("\u202emaison", "bad_slug"),
    ],
)  # fmt: skip
def test_what_is_no_slug_is_refused_with_a_way_out(slug, code, team, client_of):
    answer = change(client_of("owner"), team, slug)
    assert answer.status_code in (400, 422)
    body = answer.json()
    assert body["errors"][0]["field"] == "slug"
    assert body["code"] == code
    assert Team.objects.get(pk=team.pk).slug == team.slug


@pytest.mark.parametrize("other", ["maison-nord", "rnaison-nord", "ma1son-n0rd", "malsonnord", "mai5on-norcl"])
def test_two_teams_never_look_alike(other, team, client_of, user):
    assert change(client_of("owner"), team, "maison-nord").status_code == 200
    client = client_of("editor")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    second = TeamFactory(owner=user)
    answer = change(client, second, other)
    assert (answer.status_code, answer.json()["code"]) == (409, "slug_taken")


def test_the_one_before_leads_on_for_ninety_days_and_is_nobody_elses(team, client_of, user):
    owner = client_of("owner")
    change(owner, team, "maison-nord")
    change(owner, team, "maison-sud")
    for slug in ("maison-nord", "maison-sud"):
        assert owner.get(f"/t/{slug}").headers["Location"] == f"/teams/{team.pk}"
    stranger = client_of("stranger")
    assert stranger.get("/t/maison-nord").status_code == 404
    second = TeamFactory(owner=stranger.user)
    assert change(stranger, second, "maison-nord").json()["code"] == "slug_taken"
    FormerSlug.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert owner.get("/t/maison-nord").status_code == 404
    assert change(stranger, second, "maison-nord").status_code == 200


def test_a_team_may_have_its_old_one_back(team, client_of):
    owner = client_of("owner")
    for slug in ("maison-nord", "maison-sud", "maison-nord"):
        assert change(owner, team, slug).status_code == 200
    assert owner.get("/t/maison-sud").status_code == 302


def test_nor_like_one_that_was_never_chosen(team, client_of):
    owner = client_of("owner")
    other = Team.objects.get(pk=owner.post("/api/teams", {"name": "Nord"}, format="json").json()["id"])
    alike = other.slug.replace("nord", "n0rd")
    answer = change(owner, team, alike)
    assert (answer.status_code, answer.json()["code"]) == (409, "slug_taken")


def test_nobody_gathers_names(team, client_of):
    owner = client_of("owner")
    taken = [
        change(owner, team, f"maison-{word}").status_code for word in ("nord", "sud", "est", "ouest", "mer", "rue")
    ]
    assert taken == [200] * 5 + [409]
    assert FormerSlug.objects.filter(team=team).count() == 5
    assert change(owner, team, "maison-nord").status_code == 200  # one of its own


@pytest.mark.django_db(transaction=True)
def test_of_eight_teams_that_choose_one_at_once_one_has_it():
    teams = [TeamFactory() for _ in range(8)]
    slugs = ["maison-nord", "rnaison-nord", "ma1son-nord", "maison-n0rd"] * 2

    def choose(pair):
        team, slug = pair
        try:
            change_team(actor=team.memberships.get().user, team_id=team.pk, if_match="*", slug=slug)
        except Refused as refused:
            return refused.code
        return "has it"

    assert all_at_once(choose, list(zip(teams, slugs, strict=True))) == {"has it": 1, "slug_taken": 7}
