"""GET /api/events/stream: the frames of the socket for those who only listen."""

import urllib.error
import urllib.request
from uuid import uuid4

import pytest

from designer.realtime import log
from designer.realtime.limits import MAX_SOCKETS, MAX_STREAMED
from designer.realtime.models import Event
from teams.membership.models import Membership
from teams.membership.services import remove_member
from tests.designer.realtime import live
from tests.designer.realtime.live import Stream, cookie_of, person, record, refusal, team_of
from tests.faults.kit import until

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_listener_gets_the_truth_and_then_every_event_in_order(port, channel, token):
    record(channel, 1, 2)
    with Stream(port, channel, token=token) as stream:
        told = stream.expect("subscribed")
        assert (told["seq"], told["snapshot"]["role"]) == (2, "editor")
        record(channel, 3, 4)
        assert [stream.expect("event")["data"]["n"] for _ in range(2)] == [3, 4]
        assert 1000 <= stream.retry <= 5000


def test_a_browser_that_comes_back_goes_on_where_it_was_in_every_channel(port, watcher, token, channel):
    other = f"team:{team_of(watcher).pk}"
    record(channel, 1)
    with Stream(port, channel, other, token=token) as stream:
        assert {stream.expect("subscribed")["channel"] for _ in range(2)} == {channel, other}
        record(channel, 2)
        stream.expect("event")
        place = stream.place
    record(channel, 3)
    record(other, 4, 5)
    with Stream(port, channel, other, token=token, place=place) as stream:
        told = [stream.hear() for _ in range(5)]
    assert [one["resumed"] for one in told if one["type"] == "subscribed"] == [True, True]
    facts = [(one["channel"], one["data"]["n"]) for one in told if one["type"] == "event"]
    assert sorted(facts, key=lambda fact: fact[0] == other) == [(channel, 3), (other, 4), (other, 5)]  # each in order


def test_who_comes_back_too_late_is_told_and_gets_the_truth(port, token, channel):
    record(channel, *range(4))
    epoch = log.head(channel).epoch
    Event.objects.filter(channel=channel, seq__lte=3).delete()
    with Stream(port, channel, token=token, place=f"1:{epoch}") as stream:
        assert stream.expect("resync")["reason"] == "expired"
        assert stream.expect("subscribed")["seq"] == 4


def test_a_page_of_ours_listens_by_its_cookie_and_a_foreign_one_does_not(port, watcher, channel):
    cookie = cookie_of(watcher)
    with Stream(port, channel, cookie=cookie, sec_fetch_site="same-origin") as stream:
        assert stream.expect("subscribed")
    for elsewhere in ("cross-site", "same-site"):  # the other: a page beside us, on a sibling of our domain
        assert refusal(port, channel, cookie=cookie, sec_fetch_site=elsewhere)[0] == 403


def test_nobody_listens_without_signing_in(port, channel):
    assert refusal(port, channel)[0] == refusal(port, channel, token="dbff_wrong")[0] == 401


def test_foreign_and_missing_channels_are_the_same_404(port, token):
    told = [
        refusal(port, name, token=token) for name in (f"team:{team_of(person()).pk}", f"team:{uuid4()}", "nonsense")
    ]
    assert [status for status, _ in told] == [404] * 3
    assert len({str(body) for _, body in told}) == 1


def test_of_several_channels_those_that_may_be_watched_are(port, token, channel):
    foreign = f"team:{team_of(person()).pk}"
    with Stream(port, foreign, channel, token=token) as stream:
        assert (stream.expect("error")["code"], stream.expect("subscribed")["channel"]) == ("not_found", channel)


@pytest.mark.parametrize("place", ["x", "1:a,2:b", "-1:a", "9" * 30, "1:" + "a" * 40, "²:a"])
def test_a_place_that_was_not_given_out_is_refused(port, token, channel, place):
    status, body = refusal(port, f"{channel}", token=token, place=place.encode().decode("latin-1"))
    assert (status, body["errors"][0]["field"]) == (422, "last_event_id")


@pytest.mark.parametrize("count", [0, MAX_STREAMED + 1])
def test_no_channel_and_too_many_are_refused(port, token, count):
    status, body = refusal(port, *(f"team:{uuid4()}" for _ in range(count)), token=token)
    assert (status, body["errors"][0]["field"]) == (422, "channel")


def test_a_listener_of_another_version_is_told_which_one_is_spoken(port, channel, token):
    with Stream(port, channel, token=token, version="1") as stream:
        stream.expect("subscribed")
    status, body = refusal(port, channel, token=token, version="2")
    assert (status, body["errors"][0]["field"]) == (422, "version") and "speaks version 1" in body["detail"]


def test_an_address_of_a_thousand_words_is_refused_like_any_that_makes_no_sense(port, channel, token):
    status, body = refusal(port, channel, *["x"] * 1001, token=token)
    assert (status, body["errors"][0]["field"]) == (422, "channel")


def test_a_stream_is_only_read(port, channel, token):
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/api/events/stream?channel={channel}", data=b"{}")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(asked, timeout=5)
    assert refused.value.code == 405


def test_a_person_has_only_so_many_and_each_that_ends_makes_room(port, token, channel):
    streams = [Stream(port, channel, token=token) for _ in range(MAX_SOCKETS)]
    try:
        status, body = refusal(port, channel, token=token)
        assert (status, body["code"]) == (429, "too_many_streams")
    finally:
        for stream in streams:
            stream.__exit__()

    def room() -> bool:
        try:
            with Stream(port, channel, token=token):
                return True
        except urllib.error.HTTPError:
            return False

    assert until(room, 10)


def test_a_lost_right_ends_what_is_heard(port, watcher, token):
    team, owner = team_of(watcher), person()
    Membership.objects.create(team=team, user=owner, role="owner")
    with Stream(port, f"team:{team.pk}", token=token) as stream:
        stream.expect("subscribed")
        remove_member(actor=owner, team_id=team.pk, user_id=watcher.pk)
        assert stream.expect("unsubscribed")["code"] == "access_lost"


def test_a_web_process_that_ends_says_so_and_does_not_wait_for_its_listeners(watcher, token, channel):
    with live.server("--timeout-graceful-shutdown", "60") as port:  # longer than the block waits for the process
        stream = Stream(port, channel, token=token)
        stream.expect("subscribed")
    assert stream.expect("closed")["code"] == 1012
    assert stream.hear() is None


def test_who_listens_and_how_late_the_news_is_can_be_measured(port, token, channel):
    with Stream(port, channel, token=token) as stream:
        stream.expect("subscribed")
        record(channel, 1)
        stream.expect("event")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            told = answer.read().decode()
    figures = dict(line.rsplit(" ", 1) for line in told.splitlines() if line.startswith("designer_live"))
    assert float(figures['designer_live_readers{way="stream"}']) >= 1
    assert float(figures["designer_live_lag_seconds_count"]) >= 1
