"""What holds at every address alike: safety headers, the CSRF token, and what a token's scopes leave it."""

from typing import Any, Final

import pytest
from django.test import Client

from teams.accounts.models import Scope
from teams.accounts.services import create_token
from tests.test_permission_walk import ALL, UNSAFE, Address
from tests.worlds import World, build_world

BACKEND = "django.contrib.auth.backends.ModelBackend"
POLICY = ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'")
WITHOUT_SESSION = {  # what is sent is the right itself; a cookie counts for nothing there
    "api/auth/tokens",  # a password in the body
    "notifications/unsubscribe",  # the signed link of a mail
    "analytics/reports/unsubscribe",  # the same
    "enhancements/hooks/<slug:service>/<uuid:attempt>",  # the service's signature
}
FOR_ANYBODY = {  # asked for a key, they keep in the session, or in a cookie, which it was
    "invitation",
    "s",
    "s/<uuid:share_id>",
    "analytics/reports/agree",  # the signed link of a mail, on a page of ours
}
STRANGE = ["/nowhere", "/api/nowhere", "/assets/x", "/accounts/login/", "/accounts/password/reset/", "/admin/login/"]


@pytest.fixture
def world(db: None, settings: Any) -> World:
    settings.API_RATE_PER_MINUTE = 1_000_000
    return build_world()


def path_of(address: Address, world: World) -> str:
    return address.path({name: world.id_for(address.route, name) for name in address.ids})


def lacking(answer: Any) -> list[str]:
    """Which safety headers an answer has not, or has too wide."""
    policy = answer.get("Content-Security-Policy", "")
    closed = policy == "sandbox; default-src 'none'"
    checks = {
        "nosniff": answer.get("X-Content-Type-Options") == "nosniff",
        "frames": answer.get("X-Frame-Options") == "DENY",
        "referrer": answer.get("Referrer-Policy") == "same-origin",
        "resource": answer.get("Cross-Origin-Resource-Policy") == "same-origin",
        "opener": answer.get("Cross-Origin-Opener-Policy") == "same-origin",
        "policy": closed or all(part in policy for part in POLICY),
        "unsafe": "unsafe" not in policy and "*" not in policy,
        "origins": "Access-Control-Allow-Origin" not in answer,
        "maker": "X-Powered-By" not in answer and "Server" not in answer,
    }
    return [name for name, good in checks.items() if not good]


@pytest.mark.parametrize("role", ["owner", None])
def test_every_answer_of_every_address_carries_the_safety_headers(role, world):
    client = Client(raise_request_exception=False)
    if role:
        client.force_login(world.people[role], backend=BACKEND)
    bare = []
    for path in [path_of(address, world) for address in ALL] + STRANGE:
        for method in ("get", "options", "put"):
            answer = getattr(client, method)(path, headers={"Origin": "https://evil.example"})
            bare += [(method, path, answer.status_code, name) for name in lacking(answer)]
    assert not bare


def test_what_the_api_says_is_kept_by_nobody_or_asked_for_again_each_time(world):
    client = Client()
    client.force_login(world.people["owner"], backend=BACKEND)
    for path in ("/api/me", "/api/assets", "/api/auth/tokens", f"/api/generations/{world.generation.pk}"):
        assert client.get(path)["Cache-Control"] in ("no-store", "private, no-cache"), path
    assert "no-store" in client.get("/settings/tokens")["Cache-Control"]


FORGERIES: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("application/json", {}),
    ("text/plain", {"headers": {"Origin": "null"}}),
    ("text/plain", {"headers": {"X-CSRFToken": "a" * 64}}),
    (
        "application/x-www-form-urlencoded",
        {"headers": {"Origin": "https://evil.example", "Referer": "https://evil.example/"}},
    ),
)


def test_with_a_cookie_alone_nothing_can_be_written_anywhere(world):
    """POST by each forgery; the other methods take turns with them."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(world.people["owner"], backend=BACKEND)
    before, passed = world.fingerprint(), []
    for place, address in enumerate(ALL):
        others = [method for method in UNSAFE if method != "post"]
        turns = [("post", each) for each in FORGERIES]
        turns += [(method, FORGERIES[(place + turn) % len(FORGERIES)]) for turn, method in enumerate(others)]
        for method, (kind, about) in turns:
            answer = getattr(client, method)(path_of(address, world), b"{}", content_type=kind, **about)
            if answer.status_code not in (403, 405) and address.route not in WITHOUT_SESSION:
                passed.append((method, address.route, kind, answer.status_code))
    assert not passed
    assert world.fingerprint() == before


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "PROPFIND", "SMUGGLED"])
@pytest.mark.parametrize("path", ["/api/me", "/gallery", "/accounts/login/", "/metrics"])
def test_a_method_that_we_do_not_know_is_refused(method, path, world):
    client = Client(raise_request_exception=False)
    answer = client.generic(method, path)
    assert answer.status_code == 405 and "GET" in answer["Allow"] and not lacking(answer)


def test_a_token_that_may_read_changes_nothing_anywhere(world):
    _, key = create_token(actor=world.people["owner"], name="reader", scopes=[Scope.READ.value])
    client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {key}"})
    before, passed = world.fingerprint(), []
    for address in ALL:
        for method in UNSAFE:
            answer = getattr(client, method)(path_of(address, world), b"{}", content_type="application/json")
            refused = answer.status_code in (401, 403, 405) or "/accounts/login" in answer.get("Location", "")
            if not refused and address.route not in WITHOUT_SESSION | FOR_ANYBODY:
                passed.append((method, address.route, answer.status_code))
    assert not passed
    assert world.fingerprint() == before
    assert client.get(f"/api/assets/{world.asset.pk}").status_code == 200


@pytest.mark.parametrize("role", ["owner", "stranger", None])
def test_the_admin_is_for_staff_alone(role, world):
    client = Client()
    if role:
        client.force_login(world.people[role], backend=BACKEND)
    for path in ("/admin/", "/admin/teams/user/", f"/admin/designer/asset/{world.asset.pk}/change/"):
        answer = client.get(path)
        assert answer.status_code == 302 and answer["Location"].startswith("/admin/login/"), path


@pytest.mark.parametrize(
    "path",
    [
        "/.git/config", "/.env", "/manage.py", "/designer/settings.py", "/static/../designer/settings.py",
        "/static/%2e%2e/designer/settings.py", "/media/", "/var/", "/static/", "/server-status", "/__debug__/",
    ],
)  # fmt: skip
def test_no_file_of_ours_is_an_address(path, db):
    answer = Client(raise_request_exception=False).get(path)
    assert answer.status_code == 404, path
    assert b"SECRET_KEY" not in answer.content and b"Traceback" not in answer.content
