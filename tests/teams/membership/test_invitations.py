"""Who comes into a team, by whom and how often: over HTTP, by mail, and sixteen at once."""

import re
from datetime import timedelta
from email.header import decode_header, make_header

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core import serializers
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from designer.jobs.claims import promote_due
from designer.jobs.models import Job
from designer.notifications.models import Notification
from designer.web.logs import masked
from teams.accounts.models import User
from teams.audit.models import AuditEntry
from teams.membership import invitations
from teams.membership.models import Invitation, Membership
from teams.membership.services import change_role, remove_member
from tests.factories import PASSWORD, TeamFactory, UserFactory
from tests.work import all_at_once, work_off

pytestmark = pytest.mark.django_db(transaction=True)
EVERYBODY = ("owner", "admin", "editor", "viewer", "stranger", None)
INVITES = dict(zip(EVERYBODY, (201, 201, 403, 403, 404, 401), strict=True))
SEES = {**INVITES, "owner": 200, "admin": 200}
ENDS = {**INVITES, "owner": 204, "admin": 204}
LINK = re.compile(r"http://\S+/invitation#(\S+)")
ACCEPT = "/api/invitations/accept"


def invite(client, team, email="ada@example.org", role="editor", **more):
    return client.post(f"/api/teams/{team.pk}/invite", {"email": email, "role": role, **more}, format="json")


def by_link(client, team, email="ada@example.org", role="editor"):
    """The key of a link that is handed over."""
    answer = invite(client, team, email, role, by_mail=False)
    assert answer.status_code == 201, answer.content
    return LINK.fullmatch(answer.json()["link"])[1]


def mailed(box):
    """The key in the newest mail."""
    work_off("io")
    return LINK.search(box.taken[-1].get_payload(decode=True).decode())[1]


def as_(person):
    client = APIClient()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def browser(person):
    """Somebody at the pages, whose forms are no JSON."""
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def accept(person, key):
    return as_(person).post(ACCEPT, {"key": key}, format="json")


def role_of(team, person):
    return Membership.objects.filter(team=team, user=person).values_list("role", flat=True).first()


def over(team):
    Invitation.objects.filter(team=team).update(expires_at=timezone.now() - timedelta(seconds=1))


@pytest.mark.parametrize(("role", "status"), INVITES.items())
def test_owners_and_admins_invite(role, status, team, client_of):
    answer = invite(client_of(role), team)
    assert (answer.status_code, Invitation.objects.count()) == (status, int(status == 201))


@pytest.mark.parametrize(("role", "status"), SEES.items())
def test_who_is_invited_is_known_to_those_who_manage_the_team(role, status, team, client_of):
    invite(client_of("owner"), team)
    answer = client_of(role).get(f"/api/teams/{team.pk}/invitations")
    assert answer.status_code == status and (status == 200) == (b"ada@example.org" in answer.content)


@pytest.mark.parametrize(("role", "status"), ENDS.items())
def test_owners_and_admins_take_an_invitation_back(role, status, team, client_of):
    key = by_link(client_of("owner"), team)
    row = Invitation.objects.get()
    assert client_of(role).delete(f"/api/teams/{team.pk}/invitations/{row.pk}").status_code == status
    answer = accept(UserFactory(email="ada@example.org"), key)
    assert (answer.status_code, answer.json().get("code")) == (
        (410, "invitation_revoked") if status == 204 else (201, None)
    )


def test_an_admin_invites_no_owner_and_the_try_is_on_record(team, client_of):
    admin = client_of("admin")
    answer = invite(admin, team, role="owner")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (403, "role")
    assert AuditEntry.objects.get(action="member.invitation_refused").actor_id == admin.user.pk
    by_link(client_of("owner"), team, role="owner")
    row = Invitation.objects.get()
    assert admin.delete(f"/api/teams/{team.pk}/invitations/{row.pk}").status_code == 403


