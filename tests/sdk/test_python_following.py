"""The Python client's side of the socket, fed by hand: what it says, what it tells, what it survives."""

import json

import pytest
from designer_bff import ApiError, AuthenticationError, ForbiddenError, NetworkError, NotFoundError, RateLimitError
from designer_bff.following import ABSENT, HOPELESS, LATE, SILENCE, SPEAK, STUBBORN, Follower, Place
from designer_bff.streaming import MOST, Listening, StreamClosed

CHANNEL = "generation:1"


@pytest.fixture
def follower() -> Follower:
    made = Follower({CHANNEL: Place()})
    made.opened()
    return made


def hear(follower: Follower, *messages: dict, now: float = 0.0) -> None:
    for message in messages:
        follower.heard(json.dumps({"channel": CHANNEL, **message}), now)


def said(follower: Follower) -> list[dict]:
    found = [json.loads(text) for text in follower.outbox]
    follower.outbox.clear()
    return found


def told(follower: Follower) -> list[tuple[str, int | None]]:
    found = [(event.name, event.seq) for event in follower.inbox]
    follower.inbox.clear()
    return found


def subscribed(seq: int, head: int | None = None, epoch: str = "a", **more: object) -> dict:
    return {
        "type": "subscribed",
        "seq": seq,
        "head": seq if head is None else head,
        "epoch": epoch,
        "snapshot": {},
        **more,
    }


def fact(seq: int, name: str = "generation:stage") -> dict:
    return {"type": "event", "event": name, "seq": seq, "data": {}, "at": "now"}


def test_it_begins_with_the_truth_and_tells_each_fact_once(follower: Follower):
    assert said(follower) == [{"type": "subscribe", "channel": CHANNEL}]
    hear(follower, subscribed(7), fact(8), fact(8), fact(7), fact(9))
    assert told(follower) == [("snapshot", 7), ("generation:stage", 8), ("generation:stage", 9)]


def test_a_gap_is_fetched_and_not_passed_over(follower: Follower):
    hear(follower, subscribed(7), fact(9), fact(10))
    assert said(follower)[-1] == {"type": "subscribe", "channel": CHANNEL, "after": 7, "epoch": "a"}
    hear(follower, subscribed(7, head=10, resumed=True), fact(8), fact(9), fact(10))
    assert [seq for _, seq in told(follower)] == [7, 8, 9, 10]


def test_a_heartbeat_ahead_of_its_events_makes_it_ask_when_they_are_late(follower: Follower):
    hear(follower, subscribed(7))
    said(follower)
    hear(follower, {"type": "ping", "heads": {CHANNEL: 8}}, now=100)
    assert follower.wait(100) == LATE and not follower.wake(100 + LATE / 2)
    assert follower.wake(100 + LATE)
    assert said(follower) == [{"type": "subscribe", "channel": CHANNEL, "after": 7, "epoch": "a"}]


def test_a_late_event_that_comes_after_all_costs_no_question(follower: Follower):
    hear(follower, subscribed(7), {"type": "ping", "heads": {CHANNEL: 8}}, fact(8))
    said(follower)
    follower.wake(LATE)
    assert said(follower) == []


def test_after_a_break_it_goes_on_where_it_was(follower: Follower):
    hear(follower, subscribed(7), fact(8))
    pause = follower.closed(1012)
    assert 0 < pause <= 0.55
    follower.opened()
    assert said(follower) == [{"type": "subscribe", "channel": CHANNEL, "after": 8, "epoch": "a"}]
    hear(follower, fact(9))  # comes again after the answer
    hear(follower, subscribed(8, head=9, resumed=True), fact(9))
    assert [seq for _, seq in told(follower)] == [7, 8, 9]


def test_after_a_resync_the_numbers_begin_anew(follower: Follower):
    hear(follower, subscribed(7), {"type": "resync", "reason": "epoch"}, subscribed(1, epoch="b"), fact(2))
    assert told(follower) == [("snapshot", 7), ("resync", None), ("snapshot", 1), ("generation:stage", 2)]
    follower.closed(None)
    follower.opened()
    assert said(follower)[-1]["epoch"] == "b"


