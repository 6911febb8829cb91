"""Who may open a socket, what they may watch on it, and how fast a lost right is taken away."""

from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from websockets.exceptions import InvalidStatus

from designer.realtime import events, revocation
from designer.realtime.limits import MAX_UNSIGNED
from teams.accounts.models import ApiToken
from teams.accounts.services import revoke_token
from teams.membership.models import Membership
from teams.membership.services import remove_member
from teams.signals import access_revoked
from tests.designer.realtime.live import Talk, cookie_of, person, team_of, token_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def team(watcher):
    return team_of(watcher)


def refuse(talk, channel):
    talk.say(type="subscribe", channel=channel)
    answer = talk.expect("error")
    del answer["channel"]
    return answer


def test_a_page_of_ours_signs_in_by_its_cookie(port, watcher, team):
    with Talk(port, cookie=cookie_of(watcher), origin=f"http://127.0.0.1:{port}") as talk:
        assert talk.subscribe(f"team:{team.pk}")["snapshot"]["role"] == "editor"


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:1", "null", "", "http://[", None])
def test_a_foreign_page_cannot_ride_on_our_cookie(port, watcher, origin):
    headers = {} if origin is None else {"origin": origin}
    with pytest.raises(InvalidStatus) as refused:
        Talk(port, cookie=cookie_of(watcher), **headers)
    assert refused.value.response.status_code == 403


def test_a_host_that_is_not_ours_is_no_origin(port, watcher):
    with pytest.raises(InvalidStatus):
        Talk(port, cookie=cookie_of(watcher), origin="http://evil.example", host="evil.example")


def test_a_program_signs_in_by_header_without_an_origin(port, watcher, team):
    with Talk(port, token_of(watcher)) as talk:
        assert talk.subscribe(f"team:{team.pk}")


def test_a_program_signs_in_by_its_first_message(port, watcher, team):
    with Talk(port, origin="https://elsewhere.example") as talk:
        talk.say(type="auth", token=token_of(watcher))
        assert talk.expect("authenticated")["user"] == str(watcher.pk)
        assert talk.subscribe(f"team:{team.pk}")


def test_without_credentials_the_socket_closes_within_five_seconds(port):
    with Talk(port) as talk:
        assert talk.closing_code(timeout=8) == 4401


def test_a_message_before_the_credentials_closes_the_socket(port):
    with Talk(port) as talk:
        talk.say(type="subscribe", channel="system")
        assert talk.closing_code() == 4401


def test_a_token_in_the_address_is_no_credential(port, watcher):
    with Talk(port, path=f"/ws/?token={token_of(watcher)}") as talk:
        talk.say(type="subscribe", channel="system")
        assert talk.closing_code() == 4401


@pytest.mark.parametrize("ill", ["unknown", "revoked", "expired", "inactive", "narrow"])
def test_a_token_that_is_not_live_closes_the_socket(port, watcher, ill):
    token = token_of(watcher, "write" if ill == "narrow" else "read") if ill != "unknown" else "dbff_unknown"
    ApiToken.objects.filter(user=watcher).update(
        **{"revoked": {"revoked_at": timezone.now()}, "expired": {"expires_at": timezone.now()}}.get(ill, {"name": "x"})
    )
    if ill == "inactive":
        type(watcher).objects.filter(pk=watcher.pk).update(is_active=False)
    with Talk(port, token) as talk:
        assert talk.closing_code() == 4401
    with Talk(port) as talk:
        talk.say(type="auth", token=token)
        assert talk.closing_code() == 4401


def test_every_address_but_the_sockets_is_refused(port, watcher):
    with pytest.raises(InvalidStatus) as refused:
        Talk(port, token_of(watcher), path="/ws/admin")
    assert refused.value.response.status_code == 403


def test_foreign_missing_and_malformed_channels_are_refused_alike(port, watcher, team):
    foreign = team_of(person())
    with Talk(port, token_of(watcher)) as talk:
        answers = [
            refuse(talk, channel)
            for channel in (
                f"team:{foreign.pk}",
                f"team:{uuid4()}",
                f"user:{person().pk}",
                f"team:{str(team.pk).upper()}",
                f"team:{team.pk}\n",
                f"teams:{team.pk}",
                "team:*",
                "team:",
                "x" * 500,
            )
        ]
    assert answers == [answers[0]] * 9
    assert answers[0]["code"] == "not_found"


