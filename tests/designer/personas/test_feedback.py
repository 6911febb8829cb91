"""What a word on an image teaches, what taking it back leaves, and two words at once."""

import threading
import time
import uuid
from collections.abc import Callable
from functools import partial

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from designer.assets.models import Asset
from designer.generations.models import StageRun
from designer.personas import feedback as services
from designer.personas import learning
from designer.personas.models import Evidence, Feedback, LearnedWeight, LearningAct, Persona
from teams.base.models import Row
from tests.designer.generations.test_flow import made

pytestmark = pytest.mark.django_db(transaction=True)
SILK = "attribute:-:fabric=silk"
MIDI = "attribute:-:length=midi"  # of the brief that `made` gives


def weights():
    return {row.key: (row.alpha, row.beta) for row in LearnedWeight.objects.all()}


def judge(client, done, kind="dislike"):
    answer = client.post(f"/api/generations/{done['id']}/feedback", {"kind": kind}, format="json")
    assert answer.status_code == 201, answer.content
    return {move["key"] for move in answer.json()["moved"]}


def withdraw(client, done, kind="dislike"):
    assert client.delete(f"/api/generations/{done['id']}/feedback/{kind}").status_code == 204


@pytest.fixture
def exploration(monkeypatch):
    """Sets the share of prompts that try something."""

    def share(value: float) -> None:
        monkeypatch.setattr(learning, "exploration_of", lambda team: value)

    return share


def test_a_dislike_lowers_what_was_learned_and_taking_it_back_raises_it_again(client_of, exploration):
    exploration(0)
    client = client_of("editor")
    LearnedWeight.objects.create(team=client.user.memberships.get(team__personal=True).team, key=SILK, alpha=30, beta=1)
    done = made(client, brief="a dress", seed=3)
    assert "silk" in done["prompt"]
    before = weights()[SILK]
    assert SILK in judge(client, done)
    assert weights()[SILK] == (30, 2)
    withdraw(client, done)
    assert weights()[SILK] == pytest.approx(before, abs=1e-3)
    assert all(pair == pytest.approx((1, 1), abs=1e-3) for key, pair in weights().items() if key != SILK)


def test_what_was_tried_gains_evidence_from_what_is_said_of_it(client_of, exploration):
    exploration(1)
    client = client_of("editor")
    done = made(client, brief="a dress", seed=5)
    (tried,) = StageRun.objects.get(generation=done["id"], name="optimisation").output["learned"]
    assert tried["part"] == "exploratory" and tried["evidence"] == 0
    assert tried["key"] in judge(client, done, "like")
    assert weights()[tried["key"]] == (2, 1)
    withdraw(client, done, "like")
    assert weights()[tried["key"]] == pytest.approx((1, 1), abs=1e-3)


def test_what_the_persona_put_into_the_prompt_is_judged_for_that_persona_alone(client_of, exploration):
    exploration(0)
    client = client_of("editor")
    team = client.user.memberships.get(team__personal=True).team
    persona = Persona.objects.create(team=team, owner=client.user, name="Fluid", attributes={"fabric": ["silk"]})
    done = made(client, brief="a dress", persona=str(persona.pk))
    assert "silk" in done["prompt"]
    moved = judge(client, done)
    assert f"attribute:{persona.pk}:fabric=silk" in moved and SILK not in moved


def test_what_found_no_place_in_the_prompt_is_not_judged(client_of, exploration):
    exploration(0)
    client = client_of("editor")
    team = client.user.memberships.get(team__personal=True).team
    LearnedWeight.objects.create(team=team, key=SILK, alpha=30, beta=1, moved_at=timezone.now())
    persona = Persona.objects.create(team=team, owner=client.user, name="Fluid", attributes={"fabric": ["silk"]})
    done = made(client, brief="a dress", persona=str(persona.pk), exact=True)
    moved = judge(client, done)
    assert not any(key.endswith("fabric=silk") for key in moved)
    assert Feedback.objects.count() == 1


def test_the_same_word_again_is_answered_as_before_and_recorded_once(client_of):
    client = client_of("editor")
    done = made(client)
    url, image = f"/api/generations/{done['id']}/feedback", done["assets"][0]["id"]
    first = client.post(url, {"kind": "like"}, format="json").json()
    stands = weights()
    again = client.post(url, {"kind": "like"}, format="json")
    assert (again.status_code, again.json()) == (201, first)
    several = client.post("/api/feedback", {"kind": "like", "assets": [image]}, format="json").json()
    assert [row["id"] for row in several["feedback"]] == several["act"]["said"] == [first["id"]]
    assert LearningAct.objects.count() == 1 and weights() == stands


def test_the_same_word_on_several_is_recorded_for_those_alone_that_lacked_it(client_of):
    client = client_of("editor")
    images = [made(client)["assets"][0]["id"] for _ in range(2)]
    first = client.post("/api/feedback", {"kind": "like", "assets": images[:1]}, format="json").json()
    both = client.post("/api/feedback", {"kind": "like", "assets": images}, format="json").json()
    assert [row["asset"] for row in both["feedback"]] == images
    assert both["feedback"][0]["id"] == first["feedback"][0]["id"]
    assert both["act"]["said"] == [both["feedback"][1]["id"]] and both["act"]["unsaid"] == []


