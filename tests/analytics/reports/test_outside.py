"""Addresses outside: they are asked first, by a mail that harms nobody, and so much goes there and no more."""

import re
from datetime import timedelta
from email.header import decode_header, make_header
from email.message import Message

import pytest
from django.test import Client
from django.utils import timezone

from analytics import rollups
from analytics.reports import consents, limits, posting, schedules, services
from analytics.reports.models import Consent, Delivery, Report, Schedule, Stopped
from designer.jobs.models import Job
from teams.membership.models import Membership, Role
from teams.membership.permissions import sync
from tests.analytics.reports.conftest import AT, agreed, made
from tests.analytics.reports.test_mail import OUTSIDE, again, link_in, path_of, states, text_of
from tests.work import all_at_once, work_off

pytestmark = pytest.mark.django_db(transaction=True)
URL = "/api/reports/schedules"
HOSTILE = "Your parcel waits: evil.example/pay"


def yes_in(letter: Message) -> str:
    found = re.search(r"Yes: (\S+)", text_of(letter))
    assert found
    return path_of(found[1])


def only_one(most: limits.Most, name: str) -> limits.Most:
    return tuple((each, 1 if each == name else count) for each, count in most)


def test_an_address_outside_gets_nothing_but_a_question_until_it_says_yes(filled, owner, ask, box):
    report = made(ask(owner, want=False, addresses=[OUTSIDE], members=[str(owner.user.pk)]))
    assert states(report) == {OUTSIDE: "failed", owner.user.email: "sent"}
    error = Delivery.objects.get(user=None).error
    assert error["code"] == "unconfirmed" and error["remedy"]
    page = owner.get(f"/analytics/reports/{report.pk}").content.decode()
    assert "Waits for a yes" in page and "Send again to" not in page, "it goes by itself"
    letters = {letter["To"]: letter for letter in box.taken}
    asked = letters[OUTSIDE]
    assert asked.get_content_type() == "text/plain", "no picture, no file"
    assert "$" not in text_of(asked) and "coat" not in text_of(asked) and owner.user.email in text_of(asked)
    nobody, link = Client(enforce_csrf_checks=True), yes_in(asked)
    assert OUTSIDE in nobody.get(link).content.decode() and len(box.taken) == 2, "scanners look at links"
    work_off()
    assert states(report)[OUTSIDE] == "failed"
    box.taken.clear()
    assert "from now on" in Client().post(link).content.decode()
    assert "from now on" in Client().post(link).content.decode(), "again changes nothing"
    work_off()
    assert states(report)[OUTSIDE] == "sent" and [letter["To"] for letter in box.taken] == [OUTSIDE]
    assert "application/pdf" in [part.get_content_type() for part in box.taken[0].walk()]
    assert states(made(ask(owner, want=False, addresses=[OUTSIDE.upper()]))) == {OUTSIDE.upper(): "sent"}


def test_a_schedule_asks_each_address_and_mails_those_that_want_it(filled, owner, team, box):
    wish = {"team": str(team.pk), "cadence": "weekly", "addresses": [OUTSIDE, "other@example.com"], "active": False}
    pk = owner.post(URL, wish, format="json").json()["id"]
    work_off()
    assert box.taken == [], "one that is off asks nobody"
    tag = owner.get(f"{URL}/{pk}")["ETag"]
    owner.patch(f"{URL}/{pk}", {"active": True}, format="json", headers={"If-Match": tag})
    work_off()
    assert {letter["To"] for letter in box.taken} == {OUTSIDE, "other@example.com"}
    page = owner.get(f"/analytics/reports/schedules/{pk}").content.decode()
    assert "Not mailed yet" in page
    agreed(team.pk, OUTSIDE)
    Schedule.objects.update(next_at=timezone.now())
    assert schedules.fire() == 1
    work_off()
    assert states(Report.objects.get()) == {OUTSIDE: "sent", "other@example.com": "failed"}
    tag = owner.get(f"{URL}/{pk}")["ETag"]
    box.taken.clear()
    more = {"addresses": [OUTSIDE, "third@example.com"]}
    owner.patch(f"{URL}/{pk}", more, format="json", headers={"If-Match": tag})
    work_off()
    assert [letter["To"] for letter in box.taken] == ["third@example.com"], "only who was not asked yet"


def test_a_yes_sends_the_latest_and_not_a_years_worth(filled, owner, ask, box):
    found = [made(ask(owner, want=False, addresses=[OUTSIDE])) for _ in range(posting.MOST_AT_ONCE + 2)]
    long_ago = timezone.now() - posting.LATELY - timedelta(hours=1)
    Delivery.objects.filter(report=found[-1]).update(created_at=long_ago)
    link = yes_in(box.taken[0])
    assert len(box.taken) == 1, "it is asked once a day at most"
    box.taken.clear()
    Client().post(link)
    work_off()
    sent = [report.pk for report in found if states(report) == {OUTSIDE: "sent"}]
    assert sent == [report.pk for report in found[1:-1]] and len(box.taken) == posting.MOST_AT_ONCE


