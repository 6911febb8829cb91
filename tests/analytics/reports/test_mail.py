"""The mail of a report: to whom it may go, at most once, with a way to stop it, and what becomes of a refusal."""

import re
from datetime import timedelta
from email.header import decode_header, make_header
from email.message import Message
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone

from analytics.reports import letters, posting, services
from analytics.reports.models import Delivery, Report, Stopped
from designer.jobs.models import Job
from teams.membership.models import Membership, Role
from teams.membership.permissions import sync
from tests.analytics.reports.conftest import made
from tests.work import all_at_once, work_off

pytestmark = pytest.mark.django_db(transaction=True)
OUTSIDE = "buyer@example.com"


def parts_of(letter: Message) -> dict[str, Message]:
    return {part.get_content_type(): part for part in letter.walk()}


def text_of(letter: Message, kind: str = "text/plain") -> str:
    return parts_of(letter)[kind].get_payload(decode=True).decode()


def again() -> None:
    Job.objects.exclude(status__in=("dead", "failed", "succeeded")).update(status="queued", scheduled_at=timezone.now())
    work_off("io")


def states(report: Report) -> dict[str, str]:
    return dict(report.deliveries.values_list("address", "status"))


def test_a_mail_says_what_the_report_says_with_pictures_and_pdf(filled, owner, ask, box, client_of):
    admin = client_of("admin")
    told = ask(owner, members=[str(owner.user.pk), str(admin.user.pk)], addresses=[OUTSIDE, OUTSIDE.upper()])
    report = made(told)
    assert set(states(report).values()) == {"sent"}
    letters = {letter["To"]: letter for letter in box.taken}
    assert set(letters) == {owner.user.email, admin.user.email, OUTSIDE}
    letter = letters[owner.user.email]
    assert str(make_header(decode_header(letter["Subject"]))) == f"{filled.team.name}: 2–8 November 2026"
    kinds = [part.get_content_type() for part in letter.walk()]
    assert kinds[:4] == ["multipart/mixed", "multipart/alternative", "text/plain", "multipart/related"]
    assert kinds[-1] == "application/pdf" and "image/png" in kinds
    for figure in report.content["figures"]:
        assert f"{figure['label']}: {figure['value']}" in text_of(letter), "all tiles are in the body"
    html = text_of(letter, "text/html")
    shown = set(re.findall(r'src="cid:([\w-]+)"', html))
    held = {part["Content-ID"].strip("<>") for part in letter.walk() if part["Content-ID"]}
    assert shown == held >= {"cost_chart", "liked_chart"}
    assert re.search(r'alt="[^"]*Cost by the day', html), "in words for who does not see pictures"
    assert "The file of this image is gone." in html, "the rows of this test have no files"
    assert f"/analytics/reports/{report.pk}" in text_of(letter)
    stranger = letters[OUTSIDE]
    assert f"/analytics/reports/{report.pk}" not in text_of(stranger) and owner.user.email in text_of(stranger)


def test_a_pdf_that_is_too_large_is_left_out_and_it_is_said(filled, owner, ask, box, monkeypatch):
    monkeypatch.setattr(letters, "MOST_ATTACHED", 10)
    made(ask(owner, members=[str(owner.user.pk)], addresses=[OUTSIDE]))
    for letter in box.taken:
        assert "application/pdf" not in parts_of(letter) and "too large for a mail" in text_of(letter)
        assert "too large for a mail" in text_of(letter, "text/html")


@pytest.mark.parametrize(
    ("site", "host"), [("https://bff.example:8443/x", "bff.example"), ("http://[::1]:8000", "[IPv6:::1]")]
)
def test_a_mail_has_an_id_of_its_own_that_is_one(site, host, filled, owner, ask, box, settings):
    settings.SITE_URL = site
    report = made(ask(owner, members=[str(owner.user.pk)]))
    assert box.taken[0]["Message-ID"] == f"<report.{report.deliveries.get().pk}@{host}>"


