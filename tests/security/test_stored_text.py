"""Text that people store never becomes code: on pages, in files' names, in logs, in mail (promise 33)."""

import io
from html.parser import HTMLParser

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from designer.assets.models import Asset
from designer.assets.services import store_upload
from designer.generations.models import Generation
from designer.personas.models import Persona
from teams.accounts.models import ApiToken, User
from teams.accounts.services import create_token
from teams.membership.models import Team
from tests import images
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</textarea><svg onload=alert(1)>",
    "</title><script>alert(1)</script>",
    "javascript:alert(1)",
    "{{ 7|add:7 }}{% load static %}",
    '=HYPERLINK("http://x.example")',
    "\u202egnp.exe",
    "a\r\nSet-Cookie: stolen=1",
]


class Running(HTMLParser):
    """What of a page would run if it were let: handlers, scripts with words in them, addresses that are code."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag
        for name, value in attrs:
            leads = name in ("href", "src", "action", "formaction", "data")
            runs = name.startswith("on") or (leads and (value or "").strip().lower().startswith("javascript:"))
            if runs or (name == "src" and value == "x"):
                self.found.append(f"<{tag} {name}={value}>")

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside == "script" and data.strip():
            self.found.append(data)


@pytest.fixture
def boss(db: None) -> User:
    return UserFactory(is_staff=True, is_superuser=True)


def everything_called(text: str, boss: User) -> tuple[Asset, Generation]:
    """One of each thing with `text` wherever it may hold text."""
    team = Team.objects.get(memberships__user=boss, personal=True)
    Team.objects.filter(pk=team.pk).update(name=text[:60])
    User.objects.filter(pk=boss.pk).update(name=text[:60])
    asset = store_upload(actor=boss, team_id=None, file=io.BytesIO(images.encoded("PNG")), name=f"{text}.png")
    Asset.objects.filter(pk=asset.pk).update(title=text, facts={"notices": [text]}, provenance={"operations": [
        {"name": text, "model": text}]})  # fmt: skip
    generation = Generation.objects.create(
        team=team, owner=boss, brief=text, prompt=text, negative_prompt=text, provider=text[:60], model=text,
        status="failed", error={"code": "x", "message": text, "remedy": text},
        understood={"mood": {"value": text, "confidence": 1.0, "source": "correction"}},
    )  # fmt: skip
    Asset.objects.filter(pk=asset.pk).update(generation=generation)
    Persona.objects.filter(pk=Persona.objects.filter(team=team)[0].pk).update(name=text[:60])
    token, _ = create_token(actor=boss, name="key")
    ApiToken.objects.filter(pk=token.pk).update(name=text[:60])
    return asset, generation


def pages(asset: Asset, generation: Generation) -> list[str]:
    admin = [reverse(f"admin:designer_{name}_changelist") for name in ("asset", "generation", "persona")]
    return [
        "/", "/gallery", "/gallery?q=alert", "/settings", "/settings/tokens", f"/assets/{asset.pk}",
        f"/generations/{generation.pk}", f"/generations/{generation.pk}/card", f"/assets/{asset.pk}/enhancements",
        reverse("admin:designer_generation_change", args=[generation.pk]), *admin,
    ]  # fmt: skip


def test_the_reader_of_pages_sees_what_would_run():
    for text in HOSTILE[:2]:
        assert Running(f"<p>{text}</p>").found


@pytest.mark.parametrize("text", HOSTILE)
def test_no_page_runs_what_somebody_wrote(text, boss):
    asset, generation = everything_called(text, boss)
    client = Client()
    client.force_login(boss, backend="django.contrib.auth.backends.ModelBackend")
    for path in pages(asset, generation):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert not Running(answer.content.decode()).found, path
        policy = answer["Content-Security-Policy"]
        assert "script-src" in policy and "'unsafe-inline'" not in policy, path


@pytest.mark.parametrize("text", HOSTILE)
def test_no_file_name_reaches_a_header_of_its_own(text, boss):
    asset, _ = everything_called(text, boss)
    client = Client()
    client.force_login(boss, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(f"/api/assets/{asset.pk}/content?download=1")
    said = answer["Content-Disposition"]
    assert said.startswith("attachment") and not set(said) & set("\r\n<>") and "stolen" not in answer.cookies
    assert (answer["X-Content-Type-Options"], answer["Content-Type"]) == ("nosniff", "image/png")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_mail_says_a_name_and_nothing_more(text, boss, client):
    User.objects.filter(pk=boss.pk).update(name=text[:60])
    client.post("/accounts/password/reset/", {"email": boss.email})
    assert len(mail.outbox) == 1
    letter = mail.outbox[0]
    assert "\n" not in letter.subject and letter.to == [boss.email]
    assert not any(Running(str(body)).found for body, kind in getattr(letter, "alternatives", []))


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80@testserver"])
def test_a_forged_host_does_not_lead_a_reset_elsewhere(host, boss, client):
    answer = client.post("/accounts/password/reset/", {"email": boss.email}, headers={"host": host})
    assert answer.status_code == 400 and not mail.outbox


@pytest.mark.parametrize("aim", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"])
def test_a_sign_in_leads_nowhere_else(aim, boss, client):
    answer = client.post(
        "/accounts/login/", {"login": boss.email, "password": "correct horse battery staple", "next": aim}
    )
    assert "evil" not in answer.get("Location", "") and "javascript" not in answer.get("Location", "")
