"""Every kind of channel, every kind of person, every way to hear: who is told what."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone
from websockets.exceptions import ConnectionClosed

from designer.realtime import subjects
from teams.accounts.models import ApiToken, User
from teams.membership.models import Membership
from teams.membership.services import remove_member
from tests.designer.realtime import live
from tests.designer.realtime.live import Stream, Talk, refusal, token_of
from tests.worlds import World, build_world

pytestmark = pytest.mark.django_db(transaction=True)
MEMBERS = ("owner", "admin", "editor", "viewer")
OTHERS = ("stranger", "removed")
NOBODY = ("anonymous", "guessed token", "expired token", "revoked token", "token that may only write", "suspended")
HEARD, HIDDEN, WHO = "heard", "hidden", "who are you?"


@pytest.fixture
def world(settings) -> World:
    settings.CHECK_EVENTS = False
    return build_world()


def channels_of(world: World) -> list[str]:
    """One of each kind, of the team's or of the editor's."""
    return [*world.channels(), f"user:{world.people['editor'].pk}", "system"]


def tokens_of(world: World) -> dict[str, str | None]:
    """What each kind of person shows."""
    tokens: dict[str, str | None] = {who: token_of(world.people[who]) for who in (*MEMBERS, "stranger")}
    removed = live.person()
    Membership.objects.create(team=world.team, user=removed, role="editor")
    tokens["removed"] = token_of(removed)
    remove_member(actor=world.people["owner"], team_id=world.team.pk, user_id=removed.pk)
    suspended = live.person()
    Membership.objects.create(team=world.team, user=suspended, role="editor")
    tokens["suspended"] = token_of(suspended)
    User.objects.filter(pk=suspended.pk).update(is_active=False)
    editor = world.people["editor"]
    tokens["expired token"] = changed(editor, expires_at=timezone.now())
    tokens["revoked token"] = changed(editor, revoked_at=timezone.now())
    tokens["token that may only write"] = token_of(editor, "write")
    return {**tokens, "anonymous": None, "guessed token": "dbff_" + "0" * 40}


def changed(user: User, **fields: object) -> str:
    before = set(ApiToken.objects.values_list("pk", flat=True))
    token = token_of(user)
    ApiToken.objects.exclude(pk__in=before).update(**fields)
    return token


def expected(world: World, who: str, channel: str) -> str:
    if who in NOBODY:
        return WHO
    mine = channel == "system" or (channel.startswith("user:") and who == "editor")
    return HEARD if mine or (who in MEMBERS and not channel.startswith("user:")) else HIDDEN


def by_socket(port: int, token: str | None, channels: list[str]) -> list[str]:
    with Talk(port, token) as talk:
        answers = []
        try:
            for channel in channels:
                talk.say(type="subscribe", channel=channel)
                answer = talk.hear()
                answers.append({"subscribed": HEARD, "error": HIDDEN}[answer["type"]])
        except ConnectionClosed as closed:
            assert closed.rcvd and closed.rcvd.code == 4401
            return [WHO] * len(channels)
        return answers


def by_stream(port: int, token: str | None, channels: list[str]) -> list[str]:
    def heard(channel: str) -> str:
        try:
            with Stream(port, channel, token=token) as stream:
                return HEARD if stream.expect("subscribed") else HIDDEN
        except urllib.error.HTTPError as refused:
            return {401: WHO, 404: HIDDEN}[refused.code]

    return [heard(channel) for channel in channels]


def by_log(port: int, token: str | None, channels: list[str]) -> list[str]:
    def read(channel: str) -> str:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        asked = urllib.request.Request(f"http://127.0.0.1:{port}/api/events?channel={channel}", headers=headers)
        try:
            with urllib.request.urlopen(asked, timeout=10):
                return HEARD
        except urllib.error.HTTPError as refused:
            return {401: WHO, 403: WHO, 404: HIDDEN}[refused.code]

    return [read(channel) for channel in channels]


def test_the_matrix_knows_every_kind_of_channel(world):
    kinds = {channel.partition(":")[0] for channel in channels_of(world)}
    assert kinds == set(subjects.SUBJECTS), "Tell tests/worlds.py of the new kind of channel."


@pytest.mark.parametrize("way", [by_socket, by_stream, by_log])
def test_each_channel_is_told_to_those_whose_it_is_and_to_nobody_else(
    port: int, world: World, way: Callable[[int, str | None, list[str]], list[str]]
):
    channels, tokens = channels_of(world), tokens_of(world)
    assert set(tokens) == {*MEMBERS, *OTHERS, *NOBODY}
    found = {who: dict(zip(channels, way(port, token, channels), strict=True)) for who, token in tokens.items()}
    assert found == {who: {channel: expected(world, who, channel) for channel in channels} for who in tokens}


def test_foreign_and_invented_ids_of_every_kind_are_refused_in_the_same_words(port, world):
    token = token_of(world.people["stranger"])
    theirs = [channel for channel in channels_of(world) if channel != "system"]
    invented = [f"{channel.partition(':')[0]}:{uuid4()}" for channel in theirs]
    with Talk(port, token) as talk:
        answers = []
        for channel in theirs + invented:
            talk.say(type="subscribe", channel=channel)
            answers.append(json.dumps({**talk.expect("error"), "channel": ""}))
    assert len(set(answers)) == 1
    assert len({str(refusal(port, channel, token=token)) for channel in theirs + invented}) == 1


@pytest.mark.parametrize("near", [-1, 1, 1 << 64])
def test_an_id_beside_a_known_one_opens_nothing(port, world, near):
    """Ids are random: who knows one has learnt nothing of the others."""
    pk = world.generation.pk
    beside = UUID(int=(pk.int + near) % (1 << 128))
    assert by_socket(port, token_of(world.people["owner"]), [f"generation:{beside}"]) == [HIDDEN]


def test_a_token_that_ends_while_it_is_used_ends_what_it_opened(port, watcher, channel):
    token = token_of(watcher)
    ApiToken.objects.filter(user=watcher).update(expires_at=timezone.now() + timedelta(seconds=2))
    with Talk(port, token) as talk, Stream(port, channel, token=token) as stream, Talk(port) as late:
        late.say(type="auth", token=token)
        for one in (talk, late):
            one.subscribe(channel)
        assert stream.expect("closed")["code"] == 4401
        assert [one.closing_code(timeout=5) for one in (talk, late)] == [4401, 4401]


def test_ten_thousand_subscriptions_open_nothing_and_end_the_socket(port, watcher, channel):
    with Talk(port, token_of(watcher)) as other, Talk(port, token_of(watcher)) as talk:
        other.subscribe(channel)
        with pytest.raises(ConnectionClosed) as closed:
            for _ in range(10_000):
                talk.say(type="subscribe", channel=f"team:{uuid4()}")
            while True:
                talk.hear()
        assert closed.value.rcvd and closed.value.rcvd.code == 4429
        assert not [told for told in talk.heard if told["type"] == "subscribed"]
        live.record(channel, 1)
        assert other.expect("event")["data"] == {"n": 1}


def test_an_oversized_message_in_pieces_closes_the_socket(port, watcher):
    """The last piece is the first that is too much: who writes on to a socket that is closed may lose its last word."""
    with Talk(port, token_of(watcher)) as talk:
        talk.ws.send("x" * 1000 for _ in range(66))
        assert talk.closing_code() == 1009


def test_a_small_frame_that_swells_closes_the_socket(port, watcher):
    """Compressed, these 10 MB are 10 kB."""
    with Talk(port, token_of(watcher)) as talk:
        talk.ws.send("x" * 10_000_000)
        assert talk.closing_code() == 1009
