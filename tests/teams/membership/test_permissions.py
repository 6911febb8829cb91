"""The permissions on a team follow its memberships and nothing else."""

import pytest
from django.contrib.auth.models import AnonymousUser, Group, Permission
from guardian.shortcuts import get_objects_for_user

from teams.accounts.models import User
from teams.membership import permissions
from teams.membership.models import Membership, Role, Team, TeamUserObjectPermission
from teams.membership.permissions import CODES, may
from tests.factories import MembershipFactory, TeamFactory, UserFactory

ALL = sorted(set().union(*CODES.values()))


def held(person, team):
    return {code for code in ALL if may(person, code, team)}


@pytest.mark.parametrize("role", list(Role))
def test_a_member_holds_exactly_what_the_role_gives(role, team, member):
    person = member(role)
    assert held(person, team) == CODES[role]
    assert {code for code in ALL if person.has_perm(f"teams.{code}", team)} == CODES[role]


def test_strangers_nobody_and_the_inactive_hold_nothing(team, member):
    closed = member("admin", is_active=False)
    assert [held(who, team) for who in (member("stranger"), AnonymousUser(), closed)] == [set(), set(), set()]


def test_permissions_follow_a_change_of_role_and_its_end(team, member):
    person = member("admin")
    membership = Membership.objects.get(team=team, user=person)
    membership.role = Role.VIEWER
    membership.save()
    assert held(person, team) == CODES[Role.VIEWER]
    membership.delete()
    assert held(person, team) == set()
    assert not TeamUserObjectPermission.objects.filter(user=person, content_object=team).exists()


def test_a_role_in_one_team_says_nothing_about_another(member):
    assert held(member("owner"), TeamFactory()) == set()


def test_a_permission_for_all_teams_given_in_the_admin_opens_none(team):
    person, group = UserFactory(), Group.objects.create(name="staff")
    view = Permission.objects.get(codename="view_team", content_type__app_label="teams")
    group.permissions.add(view)
    person.groups.add(group)
    person.user_permissions.add(view)
    fresh = User.objects.get(pk=person.pk)
    assert not may(fresh, "view_team", team) and not fresh.has_perm("teams.view_team", team)
    found = get_objects_for_user(fresh, "teams.view_team", klass=Team, accept_global_perms=False)
    assert [item.personal for item in found] == [True]


def test_a_superuser_is_a_stranger_in_other_peoples_teams(team):
    assert held(User.objects.create_superuser("root@example.org", "correct horse battery"), team) == set()


def test_sync_mends_what_was_written_past_the_models(team, member):
    person = member("editor")
    Membership.objects.filter(user=person, team=team).update(role=Role.ADMIN)
    Membership.objects.bulk_create([Membership(team=team, user=(late := UserFactory()), role=Role.VIEWER)])
    permissions.sync()
    assert (held(person, team), held(late, team)) == (CODES[Role.ADMIN], CODES[Role.VIEWER])


def test_asking_for_a_permission_takes_one_query(team, member, django_assert_num_queries):
    person = member("editor")
    may(person, "view_team", team)  # content types are read once per process
    with django_assert_num_queries(1):
        may(person, "create_work", team)


def test_the_permissions_of_a_team_go_with_it(member):
    membership = MembershipFactory(role=Role.ADMIN)
    membership.team.delete()
    assert set(
        TeamUserObjectPermission.objects.filter(user=membership.user).values_list("content_object__personal")
    ) == {(True,)}
