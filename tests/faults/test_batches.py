"""A batch while what carries it dies: every item ends once, and its cost is exact."""

from collections.abc import Iterator

import pytest

from tests.faults import batches

pytestmark = pytest.mark.fault
ITEMS = 40


@pytest.fixture
def carriers(django_db_blocker) -> Iterator[batches.Carriers]:
    with django_db_blocker.unblock(), batches.carriers() as cast:
        yield cast


def test_a_batch_survives_all_that_carries_it_with_each_item_made_and_paid_once(carriers):
    figures = batches.killed_in_turn(carriers, items=ITEMS)
    assert (figures["status"], figures["states"], figures["images"]) == ("completed", {"succeeded": ITEMS}, ITEMS)
    assert (figures["not_ended_once"], figures["paid_twice"], figures["made_twice"]) == (0, 0, 0), figures
    assert figures["exact"] and figures["open_reservations"] == 0, figures
    assert figures["asked_again_is_the_same"], figures
    assert sum(figures["faults"].values()) == 8, figures
    assert figures["broken_invariants"] == {}
