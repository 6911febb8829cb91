"""Nudges may be lost, Redis may be away, history may be cut: nothing is missed, and what is missing is said."""

from contextlib import suppress
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import transaction

from designer.realtime import events, log, ticks
from designer.realtime.models import ChannelHead, Event
from tests.designer.realtime import live
from tests.designer.realtime.live import Talk, token_of
from tests.designer.realtime.wire import wire

pytestmark = pytest.mark.django_db(transaction=True)
BEAT = 10


def test_a_lost_nudge_costs_at_most_a_heartbeat(port, watcher, channel):
    with Talk(port, token_of(watcher)) as talk:
        talk.subscribe(channel)
        Event.objects.create(channel=channel, event="generation:stage", data={"n": 1})  # numbered, and nobody is told
        assert talk.expect("event", timeout=BEAT + 5)["seq"] == 1
        assert talk.expect("ping", timeout=BEAT + 5)["heads"] == {channel: 1}


def test_the_log_is_looked_at_several_times_between_two_heartbeats(port, watcher, channel):
    """Each of these happens right after a look, and has a whole one to wait."""
    told: list[str] = []
    with Talk(port, token_of(watcher)) as talk:
        talk.subscribe(channel)
        Event.objects.create(channel=channel, event="generation:stage", data={})  # numbered, and nobody is told
        while told.count("ping") < 2:
            told.append(talk.hear(BEAT + 5)["type"])
            if told[-1] == "event":
                Event.objects.create(channel=channel, event="generation:stage", data={})
    first, second = (place for place, kind in enumerate(told) if kind == "ping")
    assert told[first:second].count("event") >= 2


def test_without_redis_events_still_arrive_in_order(watcher, channel):
    with (
        live.server(REDIS_URL=f"redis://127.0.0.1:{live.free_port()}/0") as port,
        Talk(port, token_of(watcher)) as talk,
    ):
        talk.subscribe(channel)
        for n in range(3):
            events.record(channel, "generation:stage", {"n": n}, team_id=None)
        assert [talk.expect("event", timeout=BEAT + 5)["seq"] for _ in range(3)] == [1, 2, 3]


def test_a_process_whose_ear_goes_deaf_without_a_word_reads_on_and_soon_hears_again(watcher, channel):
    with (
        wire(settings.REDIS_URL) as line,
        live.server(REDIS_URL=line.url) as port,
        Talk(port, token_of(watcher)) as talk,
    ):
        talk.subscribe(channel)
        shown_until_seen(talk, channel)
        line.cut()
        live.record(channel, 1)
        assert fact(talk) == 1
        shown_until_seen(talk, channel)  # only an ear that hears brings what is in no log
        live.record(channel, 2)
        assert [one["seq"] for one in facts(talk)] == [1, 2]


def test_a_redis_that_takes_connections_and_never_answers_turns_nobody_away(watcher, channel):
    token, another = token_of(watcher), f"user:{watcher.pk}"
    with wire(settings.REDIS_URL) as line, live.server(REDIS_URL=line.url) as port:
        with Talk(port, token) as talk:
            talk.subscribe(channel)
            shown_until_seen(talk, channel)
            line.freeze()
            for n in range(1, 7):  # before the ear is known to be deaf, and after
                assert talk.subscribe(another)["channel"] == another
                live.record(channel, n)
                assert fact(talk) == n
                talk.say(type="unsubscribe", channel=another)
                talk.expect("unsubscribed")
        with Talk(port, token) as next_one:  # the last one has left: the ear was told to go
            assert next_one.subscribe(channel)["seq"] == 6
            line.thaw()
            shown_until_seen(next_one, channel)


def shown_until_seen(talk, channel):
    """A tick is heard by who listens at that moment, so it is sent until it was."""
    before = len(talk.heard)
    for percent in range(60):
        ticks.tick(channel, "generation:progress", {"stage": "generate", "percent": percent})
        with suppress(TimeoutError):
            talk.hear(0.5)
        if any(one["type"] == "event" and "seq" not in one for one in talk.heard[before:]):
            return
    raise AssertionError("nobody heard it")


