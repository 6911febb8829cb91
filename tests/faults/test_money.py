"""Hard budgets and many at once: `python3 run.py bench faults --full --only=10` tries more."""

from decimal import Decimal

import pytest

from tests.faults import money

pytestmark = pytest.mark.django_db(transaction=True)


def test_32_at_once_and_1000_tries_pass_no_budget_by_a_cent():
    figures = money.never_passed(threads=32, tries=32)
    assert Decimal(figures["overspent"]) == figures["stuck_reservations"] == 0, figures
    assert Decimal(figures["ledger_less_counted"]) == 0, figures
    assert min(figures["ends"][end] for end in ("paid", "refused", "rolled back", "connection killed")) > 10, figures
    assert figures["broken_invariants"] == {}
