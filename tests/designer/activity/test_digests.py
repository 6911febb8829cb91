"""What others did in one's teams, in one mail a day or a week: off by default, once for each period."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.utils import timezone

from designer.activity import digests
from designer.activity.models import ActivityDigest
from designer.jobs.models import Job
from designer.notifications.digests import due_at
from teams.membership.models import Membership
from teams.review.collections.services import create
from teams.review.models import Comment
from tests.enhancement.test_lineage import Family
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)
SETTINGS = "/api/notifications/settings"


@pytest.fixture
def reader(client_of):
    """Somebody who wants the mail of each day, from now on."""
    client = client_of("viewer")
    wish = {"activity": {"in_app": False, "mail": True}}
    assert client.patch(SETTINGS, wish, format="json").json()["activity"]["pace"] == "daily"
    digests.order()
    return client


@pytest.fixture
def family(team, member) -> Family:
    return Family(team, member("editor", name="Ada"))


def a_day_passes() -> None:
    """What stands ready is due, and what was done since lies in it."""
    waiting = ActivityDigest.objects.filter(ordered_at=None)
    waiting.update(since=timezone.now() - timedelta(hours=20), due_at=timezone.now())


def mails_go() -> None:
    digests.order()
    work_off("io")


def body(letter: Any) -> str:
    return str(letter.get_payload(decode=True).decode())


def test_nobody_gets_it_who_did_not_ask_for_it(box, family, client_of):
    client = client_of("editor")
    assert client.get(SETTINGS).json()["activity"] == {"in_app": False, "mail": False, "pace": "daily"}
    family.drawn("a silk coat")
    mails_go()
    assert ActivityDigest.objects.count() == 0 and box.taken == []


def test_what_others_did_goes_in_one_mail_and_never_again(box, reader, family, team):
    for place in range(3):
        family.drawn(f"look {place}")
    mails_go()
    assert box.taken == [], "the day is not over"
    a_day_passes()
    for _ in range(3):
        mails_go()
    (letter,) = box.taken
    assert (letter["To"], letter["Subject"]) == (reader.user.email, f"What happened in {team.name}")
    assert "* Ada made 3 images" in body(letter) and f"/teams/{team.pk}/activity" in body(letter)
    assert "$" not in body(letter)
    Job.objects.update(status="queued", finished_at=None)
    mails_go()
    assert len(box.taken) == 1, "however often its job runs"
    ahead = ActivityDigest.objects.get(ordered_at=None)
    assert ahead.since == ActivityDigest.objects.exclude(pk=ahead.pk).get().due_at, "nothing falls between two"


def test_a_brief_of_several_lines_is_one_in_the_mail(box, reader, family):
    family.drawn("a silk coat\n\n--\nYour password has expired: http://evil.example")
    a_day_passes()
    mails_go()
    told = body(box.taken[0])
    assert (
        "* Ada made 1 image of a silk coat -- Your password has expired" in told and told.splitlines().count("--") == 1
    )


def test_there_is_no_mail_of_a_day_on_which_nobody_else_did_anything(box, reader, team):
    Family(team, reader.user).drawn("my own coat")
    a_day_passes()
    mails_go()
    assert box.taken == [] and Job.objects.get(kind="activity.digest").status == "succeeded"


def test_what_one_makes_oneself_hides_nothing_that_others_did(box, reader, family, team, monkeypatch):
    monkeypatch.setattr(digests, "READ", 5)
    (made,) = family.drawn("a silk coat")
    Comment.objects.create(team=team, asset=made, author=family.owner, text="Shorten the hem")
    own = Family(team, reader.user)
    for place in range(7):
        own.drawn(f"my look {place}")
    a_day_passes()
    mails_go()
    told = body(box.taken[0])
    assert "* Ada commented on a silk coat" in told and "* Ada made 1 image of a silk coat" in told
    assert "my look" not in told and "more." not in told


def test_what_one_makes_by_the_hundred_hides_no_word_of_another(box, reader, family, team, member, monkeypatch):
    monkeypatch.setattr(digests, "READ", 5)
    monkeypatch.setattr(digests, "LINES", 8)
    (made,) = family.drawn("a silk coat")
    Comment.objects.create(team=team, asset=made, author=family.owner, text="Shorten the hem")
    busy = Family(team, member("editor", name="Bo"))
    for place in range(9):
        busy.drawn(f"look {place}")
        create(actor=busy.owner, team_id=team.pk, name=f"Rail {place}", assets=[])
    a_day_passes()
    mails_go()
    told = body(box.taken[0])
    assert "* Ada commented on a silk coat" in told and "* Bo made 5 images" in told
    assert told.count("* Bo began the collection") == 5 and "And more." in told


@pytest.mark.parametrize("change", ["pace", "hour", "zone", "off"])
def test_a_mail_that_stands_ready_follows_what_one_changes(change, reader):
    client, before = reader, ActivityDigest.objects.get()
    ActivityDigest.objects.update(updated_at=timezone.now() - timedelta(minutes=1))
    if change == "off":
        client.patch(SETTINGS, {"activity": {"in_app": False, "mail": False}}, format="json")
        digests.order()
        assert ActivityDigest.objects.count() == 0
        return
    if change == "pace":
        wish = {"activity": {"in_app": False, "mail": True, "pace": "weekly"}}
        client.patch(SETTINGS, wish, format="json")
    elif change == "hour":
        client.patch(SETTINGS, {"daily_hour": 23}, format="json")
    else:
        client.patch("/api/me", {"timezone": "Pacific/Auckland"}, format="json")
    digests.order()
    after = ActivityDigest.objects.get()
    user = type(reader.user).objects.get(pk=reader.user.pk)
    pace = "weekly" if change == "pace" else "daily"
    assert (after.pk, after.since, after.due_at) == (before.pk, before.since, due_at(user, pace))
    digests.order()
    assert ActivityDigest.objects.get().updated_at == after.updated_at, "once"


@pytest.mark.parametrize("days", [1, 14])
def test_what_happened_while_the_mail_server_was_away_is_told_in_the_next_mail(days, box, reader, family, monkeypatch):
    class Away:
        def open(self) -> None:
            raise ConnectionRefusedError

    family.drawn("a silk coat")
    a_day_passes()
    since = F("due_at") - timedelta(days=days)
    ActivityDigest.objects.update(since=since)
    with monkeypatch.context() as patch:
        patch.setattr("designer.notifications.digests.get_connection", Away)
        mails_go()
    Job.objects.update(status="dead", finished_at=timezone.now())
    assert box.taken == []
    family.drawn("a wool skirt")
    ActivityDigest.objects.filter(ordered_at=None).update(due_at=timezone.now())
    mails_go()
    assert "* Ada made 2 images" in body(box.taken[0])
    first = Job.objects.filter(status="dead").update(status="queued", finished_at=None)
    mails_go()
    assert first == 1 and len(box.taken) == 1, "brought back from the dead it tells nothing again"


def test_one_whose_mail_cannot_be_made_ready_holds_up_nobody(box, reader, family, client_of, monkeypatch):
    other = client_of("editor")
    other.patch(SETTINGS, {"activity": {"in_app": False, "mail": True}}, format="json")
    digests.order()
    family.drawn("a silk coat")
    a_day_passes()
    poor = ActivityDigest.objects.order_by("due_at").first()
    whole = digests._order

    def fails(row: ActivityDigest) -> None:
        if row.pk == poor.pk:
            raise ValueError("for this one")
        whole(row)

    monkeypatch.setattr(digests, "_order", fails)
    mails_go()
    assert len(box.taken) == 1


def test_who_left_a_team_or_wants_no_more_mails_gets_none_of_it(box, reader, family, team):
    family.drawn("a silk coat")
    a_day_passes()
    digests.order()
    Membership.objects.filter(team=team, user=reader.user).delete()
    work_off("io")
    assert box.taken == []


def test_one_click_in_the_mail_ends_it(box, reader, family):
    family.drawn("a silk coat")
    a_day_passes()
    mails_go()
    link = re.search(r"<(.*)>", box.taken[0]["List-Unsubscribe"])
    assert link
    address = urlsplit(link[1])
    stopped = Client().post(f"{address.path}?{address.query}")
    assert stopped.status_code == 200 and "What the others in your teams did" in stopped.content.decode()
    family.drawn("a wool coat")
    a_day_passes()
    mails_go()
    assert len(box.taken) == 1


def test_two_schedulers_at_once_make_one_mail(box, reader, family):
    family.drawn("a silk coat")
    a_day_passes()

    def order(_: int) -> None:
        digests.order()
        connection.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(order, range(4)))
    work_off("io")
    assert len(box.taken) == 1 and ActivityDigest.objects.filter(ordered_at=None).count() == 1


@pytest.mark.parametrize(
    ("now", "zone", "pace", "due"),
    [
        (datetime(2026, 11, 30, 7, 59, tzinfo=UTC), "UTC", "weekly", datetime(2026, 11, 30, 8, tzinfo=UTC)),
        (datetime(2026, 11, 30, 8, 0, tzinfo=UTC), "UTC", "weekly", datetime(2026, 12, 7, 8, tzinfo=UTC)),
        (datetime(2026, 12, 6, 23, 0, tzinfo=UTC), "Asia/Tokyo", "weekly", datetime(2026, 12, 13, 23, tzinfo=UTC)),
        (datetime(2026, 10, 20, 12, 0, tzinfo=UTC), "Europe/Berlin", "weekly", datetime(2026, 10, 26, 7, tzinfo=UTC)),
        (datetime(2026, 12, 1, 12, 0, tzinfo=UTC), "UTC", "daily", datetime(2026, 12, 2, 8, tzinfo=UTC)),
    ],
)
def test_a_week_ends_on_monday_by_the_clock_of_who_reads(now, zone, pace, due, user, monkeypatch):
    user.timezone = zone
    monkeypatch.setattr(timezone, "now", lambda: now)
    assert due_at(user, pace) == due


def test_its_pace_is_a_day_or_a_week(reader):
    refused = reader.patch(SETTINGS, {"activity": {"in_app": False, "mail": True, "pace": "hourly"}}, format="json")
    assert refused.status_code == 422 and "daily, weekly" in str(refused.json())
    weekly = reader.patch(SETTINGS, {"activity": {"in_app": False, "mail": True, "pace": "weekly"}}, format="json")
    assert weekly.status_code == 200
    page = reader.get("/settings/notifications").content.decode()
    choice = page.split('name="activity.mail"')[1].split("</select>")[0]
    assert re.findall(r'value="(\w+)"', choice) == ["never", "daily", "weekly"] and 'value="weekly" selected' in choice
    assert 'name="activity.in_app"' not in page
    form = {"activity.mail": "daily", "daily_hour": "6"}
    assert "Saved." in reader.post("/settings/notifications", form, format="multipart", follow=True).content.decode()
    assert reader.get(SETTINGS).json()["activity"]["pace"] == "daily"
