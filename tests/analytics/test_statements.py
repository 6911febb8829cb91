"""What reading and noting cost: as many statements and notes for many rows as for few."""

from datetime import timedelta
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analytics import rollups, terms
from analytics.models import PendingSlot
from designer.assets.models import Asset
from designer.generations.models import Generation
from designer.ledger.models import LedgerEntry
from designer.personas.models import Feedback
from tests.analytics.rows import Rows, utc
from tests.factories import TeamFactory

pytestmark = pytest.mark.django_db
NAMES = ("overview", "costs", "quality", "models", "users", "trends")
SPAN = {"from": "2026-11-03", "to": "2026-11-03", "timezone": "UTC", "compare": "previous"}
MANY = 50


def statements(client) -> dict[str, int]:
    """How many each address takes."""
    found = {}
    for address in (*(f"/api/analytics/{name}" for name in NAMES), "/analytics"):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address, SPAN).status_code == 200
        found[address] = len(asked)
    return found


def test_the_number_of_statements_does_not_grow_with_the_rows(rows: Rows, client_of, member, monkeypatch):
    monkeypatch.setattr(terms, "KNOWN", 0)  # what is kept in memory asks less
    client = client_of("owner")
    rows.many([client.user], utc(2026, 11, 3), 1, 6)
    rollups.work_off()
    statements(client)  # what is kept in memory from then on
    few = statements(client)
    assert max(few[f"/api/analytics/{name}"] for name in NAMES) <= 20 and few["/analytics"] <= 48
    people = [member("editor") for _ in range(4)]
    for team in (rows.team, TeamFactory(owner=client.user), TeamFactory(owner=client.user)):
        Rows(team, Random(5)).many([client.user, *people], utc(2026, 11, 2), 2, 40)
    rollups.work_off()
    assert statements(client) == few


def noted() -> int:
    """How many notes were left since it was asked last."""
    return PendingSlot.objects.all().delete()[0]


def test_a_statement_leaves_one_note_of_a_slot_however_many_rows_it_touches(rows: Rows, member):
    """A trigger that fires by row would leave one for each. (Those of changes do: they look at columns.)"""
    user = member("editor")
    own: dict[str, Any] = {"team": rows.team, "owner": user}
    noted()
    made = Generation.objects.bulk_create(Generation(**own, brief="a coat", status="queued") for _ in range(MANY))
    slots = slots_of(Generation)
    assert noted() == slots
    facts = {"kind": "generated", "sha256": "0" * 64, "path": "none", "media_type": "image/png", "width": 1}
    images = Asset.objects.bulk_create(Asset(**own, **facts, generation=row, height=1, bytes=1) for row in made)
    assert noted() == slots_of(Asset)
    said = [Feedback(**own, generation=image.generation, asset=image, kind="like") for image in images]
    Feedback.objects.bulk_create(said)
    assert noted() == slots_of(Asset)
    paid = {"kind": "generation", "provider": "p", "model": "m", "quantity": 1, "unit_price": 1, "amount": 1}
    LedgerEntry.objects.bulk_create(
        LedgerEntry(team=rows.team, job_id=uuid4(), attempt=1, subject=f"generation:{row.pk}", **paid) for row in made
    )
    assert noted() <= slots_of(Asset) + slots_of(LedgerEntry)
    for kind in (Feedback, Asset, Generation):
        slots = slots_of(Asset if kind is Feedback else kind)
        rest = kind.objects.all()
        assert rest._raw_delete(rest.db) == MANY
        charges = slots_of(LedgerEntry) if kind is Generation else 0  # they count by its garment no more
        assert noted() == slots + charges, kind


def slots_of(kind: type[Any]) -> int:
    """In how many quarters of an hour these rows were made: one, or two where a quarter ends meanwhile."""
    times = kind.objects.values_list("created_at", flat=True)
    return len({at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0) for at in times})


def test_how_far_behind_a_team_is_is_known_without_counting(rows: Rows, client_of):
    client = client_of("owner")
    now = timezone.now()
    PendingSlot.objects.bulk_create(
        PendingSlot(team_id=team, slot=now - timedelta(minutes=15 * n), at=now - timedelta(seconds=40 if n else 90))
        for n in range(2_000)
        for team in (rows.team.pk, uuid4())
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE analytics_pending")
    with CaptureQueriesContext(connection) as asked:
        about = client.get("/api/analytics/overview", {"team": str(rows.team.pk)}).json()["about"]
    assert about["pending"] is True and 90 <= about["lag_seconds"] < 150
    (told,) = [each["sql"] for each in asked if "analytics_pending" in each["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {told}")
        (plan,) = cursor.fetchone()
    assert looked_at(plan[0]["Plan"]) <= 1


def looked_at(node: dict[str, Any]) -> float:
    """How many notes a plan reads."""
    own = node["Actual Loops"] * (node["Actual Rows"] + node.get("Rows Removed by Filter", 0))
    here = own if node.get("Relation Name") == "analytics_pending" else 0
    return here + sum(looked_at(each) for each in node.get("Plans", []))
