"""How many digits of an amount a person reads."""

from decimal import ROUND_CEILING, Decimal

import pytest

from designer.catalogue.amounts import exact, money


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


def test_an_estimate_is_told_so_that_it_is_enough():
    assert money(Decimal("0.039123"), ROUND_CEILING) == "0.04" and money(Decimal("0.0381"), ROUND_CEILING) == "0.039"
