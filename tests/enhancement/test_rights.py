"""Taking a mark off through the API: only after a declaration, which is logged, and never off somebody else's image."""

import io
from uuid import uuid4

import pytest
from django.db import transaction

from designer.assets.models import Asset
from designer.assets.services import store_upload
from designer.generations.models import Generation
from designer.generations.services import Terms
from designer.notifications.models import Notification
from enhancement import services
from enhancement.models import Enhancement, EnhancementPreset
from enhancement.operations import registry
from enhancement.services import request_enhancement
from teams.audit.models import AuditEntry
from teams.base.errors import Refused
from tests import images
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)
WISH = {"name": "watermark_removal", "rights": True, "area": "box"}
CAPTURED = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description Iptc4xmpExt:DigitalSourceType='
    b'"http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"/></x:xmpmeta>'
)


@pytest.fixture
def uploaded(member, team):
    def upload(**options) -> Asset:
        data = images.encoded("JPEG", images.photo((96, 72)), **options)
        return store_upload(actor=member("editor"), team_id=team.pk, file=io.BytesIO(data), name="look.jpg")

    return upload


@pytest.fixture
def ask(client_of):
    def post(asset, client=None, **changes):
        if client is None:
            client = client_of(None)
            client.force_login(asset.owner, backend="django.contrib.auth.backends.ModelBackend")
        return client.post(f"/api/enhance/{asset.pk}", {"operations": [{**WISH, **changes}]}, format="json")

    return post


def test_a_mark_is_taken_off_ones_own_image_and_the_declaration_is_logged(uploaded, ask):
    asset = uploaded()
    answer = ask(asset)
    assert answer.status_code == 202, answer.content
    entry = AuditEntry.objects.get(action="image.rights_declared")
    assert (entry.actor_id, entry.team_id, entry.subject) == (asset.owner_id, asset.team_id, f"asset:{asset.pk}")
    assert entry.facts["enhancement"] == answer.json()["id"]
    work_off("gpu")
    done = Enhancement.objects.get(pk=answer.json()["id"])
    facts = done.facts["operations"][0]
    assert (done.status, facts["declared_by"]) == ("succeeded", str(asset.owner_id))
    assert facts["declared_at"] == done.created_at.isoformat()


def test_without_a_declaration_it_is_refused_by_field_and_nothing_is_logged(uploaded, ask):
    answer = ask(uploaded(), rights=False)
    assert answer.json()["errors"][0]["field"] == "operations[0].rights"
    assert not AuditEntry.objects.filter(action="image.rights_declared").exists()
    assert not Enhancement.objects.exists()


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("stranger", 404), ("admin", 202)])
def test_only_who_may_edit_the_image_can_declare(role, status, uploaded, ask, client_of):
    assert ask(uploaded(), client_of(role)).status_code == status


def test_an_image_with_the_provenance_of_somebody_else_keeps_its_mark(uploaded, ask):
    asset = uploaded(xmp=CAPTURED)
    assert asset.facts["origin"] == {"source_type": "digitalCapture"}
    answer = ask(asset)
    assert (answer.status_code, answer.json()["code"]) == (422, "somebody_elses")
    assert not AuditEntry.objects.filter(action="image.rights_declared").exists()


def test_what_was_made_from_somebody_elses_image_keeps_its_mark_too(uploaded, ask, client_of):
    asset = uploaded(xmp=CAPTURED)
    client = client_of(None)
    client.force_login(asset.owner, backend="django.contrib.auth.backends.ModelBackend")
    body = {"operations": [{"name": "upscale", "scale": 2}]}
    pk = client.post(f"/api/enhance/{asset.pk}", body, format="json").json()["id"]
    work_off("gpu")
    enlarged = Enhancement.objects.get(pk=pk).result
    assert enlarged is not None and "origin" not in enlarged.facts
    assert ask(enlarged).json()["code"] == "somebody_elses"


def test_no_preset_keeps_the_operation_and_one_from_before_declares_nothing(uploaded, client_of, team):
    asset, editor = uploaded(), client_of("editor")
    said = {"name": "Clean", "operations": [{"name": "upscale", "scale": 2}, WISH], "team": str(team.pk)}
    answer = editor.post("/api/enhance/presets", said, format="json")
    assert (answer.status_code, answer.json()["code"]) == (422, "needs_a_person")
    assert answer.json()["errors"][0]["field"] == "operations[1].name"
    old = EnhancementPreset.objects.create(team=team, owner=asset.owner, name="Clean", operations=[full(WISH)])
    asked = client_of("admin").post(f"/api/enhance/{asset.pk}", {"preset": str(old.pk)}, format="json")
    assert asked.json()["errors"][0]["field"] == "operations[0].rights"
    shown = editor.get(f"/api/enhance/presets/{old.pk}").json()["operations"][0]
    assert "rights" not in shown
    usual = {"preset": str(old.pk)}
    assert client_of("owner").put(f"/api/teams/{team.pk}/auto-enhance", usual, format="json").status_code == 422


