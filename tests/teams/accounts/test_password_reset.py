"""A forgotten password: one mail, one link, one use."""

import re
from pathlib import Path

import pytest
from django.test import Client

from teams.accounts.models import User
from teams.accounts.services import create_token
from tests.factories import PASSWORD

RESET = "/accounts/password/reset/"
NEW = "a wholly different horse"


@pytest.fixture
def mailbox(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    return Path(settings.EMAIL_FILE_PATH)


def ask(email, **about):
    return Client().post(RESET, {"email": email}, **about)


def mails(mailbox):
    """The mails in the order they came."""
    return [path.read_text() for path in sorted(mailbox.glob("*"), key=lambda path: path.stat().st_mtime_ns)]


def link_in(mail):
    return re.findall(r"https?://\S+", mail)[0]


def path_of(url):
    return re.sub(r"^https?://[^/]+", "", url)


def choose(link, password=NEW):
    """Follow the link as a browser does, and set the password on the form it leads to."""
    client = Client()
    page = client.get(path_of(link), follow=True)
    if b"no longer works" in page.content:
        return page
    return client.post(page.request["PATH_INFO"], {"password1": password, "password2": password}, follow=True)


def test_the_mail_in_the_file_mailbox_resets_the_password_once(user, mailbox):
    assert ask(user.email).status_code == 302
    link = link_in(mails(mailbox)[0])
    assert b"Your password is set" in choose(link).content
    assert User.objects.get(pk=user.pk).check_password(NEW)
    assert b"no longer works" in choose(link, "yet another horse here").content
    assert User.objects.get(pk=user.pk).check_password(NEW)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:8000@evil.example", "localhost:31337"])
def test_a_forged_host_never_reaches_the_link(host, user, mailbox, settings):
    settings.SITE_URL = "https://studio.example"
    ask(user.email, headers={"Host": host})
    assert all("evil" not in mail and "31337" not in mail for mail in mails(mailbox))
    ask(user.email)
    assert link_in(mails(mailbox)[-1]).startswith("https://studio.example/accounts/password/reset/key/")


def test_a_forwarded_host_is_not_believed_either(user, mailbox, settings):
    settings.SITE_URL = "https://studio.example"
    ask(user.email, headers={"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"})
    assert link_in(mails(mailbox)[0]).startswith("https://studio.example/")


def test_a_link_dies_when_the_person_signs_in(user, mailbox):
    ask(user.email)
    Client().post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert b"no longer works" in choose(link_in(mails(mailbox)[0])).content


def test_a_link_dies_when_the_address_changes(user, mailbox):
    ask(user.email)
    User.objects.filter(pk=user.pk).update(email="other@example.org")
    assert b"no longer works" in choose(link_in(mails(mailbox)[0])).content


def test_asking_for_an_unknown_address_looks_the_same(user, mailbox):
    known, unknown = ask(user.email), ask("nobody@example.org")
    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])
    assert "There is no such account" in mails(mailbox)[1] and "To: nobody@example.org" in mails(mailbox)[1]


def test_a_reset_ends_every_session_and_token(user, mailbox):
    from teams.accounts.authentication import user_from_token

    _, key = create_token(actor=user, name="tool")
    open_session = Client()
    open_session.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    ask(user.email)
    choose(link_in(mails(mailbox)[-1]))
    assert user_from_token(key) is None and open_session.get("/settings").status_code == 302


def test_a_reset_opens_an_account_that_guessing_had_closed(user, mailbox):
    for _ in range(11):
        Client().post("/accounts/login/", {"login": user.email, "password": "wrong"})
    ask(user.email)
    choose(link_in(mails(mailbox)[0]))
    assert Client().post("/accounts/login/", {"login": user.email, "password": NEW}).status_code == 302


def test_a_weak_new_password_is_refused_beside_its_field(user, mailbox):
    ask(user.email)
    page = choose(link_in(mails(mailbox)[0]), "password")
    assert b"errorlist" in page.content and User.objects.get(pk=user.pk).check_password(PASSWORD)
