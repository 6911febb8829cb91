"""Amounts in templates."""

from decimal import Decimal

from django import template

from designer.generations.presenting import money

register = template.Library()


@register.filter
def usd(amount: Decimal | str) -> str:
    """0.060000 as 0.06: what a person reads."""
    return money(Decimal(amount))
