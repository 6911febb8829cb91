"""The socket, through a real server: snapshot, replay, live events, limits."""

import json
import re
import socket
import struct
import time
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from designer.env import ROOT
from designer.realtime import events, ticks
from designer.realtime.limits import BURST, STALL
from teams.membership.models import Membership
from teams.membership.services import remove_member
from tests.designer.realtime import live
from tests.designer.realtime.live import Talk, handshake, person, record, team_of, token_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def talk(port, watcher):
    with Talk(port, token_of(watcher)) as open_talk:
        yield open_talk


def test_a_subscriber_gets_the_snapshot_and_then_every_event_in_order(talk, channel):
    record(channel, 1, 2)
    answer = talk.subscribe(channel)
    assert (answer["seq"], answer["resumed"], answer["snapshot"]["role"]) == (2, False, "editor")
    record(channel, 3, 4, 5)
    assert [(e["seq"], e["data"]["n"]) for e in (talk.expect("event") for _ in range(3))] == [(3, 3), (4, 4), (5, 5)]


def test_a_returning_reader_gets_what_it_missed(talk, channel):
    record(channel, *range(250))
    answer = talk.subscribe(channel, after=7)
    assert (answer["seq"], answer["head"], answer["resumed"]) == (7, 250, True)
    assert [talk.expect("event")["seq"] for _ in range(243)] == list(range(8, 251))


def test_a_rolled_back_change_is_never_seen(talk, channel):
    talk.subscribe(channel)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        events.record(channel, "generation:stage", {"n": 0}, team_id=None)
        raise ZeroDivisionError
    record(channel, 1)
    seen = talk.expect("event")
    assert (seen["seq"], seen["data"]) == (1, {"n": 1})


def test_the_roadmaps_message_forms_are_understood(talk, watcher, channel):
    talk.say(type="subscribe:team", id=channel.partition(":")[2])
    assert talk.expect("subscribed")["channel"] == channel
    talk.say(type="subscribe:user")
    assert talk.expect("subscribed")["channel"] == f"user:{watcher.pk}"
    talk.say(type="unsubscribe", channel=channel)
    assert talk.expect("unsubscribed")["channel"] == channel
    talk.say(type="ping")
    assert talk.expect("pong")


def test_ticks_are_shown_and_not_kept(talk, channel):
    talk.subscribe(channel)
    ticks.tick(channel, "generation:progress", {"stage": "generate", "percent": 40})
    seen = talk.expect("event")
    assert seen["data"]["percent"] == 40
    assert "seq" not in seen
    assert talk.subscribe(channel)["seq"] == 0


@pytest.mark.parametrize("after", [-1, 1.5, "x", True, 2**63])
def test_a_number_that_is_none_is_refused(talk, channel, after):
    talk.say(type="subscribe", channel=channel, after=after)
    assert talk.expect("error")["code"] == "bad_after"


def test_a_reader_from_the_future_is_told_to_start_afresh(talk, channel):
    record(channel, 1)
    talk.say(type="subscribe", channel=channel, after=99)
    assert talk.expect("resync")["reason"] == "ahead"
    answer = talk.expect("subscribed")
    assert (answer["seq"], answer["resumed"], answer["snapshot"]["role"]) == (1, False, "editor")


def test_a_reader_of_another_epoch_is_told_to_start_afresh(talk, channel):
    record(channel, 1)
    talk.say(type="subscribe", channel=channel, after=1, epoch=str(uuid4()))
    assert talk.expect("resync")["reason"] == "epoch"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "malformed"),
        ("{", "malformed"),
        ("[]", "malformed"),
        ("[" * 60_000, "malformed"),
        ('{"type": 7}', "malformed"),
        ('{"type": "subscribe"}', "malformed"),
        ('{"type": "subscribe", "channel": {"a": 1}}', "malformed"),
        ('{"type": "cursor", "channel": "system", "state": NaN}', "malformed"),
        ('{"type": "cursor", "channel": "system", "state": 1e999}', "malformed"),
        ('{"type": "presence", "channel": "system", "state": 100000000000000000000}', "malformed"),
        ('{"type": "presence", "channel": "system", "state": {"x": [-9223372036854775809]}}', "malformed"),
        ('{"type": "presence", "channel": "system", "state": "\\ud800"}', "malformed"),
        ('{"type": "reaction", "channel": "system", "state": {"\\udfff": 1}}', "malformed"),
        ('{"type": "cursor", "channel": "system", "state": ' + "[" * 400 + "]" * 400 + "}", "malformed"),
        ('{"type": "auth", "token": "\\ud800"}', "malformed"),
        ('{"type": "dance"}', "unknown_type"),
        ('{"type": "unsubscribe", "channel": "system"}', "not_subscribed"),
        ('{"type": "presence", "channel": "system", "state": 1}', "not_subscribed"),
    ],
)
def test_a_message_that_makes_no_sense_is_answered_and_the_socket_lives_on(talk, text, code):
    talk.ws.send(text)
    assert talk.expect("error")["code"] == code
    talk.say(type="ping")
    assert talk.expect("pong")