def test_an_address_is_asked_three_times_and_then_no_more(filled, owner, ask, box):
    for number in range(consents.MOST_ASKS + 2):
        made(ask(owner, want=False, addresses=[OUTSIDE]))
        assert len(box.taken) == min(number + 1, consents.MOST_ASKS)
        Consent.objects.update(asked_at=timezone.now() - consents.PAUSE - timedelta(minutes=1))
    Consent.objects.update(asked_at=timezone.now() - consents.KEPT - timedelta(minutes=1))
    consents.forget_old()
    assert not Consent.objects.exists(), "who never answered is not kept"


def test_who_wants_to_hear_of_nobody_is_not_even_asked(filled, owner, ask, box, client_of):
    made(ask(owner, want=False, addresses=[OUTSIDE]))
    Client().post(link_in(box.taken[0]), {"List-Unsubscribe": "One-Click"})
    assert Stopped.objects.get().team is None
    box.taken.clear()
    stranger = client_of("stranger")
    team = Membership.objects.get(user=stranger.user, team__personal=True).team
    report = made(ask(stranger, want=False, team=str(team.pk), addresses=[OUTSIDE]))
    assert box.taken == [] and states(report) == {OUTSIDE: "unsubscribed"}


def personal_of(client):
    return Membership.objects.get(user=client.user, team__personal=True).team


def test_a_yes_to_one_team_undoes_no_stop_of_the_others(filled, owner, team, ask, box, client_of):
    made(ask(owner, want=False, addresses=[OUTSIDE]))
    yes, away = yes_in(box.taken[0]), link_in(box.taken[0])
    stranger = client_of("stranger")
    other = {"want": False, "team": str(personal_of(stranger).pk), "addresses": [OUTSIDE]}
    made(ask(stranger, **other))
    others_yes = yes_in(box.taken[1])
    Client().post(yes)
    Client().post(away, {"List-Unsubscribe": "One-Click"})
    assert "Do you want" in Client().get(yes).content.decode(), "it said yes before it stopped them"
    assert "from now on" in Client().post(others_yes).content.decode()
    box.taken.clear()
    assert states(made(ask(owner, want=False, addresses=[OUTSIDE]))) == {OUTSIDE: "unsubscribed"}
    assert states(made(ask(stranger, **other))) == {OUTSIDE: "sent"}
    third = client_of("admin")
    told = {"want": False, "team": str(personal_of(third).pk), "addresses": [OUTSIDE]}
    assert states(made(ask(third, **told))) == {OUTSIDE: "unsubscribed"}, "nor is it asked by anybody"
    assert not any("Yes: " in text_of(letter) for letter in box.taken)


def test_who_takes_back_a_stop_of_all_has_the_others_ask_again(filled, owner, ask, box, client_of):
    stranger = client_of("stranger")
    made(ask(owner, addresses=[OUTSIDE]))
    away = link_in(box.taken[0])
    other = {"team": str(personal_of(stranger).pk), "addresses": [OUTSIDE]}
    assert states(made(ask(stranger, **other))) == {OUTSIDE: "sent"}
    Client().post(away, {"List-Unsubscribe": "One-Click"})
    assert "again" in Client().post(away, {"back": "1"}).content.decode()
    assert states(made(ask(owner, want=False, addresses=[OUTSIDE]))) == {OUTSIDE: "sent"}
    report = made(ask(stranger, want=False, **other))
    assert Delivery.objects.get(report=report).error["code"] == "unconfirmed"


@pytest.mark.parametrize("only", [{}, {"only": "1"}])
def test_a_yes_after_a_stop_is_a_yes(only, filled, owner, ask, box):
    made(ask(owner, want=False, addresses=[OUTSIDE]))
    yes, away = yes_in(box.taken[0]), link_in(box.taken[0])
    for _ in range(2):
        assert "from now on" in Client().post(yes).content.decode()
        assert "from now on" in Client().get(yes).content.decode()
        assert states(made(ask(owner, want=False, addresses=[OUTSIDE]))) == {OUTSIDE: "sent"}
        Client().post(away, only)
        assert "from now on" not in Client().get(yes).content.decode()
        assert states(made(ask(owner, want=False, addresses=[OUTSIDE]))) == {OUTSIDE: "unsubscribed"}