def test_the_mail_lets_in_once(team, client_of, box):
    owner, ada = client_of("owner"), UserFactory(email="Ada@example.org")
    assert invite(owner, team, "  ADA@example.org ", "viewer").json()["link"] is None
    key = mailed(box)
    assert box.taken[0]["To"] == "ada@example.org"
    assert team.name in str(make_header(decode_header(box.taken[0]["Subject"])))
    answer = accept(ada, key)
    assert (answer.status_code, answer.json()["team"], answer.json()["role"]) == (201, str(team.pk), "viewer")
    assert role_of(team, ada) == "viewer"
    assert (accept(ada, key).status_code, role_of(team, ada)) == (201, "viewer"), "said again, it changes nothing"
    other = accept(UserFactory(), key)
    assert (other.status_code, other.json()["code"]) == (409, "invitation_used")
    assert AuditEntry.objects.filter(action="member.joined", actor_id=ada.pk).count() == 1
    assert Notification.objects.get(user=owner.user, kind="member").title == f"{ada.shown_name} has joined {team.name}"


def test_a_key_is_of_no_use_to_anybody_else(team, client_of):
    key = by_link(client_of("owner"), team)
    mallory = UserFactory(email="mallory@example.org")
    EmailAddress.objects.create(user=mallory, email="ada@example.org", verified=False)
    answer = accept(mallory, key)
    assert (answer.status_code, answer.json()["code"], role_of(team, mallory)) == (403, "other_address", None)
    assert APIClient().post(ACCEPT, {"key": key}, format="json").status_code == 401
    EmailAddress.objects.filter(user=mallory).update(verified=True)  # it is theirs after all
    assert accept(mallory, key).status_code == 201


def test_where_addresses_are_confirmed_a_link_lets_in_only_who_confirmed_and_a_mail_confirms(
    team, client_of, box, settings
):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    ada = UserFactory(email="ada@example.org")
    address = EmailAddress.objects.create(user=ada, email=ada.email, verified=False, primary=True)
    owner = client_of("owner")
    answer = accept(ada, by_link(owner, team))
    assert (answer.status_code, answer.json()["code"], role_of(team, ada)) == (403, "email_unconfirmed", None)
    owner.delete(f"/api/teams/{team.pk}/invitations/{Invitation.objects.get().pk}")
    assert invite(owner, team).status_code == 201
    assert accept(ada, mailed(box)).status_code == 201
    address.refresh_from_db()
    assert address.verified


@pytest.mark.parametrize("key", ["", "x", "dbffi_" + "A" * 43, "dbffi_" + "é" * 43, "\x00", "a" * 200])
def test_what_is_no_key_lets_nobody_in(key, team, client_of):
    by_link(client_of("owner"), team)
    assert accept(UserFactory(email="ada@example.org"), key).status_code in (400, 404)


def test_an_invitation_ends_after_its_time_and_gives_way_to_another(team, client_of):
    owner, ada = client_of("owner"), UserFactory(email="ada@example.org")
    key = by_link(owner, team)
    assert invite(owner, team).json()["code"] == "already_invited"
    over(team)
    answer = accept(ada, key)
    assert (answer.status_code, answer.json()["code"]) == (410, "invitation_expired")
    assert accept(ada, by_link(owner, team)).status_code == 201
    assert invite(owner, team).json()["code"] == "already_member"


def test_sent_again_it_has_another_key_and_the_old_one_is_dead(team, client_of):
    owner, ada = client_of("owner"), UserFactory(email="ada@example.org")
    old = by_link(owner, team)
    path = f"/api/teams/{team.pk}/invitations/{Invitation.objects.get().pk}"
    soon = owner.post(path)
    assert (soon.status_code, soon.json()["code"]) == (429, "too_soon") and int(soon.headers["Retry-After"]) <= 60
    Invitation.objects.update(renewed_at=timezone.now() - timedelta(minutes=2))
    over(team)
    new = LINK.fullmatch(owner.post(path).json()["link"])[1]
    assert (accept(ada, old).status_code, accept(ada, new).status_code) == (404, 201)
    assert (owner.post(path).status_code, owner.delete(path).status_code) == (409, 409)


