"""API tokens from their making to their end."""

import hashlib
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from rest_framework.test import APIClient

from teams.accounts import services
from teams.accounts.authentication import user_from_token
from teams.accounts.models import ApiToken, User
from teams.audit.models import AuditEntry
from teams.signals import access_revoked
from tests.factories import PASSWORD

TOKENS = "/api/auth/tokens"


def bearer(key):
    return APIClient(headers={"Authorization": f"Bearer {key}"})


def made(user, **about):
    token, key = services.create_token(actor=user, name="tool", **about)
    return token, key


def code_of(answer):
    return answer.json()["code"]


def test_a_password_makes_a_token_whose_key_is_said_once(user):
    wish = {"email": user.email.upper(), "password": PASSWORD, "name": "laptop"}
    answer = APIClient().post(TOKENS, wish)
    assert answer.status_code == 201 and answer.headers["Cache-Control"] == "no-store"
    key = answer.json()["token"]
    client = bearer(key)
    assert client.get("/api/me").json()["email"] == user.email
    listed = client.get(TOKENS)
    assert [item["prefix"] for item in listed.json()["results"]] == [key[:12]]
    assert key[12:] not in listed.content.decode() and "digest" not in listed.content.decode()


@pytest.mark.parametrize(
    "wish", [{"password": "wrong"}, {"email": "nobody@example.org"}, {"email": "nobody@example.org", "password": "x"}]
)
def test_a_wrong_password_and_an_unknown_account_answer_alike(wish, user):
    answer = APIClient().post(TOKENS, {"email": user.email, "password": PASSWORD, "name": "x", **wish})
    assert answer.status_code == 401 and code_of(answer) == "wrong_credentials"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer") and not ApiToken.objects.exists()


def test_unknown_accounts_are_hashed_for_just_as_often_as_known_ones(user, monkeypatch):
    from django.contrib.auth import hashers

    counts = []
    for email in (user.email, "nobody@example.org"):
        calls: list[int] = []
        encode = hashers.MD5PasswordHasher.encode
        monkeypatch.setattr(
            hashers.MD5PasswordHasher, "encode", lambda self, *a, e=encode, c=calls: (c.append(1), e(self, *a))[1]
        )
        APIClient().post(TOKENS, {"email": email, "password": "wrong", "name": "x"})
        monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", encode)
        counts.append(len(calls))
    assert counts[0] == counts[1] > 0


def test_nothing_that_is_stored_opens_the_door(user):
    """Whoever steals the database holds no key: no stored value, whole or in part, is accepted."""
    _, key = made(user)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(api_tokens)::text, digest, prefix, id::text, name FROM api_tokens")
        row = cursor.fetchone()
    assert key not in row[0] and hashlib.sha256(key.encode()).hexdigest() == row[1]
    for stored in (*row[1:], f"dbff_{row[1]}", f"dbff_{row[1][:43]}", user.password):
        assert bearer(stored).get("/api/me").status_code == 401
        assert user_from_token(stored) is None
    assert user_from_token(key) == user


def test_the_key_is_256_random_bits_and_never_the_same(user):
    keys = {made(user)[1] for _ in range(20)}
    assert len(keys) == 20 and all(len(key) == len("dbff_") + 43 for key in keys)


def test_an_expired_token_is_refused_by_the_clock_of_the_database(user):
    token, key = made(user)
    ApiToken.objects.filter(pk=token.pk).update(expires_at=Now() - timedelta(seconds=1))
    answer = bearer(key).get("/api/me")
    assert (answer.status_code, code_of(answer)) == (401, "token_expired")
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"] and user_from_token(key) is None


def test_a_revoked_token_ends_at_once_and_tells_the_sockets(user):
    token, key = made(user)
    heard = []

    def hear(sender, user_id, team_id, **about):
        heard.append((user_id, team_id))

    access_revoked.connect(hear)
    client = bearer(key)
    assert [client.delete(f"{TOKENS}/{token.pk}").status_code, client.get("/api/me").status_code] == [204, 401]
    access_revoked.disconnect(hear)
    assert code_of(client.get("/api/me")) == "token_revoked" and heard == [(user.pk, None)]
    assert set(AuditEntry.objects.values_list("action", flat=True)) == {"token.created", "token.revoked"}


