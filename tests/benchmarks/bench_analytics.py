"""Figures of a million generations: `python -m tests.benchmarks.bench_analytics [--quick] [--generations=N]`.

In a database of its own a thousand teams (one for each thousand generations) share the work as 1/1, 1/2, 1/3 … of the
first, over 400 days: generations of three models with every end, 1.3 images each, 5 lines of the ledger each, something
said of three images in ten. Sketchbook's are simulated, so that every kind of figure is there.

Each endpoint is asked by the owner of the largest team and of one in the middle, for 7, 30, 90 and 365 days, through
the API as a browser does (`p50`, `p95`). The same questions, without HTTP around them, are then asked of whole days, of
quarters of an hour, where no days are kept, and of the raw rows, in the same run; all must be answered alike. `ratio`
is raw rows to whole days. Beside it: how long all figures take to be worked out anew, what a change costs its writer,
and how long a look takes through the days of each of the two teams. The largest team has budgets for itself and each
member, and a live batch of up to ten thousand items, which `costs` tells of.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import median
from typing import Any, Final

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "designer.settings")
django.setup()

from django.db import connection  # noqa: E402  (Django must be set up first)
from django.test.utils import override_settings  # noqa: E402
from rest_framework.test import APIClient  # noqa: E402

import designer.urls  # noqa: E402, F401  (all of it: nothing is to be loaded while it is measured)
from analytics import answers, checking, looking, periods, queries, rollups  # noqa: E402
from batches.models import Batch  # noqa: E402
from designer.generations.models import Generation  # noqa: E402
from designer.ledger.models import Budget, BudgetUse  # noqa: E402
from teams.accounts.models import User  # noqa: E402
from teams.membership.models import Membership, Role, Team  # noqa: E402
from tests.faults.kit import private_database  # noqa: E402

FULL, QUICK = 1_000_000, 20_000
NOW: Final = datetime(2026, 11, 30, tzinfo=UTC)
DAYS: Final = (7, 30, 90, 365)
MEMBERS: Final = 5
ZONE: Final = "Europe/Paris"
ASKED: Final[dict[str, Callable[[answers.Question], Any]]] = {
    "overview": queries.overview,
    "costs": queries.costs,
    "quality": queries.quality,
    "models": queries.models,
    "users": queries.members,
    "trends": queries.trends,
}
# t: which team by its share, m: which member, k: which model; all drawn by lot, from one seed.
DRAWN: Final = """
CREATE TEMP TABLE drawn AS
SELECT gen_random_uuid() AS id, team.id AS team_id, team.members[1 + floor(random() * %(members)s)::int] AS owner_id,
    %(now)s::timestamptz - random() * interval '400 days' AS at,
    (ARRAY['succeeded','succeeded','succeeded','succeeded','succeeded','partial','failed','cancelled'])[
        1 + floor(random() * 8)::int] AS status,
    1 + floor(random() * 3)::int AS k
FROM (SELECT random() AS lot FROM generate_series(1, %(count)s)) dice
JOIN bench_teams team ON dice.lot >= team.low AND dice.lot < team.high;
"""
MAKER: Final = "(ARRAY['openai','google','sketchbook'])[k], (ARRAY['gpt-image-2','gemini-image','sketchbook-1'])[k]"
# How many words of a kind there are, how much more often the first are said than the last, and their length. Of the
# last four kinds most are rare, and four briefs in five are like no other: what was asked for is mostly briefs.
WORDS: Final = (
    ("look", 60, 2, 7), ("colour", 30, 2, 5), ("fabric", 40, 2, 6), ("garment", 24, 2, 6), ("pattern", 12, 3, 6),
    ("season", 4, 1, 6), ("occasion", 15, 2, 8), ("silhouette", 10, 2, 7), ("rare", 4000, 3, 9),
    ("scarce", 4000, 3, 9), ("far", 4000, 2, 8), ("farther", 4000, 2, 8),
)  # fmt: skip
PICKED: Final = ", ".join(
    f"left(translate(md5('{name}' || floor({count} * random() ^ {bent})), '0123456789', 'ghijklmnop'), {size}) {name}"
    for name, count, bent, size in WORDS
)
WORDED: Final = f"""
CREATE TEMP TABLE worded AS
SELECT *, concat_ws(' ', 'A', look, colour, fabric, garment, 'with', rare || ',', scarce || ',', 'for',
    CASE WHEN random() < 0.8 THEN far || ' ' || farther END) AS brief
