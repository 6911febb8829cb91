"""The log: numbers without gaps under many writers, ghosts never, 24 hours of memory."""

import random
import threading
from collections import defaultdict
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from designer.realtime import events, log, ticks
from designer.realtime.models import ChannelHead, Event

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS, ROUNDS = 16, 60


def write(number, channels, committed, errors):
    """Transactions over several channels in random order, some slow, one in ten rolled back."""
    dice = random.Random(number)
    try:
        for turn in range(ROUNDS):
            chosen = dice.sample(channels, dice.randint(1, len(channels)))
            mine = [(channel, f"{number}.{turn}.{place}") for place, channel in enumerate(chosen)]
            try:
                with transaction.atomic():
                    for channel, name in mine:
                        events.record(channel, "generation:stage", {"name": name}, team_id=None)
                    if dice.random() < 0.2:
                        with connection.cursor() as cursor:
                            cursor.execute("SELECT pg_sleep(%s)", [dice.random() / 100])
                    if dice.random() < 0.1:
                        raise ZeroDivisionError
                committed += mine
            except ZeroDivisionError:
                pass
    except Exception as error:  # noqa: BLE001  (a thread's error must reach the test)
        errors.append(error)
    finally:
        connection.close()


def test_sixteen_writers_leave_no_gap_no_reorder_and_no_ghost():
    channels = [f"team:{uuid4()}" for _ in range(5)]
    committed: list[tuple[str, str]] = []
    errors: list[Exception] = []
    seen: dict[str, list[tuple[int, str]]] = defaultdict(list)
    threads = [threading.Thread(target=write, args=(n, channels, committed, errors)) for n in range(WRITERS)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads) or poll(channels, seen):
        poll(channels, seen)  # a reader beside the writers, who only asks for what is above the newest it has
    assert errors == []
    for channel in channels:
        assert [seq for seq, _ in seen[channel]] == list(range(1, len(seen[channel]) + 1))
        assert ChannelHead.objects.get(channel=channel).seq == len(seen[channel])
    assert sorted((c, name) for c in channels for _, name in seen[c]) == sorted(committed)


def poll(channels, seen):
    facts = log.news({channel: len(seen[channel]) for channel in channels}, 1000)
    for fact in facts:
        seen[fact.channel].append((fact.seq, fact.message()["data"]["name"]))
    return facts


def test_events_of_one_transaction_keep_their_order_also_across_savepoints():
    channel = f"team:{uuid4()}"
    with transaction.atomic():
        events.record(channel, "generation:stage", {"n": 1}, team_id=None)
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            events.record(channel, "generation:stage", {"n": 2}, team_id=None)
            raise ZeroDivisionError
        with transaction.atomic():
            events.record(channel, "generation:stage", {"n": 3}, team_id=None)
    assert [fact.message()["data"]["n"] for fact in log.news({channel: 0}, 10)] == [1, 3]


def test_the_counter_is_not_held_while_a_transaction_works():
    channel = f"team:{uuid4()}"
    done = threading.Event()

    def quick():
        events.record(channel, "generation:stage", {"who": "quick"}, team_id=None)
        connection.close()
        done.set()

    with transaction.atomic():
        events.record(channel, "generation:stage", {"who": "slow"}, team_id=None)
        threading.Thread(target=quick).start()
        assert done.wait(10), "a writer waited for another's unfinished transaction"
    assert [fact.message()["data"]["who"] for fact in log.news({channel: 0}, 10)] == ["quick", "slow"]


def test_what_is_older_than_a_day_goes_and_the_count_goes_on():
    channel, other = f"team:{uuid4()}", f"team:{uuid4()}"
    for n in range(4):
        events.record(channel, "generation:stage", {"n": n}, team_id=None)
        events.record(other, "generation:stage", {"n": n}, team_id=None)
    day_ago = timezone.now() - timedelta(hours=25)
    Event.objects.filter(channel=channel, seq__in=[1, 3]).update(created_at=day_ago)  # 3: a slow transaction's
    assert log.prune(timezone.now()) == 3
    events.record(channel, "generation:stage", {"n": 4}, team_id=None)
    assert [fact.seq for fact in log.news({channel: 0}, 10)] == [4, 5]
    assert len(log.news({other: 0}, 10)) == 4
    head = log.head(channel)
    assert [log.cut(channel, head, after, head.epoch) for after in (0, 2, 3, 5)] == ["expired", "expired", "", ""]


