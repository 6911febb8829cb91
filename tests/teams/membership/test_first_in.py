"""The first rows of a list, of one's teams taken one by one: the same as of all at once."""

from datetime import UTC, datetime, timedelta

import pytest
from rest_framework.test import APIClient

from designer.assets.models import Asset, AssetKind
from teams.base.lists import after, mark_of
from teams.membership import ownership
from tests.factories import MembershipFactory, TeamFactory, UserFactory

BEGAN = datetime(2026, 3, 1, tzinfo=UTC)
NEWEST, OLDEST = ("-created_at", "-id"), ("created_at", "id")


@pytest.fixture
def person(db):
    """Of three teams, in which images were made in turn, some in the same moment; a fourth team is not theirs."""
    person = UserFactory()
    teams = [MembershipFactory(user=person, team=TeamFactory(owner=UserFactory())).team for _ in range(3)]
    teams.append(TeamFactory(owner=UserFactory()))
    told = {"kind": AssetKind.GENERATED, "media_type": "image/png", "sha256": "0" * 64}
    told |= dict.fromkeys(("width", "height", "bytes"), 1)
    rows = [Asset(team=teams[n % 4], owner=person, title=str(n), path=str(n), **told) for n in range(40)]
    Asset.objects.bulk_create(rows)
    for n, row in enumerate(rows):
        Asset.objects.filter(pk=row.pk).update(created_at=BEGAN + timedelta(minutes=n // 5))
    return person


@pytest.mark.parametrize("order", [NEWEST, OLDEST])
@pytest.mark.parametrize("limit", [1, 7, 100])
@pytest.mark.parametrize("apart", [20, 2])  # with the last, of more teams than are asked one by one
def test_team_by_team_they_are_those_of_all_at_once(person, order, limit, apart, monkeypatch):
    monkeypatch.setattr(ownership, "MOST_APART", apart)
    seen = Asset.objects.visible_to(person)
    for rows in (seen, seen.filter(title__contains="1"), seen.filter(title="none")):
        assert list(rows.first_in(*order, limit=limit)) == list(rows.order_by(*order)[:limit])
    assert not set(seen.first_in(*order, limit=100)) & set(Asset.objects.exclude(team__in=person.teams.all()))


@pytest.mark.parametrize(("order", "name"), [(NEWEST, "new"), (OLDEST, "old")])
def test_page_by_page_each_is_there_once_also_of_one_moment(person, order, name):
    seen, found, mark = Asset.objects.visible_to(person), [], ""
    while page := list(after(seen, mark, name).first_in(*order, limit=4)):
        found += page
        mark = mark_of(page[-1])
    assert found == list(seen.order_by(*order)) and len(found) == 30


def walked(client):
    """The ids of each page to the last one, and of those before it on the way back."""
    pages, address, way = [], "/api/assets?page_size=4", "next"
    while address:
        page = client.get(address).json()
        pages.append([row["id"] for row in page["results"]])
        way = way if page[way] or way == "previous" else "previous"
        address = page[way]
    return pages


def test_the_api_goes_there_and_back_over_several_teams_as_if_they_were_one(person, monkeypatch):
    client = APIClient()
    client.force_authenticate(person)
    pages = walked(client)
    assert [told for page in pages[:8] for told in page] == [
        str(row.pk) for row in Asset.objects.visible_to(person).order_by(*NEWEST)
    ]
    monkeypatch.setattr(ownership, "MOST_APART", 0)
    assert walked(client) == pages and len(pages) > 14


def test_what_is_joined_with_other_rows_is_asked_at_once(person):
    other = Asset.objects.exclude(team__in=person.teams.all())
    both = Asset.objects.visible_to(person) | other
    assert both.seen_by is None and len(both.first_in(*NEWEST, limit=100)) == 40