def test_the_pauses_between_attempts_grow_and_a_busy_studio_is_left_in_peace(follower: Follower):
    hear(follower, subscribed(7))
    longest = [max(Follower({}, attempts=n, was_connected=True).closed(None) for _ in range(200)) for n in (0, 3, 30)]
    assert longest[0] <= 0.55 < longest[1] <= 4.05 < longest[2] <= 30.05
    assert follower.closed(4429) >= 5


def test_sockets_that_are_never_heard_give_way_to_a_stream_and_are_tried_again_when_it_ends():
    follower = Follower({CHANNEL: Place()})
    follower.closed(None)
    assert not follower.by_stream
    follower.closed(None)
    assert follower.by_stream
    follower.opened()
    hear(follower, subscribed(7), now=1.0)
    follower.closed(None)
    assert not follower.by_stream
    follower.closed(None)
    assert follower.by_stream


def test_a_proxy_that_knows_no_sockets_is_believed_at_once_and_a_studio_that_restarts_is_waited_for():
    refused = Follower({CHANNEL: Place()})
    refused.closed(None, is_blocked=True)
    assert refused.by_stream
    restarting = Follower({CHANNEL: Place()})
    restarting.opened()
    hear(restarting, subscribed(7), now=1.0)
    for _ in range(STUBBORN):
        restarting.closed(1012)
        assert not restarting.by_stream
    restarting.closed(None)
    assert restarting.by_stream


def test_a_stream_begins_where_each_channel_is():
    listening = Listening()
    for message in ({"channel": CHANNEL, "after": 3, "epoch": "e"}, {"channel": "system"}):
        listening.say(json.dumps({"type": "subscribe", **message}))
    assert listening.is_stale
    assert listening.begin() == (("channel", CHANNEL), ("channel", "system"), ("last_event_id", "3:e,"))
    frames = [
        json.dumps({"channel": CHANNEL, **fact(4)}),
        json.dumps({"channel": "system", **subscribed(9, epoch="f")}),
    ]
    assert list(listening.heard([f"id: x\ndata: {frames[0]}", "retry: 1", f"data: {frames[1]}"])) == frames
    assert dict(listening.begin())["last_event_id"] == "4:e,9:f"
    assert not listening.is_stale


def test_a_stream_that_is_refused_or_says_goodbye_ends_with_the_code_of_a_socket():
    listening = Listening({CHANNEL: (None, "")})
    assert json.loads(listening.refused(404)[0])["code"] == "not_found"
    for status, code in {401: 4401, 429: 4429, 503: None}.items():
        with pytest.raises(StreamClosed) as refused:
            listening.refused(status)
        assert refused.value.code == code
    with pytest.raises(StreamClosed) as ended:
        list(listening.heard(['data: {"type": "closed", "code": 4401}']))
    assert ended.value.code == 4401


def test_a_stream_carries_no_more_than_the_studio_lets_it():
    listening = Listening({f"team:{number}": (None, "") for number in range(MOST)})
    told = listening.say('{"type": "subscribe", "channel": "system"}')
    assert told is not None and json.loads(told)["code"] == "too_many_channels" and "system" not in listening.places


def test_an_end_that_would_come_again_is_raised(follower: Follower):
    with pytest.raises(AuthenticationError) as refused:
        follower.closed(4401)
    assert refused.value.status == 4401
    with pytest.raises(ForbiddenError):
        follower.closed(4403)


def test_a_studio_that_was_never_there_is_given_up(follower: Follower):
    for _ in range(HOPELESS - 1):
        follower.closed(None)
    with pytest.raises(NetworkError):
        follower.closed(None)


def test_a_refused_channel_is_told_as_an_error_of_its_kind_and_passing_trouble_is_not(follower: Follower):
    hear(follower, {"type": "error", "code": "unavailable"}, {"type": "error", "code": "slow_down"})
    assert not follower.inbox and follower.wait(0) == LATE
    follower.wake(LATE)
    assert said(follower)[-1]["type"] == "subscribe"
    hear(follower, {"type": "error", "code": "not_found", "message": "There is no such channel."})
    assert isinstance(follower.inbox.popleft(), NotFoundError) and not follower.places