def test_a_mail_that_was_overtaken_by_a_newer_one_is_not_sent(team, client_of, box):
    owner = client_of("owner")
    invite(owner, team)
    row = Invitation.objects.get()
    Invitation.objects.update(renewed_at=timezone.now() - timedelta(minutes=2))
    owner.post(f"/api/teams/{team.pk}/invitations/{row.pk}")
    mailed(box)
    assert len(box.taken) == 1
    row.refresh_from_db()
    assert row.mailed_at is not None and row.serial == 2


def test_who_was_removed_does_not_come_back_by_another_address(team, member, client_of):
    owner, ada = client_of("owner"), member("editor", email="ada@example.org")
    EmailAddress.objects.create(user=ada, email="ada@work.example", verified=False)
    key = by_link(owner, team, "ada@work.example")
    EmailAddress.objects.filter(user=ada).update(verified=True)
    assert owner.delete(f"/api/teams/{team.pk}/members/{ada.pk}").status_code == 204
    assert (accept(ada, key).status_code, role_of(team, ada)) == (410, None)


def test_what_somebody_gave_who_gives_no_more_is_over_and_makes_room(team, client_of, settings):
    settings.TEAM_SEATS = 3
    admin, owner = client_of("admin"), client_of("owner")
    by_link(admin, team)
    assert invite(owner, team, "bea@example.org").json()["code"] == "seats_full"
    owner.delete(f"/api/teams/{team.pk}/members/{admin.user.pk}")
    (row,) = owner.get(f"/api/teams/{team.pk}/invitations").json()["results"]
    assert row["state"] == "revoked"
    assert accept(UserFactory(email="ada@example.org"), by_link(owner, team)).status_code == 201


def test_an_invitation_that_another_sends_again_is_that_ones(team, client_of):
    admin, owner = client_of("admin"), client_of("owner")
    by_link(admin, team)
    Invitation.objects.update(renewed_at=timezone.now() - timedelta(minutes=2))
    path = f"/api/teams/{team.pk}/invitations/{Invitation.objects.get().pk}"
    key = LINK.fullmatch(owner.post(path).json()["link"])[1]
    owner.delete(f"/api/teams/{team.pk}/members/{admin.user.pk}")
    assert accept(UserFactory(email="ada@example.org"), key).status_code == 201


def test_nobody_is_flooded_with_invitations(db):
    person = UserFactory()
    client, teams = as_(person), [TeamFactory(owner=person) for _ in range(6)]
    said = [invite(client, team, "ada@example.org").status_code for team in teams]
    assert said == [201] * 5 + [429]
    assert invite(client, teams[0], "bea@example.org").status_code == 201


def test_names_are_no_way_to_write_to_strangers(team, client_of, box):
    owner = client_of("owner")
    team.name = "Your parcel waits: https://evil.example/win"
    team.save()
    owner.user.name = "support.evil.example"
    owner.user.save()
    invite(owner, team)
    mailed(box)
    letter = box.taken[0]
    assert "evil" not in str(make_header(decode_header(letter["Subject"])))
    assert "evil" not in letter.get_payload(decode=True).decode()


@pytest.mark.parametrize("how", ["demoted", "removed", "shut out"])
def test_an_invitation_is_worth_no_more_than_who_gave_it(how, team, client_of):
    admin, owner = client_of("admin"), client_of("owner").user
    key = by_link(admin, team)
    if how == "demoted":
        change_role(actor=owner, team_id=team.pk, user_id=admin.user.pk, role="editor")
    elif how == "removed":
        remove_member(actor=owner, team_id=team.pk, user_id=admin.user.pk)
    else:
        admin.user.is_active = False
        admin.user.save()
    ada = UserFactory(email="ada@example.org")
    assert (accept(ada, key).status_code, role_of(team, ada)) == (410, None)