def test_bytes_are_answered_and_the_socket_lives_on(talk):
    talk.ws.send(b"\x00\xff")
    assert talk.expect("error")["code"] == "malformed"
    talk.say(type="ping")
    assert talk.expect("pong")


def test_an_oversized_frame_closes_the_socket(talk):
    talk.ws.send("x" * 70_000)
    assert talk.closing_code() == 1009


def test_endless_nonsense_closes_the_socket(talk):
    for _ in range(25):
        talk.ws.send("{")
    assert talk.closing_code() == 4400


def test_a_client_of_another_version_is_told_which_one_is_spoken(port, watcher):
    with Talk(port, token_of(watcher), path="/ws/?version=1") as talk:
        talk.subscribe("system")
    with Talk(port, token_of(watcher), path="/ws/?version=" + "%F0%9F%A7%B5" * 40) as talk:
        assert talk.closing_code() == 4400
        assert "speaks version 1" in talk.ws.close_reason


def test_a_flood_is_slowed_and_then_closed(talk):
    try:
        for _ in range(400):
            talk.say(type="ping")
    finally:
        assert talk.closing_code() == 4429
    assert any(message.get("code") == "slow_down" for message in talk.heard)


def test_a_socket_has_at_most_a_hundred_channels(port, watcher):
    channels = [f"team:{team_of(watcher).pk}" for _ in range(101)]
    with Talk(port, token_of(watcher)) as talk:
        for channel in channels[:100]:
            talk.subscribe(channel)
        talk.say(type="subscribe", channel=channels[100])
        refusal = talk.expect("error")
    assert (refusal["code"], refusal["channel"]) == ("too_many_channels", channels[100])


def test_a_person_has_at_most_twenty_sockets(port, watcher):
    token = token_of(watcher)
    talks = [Talk(port, token) for _ in range(20)]
    try:
        for talk in talks:
            talk.subscribe("system")
        with Talk(port, token) as one_more:
            assert one_more.closing_code() == 4429
    finally:
        for talk in talks:
            talk.close()


def test_presence_says_who_it_is_by_the_session_not_by_the_message(port, watcher, meeting):
    with Talk(port, token_of(watcher)) as one, Talk(port, token_of(watcher)) as other:
        one.subscribe(meeting)
        other.subscribe(meeting)
        one.say(type="presence", channel=meeting, state={"at": 3}, user=str(uuid4()), name="The boss")
        seen = other.expect("presence")
        assert (seen["user"], seen["name"], seen["state"]) == (str(watcher.pk), watcher.shown_name, {"at": 3})
        one.close()
        assert other.expect("presence")["state"] is None


def test_a_cursor_that_races_is_slowed_and_the_others_see_where_it_ends(port, watcher, meeting):
    token = token_of(watcher)
    with Talk(port, token) as one, Talk(port, token) as other:
        one.subscribe(meeting)
        other.subscribe(meeting)
        for x in range(BURST + 30):
            one.say(type="cursor", channel=meeting, state={"x": x})
        seen = [other.expect("cursor")["state"]["x"]]
        while seen[-1] < BURST + 29:
            seen.append(other.expect("cursor")["state"]["x"])
        assert seen == sorted(set(seen))
        assert one.expect("error")["code"] == "slow_down"


@pytest.mark.parametrize("kind", ["presence", "cursor", "reaction"])
def test_a_state_that_cannot_be_shown_is_refused_by_its_kind(talk, meeting, kind):
    talk.subscribe(meeting)
    for state, code in (("x" * 1100, "too_large"), (1 << 64, "malformed")):
        talk.say(type=kind, channel=meeting, state=state)
        refused = talk.expect("error")
        assert (refused["code"], refused["kind"], refused["channel"]) == (code, kind, meeting)


def test_the_longest_selection_that_a_page_tells_of_is_taken(port, token, talk, meeting):
    """Eight letters of each id, as people.js counts and writes them."""
    page = (ROOT / "designer/static/designer/js/people.js").read_text()
    most, letters = (int(re.findall(form, page)[0]) for form in (r"const MOST = (\d+);", r"id\.slice\(-(\d+)\)"))
    state = {"view": None, "selected": [f"{number:0{letters}x}" for number in range(most)]}
    with Talk(port, token) as other:
        other.subscribe(meeting)
        talk.subscribe(meeting)
        talk.say(type="presence", channel=meeting, state=state)
        assert other.expect("presence")["state"] == state
    assert f"up to {most} images the last eight characters" in (ROOT / "docs/realtime.md").read_text()


def test_events_bigger_than_the_send_buffer_all_arrive(talk, channel):
    talk.subscribe(channel)
    with transaction.atomic():
        for _ in range(40):
            events.record(channel, "generation:stage", {"text": "x" * 30_000}, team_id=None)
    assert [talk.expect("event")["seq"] for _ in range(40)] == list(range(1, 41))


