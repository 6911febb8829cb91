"""Plans that were kept before a release, or by one that knows less: what was accepted once goes on."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from batches import series
from batches.models import Batch, BatchSheet, BatchTemplate
from tests.batches.asking import generate, items, look, plan
from tests.batches.test_refusals import page_of
from tests.batches.test_sheets import send

pytestmark = pytest.mark.django_db(transaction=True)
OLD = {
    "a slot without a place": {"slots": {"season": ["spring", "summer"]}, "duplicates": "keep"},
    "no colour": {"palettes": [["rust", "#12"]]},
    "a part without a use": {"operations": [{"name": "upscale", "scale": 2}]},
    "out of its range where each row has its own": {"base": {"brief": "a coat", "seed": 2**53}, "rows": [{"seed": 5}]},
}


@pytest.mark.parametrize("parts", OLD.values(), ids=OLD)
@pytest.mark.parametrize("way", ["series", "clone", "template"])
def test_a_plan_that_was_accepted_when_it_was_kept_goes_on_and_is_refused_when_it_is_sent_anew(way, parts, client_of):
    client = client_of("editor")
    pk = generate(client, plan("a coat"), cron="0 3 * * *").json()["id"]
    row = Batch.objects.get(pk=pk)
    kept, moment = {**row.plan, **parts}, timezone.now() - timedelta(seconds=1)
    assert generate(client, kept).status_code in (400, 422)
    Batch.objects.filter(pk=pk).update(plan=kept, run_at=moment)
    if way == "series":
        series.due(row.pk, moment)
        assert (look(client, pk)["status"], Batch.objects.filter(series=pk).count()) == ("scheduled", 1)
    elif way == "clone":
        assert client.post(f"/api/batch/{pk}/clone").status_code in (201, 202)
    else:
        template = BatchTemplate.objects.create(team=row.team, owner=row.owner, name="Coats", plan=kept)
        page_of(client).post(f"/batches/templates/{template.pk}/draft")
        assert Batch.objects.filter(template=template, status="draft").exists()


def test_a_plan_without_a_sheet_is_kept_as_the_release_before_knows_it(client_of):
    client = client_of("editor")
    bare = generate(client, plan("a coat"), start=False).json()["id"]
    assert "lines" not in Batch.objects.get(pk=bare).plan
    sheet = send(client, "brief\n\na coat\n").json()["id"]
    told = generate(client, {"sheet": sheet}, start=False).json()["id"]
    assert Batch.objects.get(pk=told).plan["lines"] == [3] and items(client, told)[0]["label"]["row"] == 1


def test_a_server_of_the_release_before_can_keep_a_sheet(client_of):
    send(client_of("editor"), "brief\na coat\n")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO batch_sheets (id, created_at, updated_at, team_id, owner_id, name, rows)"
            " SELECT gen_random_uuid(), now(), now(), team_id, owner_id, 'before', '[]' FROM batch_sheets"
        )
    assert BatchSheet.objects.get(name="before").lines == []
