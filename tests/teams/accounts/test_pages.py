"""Signing up, in and out, and the settings pages, as a browser without script sees them."""

import re

import pytest
from django.conf import settings
from django.test import Client

from teams.accounts.authentication import user_from_token
from teams.accounts.models import ApiToken, User
from tests.factories import PASSWORD

SIGN_UP = {"email": "ada@example.org", "password1": PASSWORD}
OPEN_PAGES = [
    "login/",
    "signup/",
    "password/reset/",
    "password/reset/done/",
    "password/reset/key/1-x-y/",
    "confirm-email/",
]
OWN_PAGES = ["/settings", "/settings/tokens", "/accounts/password/change/", "/accounts/email/", "/accounts/logout/"]


@pytest.fixture
def browser(user):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.django_db
def test_signing_up_signs_in_and_makes_the_studio():
    client = Client()
    answer = client.post("/accounts/signup/", SIGN_UP)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    person = User.objects.get(email="ada@example.org")
    assert person.teams.get().personal and client.get("/settings").status_code == 200


@pytest.mark.django_db
def test_passwords_are_kept_with_argon2(settings):
    from designer import settings as product

    settings.PASSWORD_HASHERS = product.PASSWORD_HASHERS
    Client().post("/accounts/signup/", SIGN_UP)
    assert User.objects.get().password.startswith("argon2$argon2id$")


@pytest.mark.django_db
@pytest.mark.parametrize("field", [{"email": "x"}, {"email": ""}, {"password1": "short"}, {"password1": "password123"}])
def test_a_bad_sign_up_says_what_is_wrong_beside_the_field(field):
    answer = Client().post("/accounts/signup/", {**SIGN_UP, **field})
    assert answer.status_code == 200 and 'class="errorlist"' in answer.content.decode()
    assert 'aria-invalid="true"' in answer.content.decode() and not User.objects.exists()


def test_where_addresses_are_confirmed_sign_up_does_not_tell_who_has_an_account(user, settings, mailoutbox):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    known = Client().post("/accounts/signup/", {**SIGN_UP, "email": user.email})
    fresh = Client().post("/accounts/signup/", SIGN_UP)
    assert (known.status_code, known.headers["Location"]) == (fresh.status_code, fresh.headers["Location"])
    assert "You have one already" in mailoutbox[0].body and mailoutbox[1].to == ["ada@example.org"]


def test_where_addresses_are_confirmed_no_token_is_had_without(user, settings):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    wish = {"email": user.email, "password": PASSWORD, "name": "x"}
    answer = Client().post("/api/auth/tokens", wish, content_type="application/json")
    assert answer.status_code == 403 and answer.json()["code"] == "email_unconfirmed"


def test_signing_in_gives_a_new_session_and_signing_out_ends_it(user):
    client = Client()
    planted = client.session
    planted["before"] = 1
    planted.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = planted.session_key or ""
    assert client.post("/accounts/login/", {"login": user.email, "password": PASSWORD}).status_code == 302
    key = client.session.session_key
    assert key != planted.session_key or ""
    assert client.get("/accounts/logout/").status_code == 200
    assert client.post("/accounts/logout/").status_code == 302
    stolen = Client()
    stolen.cookies[settings.SESSION_COOKIE_NAME] = key or ""
    assert stolen.get("/settings").status_code == 302


@pytest.mark.parametrize("email", ["nobody@example.org", None])
def test_a_failed_sign_in_does_not_say_which_part_was_wrong(email, user):
    answer = Client().post("/accounts/login/", {"login": email or user.email, "password": "wrong"})
    assert "The email address and/or password you specified are not correct." in answer.content.decode()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_signing_in_leads_nowhere_else(target, user):
    answer = Client().post(f"/accounts/login/?next={target}", {"login": user.email, "password": PASSWORD})
    assert "evil" not in answer.headers["Location"] and "javascript" not in answer.headers["Location"]