def test_an_owner_who_is_an_admin_now_lets_in_no_owner(team, member, client_of):
    owner, other = client_of("owner").user, member("owner", email="other@example.org")
    key = by_link(as_(other), team, role="owner")
    change_role(actor=owner, team_id=team.pk, user_id=other.pk, role="admin")
    assert accept(UserFactory(email="ada@example.org"), key).status_code == 410


def test_nobody_is_invited_to_a_studio_of_ones_own(user):
    own = Membership.objects.get(user=user).team
    answer = invite(as_(user), own)
    assert (answer.status_code, answer.json()["code"]) == (409, "personal_team")


LONG = f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 20}.example"


@pytest.mark.parametrize(
    "email",
    ["", "ada", "ada@", "a b@x.org", "ada@x.org\nBcc: x@y.org", "x" * 300, '"a b"@x.org', "ada@x\u202e.org", LONG],
)
def test_a_bad_address_is_refused_beside_its_field(email, team, client_of):
    answer = invite(client_of("owner"), team, email)
    assert answer.status_code in (400, 422) and answer.json()["errors"][0]["field"] == "email"


def test_an_open_invitation_holds_its_seat(team, client_of, settings):
    settings.TEAM_SEATS = 2
    owner = client_of("owner")
    key = by_link(owner, team)
    answer = invite(owner, team, "bea@example.org")
    assert (answer.status_code, answer.json()["code"]) == (409, "seats_full")
    assert accept(UserFactory(email="ada@example.org"), key).status_code == 201
    settings.TEAM_SEATS = 3
    key = by_link(owner, team, "bea@example.org")
    settings.TEAM_SEATS = 2  # the plan has become smaller
    answer = accept(UserFactory(email="bea@example.org"), key)
    assert (answer.status_code, answer.json()["code"]) == (409, "seats_full")
    settings.TEAM_SEATS = 3
    assert accept(UserFactory(email="bea2@example.org"), key).status_code == 403


def test_an_address_that_the_mail_server_refuses_is_told(team, client_of, box):
    box.unknown.add("ada@example.org")
    owner = client_of("owner")
    invite(owner, team)
    work_off("io")
    assert owner.get(f"/api/teams/{team.pk}/invitations").json()["results"][0]["returned"] is True


def test_an_address_that_is_not_served_now_is_tried_again(team, client_of, box):
    box.unknown, box.no = {"ada@example.org"}, "450 greylisted, come back later"
    owner = client_of("owner")
    invite(owner, team)
    work_off("io")
    assert owner.get(f"/api/teams/{team.pk}/invitations").json()["results"][0]["returned"] is False
    box.unknown = set()
    Job.objects.filter(kind="invitation.mail").update(scheduled_at=timezone.now())
    promote_due()
    mailed(box)
    assert len(box.taken) == 1


def test_ended_invitations_are_forgotten_after_a_while(team, client_of):
    owner = client_of("owner")
    for name in ("ada", "bea", "cleo"):
        by_link(owner, team, f"{name}@example.org")
    long_ago = timezone.now() - timedelta(days=91)
    Invitation.objects.filter(email="ada@example.org").update(expires_at=long_ago)
    Invitation.objects.filter(email="bea@example.org").update(revoked_at=long_ago)
    invitations.forget_old()
    assert Invitation.objects.get().email == "cleo@example.org"


def test_the_key_is_masked_in_logs():
    key = invitations.MARK + "A" * 43
    assert "AAAA" not in masked(f"GET /somewhere?x={key}") and "AAAA" not in masked(key)