def test_nobody_gets_the_same_report_twice(filled, owner, ask, box):
    report = made(ask(owner, members=[str(owner.user.pk)], addresses=[OUTSIDE]))
    assert len(box.taken) == 2
    Job.objects.update(status="queued", finished_at=None)
    work_off()
    assert len(box.taken) == 2, "however often its jobs run"
    assert owner.post(f"/api/reports/{report.pk}/resend", {}, format="json").json()["code"] == "nothing_failed"
    with pytest.raises(Exception, match="report_once_to_an_address"):
        Delivery.objects.create(team=report.team, report=report, address=OUTSIDE.upper())


def test_workers_at_once_send_it_once(filled, owner, ask, box):
    told = ask(owner, addresses=[OUTSIDE])
    work_off("batch")
    row = Delivery.objects.get(report=told["id"])
    all_at_once(lambda _: posting.send(row.pk), range(5))
    assert len(box.taken) == 1 and states(row.report) == {OUTSIDE: "sent"}


def test_what_a_slow_worker_sent_while_another_took_it_for_dead_is_told_as_sent(filled, owner, ask, box, monkeypatch):
    report = made(ask(owner, addresses=[OUTSIDE]))
    seen = Delivery.objects.get(report=report)
    assert seen.status == "sent"
    seen.status = "sending"  # as the other read it, a moment before
    monkeypatch.setattr(posting, "_row", lambda pk, again: seen)
    posting.send(seen.pk)
    posting.given_up(str(seen.pk), {})
    assert states(report) == {OUTSIDE: "sent"} and len(box.taken) == 1


def test_one_refused_address_does_not_stop_the_others(filled, owner, ask, box):
    box.unknown = {"gone@example.com"}
    report = made(ask(owner, addresses=["gone@example.com", OUTSIDE, "third@example.com"]))
    assert states(report) == {"gone@example.com": "refused", OUTSIDE: "sent", "third@example.com": "sent"}
    shown = owner.get(f"/api/reports/{report.pk}").json()["deliveries"]
    refused = next(each for each in shown if each["status"] == "refused")
    assert "550 no such mailbox" in refused["error"]["message"] and refused["tries"] == 1
    box.unknown = set()
    assert owner.post(f"/api/reports/{report.pk}/resend", {}, format="json").json() == {"count": 1}
    work_off()
    assert set(states(report).values()) == {"sent"} and len(box.taken) == 3


def test_a_server_that_says_not_now_is_asked_again(filled, owner, ask, box):
    box.mood = "refuse"
    report = made(ask(owner, addresses=[OUTSIDE]))
    assert states(report) == {OUTSIDE: "waiting"} and "451" in Delivery.objects.get().error["message"]
    box.mood = "take"
    again()
    assert states(report) == {OUTSIDE: "sent"} and len(box.taken) == 1 and Delivery.objects.get().tries == 2


def test_greylisting_is_no_refusal(filled, owner, ask, box):
    box.unknown, box.no = {OUTSIDE}, "450 come back later"
    report = made(ask(owner, addresses=[OUTSIDE]))
    assert states(report) == {OUTSIDE: "waiting"}
    box.unknown = set()
    again()
    assert states(report) == {OUTSIDE: "sent"}


def test_a_server_that_is_away_loses_nothing_and_at_last_it_is_said(filled, owner, ask, box, settings):
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 9
    report = made(ask(owner, addresses=[OUTSIDE]))
    assert states(report) == {OUTSIDE: "waiting"} and Delivery.objects.get().error["code"] == "mail_away"
    for _ in range(services.TRIES):
        again()
    row = Delivery.objects.get()
    assert (row.status, row.tries) == ("failed", services.TRIES)
    settings.EMAIL_PORT = port
    page = owner.get(f"/analytics/reports/{report.pk}").content.decode()
    assert "The mail server is away." in page and "Send again to 1" in page
    owner.post(f"/analytics/reports/{report.pk}/act", {"act": "resend"}, format="multipart")
    work_off()
    assert states(report) == {OUTSIDE: "sent"} and len(box.taken) == 1


