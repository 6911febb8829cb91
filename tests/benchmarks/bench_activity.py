"""Pages of a team among a million generations.

`python -m tests.benchmarks.bench_activity [--quick] [--generations=N] [--plans=FILE]`

The thousand teams of `bench_analytics`, seeded the same way, in a database of its own; of the largest one 500
generations began from one image, 1,000 images lie in a collection, and each tenth image was enlarged, commented on
and reviewed. The owner of the largest team and of one in the middle ask for the lists of work, the collection, the
feed (all of it, of one person, likes alone, far down, as the API tells it) and for the family of that image, each 25
times through the whole of Django. The number of statements must be the same for both teams. `ratio` is the largest
team's p95 to the middle one's. With --plans the plans of the largest team's statements are written into a file.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Final
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "designer.settings")
django.setup()

from django.db import connection  # noqa: E402  (Django must be set up first)
from django.test import Client, override_settings  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

import designer.asgi  # noqa: E402, F401  (all that a web node loads, and as it lies there)
from designer.assets.models import Asset  # noqa: E402
from designer.generations.models import Generation  # noqa: E402
from teams.accounts.models import User  # noqa: E402
from teams.membership.models import Membership, Role, Team  # noqa: E402
from teams.membership.services import create_personal_team  # noqa: E402
from teams.review.collections.models import Collection, CollectionItem  # noqa: E402
from tests.benchmarks.bench_analytics import FULL, QUICK, seed, timed  # noqa: E402
from tests.faults.kit import private_database  # noqa: E402

TIMES: Final = 25
DEEP: Final = 5  # pages of the feed that are passed before the one that is measured
ENLARGED: Final = """
INSERT INTO image_enhancements (id, created_at, updated_at, team_id, owner_id, source_id, operations, quote,
    recipe_digest, status, percent, facts, cost)
SELECT gen_random_uuid(), created_at + interval '1 minute', created_at, team_id, owner_id, id,
    '[{"name": "upscale", "scale": 2}]', '[]', repeat('0', 64), 'succeeded', 100, '{}', 0.01
FROM assets WHERE random() < 0.1
"""
SAID: Final = """
INSERT INTO team_comments (id, created_at, updated_at, team_id, author_id, asset_id, text)
SELECT gen_random_uuid(), created_at + interval '2 minutes', created_at, team_id, owner_id, id, 'shorten the hem'
FROM assets WHERE random() < 0.1
"""
REVIEWED: Final = """
INSERT INTO audit_entries (id, created_at, updated_at, team_id, actor_id, action, subject, facts, previous_digest,
    digest)
SELECT gen_random_uuid(), created_at + interval '3 minutes', created_at, team_id, owner_id, 'approval.answered',
    'approval:' || id, jsonb_build_object('asset', id, 'verdict', 'approve'), '', ''
