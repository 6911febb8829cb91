"""Comments: said by who may, of images that are there, seen by the team and by nobody else, and told as they happen."""

import io
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from designer.assets.models import Asset
from designer.assets.services import store_upload, trash
from designer.notifications.models import Notification
from designer.realtime.models import Event
from teams.membership.models import Membership
from teams.review.models import Comment
from tests import images

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(team):
    return f"/api/teams/{team.pk}/comments"


def say(client, path, asset, text="Shorten the hem", **about):
    return client.post(path, {"asset": str(asset.pk), "text": text, **about}, format="json")


def test_a_comment_is_a_line_with_its_author_its_pin_and_an_etag(client_of, asset, path):
    client = client_of("editor")
    answer = say(client, path, asset, pin={"x": 0.25, "y": 0.5})
    assert answer.status_code == 201
    said = answer.json()
    assert (said["text"], said["pin"], said["author"], said["name"]) == (
        "Shorten the hem", {"x": 0.25, "y": 0.5}, str(client.user.pk), client.user.shown_name,
    )  # fmt: skip
    assert (said["edited_at"], said["deleted_at"], said["reply_to"]) == (None, None, None)
    read = client.get(answer["Location"])
    assert read.json() == said and read["ETag"] == answer["ETag"]


@pytest.mark.parametrize(
    ("role", "status"),
    [("owner", 201), ("admin", 201), ("editor", 201), ("viewer", 403), ("stranger", 404), (None, 401)],
)
def test_who_may_make_work_may_comment_on_it(role, status, client_of, asset, path):
    assert say(client_of(role), path, asset).status_code == status
    assert Comment.objects.count() == (status == 201)


def test_only_images_of_the_named_team_that_are_not_in_the_trash_are_spoken_of(client_of, asset, path):
    client = client_of("editor")
    own = store_upload(actor=client.user, team_id=None, file=io.BytesIO(images.encoded("PNG")), name="mine.png")
    refused = say(client, path, own)
    assert refused.status_code == 404 and refused.json()["errors"][0]["field"] == "asset"
    trash(actor=asset.owner, asset_id=asset.pk)
    assert say(client, path, asset).status_code == 409


@pytest.mark.parametrize(
    ("about", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "  \n "}, "text"),
        ({"text": "x" * 5001}, "text"),
        ({"text": "a\u202eb"}, "text"),
        ({"pin": {"x": 1.01, "y": 0}}, "pin"),
        ({"pin": {"x": 0.5}}, "pin"),
        ({"pin": {"x": "NaN", "y": 0}}, "pin"),
        ({"reply_to": "00000000-0000-4000-8000-000000000000"}, "reply_to"),
    ],
)
def test_what_cannot_be_said_is_refused_by_its_field(about, field, client_of, asset, path):
    answer = say(client_of("editor"), path, asset, **about)
    assert 400 <= answer.status_code < 500
    assert answer.json()["errors"][0]["field"].startswith(field)
    assert not Comment.objects.exists()


def test_the_database_keeps_half_a_pin_out(client_of, asset, path):
    say(client_of("editor"), path, asset)
    with pytest.raises(IntegrityError, match="comment_pin_in_picture"), transaction.atomic():
        Comment.objects.update(pin_x=0.5)


def test_the_same_request_sent_again_says_it_once(client_of, asset, path):
    client = client_of("editor")
    wish = {"asset": str(asset.pk), "text": "Once"}
    sent = [client.post(path, wish, format="json", HTTP_IDEMPOTENCY_KEY="k1").json()["id"] for _ in range(2)]
    assert sent[0] == sent[1] and Comment.objects.count() == 1


def test_an_answer_answers_a_comment_of_the_same_image_and_never_an_answer(client_of, asset, path):
    client = client_of("editor")
    first = say(client, path, asset).json()["id"]
    second = say(client, path, asset, "By two fingers?", reply_to=first).json()
    assert second["reply_to"] == first
    third = say(client, path, asset, "Three", reply_to=second["id"])
    assert third.status_code == 422 and first in third.json()["errors"][0]["message"]
    other = store_upload(
        actor=client.user, team_id=asset.team_id, file=io.BytesIO(images.encoded("JPEG")), name="other.jpg"
    )
    assert say(client, path, other, reply_to=first).status_code == 404


def test_the_list_turns_and_is_searched_and_narrowed(client_of, asset, path):
    client, colleague = client_of("editor"), client_of("admin")
    for number in range(5):
        say(client, path, asset, f"Seam {number}")
    pinned = say(colleague, path, asset, "Collar", pin={"x": 0, "y": 1}).json()["id"]
    page = client.get(f"{path}?page_size=4").json()
    rest = client.get(page["next"]).json()
    assert [row["text"] for row in page["results"] + rest["results"]] == [
        "Collar", *(f"Seam {number}" for number in (4, 3, 2, 1, 0))
    ]  # fmt: skip

    def texts(query):
        return [row["text"] for row in client.get(f"{path}?{query}").json()["results"]]

    assert texts("search=seam 3") == ["Seam 3"]
    assert texts(f"author={colleague.user.pk}") == texts("pinned=true") == ["Collar"]
    assert len(texts("pinned=false")) == 5 and len(texts(f"asset={asset.pk}")) == 6
    say(client, path, asset, "Which?", reply_to=pinned)
    assert texts(f"reply_to={pinned}") == ["Which?"]


