"""A fact that is committed has its deliveries; one that is not has none."""

import threading
from uuid import uuid4

import pytest
from django.db import connection, transaction

from batches.webhooks.models import Delivery
from designer.realtime.events import record
from designer.realtime.log import prune
from designer.realtime.models import Event
from tests.batches.webhooks.conftest import tell
from tests.factories import TeamFactory
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)


def types_of(hook) -> list[str]:
    return [row.type for row in hook.deliveries()]


def test_a_committed_fact_has_one_delivery_for_each_webhook_that_chose_it(hook, team):
    everything, family, one = hook("/a", "*"), hook("/b", "generation.*"), hook("/c", "batch.complete", "cost.updated")
    channel = tell(team.pk, "generation:complete", assets=["x"])
    tell(team.pk, "batch:progress")
    tell(team.pk, "batch:complete")
    assert types_of(everything) == ["generation.complete", "batch.progress", "batch.complete"]
    assert types_of(family) == ["generation.complete"]
    assert types_of(one) == ["batch.complete"]
    (row,) = family.deliveries()
    event = Event.objects.get(channel=channel)
    assert (row.event_id, row.channel, row.seq, row.data) == (event.pk, channel, 1, {"assets": ["x"]})


def test_what_is_rolled_back_is_sent_to_nobody(hook, team):
    everything = hook()
    with transaction.atomic():
        record(f"generation:{uuid4()}", "generation:complete", {}, team_id=team.pk)
        transaction.set_rollback(True)
    assert everything.deliveries() == []


def test_the_work_of_the_studio_itself_is_told(hook, client_of):
    from tests.designer.generations.test_flow import ask

    everything = hook("/a", "generation.*")
    ask(client_of("owner"), team=str(everything.row.team_id))
    work_off("interactive")
    told = types_of(everything)
    assert told[0] == "generation.stage" and told[-1] == "generation.complete"
    assert [row.seq for row in everything.deliveries()] == list(range(1, len(told) + 1))


def test_nothing_goes_to_another_team_nor_what_is_told_to_one_person_or_to_all(hook, team, user):
    everything = hook()
    tell(TeamFactory().pk)
    tell(team.pk, "notification:created", channel=f"user:{user.pk}")
    tell(None, "system:alert", channel="system")
    assert everything.deliveries() == []


def test_a_fact_that_is_told_on_a_second_channel_is_sent_once(hook, team):
    everything = hook()
    with transaction.atomic():
        for channel in (f"asset:{uuid4()}", f"enhancement:{uuid4()}"):
            record(channel, "enhancement:complete", {}, team_id=team.pk)
    (row,) = everything.deliveries()
    assert row.channel.startswith("enhancement:")


@pytest.mark.parametrize("status", ["disabled", "removed"])
def test_a_webhook_that_is_off_gets_nothing(status, hook, team):
    off = hook()
    type(off.row).objects.update(status=status)
    tell(team.pk)
    assert off.deliveries() == []


def test_cutting_the_log_cuts_no_delivery(hook, team):
    everything = hook()
    tell(team.pk)
    Event.objects.update(created_at="2020-01-01T00:00Z")
    from django.utils import timezone

    assert prune(timezone.now()) == 1
    assert len(everything.deliveries()) == 1


def test_writers_at_once_lose_nothing_and_keep_the_order_of_each_channel(hook, team):
    everything = hook()
    channels = [f"batch:{uuid4()}" for _ in range(3)]

    def write(number: int) -> None:
        for n in range(20):
            with transaction.atomic():
                for channel in channels[: 1 + (n + number) % 3]:
                    record(channel, "batch:item", {"writer": number, "n": n}, team_id=team.pk)
        connection.close()

    writers = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    rows = everything.deliveries()
    assert len(rows) == Event.objects.count() == len({row.event_id for row in rows}) > 160
    for channel in channels:
        assert [row.seq for row in rows if row.channel == channel] == list(
            range(1, 1 + Event.objects.filter(channel=channel).count())
        )


def test_one_transaction_of_many_facts_keeps_their_order(hook, team):
    everything = hook()
    channel = f"batch:{uuid4()}"
    with transaction.atomic():
        for n in range(300):
            record(channel, "batch:item", {"n": n}, team_id=team.pk)
    assert [row.data["n"] for row in everything.deliveries()] == list(range(300))


def test_a_fact_is_not_delivered_twice_to_one_webhook(hook, team):
    everything = hook()
    tell(team.pk)
    (row,) = everything.deliveries()
    row.pk = row.id = uuid4()
    with pytest.raises(Exception, match="webhook_delivery_once"):
        Delivery.objects.bulk_create([row])