FROM (SELECT *, {PICKED} FROM drawn) each;
"""  # noqa: S608  (constants of this module)
GENERATIONS: Final = f"""
INSERT INTO generations (id, created_at, updated_at, team_id, owner_id, brief, mode, settings, corrections, status,
    stage, percent, understood, prompt, negative_prompt, provider, model, simulated, fallbacks, error, started_at,
    finished_at)
SELECT id, at, at, team_id, owner_id, brief, '', '{{"n": 1}}', '{{}}', status, 'generation', 100, jsonb_build_object(
        'garment', jsonb_build_object('value', garment, 'confidence', 0.9),
        'fabric', jsonb_build_object('value', fabric, 'confidence', 0.8),
        'silhouette', jsonb_build_object('value', silhouette, 'confidence', 0.8),
        'pattern', jsonb_build_object('value', pattern, 'confidence', 0.8),
        'season', jsonb_build_object('value', season, 'confidence', 0.8),
        'occasion', jsonb_build_object('value', occasion, 'confidence', 0.8),
        'colours', jsonb_build_object('value', jsonb_build_array(jsonb_build_object('name', colour)))),
    repeat('emerald silk satin dress, ', 8), '',
    {MAKER}, k = 3, '[]', CASE WHEN status IN ('failed', 'partial')
        THEN '{{"code": "provider_down", "message": "No answer.", "remedy": "Try again."}}'::jsonb END,
    at + interval '1 second', at + interval '1 second' + random() * interval '60 seconds'
FROM worded;
"""  # noqa: S608  (constants of this module)
ASSETS: Final = f"""
INSERT INTO assets (id, created_at, updated_at, team_id, owner_id, kind, title, sha256, path, media_type, width, height,
    bytes, facts, version_name, generation_id, simulated, provenance, quality, set_aside)
SELECT gen_random_uuid(), at + interval '20 seconds', at, team_id, owner_id, 'generated', 'a dress', repeat('0', 64),
    'none', 'image/png', 1024, 1024, 1000000, '{{}}', '', id, k = 3,
    jsonb_build_object('provider', (ARRAY[{MAKER}])[1], 'model', (ARRAY[{MAKER}])[2], 'prompt', repeat('silk ', 40)),
    jsonb_build_object('score', round(random()::numeric, 4)), random() < 0.05
FROM drawn, generate_series(1, 2) n WHERE status IN ('succeeded', 'partial') AND (n = 1 OR random() < 0.75);
"""  # noqa: S608  (constants of this module)
LEDGER: Final = f"""
INSERT INTO ledger_entries (id, created_at, updated_at, team_id, job_id, attempt, step, kind, subject, actor_id,
    provider, model, quantity, unit_price, amount, simulated)
SELECT gen_random_uuid(), at + n * interval '1 second', at, team_id, gen_random_uuid(), 1, n::text,
    (ARRAY['analysis','prompting','generation','generation','enhancement'])[n], 'generation:' || id, owner_id,
    {MAKER}, 1, 0.01, round((random() * 0.05)::numeric, 6), k = 3
FROM drawn, generate_series(1, 5) n;
"""  # noqa: S608  (constants of this module)
FEEDBACK: Final = """
INSERT INTO feedback (id, created_at, updated_at, team_id, owner_id, generation_id, asset_id, kind, rating, text, moved)
SELECT gen_random_uuid(), created_at, created_at, team_id, owner_id, generation_id, id,
    CASE WHEN lot < 0.15 THEN 'like' WHEN lot < 0.25 THEN 'dislike' ELSE 'rating' END,
    CASE WHEN lot >= 0.25 THEN 1 + floor(random() * 5)::int END, '', '[]'
FROM (SELECT *, random() AS lot FROM assets) image WHERE lot < 0.3;
"""

ITEMS: Final = """
INSERT INTO batch_items (id, created_at, updated_at, team_id, batch_id, position, wish, label, arm, status, low, high,
    most, cost, paid_before, provider, model, tries, generation_id, finished_at)
SELECT gen_random_uuid(), created_at, created_at, team_id, %(batch)s, row_number() OVER (), '{}', '{}', '', 'succeeded',
    0, 0, 0, 0.05, 0, provider, model, 1, id, finished_at
