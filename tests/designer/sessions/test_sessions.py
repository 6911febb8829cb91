"""A review over HTTP: opened, presented, timed, voted on, ended; and what is refused on the way."""

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from designer.assets.models import Asset
from designer.notifications.models import Notification
from designer.realtime.models import Event
from designer.sessions.models import ReviewSession, SessionImage, SessionPerson, SessionVote
from designer.sessions.services import end_forgotten, open_session
from designer.sessions.summary import outcome_of
from teams.base.errors import Conflict
from teams.membership.models import Membership
from teams.signals import access_revoked
from tests.designer.sessions.agenda import assets_in, gathered, image, session_of
from tests.pdfs import Read


@pytest.fixture(autouse=True)
def checked(settings):
    settings.CHECK_EVENTS = True


@pytest.fixture
def ada(client_of):
    return client_of("editor")


@pytest.fixture
def ben(client_of):
    return client_of("editor")


@pytest.fixture
def session(ada, team) -> ReviewSession:
    return session_of(team, ada.user)


def agenda(session: ReviewSession) -> list[str]:
    return [str(pk) for pk in session.images.order_by("position").values_list("asset", flat=True)]


def say(client, session, what: str, **wish):
    return client.post(f"/api/sessions/{session.pk}/{what}", wish, format="json")


def told(session, event: str) -> list[dict]:
    rows = Event.objects.filter(channel=f"session:{session.pk}", event=event).order_by("id")
    return [row.data for row in rows]


def gone(session, user) -> None:
    """Nothing was heard of this person for a while."""
    SessionPerson.objects.filter(session=session, user=user).update(seen_at=timezone.now() - timedelta(seconds=16))


def test_a_review_begins_with_the_first_image_and_tells_the_team(ada, ben, team):
    collection = gathered(team, ada.user)
    wish = {"collection": str(collection.pk), "seconds": 60}
    made = ada.post(f"/api/teams/{team.pk}/sessions", wish, format="json")
    assert made.status_code == 201
    state = ada.get(made["Location"]).json()
    assert state["title"] == "Spring capsule" and state["status"] == "open" and state["images"] == 3
    assert state["presenter"]["id"] == str(ada.user.pk)
    assert state["present"] == {"asset": str(assets_in(collection)[0]), "position": 1}
    assert (state["timer"]["seconds"], state["timer"]["running"], state["timer"]["left"]) == (60, False, 60)
    assert Notification.objects.get(user=ben.user).link == f"/sessions/{state['id']}"
    assert not Notification.objects.filter(user=ada.user).exists()
    opened = Event.objects.filter(event="session:opened").values_list("channel", flat=True)
    assert set(opened) == {f"collection:{collection.pk}", f"team:{team.pk}"}


@pytest.mark.parametrize(
    ("fault", "status", "field"),
    [("empty", 422, "collection"), ("trashed", 409, "collection"), ("under way", 409, "collection"),
     ("foreign", 404, "collection"), ("too long", 400, "seconds")],
)  # fmt: skip
def test_a_review_that_cannot_begin_says_why(fault, status, field, ada, team, user):
    collection = gathered(team, ada.user, 0 if fault == "empty" else 2)
    wish = {"collection": str(collection.pk), "seconds": 4000 if fault == "too long" else 30}
    if fault == "trashed":
        ada.delete(f"/api/teams/{team.pk}/collections/{collection.pk}")
    if fault == "under way":
        open_session(actor=ada.user, team_id=team.pk, collection=collection.pk)
    if fault == "foreign":
        wish["collection"] = str(gathered(user.teams.get(), user).pk)
    before = ReviewSession.objects.count()
    answer = ada.post(f"/api/teams/{team.pk}/sessions", wish, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (status, field)
    assert ReviewSession.objects.count() == before


def test_the_presenter_moves_on_and_the_clock_begins_anew(ada, ben, session):
    first, second, _ = agenda(session)
    say(ada, session, "timer", action="start", seconds=90)
    state = say(ada, session, "present", asset=second).json()
    assert state["present"] == {"asset": second, "position": 2}
    assert state["timer"]["running"] and 85 < state["timer"]["left"] <= 90
    assert told(session, "session:image")[-1]["asset"] == second
    refused = say(ben, session, "present", asset=first)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_presenting")
    elsewhere = say(ada, session, "present", asset=str(uuid4()))
    assert (elsewhere.status_code, elsewhere.json()["errors"][0]["field"]) == (422, "asset")


def test_an_image_in_the_trash_is_neither_shown_nor_voted_on(ada, session):
    _, second, _ = agenda(session)
    ada.delete(f"/api/assets/{second}")
    answers = [say(ada, session, "present", asset=second), say(ada, session, "votes", asset=second, choice="yes")]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(409, "trashed")] * 2
    lines = ada.get(f"/api/sessions/{session.pk}/images").json()["results"]
    assert [line["gone"] for line in lines] == [False, True, False]
    ada.post(f"/api/assets/{second}/restore")
    assert say(ada, session, "present", asset=second).status_code == 200