def test_the_key_stands_in_the_mail_and_nowhere_else(team, client_of, box, caplog):
    owner = client_of("owner")
    answer = invite(owner, team)
    key = mailed(box)
    said = [answer.content, owner.get(f"/api/teams/{team.pk}/invitations").content]
    said += [owner.get(f"/teams/{team.pk}").content, owner.get("/invitation").content]
    guest = browser(UserFactory(email="ada@example.org"))
    said += [guest.post("/invitation", {"key": key}).content, guest.get("/invitation").content]
    said += [str(session.get_decoded()).encode() for session in Session.objects.all()]
    rows = [row for model in apps.get_models() for row in model._base_manager.all()]
    kept = serializers.serialize("json", rows)
    assert "ada@example.org" in kept
    assert not any(key.encode() in each for each in said) and key not in kept and key not in caplog.text


def test_of_sixteen_who_accept_at_once_with_one_key_one_comes_in(team, client_of):
    key, ada = by_link(client_of("owner"), team), UserFactory(email="ada@example.org")
    assert all_at_once(lambda person: accept(person, key).status_code, [ada] * 16) == {201: 16}
    assert AuditEntry.objects.filter(action="member.joined").count() == 1
    assert Membership.objects.filter(team=team, user=ada).count() == 1


def test_of_sixteen_who_accept_at_once_as_many_come_in_as_there_are_seats(team, client_of, settings):
    owner = client_of("owner")
    people = [UserFactory() for _ in range(16)]
    keys = {person: by_link(owner, team, person.email) for person in people}
    settings.TEAM_SEATS = 6
    assert all_at_once(lambda person: accept(person, keys[person]).status_code, people) == {201: 5, 409: 11}
    assert Membership.objects.filter(team=team).count() == 6


def test_of_sixteen_invitations_at_once_no_more_go_out_than_there_are_seats(team, client_of, settings):
    settings.TEAM_SEATS = 6
    owner = client_of("owner").user
    deed = lambda number: invite(as_(owner), team, f"guest{number}@example.org").status_code  # noqa: E731
    assert all_at_once(deed, list(range(16))) == {201: 5, 409: 11}


def test_accepting_and_taking_back_at_once_have_one_outcome(team, client_of):
    owner, ada = client_of("owner"), UserFactory(email="ada@example.org")
    key = by_link(owner, team)
    path = f"/api/teams/{team.pk}/invitations/{Invitation.objects.get().pk}"
    deeds = [lambda: accept(ada, key), lambda: as_(owner.user).delete(path)]
    said = all_at_once(lambda deed: deed().status_code, deeds)
    row = Invitation.objects.get()
    assert said in ({201: 1, 409: 1}, {204: 1, 410: 1})
    assert (row.accepted_at is None) == (role_of(team, ada) is None) == (row.revoked_at is not None)


# The page


def follow(client, key):
    """As the page's script does with what stands behind # in the link."""
    return client.post("/invitation", {"key": key}, follow=True)


def test_a_newcomer_comes_from_the_mail_into_the_team(team, client_of, box, settings):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    invite(client_of("owner"), team, "new@example.org")
    client = Client()
    shown = follow(client, mailed(box)).content.decode()
    assert f"Join {team.name}" in shown and "Create an account" in shown
    link = re.search(r'href="(/accounts/signup/[^"]+)"', shown)[1].replace("&amp;", "&")
    form = client.get(link).content.decode()
    assert 'value="new@example.org"' in form
    made = client.post(
        "/accounts/signup/", {"email": "new@example.org", "password1": PASSWORD, "next": "/invitation"}, follow=True
    )
    assert "Join as editor" in made.content.decode(), "the mail has confirmed the address: no second one is needed"
    joined = client.post("/invitation", {"invitation": Invitation.objects.get().pk}, follow=True)
    assert joined.redirect_chain[-1][0] == f"/teams/{team.pk}" and f"Welcome to {team.name}" in joined.content.decode()
    assert Membership.objects.get(team=team, user__email="new@example.org").role == "editor"


