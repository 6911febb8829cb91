"""Enhancements that are bought, while the workers that look after them are killed: a play with real processes.

It returns figures and judges nothing.
"""

from collections import Counter
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import httpx2
from django.db.models import QuerySet, Sum

from designer.assets.models import Asset
from designer.jobs.invariants import broken
from designer.ledger.models import LedgerEntry
from enhancement.models import Enhancement, Status
from teams.accounts.models import User
from teams.accounts.services import create_token
from tests.factories import PASSWORD
from tests.faults.kit import Stage, Web, private_stage, until
from tests.faults.vendors import Vendors
from tests.images import encoded

Figures = dict[str, Any]
SERVICES = ("replicate", "fal")
LOOKS = 6  # at a work until it is over: longer than any of the workers that are killed lives
ASIDE = ("/cancel", "/v1/files")  # what is posted there is no order


def bought_once(*, kills: int) -> Figures:
    """One enhancement at each service; so often the worker dies by SIGKILL between the order and the result."""
    with private_stage() as stage:
        vendors = _vendors(stage)
        stage.scheduler()
        asked = _asked(stage.web())
        for _ in range(kills):
            seen, worker = _looks(vendors), stage.worker("remote", children=len(SERVICES))
            until(lambda seen=seen: all(_looks(vendors)[name] > seen[name] for name in SERVICES), 60)
            worker.kill()
        unfinished = Enhancement.objects.filter(pk__in=asked, status=Status.RUNNING).count()
        stage.worker("remote", children=len(SERVICES))
        until(lambda: not Enhancement.objects.filter(pk__in=asked, status__in=(Status.QUEUED, Status.RUNNING)), 120)
        rows = Enhancement.objects.filter(pk__in=asked)
        return {
            "play": "bought",
            "kills": kills,
            "unfinished_at_the_last_kill": unfinished,
            "ends": dict(Counter(rows.values_list("status", flat=True))),
            "orders": dict(_orders(vendors)),
            "bills": len(vendors.control("charges")),
            "paid": LedgerEntry.objects.count(),
            "ledger_less_costs": str(_sum(LedgerEntry.objects.all(), "amount") - _sum(rows, "cost")),
            "results": Asset.objects.filter(kind="enhanced").count(),
            "broken_invariants": broken(),
        }


def _vendors(stage: Stage) -> Vendors:
    vendors = Vendors(stage)
    stage.procs.append(vendors)
    prefixes = tuple(f"{name.upper()}_" for name in SERVICES)
    stage.env |= {key: value for key, value in vendors.environment.items() if key.startswith(prefixes)}
    for name in SERVICES:
        vendors.control("plan", vendor=name, behaviour="ok", times=0, looks=LOOKS)
    return vendors


def _asked(web: Web) -> list[UUID]:
    """One picture, enlarged by each service, as its owner asks for it."""
    owner = User.objects.create_user(f"{uuid4()}@example.org", PASSWORD)
    token = create_token(actor=owner, name="play")[1]
    file = {"file": ("coat.png", encoded("PNG"))}
    head = {"Authorization": f"Bearer {token}"}
    asset = httpx2.post(f"{web.url}/api/assets", files=file, headers=head, timeout=60).json()["id"]
    found = []
    for name in SERVICES:
        wish = {"operations": [{"name": "upscale", "scale": 2, "service": f"{name}/real-esrgan"}]}
        status, told = web.ask("POST", f"/api/enhance/{asset}", token, wish)
        if status != 202:
            raise RuntimeError(f"the enhancement was refused: {status} {told}; see {web.log}")
        found.append(UUID(told["id"]))
    return found


def _orders(vendors: Vendors) -> Counter[str]:
    calls = vendors.control("calls")
    return Counter(call["vendor"] for call in calls if call["method"] == "POST" and not call["path"].endswith(ASIDE))


def _looks(vendors: Vendors) -> Counter[str]:
    """Questions after works that were ordered."""
    return Counter(call["vendor"] for call in vendors.control("calls") if call["method"] == "GET")


def _sum(rows: QuerySet[Any], field: str) -> Decimal:
    return rows.aggregate(sum=Sum(field, default=Decimal(0)))["sum"]
