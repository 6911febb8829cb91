"""The invariants hold after every kind of end, and each of them can fail."""

from decimal import Decimal

import pytest
from django.db import connection

from designer.assets.models import Asset
from designer.generations.models import Generation, StageRun
from designer.jobs.invariants import broken
from designer.jobs.models import Job
from designer.providers import base
from designer.realtime.models import Event
from tests.designer.generations.test_flow import ask, made
from tests.designer.generations.test_runner import GOOD, run, script
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["script"]  # a fixture


def test_they_hold_after_a_success_a_partial_end_a_failure_and_a_cancel(script, client_of):
    client = client_of("editor")
    made(client, n=2, provider="sketchbook")
    client.post(ask(client, provider="sketchbook").json()["links"]["cancel"])
    script.answers = [GOOD, base.Moderated("No.", "Change it.")]
    run(client_of, n=2)
    script.answers = [b"rubbish"]
    run(client_of)
    work_off()
    assert sorted(Generation.objects.values_list("status", flat=True)) == [
        "cancelled",
        "failed",
        "partial",
        "succeeded",
    ]
    assert broken() == {}


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("an image that was made says", lambda: Asset.objects.update(provenance={"model": "sketchbook-1"})),
        ("a generation cost", lambda: Generation.objects.update(cost=Decimal(9))),
        ("a generation cost what its stages", lambda: StageRun.objects.update(cost=Decimal(9))),
        ("a generation waits", lambda: Generation.objects.update(status="running")),
        ("a generation waits", lambda: Job.objects.update(status="queued", finished_at=None)),
        ("whoever watched", lambda: Event.objects.filter(event="generation:complete").delete()),
        ("the facts of a channel", lambda: Event.objects.filter(seq=2).delete()),
    ],
)
def test_each_notices_what_breaks_it(name, damage, client_of):
    made(client_of("editor"))
    assert broken() == {}
    damage()
    assert any(found.startswith(name) for found in broken())


def test_an_image_without_its_charge_is_noticed(client_of):
    made(client_of("editor"))
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE ledger_entries DISABLE TRIGGER ledger_append_only; UPDATE ledger_entries SET step = 'x'"
        )
        try:
            assert "an image that was made was charged for" in broken()
        finally:
            cursor.execute("ALTER TABLE ledger_entries ENABLE TRIGGER ledger_append_only")
