"""What the tests of reports stand on."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from rest_framework.test import APIClient

from analytics import rollups
from analytics.reports import recipients
from analytics.reports.models import Consent, Report
from designer.assets.blobs import thumbnail_path
from designer.assets.models import Asset
from designer.assets.services import store_upload
from tests.analytics.rows import MODELS, Rows
from tests.conftest import ClientOf
from tests.work import work_off
from tests.worlds import picture

AT = datetime(2026, 11, 3, 12, tzinfo=UTC)
DAYS = {"kind": "custom", "from": "2026-11-02", "to": "2026-11-08", "timezone": "UTC"}
Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def owner(client_of: ClientOf) -> APIClient:
    return client_of("owner")


@pytest.fixture
def filled(rows: Rows, owner: APIClient) -> Rows:
    """A week with 5 images of 3 generations: 2 rated, 1 liked; one simulated, 0.16 USD paid. Before: 1 image."""
    user = owner.user  # type: ignore[attr-defined]
    row = rows.generation(user, AT, started_at=AT, finished_at=AT.replace(minute=1), brief="A red coat\nwith =1+1")
    images = [rows.image(row, AT, score=0.8) for _ in range(4)]
    rows.said(images[0], user, "like")
    rows.said(images[1], user, "dislike")
    rows.charge(AT, "0.160000", row=row, actor=user)
    drawn = rows.generation(user, AT, maker=MODELS[2])
    rows.image(drawn, AT)
    rows.charge(AT, "0.020000", row=drawn, maker=MODELS[2], actor=user)
    rows.generation(user, AT, status="failed", error={"code": "provider_down"})
    before = rows.generation(user, AT.replace(month=10, day=28))
    rows.image(before, AT.replace(month=10, day=28))
    rows.charge(AT.replace(month=10, day=28), "0.040000", row=before, actor=user)
    rollups.work_off()
    return rows


@pytest.fixture
def liked(filled: Rows, owner: APIClient) -> list[Asset]:
    """Three images that are liked and have files, and one whose file is gone."""
    user, found = owner.user, []  # type: ignore[attr-defined]
    for number in range(4):
        asset = store_upload(actor=user, team_id=filled.team.pk, file=picture(f"#1f6b{number}2"), name="x.png")
        row = filled.generation(user, AT, brief=f"A coat of kind {number}")
        Asset.objects.filter(pk=asset.pk).update(kind="generated", generation=row, created_at=AT)
        asset.refresh_from_db()
        filled.said(asset, user, "like")
        found.append(asset)
    default_storage.delete(thumbnail_path(found[3].path, 160))
    default_storage.delete(found[3].path)
    rollups.work_off()
    return found


def agreed(team_id: object, *addresses: str) -> None:
    """These addresses have said that they want the team's reports."""
    for address in addresses:
        said = {"given_at": timezone.now()}
        Consent.objects.update_or_create(team_id=team_id, address=address.lower(), defaults=said)


@pytest.fixture
def ask(rows: Rows) -> Ask:
    """Asks for a report of the week over HTTP. Addresses outside that it names want it, unless they
    stopped it or `want` says else."""

    def do(client: APIClient, *, want: bool = True, **more: Any) -> dict[str, Any]:
        wish = {"team": str(rows.team.pk), **DAYS, **more}
        answer = client.post("/api/reports", wish, format="json")
        assert answer.status_code == 202, answer.content
        told = dict(answer.json())
        if want:
            named = Report.objects.get(pk=told["id"]).addresses
            agreed(told["team"], *(each for each in named if not recipients.stops(told["team"], each).exists()))
        return told

    return do


def made(told: dict[str, Any]) -> Report:
    """The report, once the workers have done what waits."""
    work_off()
    return Report.objects.get(pk=told["id"])
