"""Taking a mark off through the API: only after a declaration, which is logged, and never off somebody else's image."""

import io

import pytest

from designer.assets.models import Asset
from designer.assets.services import store_upload
from enhancement.models import Enhancement
from teams.audit.models import AuditEntry
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