def test_an_image_is_shown_as_the_version_in_use(ada, session, team):
    first = Asset.objects.get(pk=agenda(session)[0])
    cut_out = {"transparent": True}
    larger = image(team, ada.user, kind="enhanced", parent=first, width=192, height=256, facts=cut_out)
    Asset.objects.filter(pk=first.pk).update(chosen=larger)
    shown, other, _ = ada.get(f"/api/sessions/{session.pk}/images").json()["results"]
    assert (shown["asset"], shown["width"], shown["height"]) == (str(first.pk), 192, 256)
    assert (shown["transparent"], other["transparent"]) == (True, False)
    assert shown["thumbnail"] == f"/api/assets/{larger.pk}/thumbnail"


def test_a_collection_in_the_trash_or_changed_leaves_the_review_as_it_is(ada, session, team):
    first, second, third = agenda(session)
    address = f"/api/teams/{team.pk}/collections/{session.collection_id}"
    assert ada.delete(f"{address}/assets/{third}").status_code == 204
    assert ada.post(f"{address}/assets", {"assets": [str(image(team, ada.user).pk)]}, format="json").status_code == 200
    assert ada.delete(address).status_code == 204
    assert agenda(session) == [first, second, third]
    assert say(ada, session, "present", asset=third).status_code == 200
    assert say(ada, session, "end").json()["totals"]["images"] == 3


def test_votes_are_one_each_changed_and_taken_back(ada, ben, session):
    first = agenda(session)[0]
    say(ada, session, "votes", asset=first, choice="yes")
    say(ben, session, "votes", asset=first, choice="no", note="too long in the sleeve")
    seen = say(ben, session, "votes", asset=first, choice="perhaps", note="shorter sleeve").json()
    assert seen["tally"] == {"yes": 1, "no": 0, "perhaps": 1}
    assert seen["mine"] == {"choice": "perhaps", "note": "shorter sleeve"}
    assert [(each["choice"], each["note"]) for each in seen["votes"]] == [("yes", ""), ("perhaps", "shorter sleeve")]
    say(ada, session, "votes", asset=first, choice=None)
    assert SessionVote.objects.get().voter == ben.user
    assert [(fact["voted"], fact["given"]) for fact in told(session, "session:vote")] == [
        (1, True),
        (2, True),
        (2, True),
        (1, False),
    ]


@pytest.mark.parametrize(
    ("wish", "field"),
    [({"choice": "yes", "asset": "elsewhere"}, "asset"), ({"choice": "maybe"}, "choice"), ({}, "choice"),
     ({"choice": "yes", "note": "x" * 501}, "note"), ({"choice": "yes", "note": "a\u202eb"}, "note")],
)  # fmt: skip
def test_a_vote_that_makes_no_sense_names_its_field(wish, field, ada, session):
    asset = str(uuid4()) if wish.get("asset") else agenda(session)[0]
    answer = say(ada, session, "votes", **{**wish, "asset": asset})
    assert answer.status_code in (400, 422) and answer.json()["errors"][0]["field"] == field
    assert not SessionVote.objects.exists()


def test_hidden_votes_are_told_to_nobody_until_the_presenter_reveals_them(ada, ben, team):
    session = session_of(team, ada.user, votes_hidden=True)
    first, second, _ = agenda(session)
    say(ben, session, "votes", asset=first, choice="no", note="the collar")
    say(ben, session, "votes", asset=second, choice="no")
    seen = ada.get(f"/api/sessions/{session.pk}/images/{first}").json()
    assert (seen["voted"], seen["tally"], seen["votes"][0]["choice"], seen["votes"][0]["note"]) == (1, None, None, "")
    fact = told(session, "session:vote")[0]
    assert (fact["voted"], fact["choice"], fact["tally"]) == (1, None, None)
    assert say(ben, session, "reveal", asset=first).status_code == 403
    assert say(ada, session, "reveal", asset=first).json()["votes"][0]["note"] == "the collar"
    assert told(session, "session:revealed")[0]["tally"] == {"yes": 0, "no": 1, "perhaps": 0}
    assert ada.get(f"/api/sessions/{session.pk}/images/{second}").json()["tally"] is None


@pytest.mark.parametrize("what", ["present", "votes", "timer", "presenter", "reveal", "end"])
def test_a_viewer_watches_and_does_nothing(what, client_of, session):
    viewer, first = client_of("viewer"), agenda(session)[0]
    wish = {
        "present": {"asset": first},
        "votes": {"asset": first, "choice": "yes"},
        "timer": {"action": "start", "seconds": 5},
        "presenter": {"user": str(viewer.user.pk)},
        "reveal": {"asset": first},
        "end": {},
    }[what]
    assert say(viewer, session, what, **wish).status_code == 403
    assert viewer.get(f"/api/sessions/{session.pk}/images").status_code == 200
    assert viewer.put(f"/api/sessions/{session.pk}/attendance").status_code == 200