def test_leaving_a_team_ends_its_channel_and_no_other(port, watcher, team):
    other = team_of(watcher)
    with Talk(port, token_of(watcher)) as talk:
        talk.subscribe(f"team:{team.pk}")
        talk.subscribe(f"team:{other.pk}")
        with transaction.atomic():
            Membership.objects.filter(team=team, user=watcher).delete()
            access_revoked.send(sender=Membership, user_id=watcher.pk, team_id=team.pk)
        gone = talk.expect("unsubscribed", timeout=5)
        assert (gone["channel"], gone["code"]) == (f"team:{team.pk}", "access_lost")
        for one in (team, other):
            events.record(f"team:{one.pk}", "generation:stage", {}, team_id=one.pk)
        assert talk.expect("event")["channel"] == f"team:{other.pk}"


def test_a_lost_right_whose_message_was_lost_is_noticed_at_the_heartbeat(port, watcher, team):
    with Talk(port, token_of(watcher)) as talk:
        talk.subscribe(f"team:{team.pk}")
        talk.expect("ping")
        Membership.objects.filter(team=team, user=watcher).delete()
        assert talk.expect("unsubscribed", timeout=25)["code"] == "access_lost"


def test_revoking_the_token_closes_its_socket(port, watcher):
    token = token_of(watcher)
    with Talk(port, token) as talk, Talk(port, token_of(watcher)) as other:
        talk.subscribe("system")
        other.subscribe("system")
        mine = ApiToken.objects.filter(user=watcher).earliest("created_at")
        mine.revoked_at = timezone.now()
        mine.save()
        assert talk.closing_code(timeout=5) == 4401
        other.say(type="ping")
        assert other.expect("pong")


def test_revoking_a_token_in_the_settings_closes_its_socket(port, watcher):
    with Talk(port, token_of(watcher)) as talk:
        talk.subscribe("system")
        revoke_token(actor=watcher, token_id=ApiToken.objects.get(user=watcher).pk)
        assert talk.closing_code(timeout=5) == 4401


def test_removing_a_member_ends_his_channel(port, watcher, team):
    owner = person()
    Membership.objects.create(team=team, user=owner, role="owner")
    with Talk(port, token_of(watcher)) as talk:
        talk.subscribe(f"team:{team.pk}")
        remove_member(actor=owner, team_id=team.pk, user_id=watcher.pk)
        assert talk.expect("unsubscribed", timeout=5)["code"] == "access_lost"


def test_signing_out_closes_the_socket(port, watcher):
    client = Client()
    client.force_login(watcher, backend="django.contrib.auth.backends.ModelBackend")
    cookie = f"{client.cookies.output(header='', attrs=[]).strip()}"
    with Talk(port, cookie=cookie, origin=f"http://127.0.0.1:{port}") as talk:
        talk.subscribe("system")
        client.logout()
        assert talk.closing_code(timeout=5) == 4401


def test_a_new_password_closes_the_sockets_of_the_old_one(port, watcher):
    with Talk(port, cookie=cookie_of(watcher), origin=f"http://127.0.0.1:{port}") as talk:
        talk.subscribe("system")
        watcher.set_password("another correct horse")
        watcher.save()
        assert talk.closing_code(timeout=5) == 4401


def test_those_who_watch_a_thing_that_changed_hands_are_asked_anew(port, watcher, team):
    with Talk(port, token_of(watcher)) as talk:
        talk.subscribe(f"team:{team.pk}")
        Membership.objects.filter(team=team, user=watcher).delete()
        revocation.channel_changed(f"team:{team.pk}")
        assert talk.expect("unsubscribed", timeout=5)["code"] == "access_lost"


def test_an_address_has_only_so_many_sockets_that_have_not_signed_in(port, watcher, team):
    strangers = [Talk(port) for _ in range(MAX_UNSIGNED)]
    try:
        with Talk(port) as one_more:
            assert one_more.closing_code() == 4429
        with Talk(port, token_of(watcher)) as known:
            assert known.subscribe(f"team:{team.pk}")
        strangers[0].say(type="auth", token=token_of(watcher))
        strangers[0].expect("authenticated")
        with Talk(port) as in_its_place:
            in_its_place.say(type="auth", token=token_of(watcher))
            assert in_its_place.expect("authenticated")
    finally:
        for stranger in strangers:
            stranger.close()