@pytest.mark.parametrize("way", ["away", "not now"])
def test_a_mail_is_tried_for_an_hour(way, filled, owner, ask, box, settings):
    if way == "away":
        settings.EMAIL_PORT = 9
    box.mood = "refuse"
    made(ask(owner, addresses=[OUTSIDE]))
    job, waited = Job.objects.get(kind=services.MAIL), timedelta()
    for _ in range(services.TRIES - 1):
        job.refresh_from_db()
        pause = job.scheduled_at - timezone.now()
        assert pause > timedelta(seconds=30), "greylisting says no for some minutes"
        waited += pause
        again()
    job.refresh_from_db()
    assert job.status == "dead" and timedelta(minutes=59) < waited < timedelta(minutes=70)
    assert Delivery.objects.get().status == "failed"


def test_the_job_of_a_mail_does_not_know_to_whom_it_went(filled, owner, ask, box):
    box.unknown, box.no = {OUTSIDE}, f"550 no mailbox {OUTSIDE} here"
    made(ask(owner, addresses=[OUTSIDE]))
    assert OUTSIDE in Delivery.objects.get().error["message"]
    job = Job.objects.get(kind=services.MAIL)
    assert OUTSIDE not in str(job.last_error) + str(job.payload), "operators look at jobs"


def test_the_end_of_an_old_try_does_not_end_a_new_one(filled, owner, ask, box):
    box.unknown = {OUTSIDE}
    report = made(ask(owner, addresses=[OUTSIDE]))
    old = Job.objects.get(kind=services.MAIL)
    Job.objects.filter(pk=old.pk).update(status="queued", finished_at=None)  # it has not ended yet
    owner.post(f"/api/reports/{report.pk}/resend", {}, format="json")
    assert Job.objects.filter(kind=services.MAIL).count() == 2, "a job of its own"
    posting.given_up(old.payload["delivery_id"], {"code": "refused"}, int(old.payload["again"]))
    assert states(report) == {OUTSIDE: "waiting"}
    box.unknown = set()
    work_off()
    assert states(report) == {OUTSIDE: "sent"} and len(box.taken) == 1


def test_what_may_have_arrived_is_not_sent_again_by_itself(filled, owner, ask, box):
    box.mood = "hang up"
    report = made(ask(owner, addresses=[OUTSIDE]))
    row = Delivery.objects.get()
    assert (row.status, row.error["code"]) == ("failed", "mail_unknown") and row.error["remedy"]
    box.mood = "take"
    again()
    assert box.taken == []
    Delivery.objects.update(status="sending")  # its worker died in between
    posting.send(row.pk)
    assert states(report) == {OUTSIDE: "failed"} and box.taken == []
    Delivery.objects.update(status="sending", error=None)  # and so did two more
    posting.given_up(str(row.pk), {"code": "worker_died", "message": "The worker died.", "remedy": "Replay it."})
    assert Delivery.objects.get().error["code"] == "mail_unknown", "it may have arrived, and that is what counts"


def test_members_who_may_not_see_the_costs_are_refused_by_name(filled, owner, team, client_of):
    editor = client_of("editor")
    wish = {"team": str(team.pk), "kind": "weekly", "members": [str(editor.user.pk)]}
    answer = owner.post("/api/reports", wish, format="json")
    assert answer.status_code == 422 and answer.json()["code"] == "may_not_see_costs"
    assert editor.user.shown_name in answer.json()["detail"]
    plain = {**wish, "sections": ["quality"]}
    assert owner.post("/api/reports", plain, format="json").status_code == 202
    outside = {"team": str(team.pk), "kind": "weekly", "addresses": [OUTSIDE]}
    assert editor.post("/api/reports", outside, format="json").status_code == 403, "only who manages the team"


