"""A team keeps at least one owner, whoever writes and however many at once."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction

from teams.base.errors import Refused
from teams.membership.models import Membership, Role
from teams.membership.services import change_role, leave_team
from tests.factories import MembershipFactory, TeamFactory
from tests.work import all_at_once, somebody_waits

CROWD = 16


def owners(team):
    return Membership.objects.filter(team=team, role=Role.OWNER).count()


def outcome_of(deed):
    """`deed`, but for what it raises: then why it was refused."""

    def run(person):
        try:
            deed(person)
        except Refused as refused:
            return refused.code
        except IntegrityError:
            return "refused by the database"
        return "done"

    return run


@pytest.fixture
def crowd(transactional_db):
    """A team of sixteen owners."""
    team = TeamFactory()
    for _ in range(CROWD - 1):
        MembershipFactory(team=team, role=Role.OWNER)
    return team


@pytest.mark.parametrize("deed", ["leave", "step down"])
def test_of_sixteen_owners_who_go_at_once_one_stays(deed, crowd):
    people = [membership.user for membership in crowd.memberships.select_related("user")]

    def go(person):
        if deed == "leave":
            leave_team(actor=person, team_id=crowd.pk)
        else:
            change_role(actor=person, team_id=crowd.pk, user_id=person.pk, role=Role.EDITOR)

    assert all_at_once(outcome_of(go), people) == {"done": CROWD - 1, "last_owner": 1}
    assert owners(crowd) == 1


def test_the_database_holds_when_the_services_are_passed_by(crowd):
    def demote(pk):
        with transaction.atomic():
            Membership.objects.filter(pk=pk).update(role=Role.VIEWER)

    outcome = all_at_once(outcome_of(demote), list(crowd.memberships.values_list("pk", flat=True)))
    assert outcome == {"done": CROWD - 1, "refused by the database": 1}
    assert owners(crowd) == 1


@pytest.mark.django_db(transaction=True)
def test_the_check_of_one_commit_waits_for_the_other():
    """Both demote, and the second checks while the first has checked but not committed: the narrowest gap there is."""
    team = TeamFactory()
    MembershipFactory(team=team, role=Role.OWNER)
    first, second = team.memberships.values_list("pk", flat=True)

    def demote_and_check(pk):
        Membership.objects.filter(pk=pk).update(role=Role.VIEWER)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS team_keeps_an_owner IMMEDIATE")

    def other():
        try:
            with transaction.atomic():
                demote_and_check(second)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            demote_and_check(first)
            outcome = pool.submit(other)
            while not outcome.done() and not somebody_waits():
                time.sleep(0.01)
        with pytest.raises(IntegrityError, match="at least one owner"):
            outcome.result(30)
    assert owners(team) == 1


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_demote_each_other_leave_one():
    team = TeamFactory()
    MembershipFactory(team=team, role=Role.OWNER)
    one, two = (membership.user for membership in team.memberships.order_by("created_at").select_related("user"))

    def demote(pair):
        change_role(actor=pair[0], team_id=team.pk, user_id=pair[1].pk, role=Role.EDITOR)

    outcome = all_at_once(outcome_of(demote), [(one, two), (two, one)])
    assert outcome["done"] == 1 and owners(team) == 1


@pytest.mark.django_db(transaction=True)
def test_a_sole_ownership_cannot_be_deleted_but_a_whole_team_can():
    team = TeamFactory()
    with pytest.raises(IntegrityError, match="at least one owner"):
        team.memberships.get().delete()
    assert owners(team) == 1
    team.delete()
    assert not Membership.objects.filter(team_id=team.pk).exists()
