"""What a team does where nobody says otherwise: who sets it, what is refused, and that it takes effect."""

import pytest

from batches.contact_sheets import as_png
from batches.forms import BatchForm
from batches.models import Batch, BatchItem
from designer.assets.models import Asset
from designer.generations.models import Generation
from teams.audit.models import AuditEntry
from teams.membership.plan import limits_of
from tests.batches.asking import made, work_off
from tests.worlds import picture

pytestmark = pytest.mark.django_db
SETS = {"owner": 200, "admin": 200, "editor": 403, "viewer": 403, "stranger": 404, None: 401}


def say(client, team, **values):
    path = f"/api/teams/{team.pk}/defaults"
    etag = client.get(path).headers.get("ETag", '"none"')
    return client.patch(path, {"values": values}, format="json", headers={"If-Match": etag})


def value_of(client, team, name):
    return {row["name"]: row["value"] for row in client.get(f"/api/teams/{team.pk}/defaults").json()}[name]


@pytest.mark.parametrize(("role", "status"), SETS.items())
def test_owners_and_admins_set_them(role, status, team, client_of):
    client = client_of(role)
    assert say(client, team, strategy="quality").status_code == status
    if status == 200:
        assert value_of(client, team, "strategy") == "quality"
        assert AuditEntry.objects.filter(team_id=team.pk, action="team.setting_changed").count() == 1
        assert say(client, team, strategy="").status_code == 200
        assert value_of(client, team, "strategy") == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [("strategy", "best"), ("approval_policy", "nobody"), ("brand_colour", "red"), ("nonsense", "x"),
     ("brand_name", "a\u202eb")],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_its_name_and_nothing_changes(name, value, team, client_of):
    owner = client_of("owner")
    answer = say(owner, team, **{"strategy": "cost", name: value})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, name)
    assert value_of(owner, team, "strategy") == ""


def test_it_needs_the_version_that_was_read(team, client_of):
    owner = client_of("owner")
    answer = owner.patch(f"/api/teams/{team.pk}/defaults", {"values": {"strategy": "cost"}}, format="json")
    assert answer.status_code == 428


def test_a_batch_that_says_no_strategy_goes_by_the_teams(team, client_of):
    owner = client_of("owner")
    say(owner, team, strategy="cost")
    rows = [{"brief": "a coat"}, {"brief": "a hat", "strategy": "speed"}]
    pk = made(owner, {"base": {}, "rows": rows}, team=str(team.pk))["id"]
    found = [item.wish.get("strategy") for item in BatchItem.objects.filter(batch=pk).order_by("position")]
    assert found == ["cost", "speed"]
    again = made(owner, {"base": {"brief": "a coat", "strategy": "quality"}}, team=str(team.pk))["id"]
    work_off()
    assert Generation.objects.get(batch_item__batch=again).settings["strategy"] == "quality"
    assert BatchForm(actor=owner.user)["strategy"].value() in (None, "")


def test_a_wish_that_says_no_strategy_goes_by_the_teams(team, client_of):
    owner = client_of("owner")
    say(owner, team, strategy="cost")
    said = {"brief": "a coat", "team": str(team.pk)}
    first = owner.post("/api/generations", said, format="json").json()["id"]
    second = owner.post("/api/generations", {**said, "strategy": "speed"}, format="json").json()["id"]
    used = [Generation.objects.get(pk=pk).settings["strategy"] for pk in (first, second)]
    assert used == ["cost", "speed"]


def test_a_review_that_says_no_policy_goes_by_the_teams(team, client_of, member):
    owner, editor, admin = client_of("owner"), client_of("editor"), member("admin")
    say(owner, team, approval_policy="one_of")
    sent = picture()
    sent.name = "coat.png"
    asset = editor.post("/api/assets", {"file": sent, "team": str(team.pk)}, format="multipart").json()["id"]
    said = {"asset": asset, "reviewers": [str(admin.pk)]}
    answer = editor.post(f"/api/teams/{team.pk}/approvals", said, format="json")
    assert (answer.status_code, answer.json()["policy"]) == (201, "one_of")


def test_a_contact_sheet_bears_the_teams_name_and_colour(team, client_of, member):
    owner = client_of("owner")
    row = Batch.objects.create(team=team, owner=member("editor"), title="Coats", plan={}, waiting=1)
    plain = as_png(row)
    say(owner, team, brand_name="Maison Nord", brand_colour="#1F6B52")
    row.team.refresh_from_db()
    assert as_png(row) != plain
    assert Asset.objects.count() == 0


def test_the_page_sets_them_too(team, client_of):
    owner, viewer = client_of("owner"), client_of("viewer")
    path = f"/teams/{team.pk}/defaults"
    etag = owner.get(f"/api/teams/{team.pk}/defaults").headers["ETag"]
    said = {"etag": etag, "strategy": "speed", "brand_name": "Nord"}
    assert owner.post(path, said, format="multipart").status_code == 302
    assert b'value="speed" selected' in owner.get(path).content
    assert owner.post(path, {"etag": etag, "strategy": "cost"}, format="multipart").status_code == 412
    assert b"disabled" in viewer.get(path).content
    assert viewer.post(path, {"etag": "*", "strategy": "cost"}, format="multipart").status_code == 403


def test_a_plan_says_its_limits_and_what_is_used(team, client_of, settings):
    settings.TEAM_SEATS = 7
    editor = client_of("editor")
    sent = picture()
    sent.name = "coat.png"
    editor.post("/api/assets", {"file": sent, "team": str(team.pk)}, format="multipart")
    told = editor.get(f"/api/teams/{team.pk}/plan").json()
    assert (told["limits"]["seats"], told["use"]["seats"], told["use"]["pictures"]) == (7, 2, 1)
    assert told["use"]["storage"] == Asset.objects.get().bytes
    assert limits_of(team).storage is None
    assert b"2 of 7" in editor.get(f"/teams/{team.pk}/life").content
