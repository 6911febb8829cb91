"""Who may set up what leaves the team, what is refused, and that the secret is said once and kept by nobody."""

import json

import pytest
from django.db import connection
from django.test import override_settings

from batches.webhooks.models import Endpoint
from batches.webhooks.types import TYPES
from designer import outbound
from designer.web.models import IdempotencyKey
from teams.accounts.services import create_token
from teams.audit.models import AuditEntry
from teams.base.sealing import CannotOpen, seal, unseal
from tests.batches.webhooks.conftest import carry, tell

pytestmark = pytest.mark.django_db(transaction=True)


def wish(team, receiver, path: str = "/hook", **more) -> dict:
    return {"team": str(team.pk), "url": receiver.url(path), "events": ["generation.*"], **more}


@pytest.mark.parametrize(
    ("role", "status"),
    [("owner", 201), ("admin", 201), ("editor", 403), ("viewer", 403), ("stranger", 404), (None, 401)],
)
def test_owners_and_admins_set_up_webhooks(role, status, client_of, team, receiver):
    answer = client_of(role).post("/api/webhooks", wish(team, receiver))
    assert answer.status_code == status, answer.content
    assert Endpoint.objects.count() == (status == 201)


def test_the_secret_is_told_once_and_no_answer_holds_it_again(client_of, team, receiver):
    client = client_of("owner")
    made = client.post("/api/webhooks", wish(team, receiver), headers={"Idempotency-Key": "one"})
    secret = made.json()["secret"]
    assert made["Cache-Control"] == "no-store" and made["Location"] == f"/api/webhooks/{made.json()['id']}"
    path = made["Location"]
    renewed = client.post(f"{path}/secret", {"grace_hours": 1}).json()
    assert renewed["secret"] != secret and renewed["old_secret_until"]
    said = "".join(client.get(url).content.decode() for url in ("/api/webhooks", path, f"{path}/deliveries"))
    assert "whsec_" not in said and not IdempotencyKey.objects.exists()


def test_no_column_of_the_database_holds_a_secret_in_the_clear(client_of, team, receiver):
    client = client_of("owner")
    made = client.post("/api/webhooks", wish(team, receiver)).json()
    renewed = client.post(f"/api/webhooks/{made['id']}/secret", {}).json()
    client.post(f"/api/webhooks/{made['id']}/test", headers={"Idempotency-Key": "two"})
    carry()
    with connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names() if not name.startswith("pg_")]
        for table in tables:
            cursor.execute(f"SELECT coalesce(json_agg(t)::text, '') FROM {table} t")  # noqa: S608  (our own tables)
            dump = cursor.fetchone()[0]
            for secret in (made["secret"], renewed["secret"]):
                assert secret not in dump and secret.removeprefix("whsec_") not in dump, table


def test_members_see_that_a_webhook_exists_and_not_where_exactly_it_leads(client_of, team, receiver):
    made = client_of("owner").post("/api/webhooks", wish(team, receiver, "/token-1234")).json()
    viewer = client_of("viewer")
    seen = viewer.get(f"/api/webhooks/{made['id']}").json()
    assert seen["url"] == "http://hooks.example" and "1234" not in viewer.get("/api/webhooks").content.decode()
    assert client_of("admin").get(f"/api/webhooks/{made['id']}").json()["url"].endswith("/token-1234")
    assert viewer.get(f"/api/webhooks/{made['id']}/deliveries").status_code == 403