def test_a_page_that_is_old_sends_nothing_to_who_was_only_asked(filled, owner, ask, box):
    report = made(ask(owner, want=False, addresses=[OUTSIDE]))
    page = owner.post(f"/analytics/reports/{report.pk}/act", {"act": "resend"}, format="multipart", follow=True)
    assert "Nothing of this report failed" in page.content.decode()
    answer = owner.post(f"/api/reports/{report.pk}/resend", {"deliveries": []}, format="json")
    assert answer.status_code == 409 and answer.json()["code"] == "nothing_failed"
    assert Delivery.objects.get().again == 0


def test_whoever_asked_must_still_manage_the_team_when_the_question_goes(filled, ask, box, client_of):
    admin = client_of("admin")
    ask(admin, want=False, addresses=[OUTSIDE])
    Membership.objects.filter(user=admin.user, team=filled.team).update(role=Role.EDITOR)
    sync(user_id=admin.user.pk)
    work_off()
    assert box.taken == []


@pytest.mark.parametrize("token", ["", "x", "WyJhIiwiIl0:1tX:forged"])
def test_nobody_says_yes_for_others(token, filled, owner, ask, box):
    made(ask(owner, want=False, addresses=[OUTSIDE]))
    away = link_in(box.taken[0]).partition("t=")[2]
    for each in (token, away):
        for way in (Client().get, Client().post):
            assert way(f"/analytics/reports/agree?t={each}").status_code == 404
    assert Client(enforce_csrf_checks=True).post(yes_in(box.taken[0])).status_code == 403
    assert Consent.objects.get().given_at is None


@pytest.mark.parametrize("name", ["ask:team", "ask:by", "ask:to"])
def test_only_so_many_are_asked_in_a_day(name, filled, owner, team, client_of, monkeypatch, box):
    monkeypatch.setattr(limits, "QUESTIONS", only_one(limits.QUESTIONS, name))
    other = client_of("admin")
    own = Membership.objects.get(user=owner.user, team__personal=True).team
    first = {"team": str(team.pk), "kind": "weekly", "addresses": [OUTSIDE]}
    assert owner.post("/api/reports", first, format="json").status_code == 202
    client, wish = {
        "ask:team": (other, {**first, "addresses": ["second@example.com"]}),
        "ask:by": (owner, {**first, "team": str(own.pk), "addresses": ["second@example.com"]}),
        "ask:to": (owner, {**first, "team": str(own.pk)}),
    }[name]
    answer = client.post("/api/reports", wish, format="json")
    assert answer.status_code == 429 and answer.json()["code"] == "too_many_mails" and int(answer["Retry-After"]) > 0
    assert Consent.objects.count() == 1, "nothing of a request that is refused stays"
    assert owner.post("/api/reports", first, format="json").status_code == 202, "who was asked is no question more"


@pytest.mark.parametrize("name", ["mail:team", "mail:by", "mail:to"])
def test_only_so_much_is_mailed_outside_in_a_day(name, filled, owner, ask, box, monkeypatch):
    monkeypatch.setattr(limits, "MAILS", only_one(limits.MAILS, name))
    second = OUTSIDE if name == "mail:to" else "second@example.com"
    assert states(made(ask(owner, addresses=[OUTSIDE]))) == {OUTSIDE: "sent"}
    report = made(ask(owner, addresses=[second], members=[str(owner.user.pk)]))
    assert states(report) == {second: "failed", owner.user.email: "sent"}, "members are not counted"
    assert Delivery.objects.get(report=report, user=None).error["code"] == "too_many_mails"
    answer = owner.post(f"/api/reports/{report.pk}/resend", {}, format="json")
    assert answer.status_code == 429 and states(report)[second] == "failed"
    page = owner.post(f"/analytics/reports/{report.pk}/act", {"act": "resend"}, format="multipart", follow=True)
    assert "Go on tomorrow." in page.content.decode()
    monkeypatch.undo()
    assert owner.post(f"/api/reports/{report.pk}/resend", {}, format="json").json() == {"count": 1}
    work_off()
    assert states(report)[second] == "sent"


@pytest.mark.parametrize("name", ["member:team", "member:by", "member:to"])
def test_members_are_mailed_so_much_in_a_day_and_no_more(name, filled, owner, ask, box, monkeypatch):
    monkeypatch.setattr(limits, "MEMBERS", only_one(limits.MEMBERS, name))
    me = [str(owner.user.pk)]
    assert states(made(ask(owner, members=me))) == {owner.user.email: "sent"}
    report = made(ask(owner, members=me))
    row = report.deliveries.get()
    assert (row.status, row.error["code"]) == ("failed", "too_many_mails") and "tomorrow" in row.error["remedy"]
    assert owner.post(f"/api/reports/{report.pk}/resend", {}, format="json").status_code == 429, "nor by hand"
    assert len(box.taken) == 1


