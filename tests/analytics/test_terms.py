"""What is asked for, how often, what rises and what falls: as plain loops over the raw rows find it."""

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analytics import checking, rollups, terms
from analytics.periods import period
from designer.generations.models import Generation
from tests.analytics.rows import Rows, utc
from tests.analytics.test_slices import ALWAYS, ZONES

pytestmark = pytest.mark.django_db
LEFT_OUT = (rollups.SQL / "terms.sql").read_text().partition("ALL (ARRAY[")[2].partition("]")[0]
STOP = {each.replace("''", "'") for each in re.findall(r"'((?:[a-z]|'')+)'", LEFT_OUT)}
WORDS = ("linen", "ballet-core", "l'été", "Silk", "the", "of", "gorpcore", "1990s", "grün", "with")
BRIEFS = ("A linen coat", "a  LINEN\ncoat ", "silk\tgown", "", "   ")
UNDERSTOOD = {
    "garment": ["coat", "Dress ", ""],
    "fabric": ["silk", "linen", None],
    "colours": [[{"name": "Navy", "hex": "#001f3f"}, {"name": "ivory"}], [{"hex": "#fff"}], []],
    "construction": [["darts", "Pleats", "darts"], None],
    "photography": [{"pose": "standing"}],
    "mood": [3, "calm"],
}


def worded(rows: Rows) -> None:
    for row in Generation.objects.filter(team=rows.team):
        made = " ".join(rows.rng.sample(WORDS, 4))
        row.brief = rows.rng.choice([*BRIEFS, made, made.upper()])
        told = {name: {"value": rows.rng.choice(values), "confidence": 0.5} for name, values in UNDERSTOOD.items()}
        row.understood = rows.rng.choice([told, told, {}])
        row.trashed_at = timezone.now() if rows.rng.random() < 0.1 else None
        row.save(update_fields=["brief", "understood", "trashed_at"])