FROM assets WHERE random() < 0.1
"""


def main() -> int:
    said = argparse.ArgumentParser()
    said.add_argument("--quick", action="store_true", help=f"{QUICK:,} generations instead of {FULL:,}")
    said.add_argument("--generations", type=int, help="as many as that")
    said.add_argument("--plans", type=Path, help="where the plans are kept")
    wish = said.parse_args()
    with private_database(), override_settings(API_RATE_PER_MINUTE=1_000_000, ALLOWED_HOSTS=["*"]):
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
        teams = seed(wish.generations or (QUICK if wish.quick else FULL))
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            for told in (ENLARGED, SAID, REVIEWED):
                cursor.execute(told)
            cursor.execute("SET session_replication_role = origin")
        measured = (teams[0], teams[len(teams) // 2])
        things = [(_family(team), _collection(team)) for team in measured]
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        return report(measured, things, wish.plans)


def _family(team: Team) -> UUID:
    """An image of the team from which others began: 500, or a tenth of all."""
    image = Asset.objects.filter(team=team).earliest("created_at")
    runs = Generation.objects.filter(team=team).exclude(pk=image.generation_id).values("pk")
    some = list(runs[: min(500, max(1, runs.count() // 10))])
    Generation.objects.filter(pk__in=[row["pk"] for row in some]).update(source=image, mode="variation")
    return image.pk


def _collection(team: Team) -> UUID:
    """The newest 1,000 images of the team, in one collection."""
    owner = _owner_of(team)
    row = Collection.objects.create(team=team, owner=owner, name="The season")
    held = Asset.objects.filter(team=team).order_by("-created_at").values_list("pk", flat=True)[:1000]
    CollectionItem.objects.bulk_create(
        CollectionItem(team=team, collection=row, asset_id=pk, position=n, added_by=owner) for n, pk in enumerate(held)
    )
    return row.pk


def report(teams: tuple[Team, Team], things: list[tuple[UUID, UUID]], plans: Path | None) -> int:
    print(f"\n{'':22}{'statements':>12}{'p50 ms':>9}{'p95 ms':>9}{'middle p95':>12}{'ratio':>8}")
    different, kept = 0, []
    clients = [_owner(team) for team in teams]
    asked = [list(addresses(client, team, *of)) for client, team, of in zip(clients, teams, things, strict=True)]
    for (name, large), (_, middle) in zip(*asked, strict=True):
        statements, took = measure(clients[0], large)
        others, usual = measure(clients[1], middle)
        different += len(statements) != len(others)
        ms = [1000 * each for each in (median(took), _p95(took), _p95(usual))]
        counted = f"{len(statements)}" if len(statements) == len(others) else f"{len(statements)}/{len(others)}"
        print(f"{name:22}{counted:>12}{ms[0]:9.1f}{ms[1]:9.1f}{ms[2]:12.1f}{ms[1] / ms[2]:7.1f}x")
        kept += [f"-- {name}: {large}", *_plans(statements)]
    if plans:
        plans.write_text("\n\n".join(kept) + "\n")
    return 1 if different else 0


def _owner(team: Team) -> Client:
    client, owner = Client(), _owner_of(team)
    if not Team.objects.filter(personal=True, memberships__user=owner).exists():
        create_personal_team(owner=owner)
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _owner_of(team: Team) -> User:
    return User.objects.get(memberships__team=team, memberships__role=Role.OWNER)


def addresses(client: Client, team: Team, image: UUID, collection: UUID) -> Iterator[tuple[str, str]]:
    feed, api = f"/teams/{team.pk}/activity", f"/api/teams/{team.pk}/activity"
    member = Membership.objects.filter(team=team).exclude(role=Role.OWNER).values_list("user", flat=True)[0]
    yield "studio", "/"
    yield "gallery", "/gallery"
    yield "gallery, liked", "/gallery?liked=like"
    yield "gallery of the team", f"/gallery?of={team.pk}"
    yield "gallery, a rare word", "/gallery?q=zibeline"
    yield "prompts", "/prompts"
    yield "collection", f"/collections/{collection}"
    yield "enhancements", "/enhancements"
    yield "assets, API", "/api/assets?page_size=200"
    yield "generations, API", "/api/generations?page_size=50"
    yield "feed", feed
    yield "feed of a person", f"{feed}?person={member}"
    yield "feed of likes", f"{feed}?kind=feedback"
    yield "feed of an image", f"{feed}?about=asset:{image}"
    yield "feed, API", f"{api}?page_size=200"
    page = f"{api}?page_size=20"
    for _ in range(DEEP):
        page = client.get(page).json()["next"] or page
    yield "feed, API, further on", page
    yield "family of an image", f"/api/assets/{image}/lineage?limit=480"
    yield "its page", f"/assets/{image}/lineage?limit=480"


def measure(client: Client, path: str) -> tuple[list[str], list[float]]:
    """The statements of one request, and the seconds of each of the others."""
    assert client.get(path).status_code == 200, path
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    statements = [str(each["sql"]) for each in queries.captured_queries]  # the next request forgets them
    took = sorted(timed(lambda: client.get(path))[0] for _ in range(TIMES))
    return statements, took


def _p95(took: list[float]) -> float:
    return took[int(0.95 * len(took))]


def _plans(statements: list[str]) -> Iterator[str]:
    """Of each that reads tables of ours: what it is, and how it was done."""
    for statement in statements:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, SUMMARY) {statement}")
                plan = "\n".join(row[0] for row in cursor.fetchall())
            yield f"{statement[:2000]}\n{plan}"


if __name__ == "__main__":
    sys.exit(main())
