"""People hear of what they want to hear of, once, in the way they chose; and of nobody else's things."""

import email
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client

from designer.jobs.models import Job
from designer.notifications.models import Notification
from designer.notifications.services import Ways, notify, set_wishes
from designer.realtime.models import Event
from teams.membership.models import Membership
from tests.designer.generations.test_flow import ask
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)


def tell(user, team, **about: Any) -> None:
    said = {"kind": "batch", "subject": "batch:1", "title": "Autumn is done", "body": "12 of 12", "link": "/batches/1"}
    notify(users=[user], team_id=team.pk, **{**said, **about})


def test_a_notification_is_a_line_an_event_and_a_mail(client_of, team):
    client = client_of("editor")
    tell(client.user, team)
    (line,) = client.get("/api/notifications").json()["results"]
    assert (line["title"], line["body"], line["link"], line["read_at"]) == (
        "Autumn is done",
        "12 of 12",
        "/batches/1",
        None,
    )
    assert Event.objects.get(channel=f"user:{client.user.pk}").event == "notification:created"
    work_off("io")
    (sent,) = mail.outbox
    assert sent.to == [client.user.email] and sent.subject == "Autumn is done"
    assert "12 of 12" in sent.body and "/batches/1" in sent.body and "&#" not in sent.body


def test_nothing_is_told_when_the_work_is_rolled_back(member, team):
    user = member("editor")
    with transaction.atomic():
        tell(user, team)
        transaction.set_rollback(True)
    assert not Notification.objects.exists() and not Job.objects.exists()


@pytest.mark.parametrize(("in_app", "by_mail"), [(True, True), (True, False), (False, True), (False, False)])
def test_each_is_told_in_the_ways_they_chose(in_app, by_mail, client_of, team):
    client = client_of("editor")
    set_wishes(actor=client.user, wishes={"batch": Ways(in_app, by_mail)})
    tell(client.user, team)
    work_off("io")
    assert len(client.get("/api/notifications").json()["results"]) == in_app
    assert len(mail.outbox) == by_mail


def test_a_mail_is_sent_once_however_often_its_job_runs(member, team):
    tell(member("editor"), team)
    work_off("io")
    Job.objects.update(status="queued", finished_at=None)
    work_off("io")
    assert len(mail.outbox) == 1


def test_a_title_of_two_lines_forges_no_header(member, team):
    tell(member("editor"), team, title="Done\nBcc: all@example.org")
    work_off("io")
    assert email.message_from_bytes(mail.outbox[0].message().as_bytes())["Bcc"] is None


def test_who_leaves_the_team_no_longer_sees_what_it_told(client_of, team):
    client = client_of("editor")
    tell(client.user, team)
    Membership.objects.filter(user=client.user, team=team).delete()
    assert client.get("/api/notifications").json()["results"] == []
    assert "Autumn" not in client.get("/notifications").content.decode()


def test_who_left_before_it_went_gets_no_mail_of_what_was_said(member, team):
    user = member("editor")
    tell(user, team)
    Membership.objects.filter(user=user, team=team).delete()
    work_off("io")
    assert mail.outbox == [] and Notification.objects.get().mailed_at is None


def test_the_bell_counts_what_is_unread_and_following_a_line_reads_it(client_of, team):
    client = client_of("viewer")
    for number in range(3):
        tell(client.user, team, title=f"Batch {number}")
    assert "Notifications, 3 unread" in client.get("/gallery").content.decode()
    row = Notification.objects.filter(user=client.user).first()
    answer = client.get(f"/notifications/{row.pk}")
    assert (answer.status_code, answer["Location"]) == (302, "/batches/1")
    assert "Notifications, 2 unread" in client.get("/notifications/bell").content.decode()
    client.post("/notifications/read")
    assert 'aria-label="Notifications"' in client.get("/notifications/bell").content.decode()


