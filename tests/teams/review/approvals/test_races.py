"""Many at once: of those who decide one wins, and nothing is both approved and thrown away."""

import pytest

from designer.assets.models import Asset
from teams.audit.models import AuditEntry
from teams.review.approvals.models import Approval
from tests.teams.review.approvals.conftest import as_, say
from tests.work import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_sixteen_requests_at_once_one_stands(ask, editor, member):
    ada = member("editor")
    assert all_at_once(lambda _: ask(ada, by=as_(editor.user)).status_code, list(range(16))) == {201: 1, 409: 15}
    assert Approval.objects.count() == 1


def test_of_sixteen_who_approve_at_once_one_decides_and_the_others_are_told(ask, member):
    people = [member("editor") for _ in range(16)]
    asked = ask(*people, policy="one_of")
    assert all_at_once(lambda person: say(person, asked).status_code, people) == {200: 1, 409: 15}
    assert Approval.objects.get().status == "approved"
    assert AuditEntry.objects.filter(action="approval.answered").count() == 1


def test_the_answers_of_sixteen_at_once_all_count(ask, member):
    people = [member("editor") for _ in range(16)]
    asked = ask(*people)
    assert all_at_once(lambda person: say(person, asked).status_code, people) == {200: 16}
    assert Approval.objects.get().status == "approved"


def test_of_sixteen_withdrawals_at_once_one_counts(ask, editor, member):
    asked = ask(member("editor"))
    deed = lambda _: as_(editor.user).post(f"{asked['Location']}/withdraw").status_code  # noqa: E731
    assert all_at_once(deed, list(range(16))) == {200: 1, 409: 15}
    assert AuditEntry.objects.filter(action="approval.withdrawn").count() == 1


@pytest.mark.parametrize("round_", range(4))
def test_nothing_is_both_approved_and_thrown_away(round_, ask, editor, member, asset):
    ada = member("editor")
    asked = ask(ada)
    deeds = {
        "approve": lambda: say(ada, asked).status_code,
        "trash": lambda: as_(editor.user).delete(f"/api/assets/{asset.pk}").status_code,
    }
    done = all_at_once(lambda what: (what, deeds[what]()), list(deeds))
    approved, gone = Approval.objects.get().status == "approved", Asset.objects.get().trashed_at is not None
    assert approved != gone
    assert set(done) == ({("approve", 200), ("trash", 409)} if approved else {("approve", 409), ("trash", 204)})


@pytest.mark.parametrize("round_", range(4))
def test_who_is_removed_while_others_answer_is_not_waited_for(round_, ask, member, team):
    ada, ben, owner = member("editor"), member("editor"), member("owner")
    asked = ask(ada, ben)
    deeds = {
        "answer": lambda: say(ada, asked).status_code,
        "remove": lambda: as_(owner).delete(f"/api/teams/{team.pk}/members/{ben.pk}").status_code,
    }
    assert all_at_once(lambda what: deeds[what](), list(deeds)) == {200: 1, 204: 1}
    assert Approval.objects.get().status == "approved"
