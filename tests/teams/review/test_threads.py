"""Threads: resolved and opened again, changed with their history, reacted to; and who is named in them hears of it."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction

from designer.assets.services import trash
from designer.notifications.models import Notification
from designer.realtime.models import Event
from teams.base.errors import Refused
from teams.membership.services import remove_member
from teams.review import services
from teams.review.collections.services import trash as trash_collection
from teams.review.mentions import named_in
from teams.review.models import Comment, Mention, Reaction
from tests.work import all_at_once, somebody_waits

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(team):
    return f"/api/teams/{team.pk}/comments"


def say(client, path, about, text="Shorten the hem", **more):
    return client.post(path, {about._meta.model_name: str(about.pk), "text": text, **more}, format="json")


def heard(user):
    return list(Notification.objects.filter(user=user).order_by("created_at").values_list("kind", "title", "link"))


def test_collections_and_batches_are_spoken_of_as_images_are(client_of, member, collection, batch, path, settings):
    settings.CHECK_EVENTS = True
    client = client_of("editor")
    for thing, page in ((collection, "collections"), (batch, "batches")):
        answer = say(client, path, thing)
        assert answer.status_code == 201
        said = answer.json()
        kind = thing._meta.model_name
        assert (said[kind], said["asset"]) == (str(thing.pk), None)
        assert client.get(f"{path}?{kind}={thing.pk}").json()["results"] == [said]
        assert Event.objects.filter(channel=f"{kind}:{thing.pk}", event="comment:created").count() == 1
        link = f"/{page}/{thing.pk}?thread={said['id']}#comment-{said['id']}"
        assert heard(thing.owner) == [("comment", f"{client.user.shown_name} comments on {thing}", link)]
        pinned = say(client, path, thing, pin={"x": 0, "y": 0})
        assert (pinned.status_code, pinned.json()["errors"][0]["field"]) == (422, "pin")
        assert say(client_of("viewer"), path, thing).status_code == 403
        assert say(client_of("stranger"), path, thing).status_code == 404


@pytest.mark.parametrize(
    ("about", "field"), [([], "asset"), (["asset", "batch"], "batch"), (["collection", "batch"], "batch")]
)
def test_a_comment_is_about_one_thing(about, field, client_of, asset, collection, batch, path):
    things = {"asset": asset, "collection": collection, "batch": batch}
    wish = {"text": "Both", **{kind: str(things[kind].pk) for kind in about}}
    answer = client_of("editor").post(path, wish, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)
    with pytest.raises(IntegrityError, match="comment_about_one_thing"), transaction.atomic():
        Comment.objects.create(team=asset.team, author=asset.owner, text="Of nothing")


def test_what_is_in_the_trash_or_elsewhere_is_not_spoken_of(client_of, asset, collection, path):
    client = client_of("editor")
    elsewhere = f"/api/teams/{client.user.memberships.exclude(team=asset.team).get().team_id}/comments"
    assert say(client, elsewhere, collection).status_code == 404
    trash_collection(actor=collection.owner, collection_id=collection.pk)
    assert say(client, path, collection).status_code == 409


def test_an_answer_stays_with_its_own_thing(client_of, asset, collection, path):
    client = client_of("editor")
    first = say(client, path, asset).json()["id"]
    assert say(client, path, collection, reply_to=first).status_code == 404
    client.delete(f"{path}/{first}")
    gone = say(client, path, asset, reply_to=first)
    assert (gone.status_code, gone.json()["errors"][0]["field"]) == (404, "reply_to")


def test_a_region_is_kept_and_told_and_one_outside_is_refused(client_of, asset, path):
    client = client_of("editor")
    region = {"x": 0.25, "y": 0.5, "width": 0.5, "height": 0.5}
    assert say(client, path, asset, pin=region).json()["pin"] == region
    cut = say(client, path, asset, pin={**region, "width": 1}).json()["pin"]
    assert cut == {**region, "width": 0.75}, "what hangs over the edge is cut off"
    for bad in ({"width": 0.5}, {"width": 0.5, "height": 0}, {"x": 1, "width": 0.5, "height": 0.5}):
        answer = say(client, path, asset, pin={"x": 0.25, "y": 0.5, **bad})
        assert 400 <= answer.status_code < 500 and answer.json()["errors"][0]["field"].startswith("pin")
    with pytest.raises(IntegrityError, match="comment_region_in_picture"), transaction.atomic():
        Comment.objects.update(pin_width=0.9)


def test_a_thread_is_resolved_and_opened_again_by_whoever_may_comment(client_of, asset, path, settings):
    settings.CHECK_EVENTS = True
    client, colleague = client_of("editor"), client_of("editor")
    first = say(client, path, asset).json()["id"]
    answer = say(client, path, asset, "And the cuff", reply_to=first).json()["id"]
    resolved = colleague.post(f"{path}/{first}/resolve").json()
    assert resolved["resolved_by"] == str(colleague.user.pk) and resolved["resolved_at"]
    again = client.post(f"{path}/{first}/resolve").json()
    assert again == resolved, "the first one's name stays"
    assert [row["id"] for row in client.get(f"{path}?resolved=true").json()["results"]] == [first]
    assert client.post(f"{path}/{answer}/resolve").status_code == 422
    opened = client.post(f"{path}/{first}/reopen").json()
    assert (opened["resolved_by"], opened["resolved_at"]) == (None, None)
    for role, status in (("viewer", 403), ("stranger", 404)):
        assert client_of(role).post(f"{path}/{first}/resolve").status_code == status
    told = Event.objects.filter(channel=f"asset:{asset.pk}").exclude(event="comment:created").order_by("id")
    assert [(event.event, event.data["by"]) for event in told] == [
        ("comment:resolved", str(colleague.user.pk)), ("comment:reopened", str(client.user.pk))
    ]  # fmt: skip


def test_the_database_keeps_answers_from_being_resolved(client_of, asset, path):
    client = client_of("editor")
    first = say(client, path, asset).json()["id"]
    say(client, path, asset, reply_to=first)
    with pytest.raises(IntegrityError, match="comment_resolved_by_somebody"), transaction.atomic():
        Comment.objects.exclude(pk=first).update(resolved_at="2026-01-01T00:00Z", resolved_by=client.user)


def test_each_earlier_wording_is_kept_for_the_team_until_the_comment_is_taken_back(client_of, asset, path):
    client = client_of("editor")
    made = say(client, path, asset, "One")
    one, first = made["Location"], made.json()
    for words in ("Two", "Two", "Three"):
        client.patch(one, {"text": words}, format="json", HTTP_IF_MATCH=client.get(one)["ETag"])
    history = client_of("viewer").get(f"{one}/history").json()["results"]
    assert [row["text"] for row in history] == ["Two", "One"]
    assert history[1]["said_at"] == first["created_at"] and history[0]["said_at"] > history[1]["said_at"]
    assert client_of("stranger").get(f"{one}/history").status_code == 404
    say(client, path, asset, "Why?", reply_to=first["id"])
    client.delete(one)
    assert client.get(f"{one}/history").json()["results"] == []


def test_a_comment_is_not_changed_for_ever(client_of, asset, path, monkeypatch):
    monkeypatch.setattr(services, "WORDINGS", 2)
    client = client_of("editor")
    one = say(client, path, asset, "0")["Location"]
    statuses = [
        client.patch(one, {"text": text}, format="json", HTTP_IF_MATCH="*").status_code for text in ("1", "2", "3")
    ]
    assert statuses == [200, 200, 409]


def test_one_gives_each_sign_once_and_takes_it_away(client_of, asset, path, settings):
    settings.CHECK_EVENTS = True
    client, colleague = client_of("editor"), client_of("admin")
    one = say(client, path, asset)["Location"]
    for _ in range(2):
        client.put(f"{one}/reactions/love")
    client.put(f"{one}/reactions/done")
    told = colleague.put(f"{one}/reactions/love").json()["reactions"]
    assert told == [{"sign": "done", "count": 1, "mine": False}, {"sign": "love", "count": 2, "mine": True}]
    assert client.get(path).json()["results"][0]["reactions"][0] == {"sign": "done", "count": 1, "mine": True}
    for _ in range(2):
        assert client.delete(f"{one}/reactions/love").status_code == 204
    assert client.get(one).json()["reactions"] == [
        {"sign": "done", "count": 1, "mine": True},
        {"sign": "love", "count": 1, "mine": False},
    ]
    assert client.put(f"{one}/reactions/moon").json()["errors"][0]["field"] == "sign"
    assert client_of("viewer").put(f"{one}/reactions/love").status_code == 403
    assert client_of("stranger").put(f"{one}/reactions/love").status_code == 404
    events = Event.objects.filter(event="comment:reacted").order_by("id")
    assert [event.data["counts"] for event in events] == [
        {"love": 1}, {"done": 1, "love": 1}, {"done": 1, "love": 2}, {"done": 1, "love": 1}
    ]  # fmt: skip


def test_who_is_named_hears_of_it_once_and_as_named(client_of, member, asset, path):
    ada = client_of("editor")
    ben, viewer = member("editor", name="Ben"), member("viewer", name="Zoé van Dyk")
    owner = asset.owner
    owner.name = "Ann Lee"
    owner.save()
    made = say(ada, path, asset, "@ben and @Zoé van Dyk, as @Ann Lee said. @Ben? me@Ben.example")
    named = {row["name"]: row["user"] for row in made.json()["mentions"]}
    assert named == {"ben": str(ben.pk), "Zoé van Dyk": str(viewer.pk), "Ann Lee": str(owner.pk)}
    title = f"{ada.user.shown_name} names you in a comment on coat.png"
    for person in (ben, viewer, owner):
        assert [(kind, words) for kind, words, _ in heard(person)] == [("mention", title)]
    carol = member("editor", name="Carol")
    changed = ada.patch(made["Location"], {"text": "@Carol and @Ben"}, format="json", HTTP_IF_MATCH=made["ETag"])
    assert {row["user"] for row in changed.json()["mentions"]} == {str(ben.pk), str(carol.pk)}
    assert len(heard(ben)) == 1 and len(heard(carol)) == 1
    assert ada.get(f"{path}?mentions={carol.pk}").json()["results"][0]["id"] == made.json()["id"]


def test_who_names_themselves_or_who_is_not_in_the_team_is_not_told(client_of, member, asset, path):
    ada, stranger = client_of("editor"), member("stranger", name="Sam Strange")
    ada.user.name = "Ada"
    ada.user.save()
    said = say(ada, path, asset, "@Ada asks @Sam Strange")
    assert [row["name"] for row in said.json()["mentions"]] == ["Ada"]
    assert heard(ada.user) == [] == heard(stranger)


def test_of_two_of_one_name_both_are_named_and_the_longer_name_wins(member, team):
    first, second = member("editor", name="Kim"), member("viewer", name="Kim")
    longer = member("editor", name="Kim Lee")
    assert set(named_in("@kim", team.pk)) == {first, second}
    assert named_in("@Kim Lee", team.pk) == {longer: "Kim Lee"}
    assert named_in("@Kimono", team.pk) == {}


@pytest.mark.parametrize(("count", "status"), [(20, 201), (21, 422), (500, 422)])
def test_too_many_names_are_refused_whoever_bears_them(count, status, client_of, asset, path):
    answer = say(client_of("editor"), path, asset, " ".join(f"@n{number}" for number in range(count)))
    assert answer.status_code == status
    if status == 422:
        assert answer.json()["errors"][0]["field"] == "text"
        assert not Comment.objects.exists() and not Mention.objects.exists()


def test_a_crowd_of_one_name_is_not_called_together(member, team):
    for _ in range(21):
        member("viewer", name="Legion")
    with pytest.raises(Refused, match="21 people"):
        named_in("@Legion", team.pk)


def test_a_megabyte_is_refused(client_of, asset, path):
    client = client_of("editor")
    assert say(client, path, asset, "x" * 1_000_000).json()["errors"][0]["field"] == "text"
    assert say(client, path, asset, "x" * (1 << 20)).status_code in (400, 413)
    assert not Comment.objects.exists()


def test_what_somebody_said_stays_with_their_name_when_they_are_removed(client_of, asset, path, team):
    client, owner = client_of("editor"), client_of("owner")
    one = say(client, path, asset)["Location"]
    client.put(f"{one}/reactions/love")
    remove_member(actor=owner.user, team_id=team.pk, user_id=client.user.pk)
    assert client.get(one).status_code == 404
    kept = owner.get(one).json()
    assert (kept["name"], kept["reactions"][0]["count"]) == (client.user.shown_name, 1)
    for answer in (client.post(f"{one}/resolve"), client.put(f"{one}/reactions/done"), client.delete(one)):
        assert answer.status_code == 404


def test_in_a_trashed_images_comments_one_may_still_read(client_of, asset, path):
    client = client_of("editor")
    one = say(client, path, asset)["Location"]
    trash(actor=asset.owner, asset_id=asset.pk)
    assert client.get(one).status_code == 200
    assert say(client, path, asset, reply_to=one.rpartition("/")[2]).status_code == 409


# at once


def written(asset, actor, **more):
    about = ("asset", asset.pk)
    return services.write_comment(actor=actor, team_id=asset.team_id, about=about, text="Hem", **more)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_resolve_a_thread_at_once_one_is_named_and_told_of(member, asset):
    thread = written(asset, asset.owner)
    people = [member("editor") for _ in range(8)]
    all_at_once(lambda person: services.settle(actor=person, comment_id=thread.pk, resolved=True).pk, people)
    told = Event.objects.get(event="comment:resolved")
    assert told.data["by"] == str(Comment.objects.get().resolved_by_id)


@pytest.mark.django_db(transaction=True)
def test_the_same_sign_given_twice_at_once_is_given_once(member, asset):
    thread, person = written(asset, asset.owner), member("editor")
    all_at_once(
        lambda _: services.react(actor=person, comment_id=thread.pk, sign="love", given=True).pk, list(range(8))
    )
    assert Reaction.objects.count() == Event.objects.filter(event="comment:reacted").count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_answer_waits_for_who_takes_its_question_back_and_is_refused_then(member, asset):
    thread, person = written(asset, asset.owner), member("editor")

    def answer():
        try:
            written(asset, person, reply_to=thread.pk)
        except Refused as refused:
            return refused.field
        finally:
            connection.close()
        return "said"

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            services.remove_comment(actor=asset.owner, comment_id=thread.pk)
            answered = pool.submit(answer)
            end = time.monotonic() + 10
            while not somebody_waits() and time.monotonic() < end:
                time.sleep(0.02)
        assert answered.result(10) == "reply_to"
    assert Comment.objects.count() == 1
