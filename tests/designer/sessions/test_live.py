"""A review over the socket: what happens is told, where the presenter looks passes by, who may not see it loses it."""

import time

import pytest
from django.db import transaction

from designer.sessions.services import present
from teams.membership.services import remove_member
from tests.designer.realtime.conftest import port  # noqa: F401
from tests.designer.realtime.live import Talk, token_of
from tests.designer.sessions.agenda import session_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(member):
    return [member("editor"), member("viewer")]


@pytest.fixture
def session(people, team):
    return session_of(team, people[0])


def test_a_newcomer_hears_the_truth_where_the_presenter_looks_and_what_follows(port, people, session):  # noqa: F811
    ada, ben = people
    channel = f"session:{session.pk}"
    second = session.images.get(position=2).asset_id
    with Talk(port, token_of(ada)) as hers, Talk(port, token_of(ben)) as his:
        hers.subscribe(channel)
        view = {"view": {"asset": str(second), "zoom": 3, "x": 0.25, "y": 0.75}}
        hers.say(type="presence", channel=channel, state=view)
        assert hers.expect("presence")["state"] == view
        snapshot = his.subscribe(channel)["snapshot"]
        assert (snapshot["present"]["position"], snapshot["presenter"]["id"]) == (1, str(ada.pk))
        seen = his.expect("presence")
        assert (seen["user"], seen["state"]) == (str(ada.pk), view)
        present(actor=ada, session_id=session.pk, asset_id=second)
        fact = his.expect("event")
        assert (fact["event"], fact["data"]["asset"]) == ("session:image", str(second))


def test_who_comes_back_hears_what_was_missed(port, people, session):  # noqa: F811
    ada, ben = people
    channel, token = f"session:{session.pk}", token_of(ben)
    with Talk(port, token) as talk:
        before = talk.subscribe(channel)
    for position in (2, 3):
        present(actor=ada, session_id=session.pk, asset_id=session.images.get(position=position).asset_id)
    with Talk(port, token) as talk:
        assert talk.subscribe(channel, after=before["seq"], epoch=before["epoch"])["resumed"]
        assert [talk.expect("event")["data"]["position"] for _ in range(2)] == [2, 3]


def test_a_removed_member_loses_the_session_within_a_second(port, member, people, session, team):  # noqa: F811
    channel = f"session:{session.pk}"
    with Talk(port, token_of(people[1])) as talk:
        talk.subscribe(channel)
        with transaction.atomic():
            remove_member(actor=member("owner"), team_id=team.pk, user_id=people[1].pk)
        began = time.monotonic()
        lost = talk.expect("unsubscribed", timeout=3)
        assert lost["channel"] == channel and time.monotonic() - began < 3
        talk.say(type="subscribe", channel=channel)
        assert talk.expect("error")["code"] == "not_found"