def test_of_thousands_of_channels_those_that_moved_are_found_by_one_statement_that_does_not_grow():
    """What came, what went on, what began a new history and what lost all of it; not what stands where it stood."""
    names = ("still", "went_on", "began", "cut", "gone", "silent")
    channels = {name: f"team:{uuid4()}" for name in names}
    for name in ("still", "went_on", "cut", "gone"):
        events.record(channels[name], "generation:stage", {}, team_id=None)
    known = {channel: log.head(channel) for channel in channels.values()}
    known |= {f"team:{uuid4()}": log.NOTHING_YET for _ in range(15_000)}
    for name in ("went_on", "began"):
        events.record(channels[name], "generation:stage", {}, team_id=None)
    ChannelHead.objects.filter(channel=channels["cut"]).update(epoch=uuid4())
    ChannelHead.objects.filter(channel=channels["gone"]).delete()
    statements = []

    def note(execute, sql, params, many, context):
        statements.append(len(params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        moved = log.moved(known)
    assert statements == [3]
    assert {name: moved[channel].seq for name, channel in channels.items() if channel in moved} == {
        "went_on": 2,
        "began": 1,
        "cut": 1,
        "gone": 0,
    }
    assert len(moved) == 4
    assert log.moved({**known, **moved}) == {}


@pytest.mark.parametrize("channel", ["team", "team:7", f"TEAM:{UUID(int=7)}", f"team:{UUID(int=7)} ", "system:1", ""])
def test_a_channel_that_is_none_is_refused(channel):
    with pytest.raises(ValueError, match="is no channel"):
        events.record(channel, "generation:stage", {}, team_id=None)
    with pytest.raises(ValueError, match="is no channel"):
        ticks.tick(channel, "generation:progress", {})


@pytest.mark.parametrize("event", ["stage", "Generation:stage", "generation:", "generation:a b", ""])
def test_an_event_without_a_proper_name_is_refused(event):
    with pytest.raises(ValueError, match="is no event name"):
        events.record("system", event, {}, team_id=None)


@pytest.mark.parametrize("data", [{"x": "y" * 40_000}, {"x": float("nan")}])
def test_data_that_does_not_fit_is_refused(data):
    with pytest.raises(ValueError):
        events.record("system", "system:alert", data, team_id=None)


def test_ids_amounts_and_times_are_written_as_text():
    channel, now = f"team:{uuid4()}", timezone.now()
    events.record(channel, "cost:updated", {"id": uuid4(), "at": now, "amount": 1}, team_id=None)
    assert set(log.news({channel: 0}, 1)[0].message()["data"]) == {"id", "at", "amount"}


def test_a_reader_of_any_age_goes_on_without_a_gap_or_is_told_that_he_cannot():
    """A day and a quarter, an event each hour, and what is older than a day gone."""
    channel, hours = f"team:{uuid4()}", 30
    for n in range(hours):
        events.record(channel, "generation:stage", {"n": n}, team_id=None)
        Event.objects.filter(channel=channel).update(created_at=F("created_at") - timedelta(hours=1))
    log.prune(timezone.now())
    head = log.head(channel)
    told = {after: log.cut(channel, head, after, head.epoch) for after in range(hours + 1)}
    kept = {after: [fact.seq for fact in log.news({channel: after}, 100)] for after in told}
    assert {after for after, cut in told.items() if not cut} == {
        after for after in told if kept[after] == list(range(after + 1, hours + 1))
    }
    assert 23 <= sum(not cut for cut in told.values()) <= 26