@pytest.mark.django_db
@pytest.mark.parametrize("page", OPEN_PAGES)
def test_the_sign_in_pages_are_ours_and_hold_no_inline_script_or_style(page):
    check_page(Client().get(f"/accounts/{page}", follow=True))


@pytest.mark.parametrize("page", OWN_PAGES)
def test_the_settings_pages_are_ours_and_hold_no_inline_script_or_style(page, browser):
    check_page(browser.get(page, follow=True))


def check_page(answer):
    html = answer.content.decode()
    assert answer.status_code == 200 and "designer/css/base.css" in html and html.count("<h1") == 1
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", html)
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids)) and "{%" not in html and "{{" not in html
    for control in re.findall(r"<(?:input|select|textarea)\b[^>]*>", html):
        if 'type="hidden"' not in control:
            name = re.search(r'\bid="([^"]+)"', control)
            assert name and f'for="{name[1]}"' in html, control


@pytest.mark.django_db
@pytest.mark.parametrize("page", OWN_PAGES[:4])
def test_the_settings_ask_to_sign_in_first(page):
    answer = Client().get(page)
    assert answer.status_code == 302 and answer.headers["Location"].startswith("/accounts/login/")


def test_the_profile_is_saved_and_a_bad_one_is_shown_beside_its_field(browser, user):
    assert browser.post("/settings", {"name": "Ada", "timezone": "Europe/Paris"}).status_code == 302
    user.refresh_from_db()
    assert (user.name, user.timezone) == ("Ada", "Europe/Paris")
    answer = browser.post("/settings", {"name": "A\u202eda", "timezone": "Europe/Paris"})
    assert answer.status_code == 422 and "control characters" in answer.content.decode()


def test_a_name_is_text_wherever_it_is_shown(browser, user):
    browser.post("/settings", {"name": "<img src=x onerror=alert(1)>", "timezone": "UTC"})
    assert "<img src=x" not in browser.get("/settings").content.decode()


def test_a_token_is_shown_once_and_revoked_by_a_button(browser, user):
    wish = {"name": "laptop", "scopes": ["read"], "expires_in_days": "30"}
    answer = browser.post("/settings/tokens", wish)
    key = re.findall(r'value="(dbff_[^"]+)"', answer.content.decode())[0]
    assert "no-store" in answer.headers["Cache-Control"] and user_from_token(key) == user
    assert key not in browser.get("/settings/tokens").content.decode()
    token = ApiToken.objects.get()
    assert browser.get(f"/settings/tokens/{token.pk}/revoke").status_code == 405
    assert browser.post(f"/settings/tokens/{token.pk}/revoke").status_code == 302
    assert user_from_token(key) is None and "laptop" not in browser.get("/settings/tokens").content.decode()


def test_nobody_revokes_anothers_token_by_page(browser, client_of):
    wish = {"name": "x"}
    other = client_of("stranger").post("/api/auth/tokens", wish).json()
    assert browser.post(f"/settings/tokens/{other['id']}/revoke").status_code == 404
    assert user_from_token(other["token"])


@pytest.mark.parametrize("wish", [{"name": ""}, {"scopes": []}, {"scopes": ["root"]}, {"expires_in_days": "9999"}])
def test_a_bad_token_wish_is_shown_beside_its_field(wish, browser):
    given = {"name": "laptop", "scopes": ["read"], "expires_in_days": "30", **wish}
    answer = browser.post("/settings/tokens", given)
    assert (
        answer.status_code == 422 and 'class="errorlist"' in answer.content.decode() and not ApiToken.objects.exists()
    )


def test_changing_the_password_ends_the_other_sessions(user):
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    wish = {"oldpassword": PASSWORD, "password1": "brand new horse 7", "password2": "brand new horse 7"}
    assert here.post("/accounts/password/change/", wish).status_code == 302
    assert (here.get("/settings").status_code, elsewhere.get("/settings").status_code) == (200, 302)
