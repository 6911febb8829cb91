"""Vendors with limits, and a studio that must stay below them: plays with real processes.

What counts is what the vendors saw. A play returns figures and judges nothing.
"""

import math
import time
from dataclasses import dataclass
from typing import Any

from designer.catalogue.models import ModelProfile
from tests.faults.batches import Ordered, books
from tests.faults.kit import until
from tests.faults.vendors import at_vendors, outcome, plan_of, server_side

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class House:
    """A vendor as it is documented: seconds a call takes, calls let in within `window` seconds.

    `told`: it says so in its headers; else an admin has written the limit into the catalogue.
    """

    vendor: str
    model: str
    seconds: float
    most: int
    window: float = 60.0
    told: bool = False
    share: float = 1.0

    def items(self, total: int) -> int:
        return max(1, round(total * self.share))

    def bound(self, items: int, seconds: float) -> float:
        """Seconds that its limit alone asks for, however many work; `seconds`: what a call takes in this play."""
        return (items - 1) // self.most * self.window + seconds

    def write_down(self) -> None:
        if not self.told:
            limits = {"requests_per_minute": int(self.most * 60 / self.window)}
            ModelProfile.objects.filter(provider=self.vendor, model=self.model).update(limits=limits)


# Stability documents 150 requests in 10 s; a first-tier Gemini project makes some 10 images a minute; OpenAI documents
# no number but sends it with each answer.
HOUSES = (
    House("stability", "core", 5, 150, window=10, share=0.5),
    House("openai", "gpt-image-2", 20, 50, told=True, share=0.4),
    House("google", "gemini-3.1-flash-image", 10, 10, share=0.1),
)
STEADY = House("openai", "gpt-image-2", 1, 60, told=True)


def all_at_once(*, items: int, slots: int, faster: float, failing: dict[str, float]) -> Figures:
    """So many items in flight at three vendors, of whose calls a share fails; `faster`: their seconds are divided."""
    with at_vendors(*(house.vendor for house in HOUSES), slots=slots) as (stage, vendors):
        for house in HOUSES:
            house.write_down()
            facts = {"seconds": house.seconds / faster, "most": house.most, "window": house.window}
            vendors.weather(house.vendor, failing=failing, **facts)
        web, began = stage.web(), time.monotonic()
        orders = {
            house: Ordered(web, plan_of(house.vendor, house.model, house.items(items)), parallelism=min(64, items))
            for house in HOUSES
        }
        until(lambda: all(batch.is_over() for batch in orders.values()), 600 + 4 * items, every=1)
        wall = time.monotonic() - began
        work = sum(house.items(items) * house.seconds / faster for house in HOUSES) / slots
        bound = max(work, *(house.bound(house.items(items), house.seconds / faster) for house in HOUSES))
        return {
            "play": "200",
            "items": sum(house.items(items) for house in HOUSES),
            "slots": slots,
            "failing": failing,
            "wall": round(wall, 1),
            "bound": round(bound, 1),
            "ratio": round(wall / bound, 2),
            "vendors": {
                house.vendor: {
                    **server_side(vendors.saw(house.vendor), window=house.window),
                    "limit": house.most,
                    **_told(books(batch.id)),
                }
                for house, batch in orders.items()
            },
        }


def _told(found: Figures) -> Figures:
    return {name: found[name] for name in ("states", "not_ended_once", "paid_twice", "sums")}


def paced(*, items: int, slots: int) -> Figures:
    """B5: more worker slots than the vendor's limit feeds; it tells its limit with each answer."""
    with at_vendors(STEADY.vendor, slots=slots) as (stage, vendors):
        vendors.weather(STEADY.vendor, seconds=STEADY.seconds, most=STEADY.most)
        began = time.monotonic()
        batch = Ordered(stage.web(), plan_of(STEADY.vendor, STEADY.model, items), parallelism=slots)
        until(batch.is_over, 300 + 3 * items, every=0.5)
        seen = vendors.saw(STEADY.vendor)
        start = seen[0]["arrived"]
        return {
            "play": "b5",
            "items": items,
            "slots": slots,
            "limit_a_minute": STEADY.most,
            "wall": round(time.monotonic() - began, 1),
            "bound": math.ceil(items / STEADY.most - 1) * STEADY.window + STEADY.seconds,
            "vendor": server_side(seen),
            "refused_after": [round(each["arrived"] - start, 1) for each in seen if not each["let_in"]],
            **outcome(batch, vendors),
        }