def test_a_right_that_is_lost_before_the_mail_goes_bars_it(filled, owner, ask, box, client_of):
    admin, leaver = client_of("admin"), client_of("admin")
    told = ask(owner, members=[str(admin.user.pk), str(leaver.user.pk)])
    work_off("batch")
    Membership.objects.filter(user=admin.user, team=filled.team).update(role=Role.VIEWER)
    Membership.objects.filter(user=leaver.user, team=filled.team).delete()
    report = made(told)
    assert box.taken == [] and set(states(report).values()) == {"barred"}


def test_a_mail_goes_to_the_address_that_a_member_has_now(filled, owner, ask, box, client_of):
    admin = client_of("admin")
    told = ask(owner, members=[str(owner.user.pk), str(admin.user.pk)], addresses=["new@example.com"])
    work_off("batch")
    for client, address in ((owner, "changed@example.com"), (admin, "NEW@example.com")):
        client.user.email = address
        client.user.save()
    report = made(told)
    assert {letter["To"] for letter in box.taken} == {"changed@example.com", "new@example.com"}
    assert report.deliveries.get(user=owner.user).address == "changed@example.com", "the log says where it went"
    assert report.deliveries.get(user=admin.user).status == "barred", "nobody gets it twice"


def test_whoever_named_an_address_outside_answers_for_it(filled, ask, box, client_of):
    admin = client_of("admin")
    told = ask(admin, addresses=[OUTSIDE], sections=["quality"])
    work_off("batch")
    Membership.objects.filter(user=admin.user, team=filled.team).update(role=Role.EDITOR)
    sync(user_id=admin.user.pk)
    report = made(told)
    assert box.taken == [] and states(report) == {OUTSIDE: "barred"}


# No more


def link_in(letter: Message) -> str:
    found = re.fullmatch(r"<(.+)>", re.sub(r"\s+", "", letter["List-Unsubscribe"]))
    assert found and letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click" and found[1] in text_of(letter)
    return path_of(found[1])


def path_of(link: str) -> str:
    parts = urlsplit(link)
    return f"{parts.path}?{parts.query}"


def elsewhere(client_of, ask, address: str) -> Report:
    """A report of somebody's personal team to that address."""
    stranger = client_of("stranger")
    team = Membership.objects.get(user=stranger.user, team__personal=True).team
    return made(ask(stranger, team=str(team.pk), addresses=[address]))


def test_one_click_from_outside_stops_the_reports_of_every_team(filled, owner, ask, box, client_of):
    made(ask(owner, addresses=[OUTSIDE]))
    link, nobody = link_in(box.taken[0]), Client(enforce_csrf_checks=True)
    assert "No team of this studio" in nobody.get(link).content.decode()
    assert "any team" in nobody.post(link, {"List-Unsubscribe": "One-Click"}).content.decode()
    assert states(elsewhere(client_of, ask, OUTSIDE)) == {OUTSIDE: "unsubscribed"}
    gone = letters.away_of(uuid4(), OUTSIDE, outside=True)
    assert nobody.post(path_of(gone), {"back": "1"}).status_code == 200, "also of a team that is gone"
    assert states(elsewhere(client_of, ask, OUTSIDE)) == {OUTSIDE: "sent"}


def test_who_likes_the_reports_of_others_stops_those_of_one_team(filled, owner, ask, box, client_of):
    made(ask(owner, addresses=[OUTSIDE]))
    nobody = Client(enforce_csrf_checks=True)
    assert filled.team.name in nobody.post(link_in(box.taken[0]), {"only": "1"}).content.decode()
    assert states(made(ask(owner, addresses=[OUTSIDE]))) == {OUTSIDE: "unsubscribed"}
    assert states(elsewhere(client_of, ask, OUTSIDE)) == {OUTSIDE: "sent"}


def test_a_member_stops_the_reports_of_one_team(filled, owner, ask, box):
    made(ask(owner, members=[str(owner.user.pk)]))
    Client().post(link_in(box.taken[0]), {"List-Unsubscribe": "One-Click"})
    assert Stopped.objects.get().team == filled.team


