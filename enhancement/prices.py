"""What an enhancement costs: the dated price of the local engine for the size of the result."""

from decimal import Decimal
from typing import Final

from designer.catalogue.models import ModelKind, ModelProfile
from designer.catalogue.services import unit_price
from teams.base.errors import Refused

PROVIDER: Final = "local"
MODEL: Final = "super-resolution"


def price_of(width: int, height: int) -> Decimal:
    """USD for a result of width x height pixels. Raises Refused when the catalogue does not say."""
    profile = ModelProfile.objects.filter(kind=ModelKind.ENHANCEMENT, provider=PROVIDER, model=MODEL).first()
    price = unit_price(profile, width=width, height=height) if profile else None
    if price is None:
        raise Refused(
            "price_unknown",
            f"What {PROVIDER}/{MODEL} costs for {width} x {height} pixels is not known.",
            field="operations",
            remedy="Have an admin add its price to the catalogue.",
        )
    return price