def test_it_follows_no_generation_whoever_asked_and_the_owner_hears_why(client_of, team):
    editor, wish = client_of("editor"), {"operations": [WISH]}
    said = {"brief": "a linen skirt", "team": str(team.pk)}
    refused = editor.post("/api/generations", {**said, "auto_enhance": wish}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (422, "needs_a_person")
    made = Generation.objects.get(pk=editor.post("/api/generations", said, format="json").json()["id"])
    Generation.objects.filter(pk=made.pk).update(
        settings={**made.settings, "auto_enhance": {"operations": [full(WISH)]}}
    )
    work_off("interactive")
    assert not AuditEntry.objects.filter(action="image.rights_declared").exists()
    assert "declaration of rights" in Notification.objects.get(kind="follow_up").body


def test_a_trial_follows_the_same_rule_and_an_earlier_one_declares_nothing(uploaded, client_of):
    client, others = client_of("admin"), uploaded(xmp=CAPTURED)
    wish = {"asset": str(others.pk), "recipes": [{"operations": [WISH]}]}
    refused = client.post("/api/enhance/previews", wish, format="json")
    assert (refused.status_code, refused.json()["code"]) == (422, "somebody_elses")
    asset = uploaded()
    wish = {"asset": str(asset.pk), "recipes": [{"operations": [WISH]}]}
    first = client.post("/api/enhance/previews", wish, format="json").json()["id"]
    form = {"asset": asset.pk, "use": "upscale", "upscale.scale": "2", "beside": "earlier", "earlier": first}
    again = client.post("/enhancements/previews", form, format="multipart", headers={"X-Partial": "1"})
    assert again.status_code == 422 and "Nobody has declared to hold the rights." in again.content.decode()
    said = {**form, "watermark_removal.rights": "on"}
    again = client.post("/enhancements/previews", said, format="multipart", headers={"X-Partial": "1"})
    assert again.status_code == 200


def test_no_batch_declares_for_its_owner(uploaded, client_of, team):
    asset, editor = uploaded(), client_of("editor")
    plan = {"kind": "enhance", "sources": [str(asset.pk)], "operations": [WISH]}
    for path, said in (
        ("/api/batch/generate", {"plan": plan}),
        ("/api/batch/templates", {"name": "Clean", "plan": plan}),
    ):
        answer = editor.post(path, {**said, "team": str(team.pk)}, format="json")
        assert (answer.status_code, answer.json()["code"]) == (422, "needs_a_person")
        assert answer.json()["errors"][0]["field"] == "plan.operations[0].name"
    with pytest.raises(Refused, match="declaration"):  # a batch from before: its items ask as its owner
        request_enhancement(actor=asset.owner, asset_id=asset.pk, operations=[WISH], terms=Terms(batch_id=uuid4()))


def test_who_tries_again_declares_anew(uploaded, ask, client_of):
    asset = uploaded()
    row = Enhancement.objects.get(pk=ask(asset).json()["id"])
    with transaction.atomic():
        services.close(str(row.pk), status="failed", error={"code": "x", "message": "y", "remedy": ""})
    admin, path = client_of("admin"), f"/api/enhance/{row.pk}/retry"
    assert admin.post(path, {}, format="json").json()["errors"][0]["field"] == "operations[0].rights"
    page = admin.get("/enhancements").content.decode()
    assert 'name="rights" required' in page
    admin.post(f"/enhancements/{row.pk}/retry", {"rights": "on", "from": "list"}, format="multipart")
    entries = AuditEntry.objects.filter(action="image.rights_declared").order_by("number")
    assert [entry.actor_id for entry in entries] == [asset.owner_id, admin.user.pk]
    like = admin.get(f"/enhancements/new?like={row.pk}&asset={asset.pk}").content.decode()
    assert 'name="watermark_removal.rights" checked' not in like and 'name="watermark_removal.rights"' in like


def full(step):
    """The step as rows keep it."""
    return {"name": step["name"], **registry.get(step["name"]).validate({k: v for k, v in step.items() if k != "name"})}