@pytest.mark.parametrize("how", ["leaves", "team deleted"])
def test_whoever_belongs_to_the_team_no_more_hears_nothing_of_what_ends_there(how, client_of, team):
    """Neither a line nor a mail, and nothing on their socket: an event told the title to who asked for no page."""
    owner, client = client_of("owner"), client_of("editor")
    if how == "leaves":
        client.post(f"/teams/{team.pk}/leave")
    else:
        owner.post(f"/api/teams/{team.pk}/delete", {"name": team.name}, format="json")
    Event.objects.all().delete()
    Job.objects.all().delete()
    tell(client.user, team)
    assert not Notification.objects.filter(kind="batch").exists() and not Job.objects.exists()
    assert not Event.objects.filter(channel=f"user:{client.user.pk}").exists()
    tell(owner.user, team, kind="team", title="The team is deleted")
    assert Event.objects.filter(channel=f"user:{owner.user.pk}", event="notification:created").exists()


def test_the_page_turns_and_shows_the_unread_alone(client_of, team):
    client = client_of("editor")
    for number in range(31):
        tell(client.user, team, title=f"Batch {number:02}")
    assert "Batch 30" in client.get("/notifications").content.decode()
    assert "Batch 00" in client.get("/notifications?page=2").content.decode()
    newest = Notification.objects.get(title="Batch 30")
    client.post("/notifications/read", {"id": str(newest.pk)}, format="multipart")
    assert "Batch 30" not in client.get("/notifications?unread=1").content.decode()
    assert len(client.get("/api/notifications?unread=true&page_size=200").json()["results"]) == 30


def test_reading_anothers_line_is_reading_none(client_of, team, member):
    other = member("editor")
    tell(other, team)
    client = client_of("owner")
    theirs = Notification.objects.get(user=other)
    assert client.get(f"/notifications/{theirs.pk}").status_code == 404
    assert client.post("/notifications/read", {"id": "x"}, format="multipart").status_code == 404
    assert client.post("/api/notifications/read", {"ids": [str(theirs.pk)]}).status_code == 404
    assert client.post("/api/notifications/read", {}).json() == {"read": 0}
    theirs.refresh_from_db()
    assert theirs.read_at is None


def test_the_settings_say_and_change_how_one_hears_of_things(client_of):
    client = client_of("viewer")
    usual = {"in_app": True, "mail": True, "pace": "at_once"}
    assert client.get("/api/notifications/settings").json()["batch"] == usual
    changed = client.patch("/api/notifications/settings", {"batch": {"in_app": True, "mail": False}}).json()
    assert changed["batch"] == {**usual, "mail": False} and changed["webhook"]["mail"]
    assert client.patch("/api/notifications/settings", {"moon": {"in_app": True, "mail": True}}).status_code == 400
    client.post("/settings/notifications", {"generation.mail": "at_once"}, format="multipart")
    said = client.get("/api/notifications/settings").json()
    assert said.pop("daily_hour") == 8
    assert {kind for kind, ways in said.items() if ways["in_app"]} == set()
    assert {kind for kind, ways in said.items() if ways["mail"]} == {"generation"}


def test_a_generation_tells_its_owner_who_asked_to_hear_of_it(client_of):
    client = client_of("editor")
    set_wishes(actor=client.user, wishes={"generation": Ways(in_app=True, mail=False)})
    made = ask(client, brief="a linen coat").json()["id"]
    work_off("interactive")
    (line,) = client.get("/api/notifications").json()["results"]
    assert (line["title"], line["link"]) == ("a linen coat: ready", f"/generations/{made}")


def test_an_item_of_a_batch_is_not_told_of(client_of):
    client = client_of("editor")
    set_wishes(actor=client.user, wishes={"generation": Ways(in_app=True, mail=True)})
    ask(client, brief="a linen coat")
    Job.objects.update(lane="batch")
    work_off("batch")
    assert client.get("/api/notifications").json()["results"] == []


def test_signed_out_there_is_no_bell(db):
    assert "Notifications" not in Client().get("/accounts/login/").content.decode()