def test_only_who_wrote_it_changes_the_words_and_only_of_the_version_they_read(client_of, asset, path):
    client, admin = client_of("editor"), client_of("admin")
    made = say(client, path, asset)
    one, tag = made["Location"], made["ETag"]
    assert client.patch(one, {"text": "Longer"}, format="json").status_code == 428
    assert admin.patch(one, {"text": "Longer"}, format="json", HTTP_IF_MATCH=tag).status_code == 403
    changed = client.patch(one, {"text": "Longer"}, format="json", HTTP_IF_MATCH=tag)
    assert (changed.status_code, changed.json()["text"]) == (200, "Longer") and changed.json()["edited_at"]
    assert client.patch(one, {"text": "Late"}, format="json", HTTP_IF_MATCH=tag).status_code == 412


@pytest.mark.parametrize(
    ("role", "status"), [("author", 204), ("owner", 204), ("admin", 204), ("editor", 403), ("viewer", 403)]
)
def test_the_author_and_who_manages_the_team_take_a_comment_back(role, status, client_of, asset, path):
    author = client_of("editor")
    one = say(author, path, asset)["Location"]
    client = author if role == "author" else client_of(role)
    assert client.delete(one).status_code == status
    assert author.get(one).status_code == (404 if status == 204 else 200)
    assert Comment.objects.count() == 1, "the row is kept"


def test_an_answered_comment_that_is_taken_back_leaves_its_place_without_its_words(client_of, asset, path):
    client = client_of("editor")
    first = say(client, path, asset, "A secret").json()
    say(client, path, asset, "Why?", reply_to=first["id"])
    client.delete(f"{path}/{first['id']}")
    rows = {row["id"]: row for row in client.get(path).json()["results"]}
    assert rows[first["id"]]["text"] == "" and rows[first["id"]]["deleted_at"] and len(rows) == 2
    assert client.get(f"{path}?search=secret").json()["results"] == []
    assert client.delete(f"{path}/{first['id']}").status_code == 404, "it is gone already"


def test_strangers_learn_of_no_comment(client_of, asset, path):
    one = say(client_of("editor"), path, asset)["Location"]
    stranger = client_of("stranger")
    for answer in (stranger.get(path), stranger.get(one), stranger.delete(one), stranger.patch(one, {"text": "x"})):
        assert answer.status_code == 404


def test_those_who_look_at_the_image_are_told_of_every_change(client_of, asset, path, settings):
    settings.CHECK_EVENTS = True
    client = client_of("editor")
    made = say(client, path, asset, pin={"x": 0.1, "y": 0.2})
    client.patch(made["Location"], {"text": "Longer"}, format="json", HTTP_IF_MATCH=made["ETag"])
    client.delete(made["Location"])
    told = list(Event.objects.filter(channel=f"asset:{asset.pk}").order_by("id"))
    assert [event.event for event in told] == ["comment:created", "comment:updated", "comment:deleted"]
    assert told[0].data == {
        "id": made.json()["id"], "about": f"asset:{asset.pk}", "asset": str(asset.pk), "reply_to": None,
        "author": str(client.user.pk), "name": client.user.shown_name, "text": "Shorten the hem",
        "pin": {"x": 0.1, "y": 0.2}, "mentions": [],
    }  # fmt: skip
    assert told[1].data["text"] == "Longer"
    assert "text" not in told[2].data


def test_what_is_said_of_a_version_is_told_to_those_who_look_at_its_original(client_of, asset, path):
    version = Asset.objects.get(pk=asset.pk)
    version.pk, version.kind, version.parent = uuid4(), "enhanced", asset
    version.save(force_insert=True)
    say(client_of("editor"), path, version)
    told = Event.objects.filter(event="comment:created").values_list("channel", flat=True)
    assert set(told) == {f"asset:{asset.pk}", f"asset:{version.pk}"}


def test_a_comment_whose_transaction_is_rolled_back_is_told_to_nobody(member, asset):
    from teams.review.services import write_comment

    with transaction.atomic():
        write_comment(actor=member("editor"), team_id=asset.team_id, about=("asset", asset.pk), text="Never")
        transaction.set_rollback(True)
    assert not Event.objects.filter(event="comment:created").exists() and not Comment.objects.exists()


def heard(user):
    return list(Notification.objects.filter(user=user).order_by("created_at").values_list("title", "body", "link"))


def test_the_maker_and_those_in_the_thread_hear_of_a_comment_and_nobody_else(client_of, member, asset, path):
    ada, ben, silent = client_of("editor"), client_of("admin"), member("editor")
    first = say(ada, path, asset).json()["id"]
    link = f"/assets/{asset.pk}?thread={first}#comment-{first}"
    assert heard(asset.owner) == [(f"{ada.user.shown_name} comments on coat.png", "Shorten the hem", link)]
    say(ben, path, asset, "How much?", reply_to=first)
    assert [title for title, _, _ in heard(ada.user)] == [f"{ben.user.shown_name} answers on coat.png"]
    say(ada, path, asset, "Two fingers", reply_to=first)
    assert [body for _, body, _ in heard(ben.user)] == ["Two fingers"]
    assert len(heard(asset.owner)) == 3 and len(heard(ada.user)) == 1 and heard(silent) == []


def test_who_left_the_team_hears_nothing_more(client_of, asset, path):
    Membership.objects.filter(user=asset.owner, team=asset.team).delete()
    say(client_of("editor"), path, asset)
    assert heard(asset.owner) == []