def test_who_is_signed_in_with_another_address_is_told_which_it_is_for(team, client_of):
    key = by_link(client_of("owner"), team)
    mallory = browser(UserFactory(email="mallory@example.org"))
    shown = follow(mallory, key).content.decode()
    assert "signed in as mallory@example.org" in shown and "sign in as ada@example.org" in shown
    assert "Join as" not in shown
    told = mallory.post("/invitation", {"invitation": Invitation.objects.get().pk})
    assert told.status_code == 403 and f"Join {team.name}" in told.content.decode(), "it is not lost by that"


def test_who_follows_a_link_stays_signed_in_for_requests_on_their_way(team, client_of, settings):
    name = settings.SESSION_COOKIE_NAME
    key = by_link(client_of("owner"), team)
    ada = browser(UserFactory(email="ada@example.org"))
    late = browser(UserFactory())  # its cookie is replaced by the one that ada's other requests still carry
    late.cookies[name] = ada.cookies[name].value
    follow(ada, key)
    assert late.get("/settings/teams").status_code == 200
    nobody = Client()
    nobody.get("/invitation")
    follow(nobody, key)
    before = nobody.cookies[name].value
    follow(nobody, key)
    assert nobody.cookies[name].value != before, "a session that somebody else began is not kept"


def test_a_link_sent_to_a_stranger_puts_no_address_into_their_account(team, client_of, box, settings):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    invite(client_of("owner"), team, "attacker@evil.example")
    victim = Client()
    follow(victim, mailed(box))
    wish = {"email": "victim@corp.example", "password1": PASSWORD}
    assert victim.post("/accounts/signup/", wish).status_code == 302
    person = User.objects.get(email="victim@corp.example")
    assert list(EmailAddress.objects.filter(user=person).values_list("email", "verified")) == [(person.email, False)]
    assert "_auth_user_id" not in victim.session


def test_a_newcomer_by_link_comes_back_to_it_after_confirming(team, client_of, box, settings):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    key, client = by_link(client_of("owner"), team, "new@example.org"), Client()
    follow(client, key)
    client.post("/accounts/signup/", {"email": "new@example.org", "password1": PASSWORD, "next": "/invitation"})
    EmailAddress.objects.update(verified=True)  # as the link of the mail does
    back = client.post("/accounts/login/", {"login": "new@example.org", "password": PASSWORD}, follow=True)
    assert "Join as editor" in back.content.decode()


def test_an_invitation_in_another_tab_is_not_taken_for_the_one_shown(team, client_of):
    owner, ada = client_of("owner"), browser(UserFactory(email="ada@example.org"))
    other = TeamFactory(owner=owner.user)
    follow(ada, by_link(owner, team))
    first = Invitation.objects.get().pk
    follow(ada, by_link(owner, other))
    shown = ada.post("/invitation", {"invitation": first}, follow=True).content.decode()
    assert f"Join {other.name}" in shown and Membership.objects.filter(user__email="ada@example.org").count() == 1


def test_where_an_invitation_was_made_is_no_dead_end(team, client_of):
    owner = browser(client_of("owner").user)
    path = f"/teams/{team.pk}/invite"
    owner.post(path, {"email": "ada@example.org", "role": "viewer", "way": "link"})
    found = owner.get(f"{path}?page=2", follow=True)
    assert found.redirect_chain[-1][0] == f"/teams/{team.pk}?page=2" and found.status_code == 200


@pytest.mark.parametrize("how", ["used", "revoked", "expired", "unknown"])
def test_a_link_that_no_longer_lets_in_says_why(how, team, client_of):
    owner, ada = client_of("owner"), UserFactory(email="ada@example.org")
    key = by_link(owner, team)
    if how == "used":
        accept(ada, key)
    elif how == "revoked":
        owner.delete(f"/api/teams/{team.pk}/invitations/{Invitation.objects.get().pk}")
    elif how == "expired":
        over(team)
    answer = follow(browser(ada), key[:-1] + "#" if how == "unknown" else key)
    word = {"used": "has been used", "revoked": "taken back", "expired": "has expired", "unknown": "not valid"}[how]
    assert word in answer.content.decode() and team.name not in answer.content.decode().split("<main")[1]


