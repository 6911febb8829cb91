"""How many digits of an amount a person reads."""

from decimal import Decimal

import pytest

from designer.catalogue.amounts import at_most, exact, money


@pytest.mark.parametrize(
    ("amount", "shown", "whole"),
    [
        ("0", "0.00", "0.00"),
        ("0.000000", "0.00", "0.00"),
        ("0.040000", "0.04", "0.04"),
        ("0.039123", "0.039", "0.039123"),
        ("0.0996", "0.10", "0.0996"),
        ("0.117369", "0.12", "0.117369"),
        ("0.0025", "0.0025", "0.0025"),
        ("0.000123", "0.00012", "0.000123"),
        ("7", "7.00", "7.00"),
        ("12.345678", "12.35", "12.345678"),
    ],
)
def test_an_amount_is_told_to_the_cent_or_to_the_second_digit_that_counts(amount, shown, whole):
    assert (money(Decimal(amount)), exact(Decimal(amount))) == (shown, whole)


@pytest.mark.parametrize(
    ("amount", "shown"),
    [("0", "0.00"), ("0.039123", "0.0392"), ("0.104", "0.104"), ("12.341", "12.35"), ("0.04", "0.04")],
)
def test_an_estimate_is_told_so_that_it_is_enough_and_hardly_more(amount, shown):
    assert at_most(Decimal(amount)) == shown
