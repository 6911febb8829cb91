"""Amounts in templates."""

from decimal import Decimal

from django import template

from designer.catalogue import amounts

register = template.Library()


@register.filter
def usd(amount: Decimal | str) -> str:
    """0.060000 as 0.06 and 0.039123 as 0.039: what a person reads."""
    return amounts.money(Decimal(amount))


@register.filter
def exact(amount: Decimal | str) -> str:
    """0.039123 as it is, for whoever wants it to the last digit."""
    return amounts.exact(Decimal(amount))
