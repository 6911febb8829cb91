"""What must not be said is in no log line, no error answer and no figure of real requests."""

import io
import json
import logging
from typing import Any

import pytest
from django.test import Client

from designer.web.logs import formatter
from teams.accounts.services import create_token
from tests.factories import PASSWORD, UserFactory
from tests.worlds import SECRET, World, build_world

BRIEF = "velvet cape for the unannounced Ravenna show"
FORGED = "x\r\n2026-11-23 [info] signed in as root \x1b[31m"


@pytest.fixture
def world(db: None) -> World:
    return build_world()


@pytest.fixture
def written(monkeypatch) -> io.StringIO:
    """All that production would log, down to each request, as one JSON line each."""
    page = io.StringIO()
    handler = logging.StreamHandler(page)
    handler.setFormatter(formatter(as_json=True))
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [handler])
    for name in ("", "django_structlog", "django.request"):
        monkeypatch.setattr(logging.getLogger(name), "level", logging.INFO)
        logging.getLogger(name).manager._clear_cache()
    return page


def signed_in(world: World) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(world.people["editor"], backend="django.contrib.auth.backends.ModelBackend")
    return client


def post(client: Client, path: str, body: dict[str, Any], **about: Any) -> Any:
    return client.post(path, json.dumps(body), content_type="application/json", **about)


def test_no_secret_of_a_request_is_logged(world, written):
    client, user = signed_in(world), UserFactory()
    _, key = create_token(actor=user, name="key")
    signing_in = Client()
    signing_in.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    signing_in.post("/accounts/login/", {"login": user.email, "password": PASSWORD + "!wrong"})
    made = post(Client(), "/api/auth/tokens", {"email": user.email, "password": PASSWORD}).json()
    Client().get("/api/me", headers={"Authorization": f"Bearer {key}"})
    Client().get(f"/api/me?token={key}&password=hunter22")
    Client().get("/api/me", headers={"Authorization": f"Bearer {key[:-3]}abc"})
    post(client, "/api/generations/preview", {"brief": BRIEF})
    post(client, "/api/generations", {"brief": BRIEF, "n": 0})
    Client().post("/accounts/password/reset/", {"email": user.email})
    said = written.getvalue()
    assert said.count("request_started") >= 9
    cookies = [client.cookies["session"].value, signing_in.cookies["session"].value]
    for secret in (PASSWORD, "hunter22", key[5:-3], "Ravenna", SECRET, *cookies):
        assert secret not in said, secret
    assert made["key"][5:] not in said if "key" in made else made


@pytest.mark.parametrize("where", ["User-Agent", "Referer", "X-Forwarded-For", "X-Request-Id", "Idempotency-Key"])
def test_no_header_forges_a_log_line(where, world, written):
    client = signed_in(world)
    client.get("/api/me", headers={where: FORGED})
    post(client, f"/nowhere/{FORGED}", {}, headers={where: FORGED})
    lines = written.getvalue().splitlines()
    assert lines and "\x1b" not in written.getvalue()
    assert all(json.loads(line)["level"] for line in lines)


def test_what_breaks_says_neither_why_nor_with_what(world, written, monkeypatch):
    def broken(*args: Any, **about: Any) -> None:
        raise RuntimeError(f"postgres://app:hunter22@db/app {BRIEF}")

    monkeypatch.setattr("designer.generations.services.request_generation", broken)
    monkeypatch.setattr("designer.generations.api.services.preview", broken, raising=False)
    answer = post(signed_in(world), "/api/generations/preview", {"brief": BRIEF})
    body = answer.content.decode()
    assert answer.status_code == 500 and answer["Content-Type"] == "application/problem+json"
    for secret in ("hunter22", "Ravenna", "RuntimeError", "Traceback", "postgres", ".py"):
        assert secret not in body, secret
    assert "RuntimeError" in written.getvalue() and "hunter22" not in written.getvalue()


def test_figures_name_no_person_and_no_thing(world):
    client = signed_in(world)
    for path in world.readable():
        client.get(path)
    client.get(f"/{SECRET}/nowhere?{SECRET}")
    client.generic("SECRETVERB", "/api/me")
    figures = Client().get("/metrics").content.decode()
    assert "django_http_requests" in figures
    for secret in (*world.secrets(), world.people["editor"].email, "SECRETVERB"):
        assert secret not in figures, secret


def test_an_answer_names_no_colleagues_address_and_no_stored_path(world):
    client = signed_in(world)
    for path in world.readable():
        answer = client.get(path)
        if "json" in answer.get("Content-Type", "") or "html" in answer.get("Content-Type", ""):
            said = answer.content.decode()
            assert world.asset.path not in said and world.asset.sha256 not in said, path
            assert world.people["stranger"].email not in said, path