def test_a_lost_right_and_too_many_channels_have_their_errors(follower: Follower):
    follower.add("team:1", Place())
    hear(follower, {"type": "unsubscribed", "code": "access_lost"})
    hear(follower, {"type": "error", "code": "too_many_channels", "channel": "team:1"})
    assert [type(each) for each in follower.inbox] == [ForbiddenError, RateLimitError]


@pytest.mark.parametrize("kind", ["presence", "cursor", "reaction"])
def test_a_refused_cursor_or_reaction_takes_no_presence_away(follower: Follower, kind: str):
    hear(follower, subscribed(7))
    follower.show("presence", CHANNEL, {"zoom": 2})
    hear(follower, {"type": "error", "code": "too_large", "message": "no", "kind": kind})
    said(follower)
    follower.closed(None)
    follower.opened()
    hear(follower, subscribed(7, resumed=True))
    again = ["subscribe"] if kind == "presence" else ["subscribe", "presence"]
    assert [each["type"] for each in said(follower)] == again


@pytest.mark.parametrize("code", ["not_shared", "too_large", "malformed"])
def test_what_may_not_be_shown_is_an_error_and_costs_no_news(follower: Follower, code: str):
    hear(follower, subscribed(7))
    follower.show("presence", CHANNEL, {"zoom": 2})
    hear(follower, {"type": "error", "code": code, "message": "no"}, fact(8))
    assert isinstance(follower.inbox[1], ApiError) and follower.inbox[2].seq == 8
    said(follower)
    follower.closed(None)
    follower.opened()
    hear(follower, subscribed(8, resumed=True))
    assert [each["type"] for each in said(follower)] == ["subscribe"]


def test_presence_is_said_again_after_a_break_and_a_cursor_is_not(follower: Follower):
    hear(follower, subscribed(7))
    follower.show("presence", CHANNEL, {"zoom": 2})
    follower.show("cursor", CHANNEL, {"x": 1})
    said(follower)
    follower.closed(None)
    follower.opened()
    hear(follower, subscribed(7, resumed=True))
    assert [each["type"] for each in said(follower)] == ["subscribe", "presence"]
    hear(follower, {"type": "presence", "user": "u", "name": "Ada", "socket": "s", "state": {"zoom": 2}, "at": "now"})
    assert follower.inbox[-1].data == {"user": "u", "name": "Ada", "socket": "s", "state": {"zoom": 2}}


def test_who_left_while_the_line_was_down_is_told_as_gone_unless_known_or_shown_again_in_time(follower: Follower):
    def shows(socket: str) -> dict:
        return {"type": "presence", "user": "u", "name": "Ada", "socket": socket, "state": {"zoom": 1}, "at": "now"}

    hear(follower, subscribed(7), *map(shows, ("known", "lost", "late", "left")))
    follower.closed(None)
    follower.opened()
    follower.inbox.clear()
    back = subscribed(7, resumed=True, here=["known", "lost"])  # who is shown right after may be lost on the way
    hear(follower, back, shows("known"), shows("late"), now=100.0)
    assert follower.wait(100.0) == ABSENT and not follower.wake(100.0 + ABSENT - 0.1)
    assert follower.wake(100.0 + ABSENT)
    gone = [event.data["socket"] for event in follower.inbox if event.data["state"] is None]
    assert gone == ["left"]


def test_who_is_seen_speaks_every_second_and_a_half_and_still_notices_a_dead_line(follower: Follower):
    hear(follower, subscribed(7), now=99.0)
    follower.show("presence", CHANNEL, {"zoom": 2})
    said(follower)
    assert follower.wait(100.0) == 0.0 and follower.wake(100.0)
    assert [each["type"] for each in said(follower)] == ["ping"]
    assert follower.wait(100.0) == SPEAK
    assert not follower.wake(99.0 + SILENCE)
    follower.show("presence", CHANNEL, None)
    assert follower.wait(100.0) == SILENCE


def test_a_resumed_watch_of_what_has_ended_is_told_so(follower: Follower):
    hear(follower, subscribed(7, resumed=True, snapshot={"status": "succeeded"}))
    assert follower.inbox[0].is_last


def test_only_the_end_of_its_own_subject_is_the_last_event(follower: Follower):
    hear(follower, subscribed(7), fact(8, "enhancement:complete"), fact(9, "generation:failed"))
    assert [event.is_last for event in follower.inbox] == [False, False, True]