def test_the_presenter_hands_over_to_who_may_present(ada, ben, client_of, session):
    viewer = client_of("viewer")
    refused = say(ada, session, "presenter", user=str(viewer.user.pk))
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "user")
    assert say(ada, session, "presenter", user=str(ben.user.pk)).json()["presenter"]["id"] == str(ben.user.pk)
    assert say(ada, session, "timer", action="pause").status_code == 403
    assert told(session, "session:presenter") == [{"presenter": str(ben.user.pk), "name": ben.user.shown_name}]


def test_a_presenter_who_is_there_keeps_the_stage_and_one_who_is_gone_does_not(ada, ben, session):
    take = {"user": str(ben.user.pk)}
    refused = say(ben, session, "presenter", **take)
    assert (refused.status_code, refused.json()["code"]) == (409, "still_presenting")
    gone(session, ada.user)
    assert say(ben, session, "presenter", **take).status_code == 200
    assert say(ada, session, "presenter", user=str(ada.user.pk)).status_code == 409


@pytest.mark.parametrize(("role", "sees"), [(None, 404), ("viewer", 200)])
def test_a_presenter_who_lost_the_right_is_gone_at_once(role, sees, ada, ben, client_of, session, team):
    owner, place = client_of("owner"), f"/api/teams/{team.pk}/members/{ada.user.pk}"
    changed = owner.put(place, {"role": role}, format="json") if role else owner.delete(place)
    assert changed.status_code < 300
    assert ada.get(f"/api/sessions/{session.pk}").status_code == sees
    assert told(session, "session:presenter") == [{"presenter": None, "name": ""}]
    assert ben.get(f"/api/sessions/{session.pk}").json()["presenter"] == {"id": None, "name": ""}
    assert say(ben, session, "presenter", user=str(ben.user.pk)).status_code == 200


@pytest.mark.parametrize("leaves", [False, True])
def test_a_presenter_of_a_deleted_team_has_the_stage_again_unless_they_left(leaves, ada, client_of, session, team):
    owner = client_of("owner")
    owner.post(f"/api/teams/{team.pk}/delete", {"name": team.name}, format="json")
    if leaves:
        ada.post(f"/teams/{team.pk}/leave")
    else:
        access_revoked.send(sender=Membership, user_id=ada.user.pk, team_id=None)  # a token of theirs has ended
    session.refresh_from_db()
    assert session.presenter_id == ada.user.pk and told(session, "session:presenter") == []
    owner.post(f"/api/teams/{team.pk}/restore")
    session.refresh_from_db()
    assert session.presenter_id == (None if leaves else ada.user.pk)


def test_a_presenter_with_a_role_that_still_presents_goes_on(ada, client_of, session, team):
    ada_as_admin = Membership.objects.get(team=team, user=ada.user)
    ada_as_admin.role = "admin"
    ada_as_admin.save()
    lowered = client_of("owner").put(f"/api/teams/{team.pk}/members/{ada.user.pk}", {"role": "editor"}, format="json")
    assert lowered.status_code == 200
    assert told(session, "session:presenter") == []
    assert say(ada, session, "timer", action="start", seconds=20).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_over_at_once_one_presents(member, team):
    from designer.sessions.services import make_presenter

    first = member("editor")
    session = session_of(team, first)
    heirs = [member("editor") for _ in range(6)]
    gone(session, first)

    def take(heir) -> bool:
        try:
            make_presenter(actor=heir, session_id=session.pk, user_id=heir.pk)
        except Conflict:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(6) as pool:
        won = list(pool.map(take, heirs))
    session.refresh_from_db()
    assert won.count(True) == 1 and session.presenter == heirs[won.index(True)]
    assert len(told(session, "session:presenter")) == 1


def test_the_clock_stands_runs_and_has_its_own_time_for_one_image(ada, session):
    first, second, _ = agenda(session)
    refused = say(ada, session, "timer", action="start")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "seconds")
    assert say(ada, session, "timer", action="reset", seconds=60).json()["timer"]["left"] == 60
    own = say(ada, session, "timer", action="start", seconds=20, only_this=True).json()["timer"]
    assert own["running"] and own["seconds"] == 20 and own["ends_at"]
    paused = say(ada, session, "timer", action="pause").json()["timer"]
    assert not paused["running"] and 15 < paused["left"] <= 20
    moved = say(ada, session, "present", asset=second).json()["timer"]
    assert (moved["seconds"], moved["left"], moved["running"]) == (60, 60, False)
    assert say(ada, session, "present", asset=first).json()["timer"]["seconds"] == 20


