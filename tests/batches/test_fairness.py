"""Whom a batch keeps waiting: no person, and no other team longer than its own work does."""

import io

import pytest

from batches.models import Batch
from designer.assets.models import Asset
from designer.assets.services import store_upload
from designer.jobs.claims import claim
from designer.jobs.models import Job
from enhancement.models import Enhancement
from tests import images
from tests.batches.asking import made, plan, work_off

pytestmark = pytest.mark.django_db(transaction=True)
TWICE = [{"name": "upscale", "scale": 2}]
SHARPER = [{"name": "detail", "amount": 0.5}]


def shots(client, count: int) -> list[Asset]:
    pictures = [images.encoded("PNG", images.photo((160 + n, 140))) for n in range(count)]
    return [store_upload(actor=client.user, team_id=None, file=io.BytesIO(data), name="s.png") for data in pictures]


def whole_shoot(client, pictures: list[Asset], priority: int = 0) -> str:
    said = {"kind": "enhance", "sources": [str(each.pk) for each in pictures], "operations": TWICE}
    pk: str = made(client, said, priority=priority)["id"]
    work_off("io")
    return pk


def next_of(lane: str) -> Job:
    job = claim(lane, "somebody")
    assert job is not None
    return job


def test_a_preview_and_a_single_enhancement_go_before_the_most_urgent_batch(client_of):
    client = client_of("editor")
    pictures = shots(client, 3)
    whole_shoot(client, pictures)
    single = client.post(f"/api/enhance/{pictures[0].pk}", {"operations": SHARPER}, format="json").json()["id"]
    wish = {"asset": str(pictures[0].pk), "recipes": [{"operations": SHARPER}]}
    preview = client.post("/api/enhance/previews", wish, format="json").json()["id"]
    order = [next_of("gpu").payload for _ in range(3)]
    assert order[:2] == [{"preview_id": preview}, {"enhancement_id": single}]
    assert Enhancement.objects.get(pk=order[2]["enhancement_id"]).operations[0]["name"] == "upscale"


def test_a_selection_waits_behind_one_image_too(client_of):
    client = client_of("editor")
    pictures = shots(client, 3)
    many = {"assets": [str(each.pk) for each in pictures], "operations": TWICE}
    assert client.post("/api/enhance/batch", many, format="json").status_code == 202
    single = client.post(f"/api/enhance/{pictures[0].pk}", {"operations": SHARPER}, format="json").json()["id"]
    assert next_of("gpu").payload == {"enhancement_id": single}


@pytest.mark.parametrize("lane", ["batch", "gpu"])
def test_one_teams_urgent_batch_takes_turns_with_another_teams(client_of, lane):
    patient, urgent = client_of("editor"), client_of("owner")
    for client, priority in ((patient, 9), (urgent, 0)):
        if lane == "gpu":
            whole_shoot(client, shots(client, 3), priority)
        else:
            made(client, plan(variations=3), priority=priority)
    work_off("io")
    assert Job.objects.filter(lane=lane, status="queued").values("team_id").distinct().count() == 2
    begun = [next_of(lane).team_id for _ in range(6)]
    assert all(first != second for first, second in zip(begun[::2], begun[1::2], strict=True))


def test_within_a_team_the_more_urgent_batch_goes_first(client_of):
    client = client_of("editor")
    slow = made(client, plan("a slow coat", variations=3), priority=9)["id"]
    work_off("io")
    quick = made(client, plan("a quick coat", variations=3), priority=1)["id"]
    work_off("io")
    begun = [Batch.objects.get(items__generation__job_id=next_of("batch").pk) for _ in range(6)]
    assert [str(row.pk) for row in begun] == [quick] * 3 + [slow] * 3
