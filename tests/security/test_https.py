"""Behind TLS: what SITE_URL=https://… alone switches on, seen in a process that starts so."""

import json
import os
import subprocess
import sys

import pytest

from designer.local.system import ROOT

ASK = """
import json, django
django.setup()
from django.conf import settings
from django.test import Client
settings.ALLOWED_HOSTS = ["studio.example"]
answer = Client(headers={"host": "studio.example"}).get("/accounts/login/", secure=True)
wrong = Client(headers={"host": "evil.example"}, raise_request_exception=False).get("/accounts/login/", secure=True)
cookies = {name: {key: value for key, value in morsel.items() if value} for name, morsel in answer.cookies.items()}
names = [settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME]
flags = [settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY, settings.SESSION_COOKIE_SAMESITE]
print(json.dumps({"status": answer.status_code, "headers": dict(answer.headers), "cookies": cookies, "names": names,
    "flags": flags, "domain": settings.SESSION_COOKIE_DOMAIN, "wrong": wrong.status_code, "debug": settings.DEBUG,
    "said": wrong.content.decode()}))
"""


@pytest.fixture(scope="module")
def facts() -> dict:
    names = {
        "SITE_URL": "https://studio.example",
        "SECRET_KEY": "k" * 60,
        "DJANGO_SETTINGS_MODULE": "designer.settings",
    }
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ASK],
        cwd=ROOT,
        env=os.environ | names,
        capture_output=True,
        check=True,
    )
    return json.loads(done.stdout.decode().splitlines()[-1])


def test_browsers_are_told_to_stay_on_tls_for_a_year(facts):
    assert facts["status"] == 200
    assert int(facts["headers"]["Strict-Transport-Security"].split(";")[0].removeprefix("max-age=")) >= 31_536_000


def test_cookies_are_bound_to_this_host_and_to_tls(facts):
    assert facts["names"] == ["__Host-session", "__Host-csrf"] and facts["domain"] is None
    assert facts["flags"] == [True, True, "Lax"]
    csrf = facts["cookies"]["__Host-csrf"]
    assert (csrf["secure"], csrf["samesite"], csrf["path"]) == (True, "Lax", "/") and "domain" not in csrf


def test_nothing_is_said_to_a_strange_host(facts):
    assert facts["debug"] is False and facts["wrong"] == 400
    assert "studio.example" not in facts["said"] and "ALLOWED_HOSTS" not in facts["said"]


def test_without_tls_no_promise_of_it_is_made(client, db):
    answer = client.get("/accounts/login/")
    assert "Strict-Transport-Security" not in answer and not answer.cookies["csrf"]["secure"]
