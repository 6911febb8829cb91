"""How often a password may be guessed, wherever the guesses come from."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from django.db import connection
from django.test import Client, RequestFactory
from rest_framework.test import APIClient

from teams.accounts import throttle
from teams.accounts.throttle import IN_ALL, PER_ACCOUNT, PER_ADDRESS, address_of
from teams.base.limits import Limit, TooOften, take
from tests.factories import PASSWORD, UserFactory

TOKENS = "/api/auth/tokens"
LOGIN = "/accounts/login/"


def by_api(email, password, **where):
    return APIClient().post(TOKENS, {"email": email, "password": password, "name": "x"}, **where)


def by_page(email, password, client=None, **where):
    return (client or Client()).post(LOGIN, {"login": email, "password": password}, **where)


def test_an_account_can_be_tried_ten_times_from_however_many_addresses(user):
    answers = [
        by_api(user.email, "wrong", REMOTE_ADDR=f"10.0.{n}.7", headers={"X-Forwarded-For": f"192.0.2.{n}"}).status_code
        for n in range(PER_ACCOUNT + 5)
    ]
    assert answers == [401] * PER_ACCOUNT + [429] * 5
    refused = by_api(user.email, PASSWORD)
    assert refused.status_code == 429 and 0 < int(refused.headers["Retry-After"]) <= 901
    assert refused.json()["code"] == "too_many_tries"


def test_pages_and_api_count_together(user):
    for _ in range(PER_ACCOUNT):
        by_page(user.email, "wrong")
    assert by_api(user.email, PASSWORD).status_code == 429
    page = by_page(user.email, PASSWORD)
    assert page.status_code == 200 and "Too many tries" in page.content.decode()


@pytest.mark.django_db
def test_an_account_that_does_not_exist_is_counted_alike():
    answers = [by_api("nobody@example.org", "wrong").status_code for _ in range(PER_ACCOUNT + 1)]
    assert answers == [401] * PER_ACCOUNT + [429]


def test_spelling_the_address_otherwise_gains_nothing(user):
    for n in range(PER_ACCOUNT):
        by_api(user.email.upper() if n % 2 else user.email, "wrong")
    assert by_api(user.email.title(), "wrong").status_code == 429


@pytest.mark.django_db
def test_one_password_over_many_accounts_is_stopped_by_the_address():
    answers = [
        by_api(f"d{n}@example.org", "Summer2026", headers={"X-Forwarded-For": f"192.0.2.{n}"}) for n in range(101)
    ]
    assert [answer.status_code for answer in answers] == [401] * PER_ADDRESS + [429]


def test_the_right_password_is_not_held_against_anybody(user):
    answers = [by_api(user.email, PASSWORD).status_code for _ in range(PER_ACCOUNT + 3)]
    assert set(answers) == {201}


def test_the_owner_still_gets_in_from_a_browser_that_is_known(user):
    known = Client()
    assert by_page(user.email, PASSWORD, known).status_code == 302
    known.post("/accounts/logout/")
    for n in range(PER_ACCOUNT + 1):
        by_page(user.email, "wrong", REMOTE_ADDR=f"10.0.0.{n}")
    assert by_page(user.email, PASSWORD).status_code == 200
    assert by_page(user.email, PASSWORD, known).status_code == 302


def test_a_known_browser_has_a_limit_of_its_own_and_opens_no_other_account(user):
    other, known = UserFactory(), Client()
    by_page(user.email, PASSWORD, known)
    known.post("/accounts/logout/")
    for _ in range(PER_ACCOUNT):
        by_page(user.email, "wrong", known)
        by_page(other.email, "wrong", known)
    assert "Too many tries" in by_page(user.email, PASSWORD, known).content.decode()
    assert by_api(user.email, PASSWORD).status_code == 201
    assert by_api(other.email, PASSWORD).status_code == 429


def test_a_forged_device_cookie_is_worth_nothing(user):
    for _ in range(PER_ACCOUNT):
        by_api(user.email, "wrong")
    client = Client()
    client.cookies[throttle.device_cookie()] = "eyJhY2NvdW50IjoieCJ9:1abcde:forged"
    assert "Too many tries" in by_page(user.email, PASSWORD, client).content.decode()


@pytest.mark.django_db(transaction=True)
def test_guesses_at_the_same_instant_are_counted_one_by_one():
    user = UserFactory()

    def guess(_):
        try:
            return by_api(user.email, "wrong").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(guess, range(40)))
    assert answers.count(401) == PER_ACCOUNT and answers.count(429) == 30


def test_without_redis_nobody_signs_in_and_nothing_breaks(user, monkeypatch):
    def down(*_):
        raise redis.ConnectionError("down")

    monkeypatch.setattr(throttle, "take", down)
    assert by_api(user.email, PASSWORD).status_code == 503
    page = by_page(user.email, PASSWORD)
    assert page.status_code == 200 and "Nobody can sign in" in page.content.decode()


FORWARDED = "198.51.100.1, 203.0.113.9"


@pytest.mark.parametrize(
    ("proxies", "sent", "seen"),
    [
        (0, FORWARDED, "10.0.0.1"),
        (1, FORWARDED, "203.0.113.9"),
        (2, FORWARDED, "198.51.100.1"),
        (3, FORWARDED, "10.0.0.1"),
        (1, "rubbish", "unknown"),
        (1, "2001:db8:1:2:3::4", "2001:db8:1:2::"),
    ],
)
def test_only_our_own_proxies_are_believed_about_addresses(proxies, sent, seen, settings):
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": sent})
    assert address_of(request) == seen


def test_a_full_limit_keeps_the_others_untouched():
    tight, wide = Limit("tight", 1, 60), Limit("wide", 2, 60)
    take([tight, wide])
    for _ in range(5):
        with pytest.raises(TooOften):
            take([tight, wide])
    take([wide])
    with pytest.raises(TooOften):
        take([wide])


def test_a_try_given_back_leaves_room_for_another():
    limit = Limit("one", 1, 60)
    take([limit]).give_back()
    assert take([limit]) and IN_ALL > PER_ADDRESS


def test_reset_links_are_not_sent_without_end(user, mailoutbox):
    for _ in range(12):
        Client().post("/accounts/password/reset/", {"email": user.email})
    assert len(mailoutbox) == 5
