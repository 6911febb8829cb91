"""Bought enhancements in small, with workers that are really killed while a service is at work."""

import pytest

from tests.faults import purchases

pytestmark = pytest.mark.fault


def test_a_bought_result_is_kept_and_paid_once_though_its_workers_are_killed(django_db_blocker):
    with django_db_blocker.unblock():
        figures = purchases.bought_once(kills=2)
    assert figures["unfinished_at_the_last_kill"] == 2, figures
    assert (figures["ends"], figures["orders"]) == ({"succeeded": 2}, {"replicate": 1, "fal": 1}), figures
    assert (figures["bills"], figures["paid"], figures["results"]) == (2, 2, 2), figures
    assert float(figures["ledger_less_costs"]) == 0 and figures["broken_invariants"] == {}, figures