def test_the_end_keeps_who_was_there_what_was_voted_and_how_long(ada, ben, client_of, session, team):
    absent = client_of("viewer")
    first, second, _ = agenda(session)
    ben.put(f"/api/sessions/{session.pk}/attendance")
    say(ada, session, "votes", asset=first, choice="yes", note="=SUM(1)")
    say(ben, session, "votes", asset=first, choice="yes")
    say(ben, session, "votes", asset=second, choice="no")
    say(ada, session, "votes", asset=second, choice="perhaps")
    SessionImage.objects.filter(session=session, position=1).update(spent=41.6)
    assert ada.get(f"/api/sessions/{session.pk}/summary").status_code == 409
    summary = say(ada, session, "end").json()
    assert [person["name"] for person in summary["people"]] == [ada.user.shown_name, ben.user.shown_name]
    assert [(line["outcome"], line["tally"]["yes"]) for line in summary["images"]] == [
        ("yes", 2),
        ("tie", 0),
        ("none", 0),
    ]
    assert summary["images"][0]["seconds"] >= 42
    assert summary == ben.get(f"/api/sessions/{session.pk}/summary").json()
    printed = ben.get(f"/api/sessions/{session.pk}/summary?format=pdf")
    assert printed["Content-Type"] == "application/pdf"
    text = Read(printed.content).text
    assert "2 yes, 0 no, 0 perhaps; shown for 42 s" in text and "=SUM(1)" in text and ben.user.shown_name in text
    rows = list(csv.DictReader(io.StringIO(ben.get(f"/api/sessions/{session.pk}/summary?format=csv").content.decode())))
    assert rows[0]["outcome"] == "yes" and rows[0]["notes"].endswith("=SUM(1)")
    assert told(session, "session:ended")[0]["votes"] == 4
    ended = Notification.objects.filter(title__contains="ended")
    assert set(ended.values_list("user", flat=True)) == set(
        Membership.objects.filter(team=team).exclude(user__in=[ada.user, ben.user]).values_list("user", flat=True)
    )
    assert absent.user.pk in ended.values_list("user", flat=True)


@pytest.mark.parametrize("what", ["present", "votes", "timer", "presenter", "reveal", "end"])
def test_after_the_end_nothing_changes_any_more(what, ada, session):
    first = agenda(session)[0]
    before = say(ada, session, "end").json()
    wish = {"present": {"asset": first}, "votes": {"asset": first, "choice": "no"}, "timer": {"action": "pause"},
            "presenter": {"user": str(ada.user.pk)}, "reveal": {"asset": first}, "end": {}}[what]  # fmt: skip
    answer = say(ada, session, what, **wish)
    assert (answer.status_code, answer.json()["code"]) == (409, "ended")
    assert ada.put(f"/api/sessions/{session.pk}/attendance").status_code == 409
    assert ada.get(f"/api/sessions/{session.pk}/summary").json() == before


@pytest.mark.parametrize(("role", "status"), [("admin", 200), ("editor", 403), ("stranger", 404)])
def test_a_review_is_ended_by_its_presenter_its_opener_and_admins(role, status, client_of, session):
    assert say(client_of(role), session, "end").status_code == status


def test_a_review_that_everybody_has_left_ends_by_itself(ada, session):
    assert end_forgotten() == 0
    SessionPerson.objects.update(seen_at=timezone.now() - timedelta(minutes=61))
    ReviewSession.objects.update(shown_since=timezone.now() - timedelta(minutes=62))
    assert end_forgotten() == 1
    session.refresh_from_db()
    assert session.status == "ended"
    assert 60 <= session.images.get(position=1).spent < 90, "an empty room's time is nobody's"


def test_a_thousand_images_come_by_the_page_at_a_constant_price(ada, team, django_assert_max_num_queries):
    session = session_of(team, ada.user, 1000)
    with django_assert_max_num_queries(10):
        page = ada.get(f"/api/sessions/{session.pk}/images?after=800&limit=200").json()
    assert [page["results"][0]["position"], len(page["results"]), page["next"]] == [801, 200, 1000]
    assert ada.get(f"/api/sessions/{session.pk}/images?after=1000").json() == {"results": [], "next": None}
    assert say(ada, session, "present", asset=page["results"][-1]["asset"]).json()["present"]["position"] == 1000


def test_an_outcome_is_what_most_want():
    assert outcome_of({"yes": 2, "no": 1, "perhaps": 1}) == "yes"
    assert outcome_of({"yes": 1, "no": 0, "perhaps": 2}) == "perhaps"
    assert outcome_of({"yes": 1, "no": 1, "perhaps": 0}) == "tie"
    assert outcome_of({"yes": 0, "no": 0, "perhaps": 0}) == "none"
