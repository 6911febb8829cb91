"""News that wait for each other: one mail of an hour or a day, sent at most once, and stopped from the mail itself."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from designer.jobs.models import Job
from designer.notifications import digests, services
from designer.notifications.models import MailDigest, Notification
from teams.membership.models import Membership
from tests.designer.notifications.test_notifications import tell
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)
SETTINGS = "/api/notifications/settings"


@pytest.fixture
def reader(client_of):
    """Somebody who hears of batches once an hour."""
    client = client_of("editor")
    wish = {"batch": {"in_app": True, "mail": True, "pace": "hourly"}}
    assert client.patch(SETTINGS, wish, format="json").status_code == 200
    return client


def time_passes() -> None:
    Notification.objects.filter(mail_due_at__isnull=False).update(mail_due_at=timezone.now() - timedelta(seconds=1))


def mails_go() -> None:
    digests.gather()
    work_off("io")


def body(letter) -> str:
    return letter.get_payload(decode=True).decode()


def test_news_of_an_hour_go_in_one_mail_and_never_again(box, reader, team):
    for number in range(3):
        tell(reader.user, team, title=f"Batch {number} is done", link=f"/batches/{number}")
    mails_go()
    assert box.taken == [], "the hour is not over"
    time_passes()
    for _ in range(3):
        mails_go()
    (letter,) = box.taken
    assert (letter["To"], letter["Subject"]) == (reader.user.email, "3 news from the studio")
    assert all(f"* Batch {number} is done" in body(letter) for number in range(3)) and "/batches/2" in body(letter)
    Job.objects.update(status="queued", finished_at=None)
    mails_go()
    assert len(box.taken) == 1, "however often its job runs"
    assert not Notification.objects.filter(mailed_at=None).exists()


def test_what_comes_after_a_mail_goes_with_the_next(box, reader, team):
    tell(reader.user, team, title="First")
    time_passes()
    mails_go()
    tell(reader.user, team, title="Second")
    time_passes()
    mails_go()
    assert [letter["Subject"] for letter in box.taken] == ["First", "Second"]


def test_two_schedulers_at_once_make_one_mail(box, reader, team):
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    def gather(_: int) -> None:
        digests.gather()
        connection.close()

    for number in range(5):
        tell(reader.user, team, title=f"News {number}")
    time_passes()
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(gather, range(4)))
    work_off("io")
    assert len(box.taken) == 1 and MailDigest.objects.count() == 1


def test_what_was_read_or_belongs_to_a_team_that_one_left_is_left_out(box, reader, team):
    tell(reader.user, team, title="Read already")
    reader.post("/api/notifications/read", {}, format="json")
    tell(reader.user, team, title="Unread")
    time_passes()
    mails_go()
    assert "Read already" not in body(box.taken[0]) and box.taken[0]["Subject"] == "Unread"
    tell(reader.user, team, title="Of the old team")
    Membership.objects.filter(user=reader.user, team=team).delete()
    time_passes()
    mails_go()
    assert len(box.taken) == 1


def test_a_server_that_says_no_is_asked_again_and_one_that_is_lost_is_not(box, reader, team):
    tell(reader.user, team, title="Refused at first")
    time_passes()
    box.mood = "refuse"
    mails_go()
    assert MailDigest.objects.get().tried_at is None
    box.mood = "take"
    Job.objects.update(status="queued", scheduled_at=timezone.now())
    work_off("io")
    assert [letter["Subject"] for letter in box.taken] == ["Refused at first"]

    tell(reader.user, team, title="Perhaps taken")
    time_passes()
    box.mood = "hang up"
    mails_go()
    box.mood = "take"
    lost = Job.objects.latest("created_at")
    assert (lost.status, lost.last_error["code"]) == ("failed", "mail_unknown")
    mails_go()
    assert len(box.taken) == 1, "it may have arrived, so it is not sent again"


def test_a_server_that_is_away_loses_nothing(box, reader, team, settings):
    tell(reader.user, team, title="Later")
    time_passes()
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 9
    mails_go()
    settings.EMAIL_PORT = port
    Job.objects.update(status="queued", scheduled_at=timezone.now())
    work_off("io")
    assert [letter["Subject"] for letter in box.taken] == ["Later"]


@pytest.mark.parametrize(
    ("zone", "hour", "now", "due"),
    [
        ("UTC", 8, "2026-03-10T07:59", "2026-03-10T08:00"),
        ("UTC", 8, "2026-03-10T08:00", "2026-03-11T08:00"),
        ("Asia/Tokyo", 8, "2026-03-10T22:00", "2026-03-10T23:00"),
        ("America/New_York", 0, "2026-03-10T03:59", "2026-03-10T04:00"),
        ("Europe/Paris", 8, "2026-03-28T12:00", "2026-03-29T06:00"),  # summer time begins in the night between
        ("Europe/Paris", 8, "2026-10-24T12:00", "2026-10-25T07:00"),  # and ends
    ],
)
def test_a_daily_mail_goes_at_the_hour_of_ones_own_clock(zone, hour, now, due, client_of, monkeypatch):
    client = client_of("editor")
    assert client.patch("/api/me", {"timezone": zone}, format="json").status_code == 200
    assert client.patch(SETTINGS, {"daily_hour": hour}, format="json").json()["daily_hour"] == hour
    client.user.refresh_from_db()
    monkeypatch.setattr(digests.timezone, "now", lambda: datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert digests.due_at(client.user, "daily") == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_each_kind_has_its_own_pace(box, reader, team):
    tell(reader.user, team, title="Hourly")
    tell(reader.user, team, title="At once", kind="webhook")
    work_off("io")
    assert [letter["Subject"] for letter in box.taken] == ["At once"]


def test_the_settings_refuse_what_is_no_pace_and_no_hour(client_of):
    client = client_of("viewer")
    wish = {"in_app": True, "mail": True}
    assert client.patch(SETTINGS, {"batch": {**wish, "pace": "monthly"}}, format="json").status_code == 400
    assert client.patch(SETTINGS, {"daily_hour": 24}, format="json").status_code == 400
    client.patch(SETTINGS, {"batch": {**wish, "pace": "daily"}}, format="json")
    assert client.patch(SETTINGS, {"batch": wish}, format="json").json()["batch"]["pace"] == "daily", "as it was"


def test_the_settings_page_says_and_changes_when_mails_go(client_of):
    client = client_of("viewer")
    form = {"batch.in_app": "on", "batch.mail": "daily", "webhook.mail": "never", "daily_hour": "18"}
    client.post("/settings/notifications", form, format="multipart")
    said = client.get(SETTINGS).json()
    assert said["batch"] == {"in_app": True, "mail": True, "pace": "daily"} and said["daily_hour"] == 18
    assert said["webhook"]["mail"] is False
    page = client.get("/settings/notifications").content.decode()
    assert '<option value="daily" selected>' in page and '<option value="18" selected>' in page
    refused = client.post("/settings/notifications", {"batch.mail": "monthly"}, format="multipart", follow=True)
    assert "Mails do not go out so." in refused.content.decode()


# No more


def link_in(letter) -> str:
    found = re.fullmatch(r"<(.+)>", letter["List-Unsubscribe"].strip())
    assert found and letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click" and found[1] in body(letter)
    parts = urlsplit(found[1])
    return f"{parts.path}?{parts.query}"


def test_one_click_in_a_mail_stops_mails_of_its_kind_and_only_them(box, client_of, team):
    client = client_of("editor")
    tell(client.user, team)
    work_off("io")
    link, nobody = link_in(box.taken[0]), Client(enforce_csrf_checks=True)
    asked = nobody.get(link).content.decode()
    assert "No more mails?" in asked and client.user.email in asked
    assert services.wishes_of(client.user)["batch"].mail, "looking at the link changes nothing: scanners do"
    assert nobody.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    wishes = services.wishes_of(client.user)
    assert wishes["batch"] == services.Ways(in_app=True, mail=False) and wishes["webhook"].mail


def test_one_click_in_a_digest_stops_all_mails(box, reader, team):
    tell(reader.user, team)
    time_passes()
    mails_go()
    assert Client().post(link_in(box.taken[0])).status_code == 200
    assert not any(ways.mail for ways in services.wishes_of(reader.user).values())


@pytest.mark.parametrize("token", ["", "x", "WyJhIiwiIl0:1tX:forged"])
def test_a_link_that_we_did_not_write_stops_nothing(token, db):
    for way in (Client().get, Client().post):
        assert way(f"/notifications/unsubscribe?t={token}").status_code == 404