def test_members_are_searched_and_narrowed_and_turned(team, member, client_of):
    for number in range(60):
        member("viewer", name=f"Guest {number:02}", email=f"guest{number:02}@example.org")
    viewer = client_of("viewer")
    page = lambda query: viewer.get(f"/teams/{team.pk}{query}").content.decode()  # noqa: E731
    assert "Guest 05" in page("") and "Guest 59" not in page("") and "Guest 59" in page("?page=2")
    assert "Guest 59" in page("?search=guest59@") and "Guest 05" not in page("?search=guest59@")
    assert "Guest" not in page("?role=owner") and "Nobody matches" in page("?search=nobody%20like%20that")
    assert "Invite somebody" not in page("") and "Yes, remove Guest" not in page("")


def test_a_role_is_changed_and_a_member_removed_on_the_page(team, member, client_of):
    owner, editor = browser(client_of("owner").user), member("editor", name="Edda")
    path = f"/teams/{team.pk}/members/{editor.pk}"
    assert "Edda is viewer now" in owner.post(path, {"role": "viewer"}, follow=True).content.decode()
    assert "No such role" in owner.post(path, {"role": "king"}, follow=True).content.decode()
    assert role_of(team, editor) == "viewer"
    assert "What they made stays" in owner.post(path, {"remove": ""}, follow=True).content.decode()
    assert role_of(team, editor) is None


def test_one_leaves_on_the_page_but_the_last_owner(team, client_of):
    owner, who = browser(client_of("owner").user), client_of("editor").user
    editor = browser(who)
    assert "keeps at least one owner" in owner.post(f"/teams/{team.pk}/leave", follow=True).content.decode()
    assert "You have left" in editor.post(f"/teams/{team.pk}/leave", follow=True).content.decode()
    assert role_of(team, who) is None and editor.get(f"/teams/{team.pk}").status_code == 404


def test_a_team_is_made_on_the_page_and_a_bad_name_is_told(user):
    client = browser(user)
    assert client.post("/settings/teams/new", {"name": " "}).status_code == 422
    made = client.post("/settings/teams/new", {"name": "Atelier Nord"}, follow=True)
    assert "Atelier Nord" in made.content.decode() and "Invite somebody" in made.content.decode()


def test_on_the_page_a_link_is_shown_once_and_a_refusal_beside_the_form(team, client_of):
    owner = browser(client_of("owner").user)
    path = f"/teams/{team.pk}/invite"
    said = owner.post(path, {"email": "ada@example.org", "role": "viewer", "way": "link"}).content.decode()
    assert LINK.search(said.replace('"', " ")) and "not shown again" in said
    assert not LINK.search(owner.get(f"/teams/{team.pk}").content.decode())
    again = owner.post(path, {"email": "ada@example.org", "role": "viewer"})
    assert again.status_code == 409 and "invited already" in again.content.decode()
    which = f"/teams/{team.pk}/invitations/{Invitation.objects.get().pk}"
    assert "was taken back" in owner.post(which, {"revoke": ""}, follow=True).content.decode()


def test_a_team_of_thousands_is_listed_with_as_many_queries_as_a_small_one(team, member, client_of):
    owner = client_of("owner")
    invite(owner, team)
    member("viewer")
    owner.get(f"/teams/{team.pk}")
    with CaptureQueriesContext(connection) as few:
        owner.get(f"/teams/{team.pk}")
    for number in range(70):
        member("viewer")
        about = {"email": f"g{number}@example.org", "role": "viewer", "by_mail": True, "digest": f"{number:064}"}
        about |= {"renewed_at": timezone.now(), "expires_at": timezone.now() + timedelta(days=1)}
        Invitation.objects.create(team=team, inviter=owner.user, **about)
    with CaptureQueriesContext(connection) as many:
        assert owner.get(f"/teams/{team.pk}").status_code == 200
    assert len(many) == len(few)
