"""The same request sent again gets the same answer and does nothing a second time."""

import threading
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from designer.assets.models import Asset
from designer.personas import services
from designer.personas.models import Persona
from designer.web.idempotency import forget_old
from designer.web.models import IdempotencyKey
from teams.membership.models import Team
from tests import images

KEY = {"Idempotency-Key": "3f1b-once"}


def make(client, name: str = "Linen", key: dict[str, str] | None = None):
    return client.post("/api/personas", {"name": name}, headers=KEY if key is None else key)


def made() -> int:
    return Persona.objects.filter(name="Linen").count()


def test_a_repeated_request_gets_the_first_answer(client_of):
    client = client_of("editor")
    first, again = make(client), make(client)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"
    assert made() == 1


def test_a_team_is_made_once_though_its_floor_knows_no_keys(client_of):
    client = client_of("editor")
    first, again = (client.post("/api/teams", {"name": "Atelier Linen"}, headers=KEY) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json() and again["Idempotent-Replayed"] == "true"
    assert first["Location"] == again["Location"]
    assert Team.objects.filter(name="Atelier Linen").count() == 1
    other = client.post("/api/teams", {"name": "Atelier Wool"}, headers=KEY)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert client.get("/api/teams").json()["results"]


def test_a_repeated_refusal_is_the_same_refusal(client_of):
    client = client_of("editor")
    first, again = make(client, ""), make(client, "")
    assert (first.status_code, again.status_code) == (400, 400)
    assert first.json() == again.json()
    assert again["Content-Type"] == "application/problem+json"


def test_the_key_with_another_body_is_refused(client_of):
    client = client_of("editor")
    make(client)
    answer = make(client, "Wool")
    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")
    assert not Persona.objects.filter(name="Wool").exists()


def test_people_do_not_share_keys(client_of):
    assert make(client_of("editor")).json()["id"] != make(client_of("admin")).json()["id"]


def test_while_the_first_runs_the_second_is_told_to_wait(client_of, monkeypatch):
    client = client_of("editor")
    make(client)
    IdempotencyKey.objects.update(status=None, answer=None)
    answer = make(client)
    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (409, "still_running", "1")


def test_after_a_day_the_key_is_new(client_of):
    client = client_of("editor")
    first = make(client).json()
    IdempotencyKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    Persona.objects.filter(pk=first["id"]).delete()  # two of one name are refused for a reason of their own
    again = make(client)
    assert "Idempotent-Replayed" not in again
    assert again.json()["id"] != first["id"]


def test_old_keys_are_forgotten(client_of):
    make(client_of("editor"))
    assert forget_old() == 0
    IdempotencyKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert forget_old() == 1


@pytest.mark.parametrize("key", ["x" * 256, "x" * 10_000, "naïve", "tab\tinside"])
def test_a_key_that_is_none_is_refused(key, client_of):
    answer = make(client_of("editor"), key={"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_key")
    assert made() == 0


def test_work_and_answer_are_kept_together_or_not_at_all(client_of, monkeypatch):
    """A process that dies between the work and its answer has done neither, so the next try does it once."""
    from designer.web import idempotency

    def dies(*_):
        raise KeyboardInterrupt

    client = client_of("editor")
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(idempotency, "keep", dies)
        make(client)
    assert made() == 0
    assert make(client).status_code == 409
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(minutes=3))
    assert make(client).status_code == 201
    assert made() == 1


def test_an_answer_that_broke_is_not_kept(client_of, monkeypatch):
    def broken(**_):
        raise RuntimeError

    client = client_of("editor")
    client.raise_request_exception = False
    with monkeypatch.context() as patched:
        patched.setattr(services, "create_persona", broken)
        assert make(client).status_code == 500
    assert make(client).status_code == 201


def test_files_count_by_what_is_in_them(client_of):
    client = client_of("editor")

    def upload(colour: str):
        file = SimpleUploadedFile("a.png", images.encoded("PNG", images.photo().convert(colour)))
        return client.post("/api/assets", {"file": file}, format="multipart", headers=KEY)

    assert upload("RGB").status_code == 201
    assert upload("RGB")["Idempotent-Replayed"] == "true"
    assert upload("L").status_code == 422
    assert Asset.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_do_it_once(member):
    person, answers = member("editor"), []

    def ask() -> None:
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        answers.append(client.post("/api/personas", {"name": "Linen"}, content_type="application/json", headers=KEY))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert made() == 1