def fact(talk):
    """The number of the next fact; a tick that comes late passes by."""
    while "seq" not in (told := talk.expect("event", timeout=BEAT + 5)):
        pass
    return told["seq"]


def facts(talk):
    """All that were told until the second."""
    while len(told := [one for one in talk.heard if "seq" in one and one["type"] == "event"]) < 2:
        talk.expect("event")
    return told


def test_a_writer_does_not_wait_for_redis(settings, channel):
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [f"redis://127.0.0.1:{live.free_port()}/0"]},
        }
    }
    events.record(channel, "generation:stage", {}, team_id=None)
    assert log.head(channel).seq == 1


def test_a_reader_whose_events_are_gone_is_told_and_gets_the_truth(port, watcher, channel):
    for _ in range(5):
        events.record(channel, "generation:stage", {}, team_id=None)
    Event.objects.filter(channel=channel, seq__lte=3).delete()
    with Talk(port, token_of(watcher)) as talk:
        talk.say(type="subscribe", channel=channel, after=1)
        assert talk.expect("resync")["reason"] == "expired"
        answer = talk.expect("subscribed")
        assert (answer["seq"], answer["resumed"], answer["snapshot"]["role"]) == (5, False, "editor")


def test_a_restored_backup_is_announced_to_those_who_are_connected(port, watcher, channel):
    events.record(channel, "generation:stage", {}, team_id=None)
    events.record(channel, "generation:stage", {}, team_id=None)
    with Talk(port, token_of(watcher)) as talk:
        before = talk.subscribe(channel)["epoch"]
        Event.objects.filter(channel=channel, seq=2).delete()
        ChannelHead.objects.filter(channel=channel).update(seq=1)
        log.begin_epoch()
        assert talk.expect("resync", timeout=BEAT + 5)["channel"] == channel
        after = talk.expect("subscribed")
        assert (after["seq"], after["epoch"] != before) == (1, True)
        events.record(channel, "generation:stage", {}, team_id=None)
        assert talk.expect("event")["seq"] == 2


def test_a_backup_from_before_the_first_event_is_announced_too(port, watcher, channel):
    live.record(channel, 1, 2)
    with Talk(port, token_of(watcher)) as talk:
        talk.subscribe(channel)
        Event.objects.filter(channel=channel).delete()
        ChannelHead.objects.filter(channel=channel).delete()
        assert talk.expect("resync", timeout=BEAT + 5)["channel"] == channel
        assert talk.expect("subscribed")["seq"] == 0
        live.record(channel, 3)
        assert talk.expect("event")["seq"] == 1


def test_a_backup_without_a_channel_that_began_under_its_watchers_is_announced(port, watcher, channel):
    with Talk(port, token_of(watcher)) as talk:
        assert talk.subscribe(channel)["epoch"] == ""
        live.record(channel, 1)
        assert talk.expect("event")["seq"] == 1
        Event.objects.filter(channel=channel).delete()
        ChannelHead.objects.filter(channel=channel).delete()
        assert talk.expect("resync", timeout=BEAT + 5)["channel"] == channel
        assert talk.expect("subscribed")["seq"] == 0


def test_a_web_process_that_stops_says_that_it_will_be_back(watcher, channel):
    with live.server() as port:
        talk = Talk(port, token_of(watcher))
        talk.subscribe(channel)
    assert talk.closing_code() == 1012
    talk.close()


def test_many_transactions_at_once_reach_many_readers_in_order(port, watcher, channel):
    token = token_of(watcher)
    talks = [Talk(port, token) for _ in range(10)]
    try:
        for talk in talks:
            talk.subscribe(channel)
        for n in range(100):
            with transaction.atomic():
                events.record(channel, "generation:stage", {"n": n}, team_id=None)
                events.record(f"team:{uuid4()}", "generation:stage", {"n": n}, team_id=None)
        for talk in talks:
            assert [talk.expect("event")["data"]["n"] for _ in range(100)] == list(range(100))
    finally:
        for talk in talks:
            talk.close()
