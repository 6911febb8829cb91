"""By persona, garment and model, with what was approved: what plain loops over the raw rows find, whatever changes."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from analytics import checking, rollups
from analytics.models import Fill, PendingSlot, StyleDay, StyleSlot, TermsDay, TermsSlot, WorkDay
from analytics.tasks import work_off
from designer.assets.models import Asset
from designer.generations.gallery import Filters
from designer.generations.models import Generation
from designer.ledger.models import LedgerEntry
from designer.personas.models import Feedback, Persona
from teams.review.approvals.models import Approval
from tests.analytics.rows import MODELS, Rows, utc

pytestmark = pytest.mark.django_db
MICRO = Decimal("0.000001")
GARMENTS = ("coat", "wrap dress", "Trench «été»", "")
ALWAYS = (utc(2000, 1, 1), utc(2100, 1, 1))
ZONES = [("UTC", date(2026, 3, 1)), ("Europe/Paris", date(2026, 3, 29)), ("Australia/Lord_Howe", date(2026, 4, 5))]


def approved(image: Asset, status: str = "approved") -> Approval:
    at = None if status == "open" else timezone.now()
    return Approval.objects.create(
        team=image.team, asset=image, requester=image.owner, status=status, decided_at=at, sha256=image.sha256
    )


def version(image: Asset) -> Asset:
    facts = {"sha256": "1" * 64, "path": "none", "media_type": "image/png", "width": 1, "height": 1, "bytes": 1}
    return Asset.objects.create(team=image.team, owner=image.owner, kind="enhanced", parent=image, **facts)


def dressed(rows: Rows, personas: list[Persona]) -> None:
    """Personas, garments and approvals for whatever is there, a version of a version approved now and then."""
    for row in Generation.objects.filter(team=rows.team):
        garment = rows.rng.choice(GARMENTS)
        row.persona = rows.rng.choice([None, *personas])
        row.understood = {"garment": {"value": garment or None, "confidence": 0.5, "source": "brief"}}
        row.save(update_fields=["persona", "understood"])
    for image in Asset.objects.filter(team=rows.team, kind="generated"):
        lot = rows.rng.random()
        if lot < 0.2:
            approved(image, rows.rng.choice(["approved", "rejected", "open", "withdrawn"]))
        elif lot < 0.4:
            approved(version(version(image)))


@dataclass
class Sums:
    counts: Counter = field(default_factory=Counter)
    paid: Decimal = Decimal(0)
    simulated: Decimal = Decimal(0)
    own: Counter = field(default_factory=Counter)

    def per(self, what: str) -> str | None:
        if self.own["unpriced"] or not self.own[what]:
            return None
        return f"{(self.paid / self.own[what]).quantize(MICRO, ROUND_HALF_UP):.6f}"


def is_approved(image: Asset) -> bool:
    if Approval.objects.filter(asset=image, status="approved").exists():
        return True
    return any(is_approved(each) for each in Asset.objects.filter(parent=image))


def counted(rows: Rows, zone: str, first: date, last: date, of: Any, me: Any = None) -> dict[Any, Sums]:
    """me: whose costs alone are told; None: all."""
    found: dict[Any, Sums] = defaultdict(Sums)
    within = lambda at: first <= at.astimezone(ZoneInfo(zone)).date() <= last  # noqa: E731

    def key(generation: Generation | None, maker: tuple[str, str, bool]) -> Any:
        garment = (generation.understood.get("garment") or {}).get("value") if generation else None
        return of(str(generation.persona_id) if generation and generation.persona_id else None, garment or "", maker)

    for row in Generation.objects.filter(team=rows.team):
        if within(row.created_at):
            counts = found[key(row, (row.provider, row.model, row.simulated))].counts
            counts.update(["asked", row.status])
    priced = set(LedgerEntry.objects.filter(kind="generation").values_list("subject", flat=True))
    for image in Asset.objects.filter(team=rows.team, kind="generated"):
        if not within(image.created_at):
            continue
        maker = (image.provenance["provider"], image.provenance["model"], image.simulated)
        sums = found[key(image.generation, maker)]
        own = not image.simulated and me in (None, image.owner_id)
        sums.own["unpriced"] += own and f"generation:{image.generation_id}" not in priced
        if image.set_aside:
            continue
        said = list(Feedback.objects.filter(asset=image).exclude(kind="comment"))
        good = sum(each.kind in ("like", "pick") or (each.rating or 0) >= 4 for each in said)
        bad = sum(each.kind == "dislike" or (each.kind == "rating" and each.rating <= 2) for each in said)
        told = {"images": 1, "rated": bool(said), "liked": good > bad, "approved": is_approved(image)}
        sums.counts.update(told)
        sums.own.update({name: own and value for name, value in told.items()})
    generations = {f"generation:{row.pk}": row for row in Generation.objects.all()}
    for entry in LedgerEntry.objects.filter(team=rows.team, kind="generation"):
        if within(entry.created_at) and me in (None, entry.actor_id):
            sums = found[key(generations.get(entry.subject), (entry.provider, entry.model, entry.simulated))]
            sums.paid += 0 if entry.simulated else entry.amount
            sums.simulated += entry.amount if entry.simulated else 0
    return found


NAMED = {
    "personas": (lambda persona, garment, maker: persona, lambda row: row["persona"]),
    "garments": (lambda persona, garment, maker: garment, lambda row: row["garment"]),
    "makers": (
        lambda persona, garment, maker: maker,
        lambda row: (row["provider"], row["model"], row["simulated"]),
    ),
}


def held(client: Any, rows: Rows, zone: str, first: date, last: date, me: Any = None) -> None:
    said = {"from": first, "to": last, "timezone": zone, "team": str(rows.team.pk)}
    told = client.get("/api/analytics/quality", said).json()
    for name, (of, named) in NAMED.items():
        wanted = counted(rows, zone, first, last, of, me)
        assert {named(row) for row in told[name]} >= set(wanted) and len(told[name]) == len({*map(named, told[name])})
        for row in told[name]:
            sums = wanted[named(row)]
            counts = sums.counts
            assert (row["asked"], row["images"]) == (counts["asked"], counts["images"]), (name, named(row))
            shares = {
                "success": (counts["succeeded"], counts["succeeded"] + counts["partial"] + counts["failed"]),
                "satisfaction": (counts["liked"], counts["rated"]),
                "approved": (counts["approved"], counts["images"]),
            }
            for share, pair in shares.items():
                assert (row[share]["numerator"], row[share]["denominator"]) == pair, (name, named(row), share)
            amount = None if sums.own["unpriced"] and not sums.paid else f"{sums.paid:.6f}"
            money = {"amount": amount, "simulated": f"{sums.simulated:.6f}", "unpriced": sums.own["unpriced"]}
            assert row["cost"] == money, (name, named(row))
            counted_by = {"image": "images", "liked": "liked", "approved": "approved"}
            each = {f"cost_per_{what}": sums.per(by) for what, by in counted_by.items()}
            assert {what: row[what] for what in each} == each, (name, named(row))


@pytest.mark.parametrize("tier", ["slots", "days"])
@pytest.mark.parametrize(("zone", "middle"), ZONES)
def test_by_persona_garment_and_model_they_are_what_is_counted_by_hand(
    zone, middle, tier, rows: Rows, client_of, member
):
    owner, editor = client_of("owner"), client_of("editor")
    rows.rng = Random(zone)
    if tier == "days":
        rollups.wish_for_days([rows.team.pk], zone)
        rollups.fill_days()
    begin = datetime(middle.year, middle.month, middle.day, tzinfo=UTC) - timedelta(days=4)
    rows.many([owner.user, editor.user], begin, 8, 40)
    rollups.work_off()
    dressed(rows, [Persona.objects.create(team=rows.team, owner=owner.user, name=name) for name in ("Ada", "Bo")])
    rollups.work_off()
    span = (middle - timedelta(days=2), middle + timedelta(days=2))
    held(owner, rows, zone, *span)
    held(editor, rows, zone, *span, me=editor.user.pk)
    assert checking.differences(*ALWAYS) == []


def test_what_changes_afterwards_changes_the_figures(rows: Rows, client_of):
    client = client_of("owner")
    rows.many([client.user], utc(2026, 11, 1), 3, 25)
    one, other = (Persona.objects.create(team=rows.team, owner=client.user, name=name) for name in ("Ada", "Bo"))
    dressed(rows, [one, other])
    rollups.work_off()
    span = (date(2026, 10, 31), date(2026, 11, 5))
    changes = (
        lambda: one.delete(),
        lambda: Approval.objects.update(status="withdrawn", decided_at=timezone.now()),
        lambda: Approval.objects.all().delete(),
        lambda: Asset.objects.filter(kind="enhanced").update(parent=None),
        lambda: Generation.objects.update(understood={}),
        lambda: Generation.objects.filter(status="succeeded").delete(),
        lambda: Generation.objects.update(trashed_at=timezone.now()),
        lambda: Asset.objects.all().delete(),
    )
    for number, change in enumerate(changes):
        if number == 2:
            for image in Asset.objects.filter(kind="generated"):
                approved(version(image))
            rollups.work_off()
        change()
        rollups.work_off()
        assert checking.differences(*ALWAYS) == [], number
        held(client, rows, "UTC", *span)


def test_a_release_that_adds_figures_has_what_was_there_worked_out_when_its_scheduler_starts(rows: Rows, client_of):
    client = client_of("owner")
    rows.many([client.user], utc(2026, 11, 1), 2, 12)
    rollups.wish_for_days([rows.team.pk], "UTC")
    rollups.work_off()
    rollups.fill_days()
    work = WorkDay.objects.count()
    for each in (StyleSlot, StyleDay, TermsSlot, TermsDay):  # as after the migration
        each.objects.all().delete()
    Fill.objects.update_or_create(name="styles", defaults={"done_at": None})
    assert not PendingSlot.objects.exists()
    work_off()
    rollups.work_off()
    assert Fill.objects.get().done_at and WorkDay.objects.count() == work
    assert checking.differences(*ALWAYS) == [] and StyleDay.objects.exists() and TermsDay.objects.exists()
    assert not rollups.note_what_is_new(), "once"


def test_only_one_member_or_model_is_told_of_where_it_is_asked_for(rows: Rows, client_of, member):
    client = client_of("owner")
    other = member("editor")
    for owner, maker, count in ((client.user, MODELS[0], 2), (other, MODELS[0], 3), (other, MODELS[2], 4)):
        for _ in range(count):
            row = rows.generation(owner, utc(2026, 11, 3, 12), maker=maker)
            rows.image(row, utc(2026, 11, 3, 12))
            rows.charge(utc(2026, 11, 3, 12), "0.100000", row=row, maker=maker, actor=owner)
    rows.charge(utc(2026, 11, 3, 12), "0.010000", kind="analysis", actor=other)
    rollups.work_off()
    said = {"from": "2026-11-03", "to": "2026-11-03", "team": str(rows.team.pk), "timezone": "UTC"}
    for tier in ("slots", "days"):
        if tier == "days":
            rollups.wish_for_days([rows.team.pk], "UTC")
            rollups.fill_days()
        for more, images, paid in (
            ({}, 9, "0.510000"),
            ({"member": other.pk}, 7, "0.310000"),
            ({"model": "gpt-image-2", "provider": "openai"}, 5, "0.510000"),
            ({"member": other.pk, "simulated": "yes"}, 4, "0.000000"),
            ({"simulated": "no"}, 5, "0.510000"),
            ({"model": "none"}, 0, "0.000000"),
        ):
            totals = client.get("/api/analytics/overview", {**said, **more}).json()["totals"]
            assert (totals["images"], totals["cost"]["amount"]) == (images, paid), more
            quality = client.get("/api/analytics/quality", {**said, **more}).json()
            assert sum(row["images"] for row in quality["garments"]) == images
        costs = client.get("/api/analytics/costs", {**said, "kind": "analysis"}).json()
        assert costs["totals"] == {"amount": "0.010000", "simulated": "0.000000", "unpriced": 0}
    assert client.get("/api/analytics/overview", {**said, "member": "me"}).status_code == 422
    assert client.get("/api/analytics/costs", {**said, "kind": "rent"}).status_code == 422


def test_the_page_and_its_csv_lead_to_the_very_images(rows: Rows, client_of):
    client = client_of("owner")
    persona = Persona.objects.create(team=rows.team, owner=client.user, name="<b>Ada</b>")
    at = timezone.now() - timedelta(days=1)
    row = rows.generation(client.user, at, persona=persona, understood={"garment": {"value": "coat"}})
    images = [rows.image(row, at) for _ in range(3)]
    rows.image(rows.generation(client.user, at), at)
    approved(version(images[0]))
    rollups.work_off()
    page = client.get("/analytics", {"team": rows.team.pk}).content.decode()
    links = [each.split('"')[0].replace("&amp;", "&") for each in page.split('href="') if each.startswith("/gallery")]
    assert "&lt;b&gt;Ada&lt;/b&gt;" in page and "<b>Ada" not in page and "1 of 3 images, likely" in page
    for query in (f"persona={persona.pk}", "garment=coat"):
        shown = client.get(next(link for link in links if query in link)).content.decode()
        assert shown.count('class="tile"') == 3, query
    said = {"team": str(rows.team.pk), "format": "csv", "table": "personas"}
    answer = client.get("/api/analytics/quality", said)
    assert answer["Content-Type"].startswith("text/csv") and answer.content.decode().count("\n") == 3


@pytest.mark.parametrize("query", ["owner=x", "persona=%00", "attribute=a", "attribute=:%00", "word=%27", "brief=' or"])
def test_a_strange_narrowing_breaks_nothing(query, rows: Rows, client_of):
    client = client_of("owner")
    rows.image(rows.generation(client.user, timezone.now(), understood=[1]), timezone.now())
    assert client.get(f"/gallery?{query}").status_code == 200
    assert Filters.from_query(QueryDict(query)) is not None


def test_a_large_family_of_versions_is_climbed_once(rows: Rows, client_of):
    """Rings cannot be written by the studio; a statement that never ends would hold the scheduler all the same."""
    client = client_of("owner")
    image = rows.image(rows.generation(client.user, utc(2026, 11, 3)), utc(2026, 11, 3))
    last = version(version(image))
    Asset.objects.filter(pk=image.pk).update(parent=last)
    approved(last)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '5s'")
        rollups.work_off()
    assert StyleSlot.objects.get().approved == 1