def test_a_member_who_stopped_them_by_mistake_has_them_mailed_again(filled, owner, ask, box, client_of):
    other = client_of("admin")
    for client in (owner, other):
        posting.stop(filled.team.pk, client.user.email)
    assert states(made(ask(owner, members=[str(owner.user.pk)]))) == {owner.user.email: "unsubscribed"}
    page = owner.get("/analytics/reports").content.decode()
    assert "You have stopped the mails" in page and "Mail them again" in page
    answer = owner.post("/analytics/reports/mail-again", {}, format="multipart", follow=True)
    assert "mailed to you again" in answer.content.decode() and "You have stopped" not in answer.content.decode()
    assert states(made(ask(owner, members=[str(owner.user.pk)]))) == {owner.user.email: "sent"}
    assert Stopped.objects.get().address == other.user.email, "nobody takes back what another stopped"


def test_who_stopped_all_before_they_joined_reads_so_and_takes_it_back(filled, owner, ask, box):
    posting.stop(None, owner.user.email)
    assert states(made(ask(owner, members=[str(owner.user.pk)]))) == {owner.user.email: "unsubscribed"}
    address, _ = EmailAddress.objects.update_or_create(
        user=owner.user, email=owner.user.email, defaults={"verified": False}
    )
    assert "You have stopped" not in owner.get("/analytics/reports").content.decode(), "anybody might bear it"
    address.verified = True
    address.save()
    assert "every team" in owner.get("/analytics/reports").content.decode()
    owner.post("/analytics/reports/mail-again", {}, format="multipart")
    assert states(made(ask(owner, members=[str(owner.user.pk)]))) == {owner.user.email: "sent"}


def test_providers_that_click_at_once_stop_it_once(filled, db):
    all_at_once(lambda _: posting.stop(None, OUTSIDE), range(5))
    all_at_once(lambda _: posting.stop(filled.team.pk, OUTSIDE), range(5))
    assert Stopped.objects.count() == 2


def test_one_click_stops_the_reports_without_signing_in(filled, owner, ask, box):
    made(ask(owner, addresses=[OUTSIDE, "other@example.com"]))
    link = link_in(next(letter for letter in box.taken if letter["To"] == OUTSIDE))
    nobody = Client(enforce_csrf_checks=True)
    assert OUTSIDE in nobody.get(link).content.decode() and not Stopped.objects.exists(), "scanners look at links"
    assert nobody.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert nobody.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    box.taken.clear()
    report = made(ask(owner, addresses=[OUTSIDE.upper(), "other@example.com"]))
    assert states(report) == {OUTSIDE.upper(): "unsubscribed", "other@example.com": "sent"} and len(box.taken) == 1
    assert "again" in nobody.post(link, {"back": "1"}).content.decode()
    report = made(ask(owner, addresses=[OUTSIDE]))
    assert states(report) == {OUTSIDE: "sent"}


@pytest.mark.parametrize("token", ["", "x", "WyJhIiwiIl0:1tX:forged"])
def test_a_link_that_we_did_not_write_stops_nothing(token, db):
    for way in (Client().get, Client().post):
        assert way(f"/analytics/reports/unsubscribe?t={token}").status_code == 404
    assert not Stopped.objects.exists()


@pytest.mark.parametrize("name", ["a\r\nBcc: all@example.org", "<script>alert(1)</script>", "https://evil.example/now"])
def test_a_name_is_a_name_in_a_mail(name, filled, owner, ask, box):
    filled.team.name = name
    filled.team.save()
    made(ask(owner, members=[str(owner.user.pk)], addresses=[OUTSIDE]))
    assert len(box.taken) == 2
    for letter in box.taken:
        assert letter["Bcc"] is None and "<script" not in text_of(letter, "text/html")
        assert letter["To"] != OUTSIDE or "evil.example" not in text_of(letter) + letter["Subject"]