REFUSED = [
    *(f"http://{host}/" for host in ("127.0.0.1", "localhost", "0", "127.1", "2130706433", "0x7f.1", "0177.0.0.1")),
    *(f"https://{host}/" for host in ("[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "10.0.0.8")),
    "https://169.254.169.254/latest/", "https://user:pass@example.org/", "https://example.org:22/",
    "https://example.org:6379/", "file:///etc/passwd", "https://example.org/" + "a" * 10_000,
    "https://example.org/#part", "https://exаmple.org/", "gopher://example.org/", "", "nonsense",
]  # fmt: skip


@pytest.mark.parametrize("url", REFUSED)
def test_an_address_that_must_not_be_called_is_refused_by_name(url, client_of, team):
    owner = client_of("owner")
    answer = owner.post("/api/webhooks", {"team": str(team.pk), "url": url, "events": ["*"]})
    assert answer.status_code in (400, 422) and answer.json()["errors"][0]["field"] == "url", answer.content
    assert not Endpoint.objects.exists()


def test_a_name_that_leads_to_a_private_address_is_refused_at_create_and_at_change(
    client_of, team, receiver, monkeypatch
):
    owner = client_of("owner")
    made = owner.post("/api/webhooks", wish(team, receiver))
    etag, path = made["ETag"], made["Location"]
    monkeypatch.setattr(outbound, "is_public", lambda address: False)
    assert owner.post("/api/webhooks", wish(team, receiver, "/b")).json()["errors"][0]["code"] == "private_address"
    refused = owner.patch(path, {"url": receiver.url("/b")}, headers={"If-Match": etag})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "private_address")


def test_without_the_setting_only_https_is_called(client_of, team, receiver):
    with override_settings(WEBHOOK_ALLOW_HTTP=False):
        answer = client_of("owner").post("/api/webhooks", wish(team, receiver))
    assert answer.json()["errors"][0]["code"] == "bad_scheme"


@pytest.mark.parametrize(
    "events", [[], ["moon.landed"], ["generation"], ["generation.*.x"], ["*.complete"], ["a" * 61]]
)
def test_events_that_can_never_happen_are_refused_by_name(events, client_of, team, receiver):
    answer = client_of("owner").post("/api/webhooks", wish(team, receiver, events=events))
    assert answer.status_code in (400, 422) and answer.json()["errors"][0]["field"].startswith("events")


@pytest.mark.parametrize("family", ["generation", "enhancement", "batch", "cost"])
def test_facts_of_every_family_can_be_chosen(family):
    assert any(name.startswith(f"{family}.") for name in TYPES)


@pytest.mark.parametrize("kept", ["presence", "notification", "system"])
def test_what_is_no_teams_cannot_be_chosen(kept):
    assert not any(name.startswith(f"{kept}.") for name in TYPES)


def test_one_address_has_one_webhook_until_it_is_removed(client_of, team, receiver):
    owner = client_of("owner")
    first = owner.post("/api/webhooks", wish(team, receiver))
    assert owner.post("/api/webhooks", wish(team, receiver)).status_code == 409
    assert owner.delete(first["Location"]).status_code == 204
    assert owner.get(first["Location"]).status_code == 404
    assert owner.delete(first["Location"]).status_code == 404
    assert owner.post("/api/webhooks", wish(team, receiver)).status_code == 201


def test_a_team_has_a_bounded_number_of_webhooks(client_of, team, receiver, monkeypatch):
    monkeypatch.setattr("batches.webhooks.services.MOST", 2)
    owner = client_of("owner")
    statuses = [owner.post("/api/webhooks", wish(team, receiver, f"/{n}")).status_code for n in range(3)]
    assert statuses == [201, 201, 409]


def test_a_change_must_name_the_version_that_was_read(client_of, team, receiver):
    owner = client_of("owner")
    made = owner.post("/api/webhooks", wish(team, receiver))
    path = made["Location"]
    assert owner.patch(path, {"name": "CRM"}).status_code == 428
    changed = owner.patch(path, {"name": "CRM", "events": ["batch.*"]}, headers={"If-Match": made["ETag"]})
    assert (changed.json()["name"], changed.json()["events"]) == ("CRM", ["batch.*"])
    assert owner.patch(path, {"name": "ERP"}, headers={"If-Match": made["ETag"]}).status_code == 412
    assert AuditEntry.objects.filter(action__startswith="webhook.").count() == 2


def test_sending_does_not_change_the_version(client_of, team, receiver):
    owner = client_of("owner")
    made = owner.post("/api/webhooks", wish(team, receiver))
    tell(team.pk)
    carry()
    assert owner.get(made["Location"])["ETag"] == made["ETag"]


def test_the_log_is_read_filtered_and_replayed_over_http(client_of, team, receiver):
    owner = client_of("owner")
    path = owner.post("/api/webhooks", wish(team, receiver))["Location"]
    tell(team.pk, "generation:complete", assets=["x"])
    carry()
    assert owner.post(f"{path}/test").status_code == 202
    assert owner.post(f"{path}/test").json()["code"] == "test_under_way"
    (line,) = owner.get(f"{path}/deliveries?status=delivered").json()["results"]
    whole = owner.get(f"{path}/deliveries/{line['id']}").json()
    assert json.loads(whole["body"])["data"] == {"assets": ["x"]}
    assert (whole["calls"][0]["status_code"], whole["calls"][0]["request_headers"]["webhook-id"]) == (
        204,
        line["message_id"],
    )
    replayed = owner.post(f"{path}/deliveries/{line['id']}/replay")
    assert (replayed.status_code, replayed.json()["status"]) == (202, "waiting")
    assert owner.post(f"{path}/deliveries/{line['id']}/replay").status_code == 409


def test_another_teams_delivery_is_not_there(client_of, team, receiver, hook, member):
    mine, other = hook("/mine"), hook("/other")
    tell(team.pk)
    theirs = other.deliveries()[0]
    assert client_of("owner").post(f"/api/webhooks/{mine.row.pk}/deliveries/{theirs.pk}/replay").status_code == 404
    assert client_of("stranger").post(f"/api/webhooks/{other.row.pk}/deliveries/{theirs.pk}/replay").status_code == 404


def test_a_token_must_be_made_for_managing(client_of, team, receiver, member):
    for scopes, status in ((["read", "write"], 403), (["read", "write", "admin"], 201)):
        _, key = create_token(actor=member("owner"), name="program", scopes=scopes)
        answer = client_of(None).post("/api/webhooks", wish(team, receiver), headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == status, answer.content


def test_a_sealed_secret_opens_with_its_key_and_in_its_own_row_only(settings):
    settings.DATA_KEYS = ["old key"]
    sealed = seal("whsec_x", about="webhook:1")
    settings.DATA_KEYS = ["new key", "old key"]
    assert unseal(sealed, about="webhook:1") == "whsec_x" and "whsec" not in sealed
    for keys, about in ((["new key"], "webhook:1"), (["old key"], "webhook:2")):
        settings.DATA_KEYS = keys
        with pytest.raises(CannotOpen):
            unseal(sealed, about=about)
    with pytest.raises(CannotOpen):
        unseal("not sealed", about="webhook:1")