def test_a_question_that_may_have_arrived_is_not_sent_again(filled, owner, ask, box):
    box.mood = "hang up"
    made(ask(owner, want=False, addresses=[OUTSIDE]))
    box.mood = "take"
    again()
    assert box.taken == [] and Consent.objects.get().mailed == 1
    Job.objects.filter(kind=consents.ASK).update(status="queued", scheduled_at=timezone.now())  # its worker died
    work_off("io")
    assert box.taken == []
    Consent.objects.update(asked_at=timezone.now() - consents.PAUSE)
    made(ask(owner, want=False, addresses=[OUTSIDE]))
    assert [letter["To"] for letter in box.taken] == [OUTSIDE], "the next day it is asked once more"


def test_a_question_that_was_not_taken_is_sent_again(filled, owner, ask, box):
    box.mood = "refuse"
    made(ask(owner, want=False, addresses=[OUTSIDE]))
    assert box.taken == []
    box.mood = "take"
    again()
    assert [letter["To"] for letter in box.taken] == [OUTSIDE]


def test_a_question_that_no_server_had_in_hand_does_not_count(filled, owner, ask, box, settings):
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 9
    made(ask(owner, want=False, addresses=[OUTSIDE]))
    for _ in range(services.TRIES):
        again()
    assert (Consent.objects.get().asks, Consent.objects.get().asked_at) == (0, None)
    settings.EMAIL_PORT = port
    made(ask(owner, want=False, addresses=[OUTSIDE]))
    assert [letter["To"] for letter in box.taken] == [OUTSIDE], "it is asked with the next report, not the next day"


def test_a_mail_that_is_tried_again_is_counted_once(filled, owner, ask, box, monkeypatch):
    monkeypatch.setattr(limits, "MAILS", only_one(limits.MAILS, "mail:to"))
    box.mood = "refuse"
    report = made(ask(owner, addresses=[OUTSIDE]))
    box.mood = "take"
    again()
    assert states(report) == {OUTSIDE: "sent"}


def test_a_mailbox_that_refuses_is_tried_a_few_times_by_hand(filled, owner, ask, box):
    box.unknown = {OUTSIDE}
    report = made(ask(owner, addresses=[OUTSIDE]))
    for _ in range(services.MOST_AGAIN):
        assert owner.post(f"/api/reports/{report.pk}/resend", {}, format="json").status_code == 202
        work_off()
        assert states(report) == {OUTSIDE: "refused"}
    answer = owner.post(f"/api/reports/{report.pk}/resend", {}, format="json")
    assert answer.status_code == 409 and answer.json()["code"] == "sent_often_enough"


def test_what_people_wrote_is_no_link_to_who_is_outside(filled, owner, ask, box):
    owner.user.name = "PayPal security www.evil.example"
    owner.user.save()
    filled.team.name = "Parcels evil.example"
    filled.team.save()
    row = filled.generation(owner.user, AT, brief=HOSTILE)
    filled.said(filled.image(row, AT), owner.user, "like")
    rollups.work_off()
    made(ask(owner, want=False, addresses=["asked@example.com"]))
    made(ask(owner, addresses=[OUTSIDE], members=[str(owner.user.pk)]))
    letters = {letter["To"]: letter for letter in box.taken}
    for address in ("asked@example.com", OUTSIDE):
        letter = letters[address]
        words = str(make_header(decode_header(letter["Subject"]))) + "".join(
            part.get_payload(decode=True).decode() for part in letter.walk() if part.get_content_maintype() == "text"
        )
        assert "evil" not in words and "PayPal" not in words, address
    assert HOSTILE in text_of(letters[owner.user.email]), "to a member it is what it is"


@pytest.mark.parametrize(("role", "seen"), [("owner", 1), ("admin", 1), ("editor", 0), ("viewer", 0), ("stranger", 0)])
def test_addresses_are_for_those_who_may_mail_to_them(role, seen, filled, owner, team, ask, client_of):
    report = made(ask(owner, addresses=[OUTSIDE], sections=["quality"]))
    owner.post(URL, {"team": str(team.pk), "cadence": "weekly", "addresses": [OUTSIDE]}, format="json")
    person = client_of(role).user
    for rows in (Delivery.objects, Schedule.objects, Consent.objects):
        assert rows.visible_to(person).count() == seen
    assert Report.objects.visible_to(person).filter(pk=report.pk).exists() is (role != "stranger")


def test_a_yes_and_a_mail_at_once_lose_no_report(filled, owner, ask, box):
    told = ask(owner, want=False, addresses=[OUTSIDE])
    work_off("batch")
    row, consent = Delivery.objects.get(report=told["id"]), Consent.objects.get()
    all_at_once(lambda deed: deed(), [lambda: posting.send(row.pk), lambda: posting.agree(consent.pk)])
    again()
    assert states(row.report) == {OUTSIDE: "sent"}
    assert [letter["To"] for letter in box.taken].count(OUTSIDE) == 1
    assert Job.objects.filter(kind=services.MAIL).exists()
