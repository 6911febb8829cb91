"""A collection is made, filled, put in order and thrown away, by whom it belongs to."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from designer.assets.models import Asset
from designer.realtime.models import Event
from teams.review.collections.models import Collection, CollectionItem
from teams.review.collections.services import add, place, purge
from tests.designer.sessions.agenda import assets_in, gathered, image, images
from tests.factories import TeamFactory


@pytest.fixture
def editor(client_of):
    return client_of("editor")


@pytest.fixture
def collection(editor, team) -> Collection:
    return gathered(team, editor.user)


def at(collection: Collection, *more: object) -> str:
    return "/".join([f"/api/teams/{collection.team_id}/collections/{collection.pk}", *map(str, more)])


def test_a_collection_is_made_filled_and_listed(editor, team):
    first, second = images(team, editor.user, 2)
    wish = {"name": " Resort 27 ", "assets": [str(first.pk)]}
    made = editor.post(f"/api/teams/{team.pk}/collections", wish, format="json")
    assert made.status_code == 201 and made["Location"].endswith(made.json()["id"])
    assert {key: made.json()[key] for key in ("name", "images", "cover", "owner")} == {
        "name": "Resort 27",
        "images": 1,
        "cover": str(first.pk),
        "owner": str(editor.user.pk),
    }
    both = {"assets": [str(first.pk), str(second.pk)]}
    address = made["Location"]
    assert editor.post(f"{address}/assets", both, format="json").json() == {"added": 1}
    page = editor.get(f"{address}/assets?limit=1").json()
    assert [line["asset"] for line in page["results"]] == [str(first.pk)]
    rest = editor.get(f"{address}/assets?limit=1&after={page['next']}").json()
    assert [line["asset"] for line in rest["results"]] == [str(second.pk)]
    listed = editor.get(f"/api/teams/{team.pk}/collections?search=resort&asset={second.pk}").json()["results"]
    assert [line["images"] for line in listed] == [2]
    assert not editor.get(f"/api/teams/{team.pk}/collections?search=winter").json()["results"]


def test_the_same_creation_sent_twice_makes_one(editor, team):
    for _ in range(2):
        wish = {"name": "Once"}
        editor.post(f"/api/teams/{team.pk}/collections", wish, format="json", HTTP_IDEMPOTENCY_KEY="only-once")
    assert Collection.objects.filter(team=team).count() == 1


@pytest.mark.parametrize("fault", ["another team's", "in the trash", "nowhere"])
def test_an_image_that_is_not_there_for_the_team_is_refused_by_name_and_nothing_is_added(
    fault, editor, team, collection
):
    other = TeamFactory(owner=editor.user)  # a team of the same person: seen, but not this one's
    wrong = {
        "another team's": lambda: image(other, editor.user).pk,
        "in the trash": lambda: image(team, editor.user, trashed_at=timezone.now()).pk,
        "nowhere": uuid4,
    }[fault]()
    wish = {"assets": [str(image(team, editor.user).pk), str(wrong)]}
    answer = editor.post(at(collection, "assets"), wish, format="json")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "assets[1]"
    assert collection.items.count() == 3


def test_images_move_and_those_between_make_room(editor, collection):
    first, second, third = assets_in(collection)
    assert editor.patch(at(collection, "assets", third), {"position": 1}, format="json").status_code == 200
    assert assets_in(collection) == [third, first, second]
    editor.patch(at(collection, "assets", third), {"position": 3}, format="json")
    assert assets_in(collection) == [first, second, third]
    refused = editor.patch(at(collection, "assets", third), {"position": 4}, format="json")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "position")


def test_an_image_in_the_trash_keeps_its_place(editor, collection):
    first, second, third = assets_in(collection)
    editor.delete(f"/api/assets/{second}")
    assert assets_in(collection) == [first, third]
    assert editor.get(at(collection)).json()["images"] == 2
    editor.post(f"/api/assets/{second}/restore")
    assert assets_in(collection) == [first, second, third]


def test_an_image_is_taken_out_and_stays_in_the_studio(editor, collection):
    first, second, third = assets_in(collection)
    assert editor.delete(at(collection, "assets", second)).status_code == 204
    assert editor.delete(at(collection, "assets", second)).status_code == 404
    assert assets_in(collection) == [first, third]
    assert Asset.objects.filter(pk=second).exists()


def test_a_name_changes_only_for_who_has_read_the_present_one(editor, collection):
    read = editor.get(at(collection))
    unsaid = editor.patch(at(collection), {"name": "Autumn"}, format="json")
    assert unsaid.status_code == 428
    done = editor.patch(at(collection), {"name": "Autumn"}, format="json", HTTP_IF_MATCH=read["ETag"])
    assert (done.status_code, done.json()["name"]) == (200, "Autumn")
    late = editor.patch(at(collection), {"name": "Winter"}, format="json", HTTP_IF_MATCH=read["ETag"])
    assert late.status_code == 412
    told = Event.objects.filter(channel=f"collection:{collection.pk}").values_list("data__what", flat=True)
    assert list(told) == ["created", "renamed"]


@pytest.mark.parametrize(
    ("role", "status"), [("owner", 200), ("admin", 200), ("editor", 403), ("viewer", 403), ("stranger", 404)]
)
def test_a_collection_is_changed_by_its_maker_and_by_who_may_change_all_work(role, status, client_of, collection, team):
    wish = {"assets": [str(image(team, collection.owner).pk)]}
    assert client_of(role).post(at(collection, "assets"), wish, format="json").status_code == status


def test_in_the_trash_it_is_not_listed_not_changed_and_comes_back(editor, collection, team):
    assert editor.delete(at(collection)).status_code == 204
    lists = [editor.get(f"/api/teams/{team.pk}/collections{query}").json()["results"] for query in ("", "?trashed=1")]
    assert [len(found) for found in lists] == [0, 1]
    wish = {"assets": [str(image(team, editor.user).pk)]}
    assert editor.post(at(collection, "assets"), wish, format="json").status_code == 409
    assert editor.post(at(collection, "restore")).json()["trashed_at"] is None
    assert editor.post(at(collection, "assets"), wish, format="json").status_code == 200


def test_after_thirty_days_in_the_trash_it_goes_and_its_images_stay(collection, team):
    now = timezone.now()
    Collection.objects.filter(pk=collection.pk).update(trashed_at=now - timedelta(days=29))
    assert purge() == 0
    Collection.objects.filter(pk=collection.pk).update(trashed_at=now - timedelta(days=31))
    assert purge() == 1
    assert Asset.objects.filter(team=team).count() == 3


def test_a_collection_has_an_end(editor, collection, monkeypatch):
    monkeypatch.setattr("teams.review.collections.services.MOST", 4)
    more = {"assets": [str(each.pk) for each in images(collection.team, editor.user, 2)]}
    answer = editor.post(at(collection, "assets"), more, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "assets")
    assert collection.items.count() == 3


@pytest.mark.django_db(transaction=True)
def test_two_who_add_and_move_at_once_leave_every_image_a_place_of_its_own(member, team):
    owner = member("owner")
    collection = gathered(team, owner, 6)
    fresh = [asset.pk for asset in images(team, owner, 8)]
    known = assets_in(collection)

    def work(number: int) -> None:
        if number % 2:
            place(actor=owner, collection_id=collection.pk, asset_id=known[number % 6], position=1 + number % 5)
        else:
            add(actor=owner, collection_id=collection.pk, assets=[fresh[number % 8], fresh[(number + 1) % 8]])
        connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(16)))
    places = sorted(CollectionItem.objects.filter(collection=collection).values_list("position", flat=True))
    assert places == list(range(1, 15))


def test_the_list_costs_as_many_queries_however_many_there_are(editor, team, django_assert_max_num_queries):
    for _ in range(12):
        gathered(team, editor.user, 2)
    with django_assert_max_num_queries(8):
        assert len(editor.get(f"/api/teams/{team.pk}/collections").json()["results"]) == 12
