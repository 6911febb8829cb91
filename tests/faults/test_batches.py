"""A batch while what carries it dies: every item ends once, and its cost is exact."""

from collections.abc import Iterator

import pytest
import redis

from batches import services
from batches.models import Batch
from designer.generations.models import Generation
from designer.jobs.invariants import broken
from designer.ledger.models import LedgerEntry, Reservation
from designer.ledger.services import spent
from teams.accounts.models import User
from tests.factories import PASSWORD
from tests.faults.kit import Proc, Stage, private_database, until

pytestmark = pytest.mark.fault
ITEMS = 60


@pytest.fixture
def stage(django_db_blocker, tmp_path, monkeypatch) -> Iterator[Stage]:
    monkeypatch.setenv("DESIGNER_VAR", str(tmp_path))
    with django_db_blocker.unblock(), private_database():
        stage = Stage(lease=3)
        try:
            yield stage
        finally:
            stage.close()


def test_a_batch_survives_its_workers_and_redis_with_each_item_made_and_paid_once(stage):
    workers = [stage.worker("interactive,io,batch", children=1) for _ in range(2)]
    stage.scheduler()
    owner = User.objects.create_user("batch@example.org", PASSWORD)
    plan = {"base": {"brief": "a plain coat", "quality": "draft"}, "variations": ITEMS}
    made = services.create(actor=owner, wish=services.BatchWish(plan=plan, parallelism=6))

    def done() -> int:
        return Batch.objects.get(pk=made.pk).done

    for reached, victim in ((ITEMS // 6, 0), (ITEMS // 2, 1)):
        until(lambda reached=reached: done() >= reached, 120)
        killed: Proc = workers[victim]
        killed.kill()
        with redis.Redis.from_url(stage.valkey.url) as link:
            link.flushall()
        killed.start()
    until(lambda: Batch.objects.get(pk=made.pk).is_over, 240)

    row = Batch.objects.get(pk=made.pk)
    assert (row.status, row.succeeded) == ("completed", ITEMS), row.counts()
    entries = LedgerEntry.objects.filter(team_id=row.team_id)
    assert entries.count() == entries.values("subject").distinct().count() == Generation.objects.count() == ITEMS
    assert row.cost == row.estimate_high == spent(row.team_id)
    assert not Reservation.objects.filter(state="open").exists()
    assert broken() == {}
