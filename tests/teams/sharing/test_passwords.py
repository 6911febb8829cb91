"""The password of a link: how it is given, tried and given anew; guessing keeps no one out who has been in."""

import unicodedata

import pytest
import redis
from django.test import Client

from teams.sharing import entering, models
from teams.sharing.models import Share
from tests.teams.sharing.conftest import as_, key_of, page_of, share, visitor

pytestmark = pytest.mark.django_db
RIGHT = "tulips at dawn"


def locked(work, password=RIGHT):
    return key_of(share(as_(work.editor), work, password=password))


def guess(key, times, network="192.0.2"):
    """So many wrong tries, each from an address of its own."""
    codes = []
    for number in range(times):
        client = Client(REMOTE_ADDR=f"{network}.{number}")
        codes.append(client.post(client.post("/s", {"key": key})["Location"], {"password": "guess"}).status_code)
    return codes


def leave(client):
    """The browser is closed: what was only for its session is gone."""
    for name in [name for name, morsel in client.cookies.items() if not morsel["max-age"]]:
        del client.cookies[name]


def test_guesses_of_others_keep_nobody_out_who_has_been_in(work, monkeypatch):
    monkeypatch.setattr(entering, "OF_ONE", 4)
    key = locked(work)
    guest = visitor(key, RIGHT)
    assert guest.get(guest.place).status_code == 200 and "Password" not in guest.get(guest.place).content.decode()
    assert guess(key, 5) == [422] * 4 + [429]
    leave(guest)
    assert guest.get(guest.place).status_code == 404
    guest.post("/s", {"key": key})
    assert guest.post(guest.place, {"password": RIGHT}).status_code == 302
    assert "Password" not in guest.get(guest.place).content.decode()
    stranger = Client(REMOTE_ADDR="198.51.100.1")
    stranger.post("/s", {"key": key})
    assert stranger.post(guest.place, {"password": RIGHT}).status_code == 429


def test_who_has_been_in_guesses_no_more_often_than_others_and_elsewhere_that_counts_nothing(work):
    key, other = locked(work), locked(work, "another password")
    guest = visitor(key, RIGHT)
    (name,) = [name for name in guest.cookies if name.endswith("-known")]
    mark = guest.cookies[name]
    assert mark["httponly"] and mark["path"] == guest.place
    leave(guest)
    assert guest.get(guest.place).status_code == 404  # the mark alone opens nothing
    guest.post("/s", {"key": key})
    assert [guest.post(guest.place, {"password": "x"}).status_code for _ in range(11)] == [422] * 10 + [429]
    two = visitor(other)
    two.cookies[f"share-{two.place.rpartition('/')[2].replace('-', '')}-known"] = mark.value
    assert [two.post(two.place, {"password": "x"}).status_code for _ in range(11)][-1] == 429


def test_after_very_many_wrong_ones_a_link_is_closed_until_it_has_another_password(work, monkeypatch):
    monkeypatch.setattr(models, "MOST_WRONG", 3)
    key = locked(work)
    inside = visitor(key, RIGHT)
    assert guess(key, 3) == [422] * 3
    guest = visitor(key)
    said = guest.post(guest.place, {"password": RIGHT})
    assert said.status_code == 403 and "new password" in said.content.decode()
    assert inside.get(inside.place).status_code == 200
    row = Share.objects.get()
    place, path = f"/assets/{work.images[0].pk}/shares", f"/api/teams/{work.team.pk}/shares/{row.pk}"
    told = as_(work.editor).get(path)
    assert (told.json()["wrong_passwords"], told.json()["closed"]) == (3, True)
    page = page_of(work.editor).get(place).content.decode()
    assert "too many wrong passwords" in page and "3 wrong passwords" in page and "New password" in page
    one = f"/teams/{work.team.pk}/shares/{row.pk}"
    page_of(work.editor).post(one, {"act": "password", "password": "short", "next": place})
    assert Share.objects.get().password == row.password
    page_of(work.editor).post(one, {"act": "password", "password": "daffodils at dusk", "next": place})
    assert guest.post(guest.place, {"password": RIGHT}).status_code == 422
    assert guest.post(guest.place, {"password": "daffodils at dusk"}).status_code == 302
    assert "Password" in inside.get(inside.place).content.decode()  # a ticket for the old one is none
    assert as_(work.editor).get(path).json()["closed"] is False


def test_a_password_is_changed_and_taken_off_over_the_api(work):
    key = locked(work)
    client, path = as_(work.editor), f"/api/teams/{work.team.pk}/shares/{Share.objects.get().pk}"
    for wish, code in (({"password": "12345678"}, 422), ({"password": ""}, 200)):
        answer = client.patch(path, wish, format="json", headers={"If-Match": "*"})
        assert answer.status_code == code
    assert answer.json()["locked"] is False
    guest = visitor(key)
    assert "Password" not in guest.get(guest.place).content.decode()


@pytest.mark.parametrize("forms", [("NFD", "NFC"), ("NFC", "NFD")])
def test_a_password_fits_however_its_accents_are_written(forms, work):
    made, typed = (unicodedata.normalize(form, "Frühling für Zoë") for form in forms)
    guest = visitor(locked(work, made))
    assert guest.post(guest.place, {"password": typed}).status_code == 302


def test_the_right_password_opens_though_the_counters_fail_behind_it(work, monkeypatch):
    key = locked(work)

    def away(self):
        raise redis.ConnectionError

    monkeypatch.setattr("teams.base.limits.Taken.give_back", away)
    guest = visitor(key)
    assert guest.post(guest.place, {"password": RIGHT}).status_code == 302


def test_on_a_shared_computer_a_link_with_a_password_does_not_outlive_the_browser(work):
    opened, closed = visitor(key_of(share(as_(work.editor), work))), visitor(locked(work), RIGHT)
    (one,), (two,) = (
        [morsel for name, morsel in each.cookies.items() if name.startswith("share-") and not name.endswith("-known")]
        for each in (opened, closed)
    )
    assert one["max-age"] == 12 * 3600 and two["max-age"] == ""
