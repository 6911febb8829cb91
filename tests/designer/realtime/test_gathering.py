"""Who is here: seen by those who come later, gone when its people or its process are gone."""

import json
import time

import pytest

from designer.realtime.gathering import MOST, SHARE, Gathering
from tests.designer.realtime import live
from tests.designer.realtime.live import Talk

pytestmark = pytest.mark.django_db(transaction=True)
HERE = {"zoom": 2}


def present(talk, channel, state=HERE):
    talk.subscribe(channel)
    talk.say(type="presence", channel=channel, state=state)


def test_who_comes_later_sees_who_is_here(port, token, meeting):
    with Talk(port, token) as one, Talk(port, token) as other:
        present(one, meeting)
        assert one.expect("presence")["state"] == HERE
        other.subscribe(meeting)
        assert other.expect("presence", timeout=3)["state"] == HERE


def test_who_sits_at_another_web_process_is_seen_and_leaves_with_it(port, token, meeting):
    with Talk(port, token) as one:
        one.subscribe(meeting)
        with live.serving() as (elsewhere, process):
            other = Talk(elsewhere, token)
            present(other, meeting)
            assert one.expect("presence", timeout=3)["state"] == HERE
            process.kill()  # it has no time to say goodbye
            assert one.expect("presence", timeout=8)["state"] is None
        other.close()


def test_a_client_that_falls_silent_is_gone_and_comes_back_with_its_next_word(port, token, meeting):
    with Talk(port, token) as one, Talk(port, token) as other:
        other.subscribe(meeting)
        present(one, meeting)
        assert [other.expect("presence", timeout=8)["state"] for _ in range(2)] == [HERE, None]
        one.say(type="ping")
        assert other.expect("presence", timeout=4)["state"] == HERE


def test_who_speaks_now_and_then_stays(port, token, meeting):
    with Talk(port, token) as one, Talk(port, token) as other:
        other.subscribe(meeting)
        present(one, meeting)
        for _ in range(5):
            time.sleep(1.5)
            one.say(type="ping")
        other.say(type="ping")
        other.expect("pong")
        assert [told["state"] for told in other.heard if told["type"] == "presence"] == [HERE]


def test_who_subscribes_is_told_who_is_here_and_by_that_who_has_gone(port, token, meeting):
    """One whose line broke missed those who left meanwhile."""
    with Talk(port, token) as other, Talk(port, token) as reader:
        reader.subscribe(meeting)
        with Talk(port, token) as one:
            present(one, meeting)
            present(other, meeting)
            shown = {reader.expect("presence")["socket"] for _ in range(2)}
            assert set(reader.subscribe(meeting, after=0)["here"]) == shown
        gone = reader.expect("presence", timeout=8)
        while gone["state"] is not None:
            gone = reader.expect("presence", timeout=8)
        assert set(reader.subscribe(meeting, after=0)["here"]) == shown - {gone["socket"]}


@pytest.mark.parametrize("word", ["presence", "cursor", "reaction"])
def test_nobody_speaks_to_a_whole_studio_team_or_person(port, watcher, token, channel, word):
    with Talk(port, token) as talk:
        for everywhere in ("system", channel, f"user:{watcher.pk}"):
            talk.subscribe(everywhere)
            talk.say(type=word, channel=everywhere, state=1)
            refused = talk.expect("error")
            assert (refused["code"], refused["channel"], refused["kind"]) == ("not_shared", everywhere, word)


def test_reactions_are_all_seen_and_not_kept(port, token, meeting):
    with Talk(port, token) as one, Talk(port, token) as other:
        one.subscribe(meeting)
        other.subscribe(meeting)
        for face in ("heart", "heart", "scissors"):
            one.say(type="reaction", channel=meeting, state={"face": face})
        assert [other.expect("reaction")["state"]["face"] for _ in range(3)] == ["heart", "heart", "scissors"]
        with Talk(port, token) as late:
            late.subscribe(meeting)
            late.say(type="ping")
            late.expect("pong")
            assert [told["type"] for told in late.heard] == ["subscribed", "pong"]


def who(socket, state=HERE):
    return {"user": "u", "name": "Ada", "socket": socket, "state": state}


def test_the_same_state_is_shown_once():
    shown = []
    gathering = Gathering(lambda *told: shown.append(told))
    gathering.hear("a", who("1"))
    gathering.hear("a", who("1"))
    gathering.hear("a", who("1", {"zoom": 3}))
    gathering.hear("b", who("2", None))
    assert [told["state"] for _, told in shown] == [HERE, {"zoom": 3}]


def test_a_channel_remembers_only_so_many_and_forgets_who_goes():
    gathering = Gathering(lambda *_: None)
    for number in range(MOST + 1):
        gathering.hear("a", who(str(number)))
    assert len(gathering.of("a")) == MOST
    for number in range(MOST):
        gathering.hear("a", who(str(number), None))
    assert gathering._there == {}


def test_who_is_no_longer_here_is_said_once_and_in_messages_that_fit_a_line():
    gathering = Gathering(lambda *_: None)
    here = {("a", str(number)): who(str(number), "x" * 1000) for number in range(120)}
    told = list(gathering.word(here))
    assert [len(people) for _, people in told] == [SHARE, SHARE, 20] and len(json.dumps(told[0])) < 64 << 10
    assert gathering.silenced({})
    assert {told["state"] for _, people in gathering.word({}) for told in people} == {None}
    assert list(gathering.word({})) == []
