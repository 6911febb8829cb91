"""Who is asked, answered or late hears of it once, in the studio and by mail, as they wish."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db.models import F
from django.utils import timezone

from designer.jobs.scheduler import DUTIES
from designer.notifications.models import Notification
from designer.notifications.services import Ways, set_wishes
from designer.realtime.models import Event
from teams.accounts.models import User
from teams.review.approvals.models import Approval
from teams.review.approvals.services import remind
from teams.signals import approval_changed
from tests.designer.sessions.agenda import browser_of, image
from tests.teams.review.approvals.conftest import as_, say
from tests.work import work_off

pytestmark = pytest.mark.django_db


def titles(user) -> list[str]:
    return list(Notification.objects.filter(user=user).order_by("created_at").values_list("title", flat=True))


def pass_by(**time: float) -> None:
    """As if all that has a date had been asked for so much earlier."""
    by = timedelta(**time)
    Approval.objects.update(due_at=F("due_at") - by, remind_at=F("remind_at") - by)


def test_reviewers_hear_that_they_are_asked_and_who_asked_what_they_answer(ask, editor, member, asset):
    ada, ben = member("editor", name="Ada"), member("admin", name="Ben")
    asked = ask(ada, ben, note="Look at the hem", policy="one_of")
    me = editor.user.shown_name
    row = Notification.objects.get(user=ada)
    assert (row.title, row.body, row.link) == (
        f"{me} asks you to review {asset.title}", "Look at the hem", f"/assets/{asset.pk}#approval",
    )  # fmt: skip
    say(ada, asked, "changes_requested", note="Shorter")
    say(ben, asked)
    assert titles(editor.user) == [f"Ada asks for changes to {asset.title}", f"Ben approves {asset.title}"]
    editor.post(f"{asked['Location']}/withdraw")
    assert titles(ada)[1:] == titles(ben)[1:] == [f"{me} withdraws the review of {asset.title}"]
    work_off("io")
    assert {letter.to[0] for letter in mail.outbox} == {ada.email, ben.email, editor.user.email}


def test_each_hears_in_the_ways_they_chose(ask, member):
    ada = member("editor")
    set_wishes(actor=ada, wishes={"approval": Ways(in_app=False, mail=False)})
    ask(ada)
    assert titles(ada) == []


def test_an_owner_who_approves_last_hears_that_it_is_their_turn(ask, member, asset):
    owner, ada = member("owner"), member("editor")
    asked = ask(owner, ada, policy="owner_last")
    say(ada, asked)
    assert titles(owner)[1:] == [f"Only your approval of {asset.title} is missing"]


def test_an_owner_hears_it_once_and_only_when_all_the_others_approve(ask, member, asset):
    owner, ada, ben = member("owner"), member("editor"), member("editor")
    asked = ask(owner, ada, ben, policy="owner_last")
    turn = f"Only your approval of {asset.title} is missing"
    say(ada, asked, "changes_requested")
    say(ben, asked)
    assert turn not in titles(owner), "changes are asked for"
    say(ada, asked)
    say(ben, asked)
    assert titles(owner).count(turn) == 1


def test_where_the_named_owner_has_left_the_other_owners_hear_of_it_and_are_reminded(ask, member, asset, team):
    owner, ada, other = member("owner"), member("editor"), member("owner", name="Second")
    ask(owner, ada, policy="owner_last", due_at=(timezone.now() + timedelta(days=5)).isoformat())
    as_(other).delete(f"/api/teams/{team.pk}/members/{owner.pk}")
    assert titles(other) == [f"The review of {asset.title} waits for an owner of the team"]
    assert len(titles(ada)) == 1
    pass_by(days=4, minutes=1)
    remind()
    assert titles(other)[1:] == [f"Your review of {asset.title} is due soon"]


def test_where_no_other_owner_is_left_who_asked_hears_of_it(ask, member, asset, team, client_of):
    owner, other, ada = client_of("owner"), member("owner", name="Second"), member("editor")
    ask(other, ada, policy="owner_last", by=owner, about=asset)
    owner.put(f"/api/teams/{team.pk}/members/{other.pk}", {"role": "editor"}, format="json")
    assert titles(owner.user) == [f"The review of {asset.title} waits for nobody"]


def test_the_due_date_is_told_in_the_zone_that_is_named(editor, member, asset):
    User.objects.filter(pk=editor.user.pk).update(timezone="Asia/Tokyo")
    ada, day = member("editor"), (timezone.now() + timedelta(days=9)).date()
    wish = {"act": "request", "reviewer": str(ada.pk), "due": day.isoformat()}
    browser_of(editor.user).post(f"/assets/{asset.pk}/approval", wish)
    assert f"{day:%-d %B %Y}, 14:59 UTC" in Notification.objects.get(user=ada).body


def test_one_that_cannot_be_told_keeps_no_other_waiting(ask, member, team, editor, asset):
    ada, other = member("editor"), image(team, editor.user)
    for about, days in ((asset, 4), (other, 5)):
        ask(ada, about=about, due_at=(timezone.now() + timedelta(days=days)).isoformat())

    def fail(sender: object, approval: Approval, **_: object) -> None:
        if approval.asset_id == asset.pk:
            raise RuntimeError("no such thing")

    pass_by(days=4, minutes=1)
    approval_changed.connect(fail)
    try:
        assert remind() == 1
    finally:
        approval_changed.disconnect(fail)
    assert f"Your review of {other.title} is due soon" in titles(ada)
    assert remind() == 1, "it is tried again"


def test_before_the_due_date_and_after_it_who_has_not_answered_is_reminded_once(ask, editor, member, asset):
    ada, ben = member("editor"), member("editor")
    asked = ask(ada, ben, due_at=(timezone.now() + timedelta(days=5)).isoformat())
    say(ben, asked)
    told = len(titles(ada)), len(titles(ben)), len(titles(editor.user))
    assert remind() == 0
    pass_by(days=4, minutes=1)
    assert [remind(), remind()] == [1, 0]
    assert titles(ada)[told[0] :] == [f"Your review of {asset.title} is due soon"]
    pass_by(days=1)
    assert [remind(), remind()] == [1, 0]
    assert titles(ada)[told[0] + 1 :] == titles(editor.user)[told[2] :] == [f"The review of {asset.title} is overdue"]
    assert len(titles(ben)) == told[1]
    assert editor.get(asked["Location"]).json()["overdue"]
    assert Event.objects.filter(event__startswith="approval:", channel__startswith="asset:").count() == 2


def test_of_a_short_time_the_middle_is_when_one_is_reminded(ask, member):
    ask(member("editor"), due_at=(timezone.now() + timedelta(hours=4)).isoformat())
    pass_by(hours=1.9)
    assert remind() == 0
    pass_by(hours=0.2)
    assert remind() == 1


@pytest.mark.parametrize("end", ["answered", "withdrawn", "in the trash"])
def test_nobody_is_reminded_of_what_waits_no_longer(end, ask, editor, member, asset):
    ada = member("editor")
    asked = ask(ada, due_at=(timezone.now() + timedelta(days=2)).isoformat())
    if end == "answered":
        say(ada, asked, "reject")
    elif end == "withdrawn":
        editor.post(f"{asked['Location']}/withdraw")
    else:
        editor.delete(f"/api/assets/{asset.pk}")
    pass_by(days=3)
    assert remind() == 0


def test_the_scheduler_reminds():
    assert DUTIES["designer.notifications.tasks.remind_reviewers"].seconds <= 60