FROM (SELECT * FROM generations WHERE team_id = %(team)s ORDER BY created_at DESC LIMIT 10000) last;
"""


def main() -> int:
    said = argparse.ArgumentParser()
    said.add_argument("--quick", action="store_true", help=f"{QUICK:,} generations instead of {FULL:,}")
    said.add_argument("--generations", type=int, help="as many as that")
    wish = said.parse_args()
    count = wish.generations or (QUICK if wish.quick else FULL)
    with private_database(), override_settings(API_RATE_PER_MINUTE=1_000_000, ALLOWED_HOSTS=["*"]):
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
        teams = seed(count)
        return report(teams)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    found = work()
    return time.perf_counter() - begun, found


def seed(count: int) -> list[Team]:
    """The teams, the one with the most work first. The triggers rest meanwhile."""
    number = max(3, count // 1000)
    teams = Team.objects.bulk_create(Team(name=f"Atelier {n}", slug=f"atelier-{n}") for n in range(number))
    people = User.objects.bulk_create(User(email=f"d{n}@example.org", password="!") for n in range(number * MEMBERS))
    Membership.objects.bulk_create(
        Membership(team=teams[n // MEMBERS], user=one, role=Role.OWNER if n % MEMBERS == 0 else Role.EDITOR)
        for n, one in enumerate(people)
    )
    shares = [1 / (n + 1) for n in range(number)]
    whole, low = sum(shares), 0.0
    took = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE bench_teams (id uuid, members uuid[], low float, high float)")
        for n, team in enumerate(teams):
            own = [one.pk for one in people[n * MEMBERS : (n + 1) * MEMBERS]]
            high = 1.0 if n == number - 1 else low + shares[n] / whole
            cursor.execute("INSERT INTO bench_teams VALUES (%s, %s::uuid[], %s, %s)", [team.pk, own, low, high])
            low = high
        cursor.execute("SET session_replication_role = replica; SELECT setseed(0.5)")
        cursor.execute(DRAWN, {"members": MEMBERS, "now": NOW, "count": count})
        for told in (WORDED, GENERATIONS, ASSETS, LEDGER, FEEDBACK):
            cursor.execute(told)
        cursor.execute("SET session_replication_role = origin; ANALYZE")
        rows = {}
        for table in ("generations", "assets", "ledger_entries", "feedback"):
            cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608  (a constant)
            rows[table] = cursor.fetchone()[0]
    limited(teams[0])
    shown = ", ".join(f"{number:,} {name}" for name, number in rows.items())
    print(f"seeded {shown} of {len(teams):,} teams in {time.perf_counter() - took:.0f} s")
    return teams


def limited(team: Team) -> None:
    """Budgets of the team, of each member and of a live batch."""
    owner = User.objects.get(memberships__team=team, memberships__role=Role.OWNER)
    batch = Batch.objects.create(team=team, owner=owner, title="wide", plan={}, status="running")
    for scope, subject in (("team", team.pk), ("member", None), ("batch", batch.pk)):
        Budget.objects.create(team=team, scope=scope, subject_id=subject, amount=900_000)
    BudgetUse.objects.create(team=team, scope="batch", subject_id=batch.pk, period="", spent=500)
    with connection.cursor() as cursor:
        cursor.execute(ITEMS, {"batch": batch.pk, "team": team.pk})
        cursor.execute("ANALYZE batch_items")


def looks(teams: Sequence[Team]) -> None:
    """How long a worker takes to look through a team's days, of which a statement may take a minute."""
    print(f"\n{'a look':10}{'team':>9}{'p50 s':>10}{'worst s':>10}  found")
    for team in teams:
        found = [timed(partial(looking.looked, team.pk, now=NOW)) for _ in range(5)]
        took, seen = [each for each, _ in found], found[-1][1]
        asked = Generation.objects.filter(team=team).count()
        told = f"{len(seen.unusual)} days, {len(seen.insights)} insights"
        print(f"{'':10}{asked:>9,}{median(took):10.2f}{max(took):10.2f}  {told}")