def test_one_who_stops_reading_costs_the_others_nothing_and_is_let_go(watcher, channel):
    token = token_of(watcher)
    with (
        live.server("--ws-ping-interval", "300") as port,
        Talk(port, token) as reader,
        socket.create_connection(("127.0.0.1", port)) as stalled,
    ):
        stalled.sendall(handshake(port, token))
        assert stalled.recv(4096).startswith(b"HTTP/1.1 101")
        stalled.sendall(masked(json.dumps({"type": "subscribe", "channel": channel}).encode()))
        reader.subscribe(channel)
        began = time.monotonic()
        for _ in range(30):
            with transaction.atomic():
                for _ in range(10):
                    events.record(channel, "generation:stage", {"text": "x" * 30_000}, team_id=None)
        assert [reader.expect("event")["seq"] for _ in range(300)] == list(range(1, 301))
        while time.monotonic() - began < STALL + 4:
            reader.expect("ping")
        rest = everything(stalled)
    assert len(rest) < 9_000_000, "what nobody read was kept for him"
    assert rest.endswith(struct.pack("!H", 4408) + b"too slow")


def test_one_who_reads_again_gets_every_fact_in_order_and_of_what_is_only_shown_the_newest(port, watcher, channel):
    with Talk(port, token_of(watcher)) as talk:
        talk.subscribe(channel)
        for percent in range(100):  # meanwhile he reads nothing: the buffers of the network are full after the first
            with transaction.atomic():
                for _ in range(3):
                    events.record(channel, "generation:stage", {"text": "x" * 30_000}, team_id=None)
            ticks.tick(channel, "generation:progress", {"stage": "generate", "percent": percent})
        heard: list[dict[str, Any]] = []
        while len([one for one in heard if "seq" in one]) < 300 or not shown(heard) or shown(heard)[-1] != 99:
            heard.append(talk.expect("event"))
    assert [one["seq"] for one in heard if "seq" in one] == list(range(1, 301))
    assert shown(heard) == sorted(set(shown(heard)))


def test_what_many_channels_have_for_one_who_reads_late_all_arrives_in_order(port, watcher):
    """They wait for the same room in his box."""
    channels = [f"team:{team_of(watcher).pk}" for _ in range(12)]
    with Talk(port, token_of(watcher)) as talk:
        for channel in channels:
            talk.subscribe(channel)
        for _ in range(30):
            for channel in channels:
                with transaction.atomic():
                    events.record(channel, "generation:stage", {"text": "x" * 30_000}, team_id=None)
        heard: dict[str, list[int]] = {channel: [] for channel in channels}
        for _ in range(30 * len(channels)):
            fact = talk.expect("event")
            heard[fact["channel"]].append(fact["seq"])
    assert heard == {channel: list(range(1, 31)) for channel in channels}


def test_one_who_reads_late_and_says_that_he_is_still_there_is_not_sent_away(port, watcher, channel):
    with Talk(port, token_of(watcher)) as talk:
        talk.subscribe(channel)
        for number in range(30):
            with transaction.atomic():
                for _ in range(10):
                    events.record(channel, "generation:stage", {"text": "x" * 30_000}, team_id=None)
            talk.say(type="ping")
            if number < 20:
                talk.say(type="unsubscribe", channel="system")  # an answer that must be given
        assert [talk.expect("event")["seq"] for _ in range(300)] == list(range(1, 301))
        refused = [one for one in talk.heard if one["type"] == "error"]
        refused += [talk.expect("error") for _ in range(20 - len(refused))]
        assert {one["code"] for one in refused} == {"not_subscribed"}


def test_one_who_loses_the_right_with_much_on_its_way_hears_no_later_byte(port, watcher):
    team, owner, token = team_of(watcher), person(), token_of(watcher)
    Membership.objects.create(team=team, user=owner, role="owner")
    channel = f"team:{team.pk}"
    with Talk(port, token) as late, Talk(port, token) as prompt:
        for talk in (late, prompt):
            talk.subscribe(channel)
        for _ in range(30):
            with transaction.atomic():
                for _ in range(10):
                    events.record(channel, "generation:stage", {"text": "x" * 30_000}, team_id=None)
        assert [prompt.expect("event")["seq"] for _ in range(300)] == list(range(1, 301))
        remove_member(actor=owner, team_id=team.pk, user_id=watcher.pk)
        prompt.expect("unsubscribed")
        late.expect("unsubscribed")
        late.say(type="ping")
        before = len(late.heard)
        late.expect("pong")
        assert [one["type"] for one in late.heard[before:]] == ["pong"]


def shown(heard):
    return [one["data"]["percent"] for one in heard if "seq" not in one]


def masked(data):
    """A text frame of under 126 bytes with a mask of zeros."""
    return b"\x81" + bytes([0x80 | len(data)]) + bytes(4) + data


def everything(stalled):
    stalled.settimeout(15)
    parts = []
    while part := stalled.recv(1 << 20):
        parts.append(part)
        if part.endswith(b"too slow"):
            break
    return b"".join(parts)