def terms_in(row: Generation) -> set[tuple[str, str]]:
    found = set()
    for name, attribute in row.understood.items():
        value = attribute.get("value")
        values = value if isinstance(value, list) else [value]
        said = [each.get("name") if isinstance(each, dict) else each for each in values if name != "photography"]
        found |= {(name, each.strip().lower()) for each in said if isinstance(each, str) and each.strip()}
    brief = row.brief.lower()
    words = re.findall(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*", brief)
    found |= {("word", word) for word in words if len(word) >= 3 and word not in STOP}
    return found | ({("prompt", " ".join(brief.split()))} if brief.strip() else set())


def counted(rows: Rows, zone: str, first: date, last: date) -> tuple[int, Counter]:
    asked, found = 0, Counter[tuple[str, str]]()
    for row in Generation.objects.filter(team=rows.team, trashed_at=None):
        if first <= row.created_at.astimezone(ZoneInfo(zone)).date() <= last:
            asked += 1
            found.update(terms_in(row))
    return asked, found


@pytest.mark.parametrize("tier", ["slots", "days"])
@pytest.mark.parametrize(("zone", "middle"), ZONES)
def test_terms_are_what_is_counted_by_hand(zone: str, middle: date, tier: str, rows: Rows, client_of):
    assert {"the", "it's"} <= STOP
    client = client_of("owner")
    rows.rng = Random(zone + tier)
    if tier == "days":
        rollups.wish_for_days([rows.team.pk], zone)
        rollups.fill_days()
    begin = datetime(middle.year, middle.month, middle.day, tzinfo=UTC) - timedelta(days=4)
    rows.many([client.user], begin, 8, 60)
    rollups.work_off()
    worded(rows)
    rollups.work_off()
    assert checking.differences(*ALWAYS) == []
    first, last = middle - timedelta(days=2), middle + timedelta(days=2)
    asked, wanted = counted(rows, zone, first, last)
    said = {"from": first, "to": last, "timezone": zone, "team": str(rows.team.pk)}
    told = client.get("/api/analytics/trends", said).json()["terms"]
    assert told["asked"] == asked and told["middle"] == middle.isoformat()
    found = {(row["kind"], row["term"]): row["rate"]["numerator"] for row in told["attributes"]}
    assert found == {key: count for key, count in wanted.items() if key[0] not in ("word", "prompt")}
    words = {("word", row["term"]): row["rate"]["numerator"] for row in told["words"]}
    assert words == {key: count for key, count in wanted.items() if key[0] == "word"}
    prompts = {" ".join(row["term"].lower().split()): row["rate"]["numerator"] for row in told["prompts"]}
    popular = {key[1]: count for key, count in wanted.items() if key[0] == "prompt" and count > 1}
    least = min(prompts.values())
    assert prompts.items() <= popular.items() and len(prompts) == min(10, len(popular))
    assert all(count <= least for text, count in popular.items() if text not in prompts)
    assert {row["rate"]["denominator"] for row in (*told["words"], *told["attributes"])} == {asked}
    for row in told["prompts"]:
        assert Generation.objects.get(pk=row["generation"]).brief == row["term"]


def asked_daily(rows: Rows, user: Any, days: int, of: Any) -> None:
    """`of`: how many of the ten of each day say linen."""
    for day in range(days):
        for number in range(10):
            brief = f"a coat of {'linen' if number < of(day) else 'wool'} please"
            rows.generation(user, utc(2026, 10, 1, 9) + timedelta(days=day), brief=brief)
    rollups.work_off()


def moved(client: Any, days: int) -> dict[str, Any]:
    last = date(2026, 10, 1) + timedelta(days=days - 1)
    said = {"from": "2026-10-01", "to": last, "timezone": "UTC"}
    return client.get("/api/analytics/trends", said).json()["terms"]


def test_what_rises_and_what_falls_is_told_with_both_shares(rows: Rows, client_of):
    client = client_of("owner")
    asked_daily(rows, client.user, 28, lambda day: 2 + day % 3 if day < 14 else 6 + day % 3)
    told = moved(client, 28)
    assert told["middle"] == "2026-10-15" and not told["lacking"] and told["tests"] == 3
    (one, other) = told["moved"]
    assert {(row["term"], row["rises"]) for row in (one, other)} == {("linen", True), ("wool", False)}
    linen = one if one["term"] == "linen" else other
    before, after = sum(2 + day % 3 for day in range(14)), sum(6 + day % 3 for day in range(14, 28))
    assert (linen["before"]["numerator"], linen["before"]["denominator"]) == (before, 140)
    assert (linen["after"]["numerator"], linen["after"]["denominator"]) == (after, 140)
    assert linen["low"] < linen["difference"] < linen["high"] and linen["p"] < 0.001
    page = client.get("/analytics", {"from": "2026-10-01", "to": "2026-10-28", "timezone": "UTC"}).content.decode()
    assert "rises" in page and "falls" in page


def test_one_busy_day_is_no_rise(rows: Rows, client_of):
    client = client_of("owner")
    asked_daily(rows, client.user, 28, lambda day: 3)
    for _ in range(80):
        rows.generation(client.user, utc(2026, 10, 27, 9), brief="a coat of linen")
    rollups.work_off()
    told = moved(client, 28)
    assert told["moved"] == [] and "stands on" in told["lacking"]


def test_what_does_not_move_is_not_told(rows: Rows, client_of):
    client = client_of("owner")
    rng = Random(4)
    asked_daily(rows, client.user, 28, lambda day: rng.randrange(2, 7))
    assert moved(client, 28)["moved"] == []


@pytest.mark.parametrize(("days", "said"), [(2, "10 of 30 generations in the earlier half"), (8, "4.0 of 10 days")])
def test_of_too_few_it_is_said_what_is_lacking(days: int, said: str, rows: Rows, client_of):
    client = client_of("owner")
    asked_daily(rows, client.user, days, lambda day: 9 if day > days / 2 else 0)
    told = moved(client, days)
    assert told["moved"] == [] and said in told["lacking"]
    answer = client.get("/analytics", {"from": "2026-10-01", "to": f"2026-10-{days:02}", "timezone": "UTC"})
    assert "Not enough data" in answer.content.decode()


def test_the_middle_of_odd_days_leaves_the_longer_half_to_the_end():
    span = period(first=date(2026, 3, 1), last=date(2026, 3, 5), interval=None, zone="UTC", now=utc(2026, 4, 1))
    assert terms.middle_of(span) == date(2026, 3, 3)


def test_each_term_leads_to_the_images_of_the_generations_that_name_it(rows: Rows, client_of):
    client = client_of("owner")
    at = timezone.now() - timedelta(days=1)
    navy = {"colours": {"value": [{"name": "Navy"}]}, "fabric": {"value": "Silk"}}
    for brief, understood in (("A Linen coat", navy), ("a linen  coat", {}), ("linen-like gown", {})):
        rows.image(rows.generation(client.user, at, brief=brief, understood=understood), at)
    rollups.work_off()
    page = client.get("/analytics", {"team": rows.team.pk}).content.decode()
    links = {each.split('"')[0].replace("&amp;", "&") for each in page.split('href="') if each.startswith("/gallery")}
    for query, count in (
        ("attribute=colours%3Anavy", 1), ("attribute=fabric%3Asilk", 1), ("word=linen&", 2), ("brief=", 2),
    ):  # fmt: skip
        (link,) = [each for each in links if query in each]
        assert client.get(link).content.decode().count('class="tile"') == count, query


def test_what_is_in_the_trash_says_nothing(rows: Rows, client_of):
    client = client_of("owner")
    gone = [rows.generation(client.user, utc(2026, 10, 1), brief="a secret coat") for _ in range(2)]
    rollups.work_off()
    assert [row["term"] for row in moved(client, 1)["prompts"]] == ["a secret coat"]
    Generation.objects.filter(pk=gone[0].pk).update(trashed_at=timezone.now())
    rollups.work_off()
    told = moved(client, 1)
    assert (told["asked"], told["prompts"]) == (1, [])
    Generation.objects.update(trashed_at=timezone.now())
    rollups.work_off()
    told = moved(client, 1)
    assert (told["asked"], told["words"]) == (0, [])


def test_briefs_are_guarded_in_a_table(rows: Rows, client_of):
    client = client_of("owner")
    for _ in range(2):
        rows.generation(client.user, utc(2026, 10, 1), brief='=HYPERLINK("http://x")\n<script>')
    rollups.work_off()
    said = {"from": "2026-10-01", "to": "2026-10-01", "timezone": "UTC", "format": "csv", "table": "prompts"}
    table = client.get("/api/analytics/trends", said).content.decode()
    assert "'=HYPERLINK" in table.replace('"', "")
    page = client.get("/analytics", {**said, "format": "", "table": ""}).content.decode()
    assert "<script>" not in page.replace('<script type="module" src', "").replace("<script src", "")


def test_what_is_kept_in_memory_never_outlives_its_rows(rows: Rows, client_of):
    """Asked again and again: nothing is counted twice, and whatever changes a row is told at once."""
    client = client_of("owner")
    counted = [rows.generation(client.user, utc(2026, 10, 1), brief="a linen coat") for _ in range(3)]
    rollups.work_off()

    def told() -> tuple[dict[str, int], int]:
        with CaptureQueriesContext(connection) as asked:
            words = {row["term"]: row["rate"]["numerator"] for row in moved(client, 1)["words"]}
        return words, sum("jsonb_each_text(terms)" in each["sql"] for each in asked)

    assert told() == ({"linen": 3, "coat": 3}, 1)
    assert told() == ({"linen": 3, "coat": 3}, 0), "it is known"
    Generation.objects.filter(pk=counted[0].pk).update(brief="a woollen coat")
    rollups.work_off()
    assert told() == ({"linen": 2, "coat": 3, "woollen": 1}, 1)
    counted[0].delete()
    rollups.work_off()
    assert told() == ({"linen": 2, "coat": 2}, 1)
    rows.generation(client.user, utc(2026, 10, 2), brief="a skirt")
    rollups.work_off()
    assert told() == ({"linen": 2, "coat": 2}, 0), "another day is another matter"


def test_of_many_days_that_are_not_kept_in_the_zone_no_words_are_told(rows: Rows, client_of):
    """A team's own zone has its days; of quarters of an hour there would be too many to read while somebody waits."""
    client = client_of("viewer")
    rows.generation(client.user, utc(2026, 10, 1), brief="a linen coat")
    rollups.work_off()
    said = {"from": "2026-01-01", "to": "2026-10-05", "timezone": "Asia/Tokyo", "team": str(rows.team.pk)}
    assert client.get("/api/analytics/trends", said).json()["terms"] is None
    assert "Words are told of 92 days at most" in client.get("/analytics", said).content.decode()
    refused = client.get("/api/analytics/trends", {**said, "format": "csv", "table": "words"})
    assert refused.status_code == 422 and "92 days" in refused.content.decode()
    assert client.get("/api/analytics/trends", {**said, "format": "csv"}).status_code == 200
    assert client.get("/api/analytics/trends", {**said, "from": "2026-08-01"}).json()["terms"]["asked"] == 1