def test_a_closed_account_closes_its_tokens(user):
    _, key = made(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert code_of(bearer(key).get("/api/me")) == "account_inactive"


@pytest.mark.parametrize(
    "change", [lambda k: k[:-1], lambda k: k + "x", lambda k: k[5:], lambda k: "ghp_" + k[5:], str.upper]
)
def test_a_mangled_token_is_just_invalid(change, user):
    answer = bearer(change(made(user)[1])).get("/api/me")
    assert (answer.status_code, code_of(answer)) == (401, "token_invalid")


@pytest.mark.parametrize("name", ["token", "access_token", "key", "api_key", "Authorization"])
def test_a_token_in_the_address_is_never_looked_at(name, user):
    _, key = made(user)
    assert APIClient().get(f"/api/me?{name}={key}").status_code == 401


SCOPES = [(["read"], "get", 200), (["read"], "patch", 403), (["write"], "get", 403), (["write"], "patch", 200)]


@pytest.mark.parametrize(("scopes", "method", "status"), SCOPES)
def test_reading_takes_read_and_writing_takes_write(scopes, method, status, user):
    _, key = made(user, scopes=scopes)
    answer = getattr(bearer(key), method)("/api/me", {"name": "New"} if method == "patch" else None)
    assert answer.status_code == status
    if status == 403:
        assert code_of(answer) == "insufficient_scope"
        assert ("'write'" if method == "patch" else "'read'") in answer.json()["detail"]


def test_a_token_without_admin_makes_no_tokens_and_ends_no_others(user):
    other, _ = made(user)
    client = bearer(made(user)[1])
    assert client.post(TOKENS, {"name": "more"}).status_code == 403
    assert client.delete(f"{TOKENS}/{other.pk}").status_code == 403


def test_a_token_cannot_make_one_with_more_scopes_than_its_own(user):
    client = bearer(made(user, scopes=["write", "admin"])[1])
    assert client.post(TOKENS, {"name": "more", "scopes": ["read", "admin"]}).status_code == 403
    assert client.post(TOKENS, {"name": "less", "scopes": ["write"]}).status_code == 201


def test_managing_members_takes_a_token_of_scope_admin(team, member):
    owner, editor = member("owner"), member("editor")
    path = f"/api/teams/{team.pk}/members/{editor.pk}"
    assert bearer(made(owner)[1]).put(path, {"role": "viewer"}).status_code == 403
    assert bearer(made(owner, scopes=["admin"])[1]).put(path, {"role": "viewer"}).status_code == 200


def test_other_peoples_tokens_do_not_exist(user, client_of):
    token, _ = made(user)
    client = client_of("stranger")
    for answer in (client.get(f"{TOKENS}/{token.pk}"), client.delete(f"{TOKENS}/{token.pk}")):
        assert answer.status_code == 404
    assert client.get(TOKENS).json()["results"] == []
    assert client.delete(f"{TOKENS}/{uuid.uuid4()}").status_code == 404


def test_use_is_noted_but_at_most_once_a_minute(user):
    token, key = made(user)
    client = bearer(key)
    client.get("/api/me")
    first = ApiToken.objects.get(pk=token.pk).last_used_at
    client.get("/api/me")
    assert first and ApiToken.objects.get(pk=token.pk).last_used_at == first
    ApiToken.objects.filter(pk=token.pk).update(last_used_at=Now() - timedelta(minutes=2))
    client.get("/api/me")
    assert ApiToken.objects.filter(pk=token.pk, last_used_at__gt=first).exists()


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"name": ""},
        {"name": "x" * 81},
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["root"]},
        {"name": "x", "scopes": "read"},
        {"name": "x", "expires_in_days": 0},
        {"name": "x", "expires_in_days": 10**9},
        {"name": "x", "email": "a@b.c"},
        {"name": "x", "password": "y"},
    ],
)
def test_a_bad_wish_is_refused_by_field(wish, client_of):
    answer = client_of("stranger").post(TOKENS, wish)
    assert answer.status_code == 400 and answer.json()["errors"] and not ApiToken.objects.exists()


def test_there_is_an_end_to_how_many_tokens_one_may_have(user, monkeypatch):
    monkeypatch.setattr(services, "MOST_LIVE", 2)
    client = bearer(made(user, scopes=["admin"])[1])
    answers = [client.post(TOKENS, {"name": "x", "scopes": ["admin"]}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 409] and code_of(answers[1]) == "too_many_tokens"


@pytest.mark.django_db
def test_without_credentials_the_answer_says_how_to_bring_them():
    for answer in (APIClient().get("/api/me"), APIClient().post(TOKENS, {"name": "x"})):
        assert answer.status_code == 401 and answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_session_needs_its_csrf_token_to_write(user):
    client = Client(enforce_csrf_checks=True, headers={"Origin": "null"})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.patch("/api/me", {"name": "x"}, content_type="application/json").status_code == 403
    assert client.post("/settings", {"name": "x", "timezone": "UTC"}).status_code == 403


def test_me_shows_and_changes_ones_own_profile_only(client_of, team):
    client = client_of("editor")
    wish = {"name": "Ada", "timezone": "Europe/Paris", "is_staff": True, "email": "root@example.org"}
    client.patch("/api/me", wish)
    me = client.get("/api/me")
    client.user.refresh_from_db()
    assert (client.user.name, client.user.timezone, client.user.is_staff) in [("Ada", "Europe/Paris", False)]
    assert client.user.email != "root@example.org" and me.headers["ETag"]
    assert {(item["id"], item["role"]) for item in me.json()["teams"]} >= {(str(team.pk), "editor")}


@pytest.mark.parametrize("wish", [{"timezone": "Mars/Olympus"}, {"timezone": "../../etc/passwd"}, {"name": "a\nb"}])
def test_a_bad_profile_is_refused(wish, client_of):
    client = client_of("stranger")
    assert client.patch("/api/me", wish).status_code in (400, 422)


def test_a_profile_changed_meanwhile_is_not_overwritten(client_of):
    client = client_of("stranger")
    old = client.get("/api/me").headers["ETag"]
    assert client.patch("/api/me", {"name": "One"}, headers={"If-Match": old}).status_code == 200
    assert client.patch("/api/me", {"name": "Two"}, headers={"If-Match": old}).status_code == 412