def test_an_upload_among_several_is_named_where_the_word_on_all_of_them_is_refused(client_of):
    client = client_of("editor")
    generated = made(client)["assets"][0]["id"]
    photo = Asset.objects.get(pk=generated)
    photo.pk, photo.generation, photo.kind, photo.title = uuid.uuid4(), None, "reference", "mood <b>board</b>.png"
    photo._state.adding = True
    photo.save()
    sent = {"kind": "like", "asset": f"{generated},{photo.pk}"}
    page = client.post("/style/feedback", sent, format="multipart", follow=True).content.decode()
    assert "1 of these images cannot be judged, so none was. Only generated images are judged" in page
    assert "(“mood &lt;b&gt;board&lt;/b&gt;.png”)." in page
    assert not Feedback.objects.exists()


def test_what_the_same_word_on_several_teaches_is_asked_once(client_of):
    client = client_of("editor")
    images = [made(client)["assets"][0]["id"] for _ in range(3)]
    wish = {"kind": "like", "assets": images}
    client.post("/api/feedback", wish, format="json")
    table = Evidence._meta.db_table
    with CaptureQueriesContext(connection) as asked:
        again = client.post("/api/feedback", wish, format="json")
    assert again.status_code == 201, again.content
    assert len([query for query in asked if f'FROM "{table}"' in query["sql"]]) == 1


def test_twenty_images_are_judged_with_as_many_queries_as_two(client_of):
    client = client_of("editor")
    images = [asset["id"] for _ in range(3) for asset in made(client, n=8)["assets"]]
    few, many = images[:2], images[2:22]

    def asked(path: str, body: dict) -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            answer = client.post(path, body, format="json")
        assert answer.status_code == 201, answer.content
        return [query["sql"] for query in queries]

    asked("/api/feedback", {"kind": "dislike", "assets": images[22:]})  # so that something was learned before
    for kind in ("pick", "like"):  # a like may replace a dislike, which is asked for too
        first = asked("/api/feedback", {"kind": kind, "assets": few})
        assert len(asked("/api/feedback", {"kind": kind, "assets": many})) == len(first)
    acts = [LearningAct.objects.get(about=about).pk for about in ("like on 20 images", "pick on 2 images")]
    assert len({len(asked("/api/feedback/undo", {"act": str(pk)})) for pk in acts}) == 1
    assert Feedback.objects.filter(kind="like").count() == 2 and Feedback.objects.filter(kind="pick").count() == 20


def test_the_same_word_again_teaches_anew_what_was_reverted_meanwhile(client_of):
    client = client_of("editor")
    done = made(client)
    judge(client, done, "like")
    taught = evidence()
    learning.revert_weight(actor=client.user, weight_id=LearnedWeight.objects.get(key=MIDI).pk)
    assert evidence() < taught
    judge(client, done, "like")
    assert evidence() == pytest.approx(taught, abs=1e-3) and Feedback.objects.count() == 1


def waiting() -> int:
    """How many connections to this database wait for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees what it saw first
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return int(cursor.fetchone()[0])


def at_once(row: Row, *deeds: Callable[[], object]) -> list[Exception]:
    """Do all of `deeds` to `row` in threads that have all begun before the first may end; what they raised."""
    raised: list[Exception] = []

    def do(deed: Callable[[], object]) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '30s'")  # a loaded machine starts the other threads late
            deed()
        except Exception as error:  # noqa: BLE001  (the test shows what it was)
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=[deed]) for deed in deeds]
    with transaction.atomic():
        type(row)._base_manager.select_for_update().get(pk=row.pk)
        for thread in threads:
            thread.start()
        end = time.monotonic() + 20
        while waiting() < len(threads) and time.monotonic() < end:
            time.sleep(0.01)
    for thread in threads:
        thread.join()
    return raised


@pytest.fixture
def judged(client_of):
    """An image and the person who judges it."""
    client = client_of("editor")
    done = made(client)
    return Asset.objects.get(generation=done["id"]), client.user


def evidence():
    return sum(weights()[MIDI]) - 2


@pytest.mark.parametrize("say", [services.give_feedback, services.toggle_feedback])
def test_of_a_like_and_a_dislike_at_once_the_later_stands_alone(say, judged):
    asset, person = judged
    deeds = [partial(say, actor=person, asset_id=asset.pk, kind=kind) for kind in ("like", "dislike")]
    assert at_once(asset, *deeds) == []
    (stands,) = Feedback.objects.all()
    alpha, beta = weights()[MIDI]
    assert (alpha > 1.5, beta > 1.5) == (stands.kind == "like", stands.kind == "dislike")
    assert evidence() == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("say", [services.give_feedback, services.toggle_feedback])
def test_two_equal_words_at_once_are_one(say, judged):
    asset, person = judged
    assert at_once(asset, *[partial(say, actor=person, asset_id=asset.pk, kind="like")] * 2) == []
    assert [row.kind for row in Feedback.objects.all()] == ["like"]
    assert evidence() == pytest.approx(1, abs=1e-3)


def test_two_clicks_at_once_that_take_back_are_one(judged):
    asset, person = judged
    click = partial(services.toggle_feedback, actor=person, asset_id=asset.pk, kind="like")
    click()
    assert at_once(asset, click, click) == []
    assert not Feedback.objects.exists()
    assert evidence() == pytest.approx(0, abs=1e-3)