def report(teams: list[Team]) -> int:
    spans = list(rollups.months())
    took, made = timed(lambda: sum(rollups.rebuild(*span) for span in spans))
    print(f"all figures worked out anew: {took:.1f} s, {made:,} rows, a month at a time")
    took, different = timed(lambda: [each for span in spans for each in checking.differences(*span)])
    print(f"all figures held against the raw rows: {took:.1f} s, {len(different)} differences")
    with connection.cursor() as cursor:
        for each in rollups.ROLLUPS:
            cursor.execute(f"ANALYZE {each.table}")
    wrong = len(different)
    measured = (teams[0], teams[len(teams) // 2])
    rollups.wish_for_days([team.pk for team in measured], ZONE)
    took, days = timed(rollups.fill_days)
    print(f"{days} days of {ZONE} filled in for these two teams: {took:.1f} s")
    heads = ("p50 ms", "p95 ms", "days p50", "slots p50", "raw p50", "raw worst")
    print(f"\n{'':10}{'team':>9}{''.join(f'{head:>10}' for head in heads)}{'ratio':>8}  alike")
    for team in measured:
        asked = Generation.objects.filter(team=team).count()
        wrong += sum(endpoint(name, team, asked) for name in ASKED)
    page(teams[0])
    looks(measured)
    writers(teams[0])
    return 1 if wrong else 0


def endpoint(name: str, team: Team, asked: int) -> int:
    """One line of the table; 1 if raw rows and figures disagree."""
    owner = User.objects.get(memberships__team=team, memberships__role=Role.OWNER)
    client = APIClient()
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    ours: list[float] = []
    days: list[float] = []
    slots: list[float] = []
    raw: list[float] = []
    alike = True
    for back in DAYS:
        first = (NOW - timedelta(days=back)).date()
        said = {"from": first, "to": NOW.date(), "team": team.pk, "timezone": ZONE}
        for _ in range(6):
            took, answer = timed(partial(client.get, f"/api/analytics/{name}", said))
            assert answer.status_code == 200, answer.content
            ours.append(took)
        period = periods.period(first=first, last=NOW.date(), interval=None, zone=ZONE, now=NOW)
        ask = answers.Question(queries.scope_of(owner, team.pk), period)
        took, quick = timed(partial(ASKED[name], replace(ask, tier="days")))
        days.append(took)
        for tier, times in (("slots", slots), ("raw", raw)):
            took, slow = timed(partial(ASKED[name], replace(ask, tier=tier)))
            times.append(took)
            alike = alike and slow == quick
    ours.sort()
    each = (median(ours), ours[int(0.95 * len(ours))], median(days), median(slots), median(raw), max(raw))
    ms = [1000 * seconds for seconds in each]
    shown = "".join(f"{one:10.1f}" for one in ms)
    print(f"{name:10}{asked:>9,}{shown}{ms[4] / ms[2]:7.1f}x  {'yes' if alike else 'NO'}")
    return int(not alike)


def page(team: Team) -> None:
    owner = User.objects.get(memberships__team=team, memberships__role=Role.OWNER)
    client = APIClient()
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    said = {"team": team.pk, "from": (NOW - timedelta(days=90)).date(), "to": NOW.date(), "timezone": ZONE}
    took = [timed(lambda: client.get("/analytics", said))[0] for _ in range(8)]
    print(f"\nthe page of 90 days, the largest team: p50 {1000 * median(took):.0f} ms, worst {1000 * max(took):.0f} ms")


def writers(team: Team) -> None:
    """What a note costs whoever writes, and how long it takes until the figures have it."""
    owner = User.objects.filter(memberships__team=team)[0]

    def write(count: int) -> None:
        for _ in range(count):
            row = Generation.objects.create(team=team, owner=owner, brief="a coat", status="queued")
            Generation.objects.filter(pk=row.pk).update(status="running")
            Generation.objects.filter(pk=row.pk).update(status="succeeded")

    write(50)
    noted, _ = timed(lambda: write(300))
    took, slots = timed(rollups.work_off)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE generations DISABLE TRIGGER USER")
        plain, _ = timed(lambda: write(300))
        cursor.execute("ALTER TABLE generations ENABLE TRIGGER USER")
    each = 1000 * (noted - plain) / 900
    print(
        f"a write costs {1000 * noted / 900:.2f} ms with its note, {1000 * plain / 900:.2f} ms without ({each:+.2f} ms)"
    )
    print(f"{slots} slot{'s' * (slots != 1)} worked out in {1000 * took:.0f} ms; the scheduler does so every second")


if __name__ == "__main__":
    sys.exit(main())
