"""What the last weeks tell: what was put there is found, of chance nothing is told; each hides them from oneself."""

from datetime import date, timedelta
from itertools import combinations
from math import exp, log, sqrt
from random import Random
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped]
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

from analytics import comparing, insights, looking, rollups
from analytics.insights import End, Piece
from analytics.models import Insight, InsightHidden, Look
from designer.generations.models import Generation
from designer.jobs.models import Job
from designer.ledger.models import LedgerEntry
from designer.personas.models import Feedback
from tests.analytics.rows import MODELS, Rows
from tests.work import work_off

FIRST = date(2026, 9, 1)
MAKERS = (("openai", "gpt-image-2"), ("google", "gemini-image"), ("stability", "ultra"))
Dice = np.random.Generator


class TestComparing:
    @settings(max_examples=50, deadline=None)
    @given(st.integers(1, 40), st.integers(1, 40), st.data())
    def test_shares_of_single_images_are_the_textbooks(self, first: int, second: int, data):
        hits = data.draw(st.integers(0, first)), data.draw(st.integers(0, second))
        units = [[(1, 1)] * hit + [(0, 1)] * (of - hit) for hit, of in zip(hits, (first, second), strict=True)]
        found = comparing.shares(*units)
        low, high = confint_proportions_2indep(hits[0], first, hits[1], second, compare="diff", method="newcomb")
        if min(first, second) > 2:  # of two or fewer the units themselves tell little of how they differ
            _, p = proportions_ztest(hits, (first, second))
            slack = 0.02 if min(first, second) < 30 else 0.01  # n / (n - 1)
            assert found.estimate == pytest.approx(hits[0] / first - hits[1] / second)
            assert (found.low, found.high) == (pytest.approx(low, abs=3 * slack), pytest.approx(high, abs=3 * slack))
            assert np.isnan(p) or found.p == pytest.approx(p, abs=3 * slack)

    def test_images_that_come_together_tell_less_than_apart(self):
        apart = comparing.shares([(1, 1)] * 60 + [(0, 1)] * 40, [(1, 1)] * 40 + [(0, 1)] * 60)
        together = comparing.shares([(4, 4)] * 15 + [(0, 4)] * 10, [(4, 4)] * 10 + [(0, 4)] * 15)
        assert apart.estimate == pytest.approx(together.estimate) and apart.p < 0.01 < together.p
        assert together.high - together.low > 1.7 * (apart.high - apart.low)

    @settings(max_examples=50, deadline=None)
    @given(st.integers(0, 2**32), st.integers(8, 60), st.integers(8, 60), st.booleans())
    def test_longer_is_scipys_test_and_all_pairs_by_hand(self, seed: int, n: int, m: int, coarse: bool):
        dice = np.random.default_rng(seed)
        one, other = dice.lognormal(1.2, 0.6, n), dice.lognormal(1, 0.6, m)
        one, other = (np.maximum(1, each.round()) if coarse else each for each in (one, other))
        found = comparing.longer(list(one), list(other))
        wanted = stats.mannwhitneyu(one, other, method="asymptotic")
        assert found.p == pytest.approx(wanted.pvalue, abs=1e-9)
        ratios = sorted(a / b for a in one for b in other)
        assert found.estimate == pytest.approx(exp(float(np.median(np.log(ratios)))))
        assert found.low <= found.estimate <= found.high
        assert any(found.low == pytest.approx(each) for each in ratios)

    def test_a_liked_image_costs_what_plain_loops_say(self):
        dice = Random(4)
        groups = []
        for dear in (3.0, 1.0):
            units = []
            for _ in range(80):
                images = dice.randint(1, 4)
                rated = dice.randint(0, images)
                units.append(
                    (
                        dear * dice.uniform(0.5, 1.5) * images,
                        images,
                        sum(dice.random() < 0.5 for _ in range(rated)),
                        rated,
                    )
                )
            groups.append(units)
        found = comparing.per_liked(*groups)
        each = []
        for units in groups:
            c, i, k, r = (sum(unit[n] for unit in units) for n in range(4))
            parts = [u[0] / c - u[1] / i - u[2] / k + u[3] / r for u in units]
            each.append((log(c / i * r / k), sum(part**2 for part in parts) * 80 / 79))
        off, spread = each[0][0] - each[1][0], sqrt(each[0][1] + each[1][1])
        assert found.estimate == pytest.approx(exp(off)) and found.high == pytest.approx(exp(off + 1.959964 * spread))
        assert found.p == pytest.approx(2 * stats.norm.sf(abs(off / spread))) and 2 < found.low < 3 < found.high < 5

    def test_that_interval_holds_what_it_means_to(self):
        """95 of 100, of 400 drawn pairs of models of which one costs twice as much."""
        held = []
        for seed in range(400):
            dice = np.random.default_rng(seed)
            groups = []
            for dear in (2.0, 1.0):
                images = np.full(60, 4)
                cost = dear * 0.04 * images * dice.lognormal(0, 0.2, 60)
                taste = dice.beta(3, 3, 60)  # images of a generation are liked alike
                rated = dice.binomial(4, 0.5, 60)
                groups.append(np.column_stack([cost, images, dice.binomial(rated, taste), rated]))
            found = comparing.per_liked(*groups)
            held.append(found.low <= 2 <= found.high)
        assert 0.92 <= np.mean(held) <= 0.98

    @pytest.mark.parametrize("ps", [[], [0.001], [0.001, 0.5, 0.004, 0.0049], [0.2] * 5, [0.0] * 3])
    def test_holm_is_statsmodels(self, ps: list[float]):
        wanted = list(multipletests(ps, 0.01, method="holm")[0]) if ps else []
        assert comparing.holm(ps, 0.01) == wanted

    def test_a_turn_is_where_the_level_changes(self):
        values = [0.2, 0.3, 0.1, 0.25, 0.15] * 12 + [0.8, 0.9, 0.7, 0.85, 0.75] * 12
        found = comparing.turn(values)
        assert found.at == 60 and found.p < 1e-9
        assert comparing.turn([0.5] * 80).p == 1 and comparing.turn([]).p == comparing.turn([1.0]).p == 1


def drawn(
    dice: Dice,
    *,
    dear: float = 1.0,
    liked: float = 0.5,
    later: float = 0.5,
    fails: float = 0.08,
    slow: float = 1.0,
    count: int = 360,
    rated: float = 0.5,
) -> tuple[list[Piece], list[End]]:
    """Generations of three models over 90 days. The first model costs `dear` times as much, is liked by `liked`, fails
    by `fails` and takes `slow` times as long; from the 46th day on everything is liked by `later`. Images of one
    generation are liked alike, and days differ in how often generations fail."""
    pieces, ends = [], []
    bad_days = dice.beta(2, 23, 90)
    for number in range(count):
        maker, garment = MAKERS[number % 3], "coat" if dice.random() < 0.6 else "dress"
        is_first = number % 3 == 0
        day = int(90 * number / count)
        if dice.random() < (fails if is_first and fails != 0.08 else bad_days[day]):
            ends.append(End(FIRST + timedelta(days=day), *maker, failed=True))
            continue
        seconds = float(dice.lognormal(3, 0.5)) * (slow if is_first else 1.0)
        ends.append(End(FIRST + timedelta(days=day), *maker, failed=False, seconds=seconds))
        base = later if day >= 45 else liked if is_first else 0.5
        taste = dice.beta(6 * base, 6 * (1 - base))
        images = int(dice.integers(1, 5))
        seen = int(dice.binomial(images, rated))
        cost = float(0.04 * images * dice.lognormal(0, 0.1)) * (dear if is_first else 1.0)
        pieces.append(
            Piece(
                number,
                FIRST + timedelta(days=day),
                garment,
                *maker,
                images,
                seen,
                int(dice.binomial(seen, taste)),
                cost,
            )
        )
    return pieces, ends


class TestByChance:
    def test_nothing_is_told_of_teams_whose_models_are_alike(self):
        """Of 300 teams, in which all three models are the same; 1 of 100 teams at most is meant, by Holm."""
        told = [bool(insights.found(*drawn(np.random.default_rng(seed))).told) for seed in range(300)]
        assert np.mean(told) <= 0.02, f"{sum(told)} of 300"

    def test_nor_of_single_images_of_which_few_are_rated(self):
        told = [
            bool(insights.found(*drawn(np.random.default_rng([7, seed]), count=200, rated=0.3)).told)
            for seed in range(200)
        ]
        assert np.mean(told) <= 0.02, f"{sum(told)} of 200"


class TestPlanted:
    @pytest.mark.parametrize(
        ("kind", "more", "least"),
        [
            ("cost_per_liked", {"dear": 2.5}, 0.95),
            ("liking", {"liked": 0.85, "later": 0.5, "count": 900}, 0.8),
            ("failures", {"fails": 0.4}, 0.95),
            ("seconds", {"slow": 2.0}, 0.95),
            ("trend", {"later": 0.85}, 0.95),
        ],
    )
    def test_what_was_put_there_is_found(self, kind: str, more: dict, least: float):
        held = 0
        for seed in range(20):
            found = insights.found(*drawn(np.random.default_rng(seed), **more)).told
            mine = [each for each in found if each.kind == kind]
            held += bool(mine)
            assert all(each.kind == kind or kind in ("liking", "trend") for each in found), [e.sentence for e in found]
            for each in mine:
                assert each.compared.low <= each.compared.estimate <= each.compared.high
                if kind != "trend":
                    assert (each.provider, each.model) in (MAKERS[0], ("openai", "")), each.sentence
        assert held / 20 >= least

    def test_the_sentence_says_what_it_stands_on(self):
        pieces, ends = drawn(np.random.default_rng(3), dear=3.0, count=900)
        found = insights.found(pieces, ends)
        of_all = [
            each for each in found.told if each.kind == "cost_per_liked" and each.key.startswith("cost_per_liked::")
        ]
        of_coats = [each for each in found.told if each.key.startswith("cost_per_liked:coat:")]
        assert of_all and of_coats and "per liked coat as" in of_coats[0].sentence
        one = of_all[0]
        assert one.sentence.startswith(
            f"gpt-image-2 costs {one.compared.estimate:.1f} times as much per liked image as "
        )
        assert (
            f"95 % interval {one.compared.low:.1f} to {one.compared.high:.1f}; {one.images:,} images." in one.sentence
        )
        mine = [each for each in pieces if each.model == "gpt-image-2"]
        assert one.groups[0]["images"] == sum(each.images for each in mine)
        assert one.groups[0]["cost"] == pytest.approx(sum(each.cost for each in mine), abs=1e-5)
        assert found.tests == len([*combinations(range(3), 2)]) * 5 + 3 + 1, "all pairs, in all and of both garments"

    def test_a_cost_that_is_not_known_is_compared_with_none(self):
        pieces, ends = drawn(np.random.default_rng(3), dear=3.0)
        pieces[0] = Piece(0, FIRST, "coat", *MAKERS[0], 2, 1, 1, None)
        found = insights.found(pieces, ends)
        mine = [each.key for each in found.told if each.kind == "cost_per_liked" and each.model == "gpt-image-2"]
        assert not [key for key in mine if not key.startswith("cost_per_liked:dress:")], "dresses are all priced"
        for each in found.told:
            assert each.kind == "cost_per_liked" or all("cost" not in group for group in each.groups)


class TestTooLittle:
    @pytest.mark.parametrize("count", [0, 1, 2, 8])
    def test_says_how_much_is_lacking(self, count: int):
        found = insights.found(*drawn(np.random.default_rng(2), count=count))
        assert found.told == [] and found.tests == 0
        assert {each.kind for each in found.lacking} == set(insights.KINDS)
        assert all(each.have < each.need and each.said for each in found.lacking)

    def test_in_words(self):
        pieces = [Piece(n, FIRST, "", *MAKERS[n % 2], 1, 1 if n < 24 else 0, 1) for n in range(60)]
        lacking = {each.kind: each.said for each in insights.found(pieces, []).lacking}
        assert lacking["liking"].startswith("12 of 30 rated images by a second model (")
        assert lacking["trend"] == "24 of 60 rated images in all."
        assert lacking["failures"] == "0 of 30 generations by a second provider."
        one = [Piece(n, FIRST, "", *MAKERS[0], 1, 1, 1, None) for n in range(60)]
        lacking = {each.kind: each.said for each in insights.found(one, []).lacking}
        assert lacking["liking"] == "0 of 30 rated images by a second model: there is one only."
        assert lacking["cost_per_liked"] == "Images by gpt-image-2 have no price: what they cost is not known."

    def test_all_failed_or_all_alike_tells_nothing(self):
        ends = [End(FIRST + timedelta(days=n % 60), *MAKERS[n % 3], failed=True) for n in range(300)]
        assert insights.found([], ends).told == []
        ends = [End(FIRST + timedelta(days=n % 60), *MAKERS[n % 3], failed=False, seconds=3.0) for n in range(300)]
        pieces = [Piece(n, FIRST + timedelta(days=n // 5), "coat", *MAKERS[n % 3], 2, 2, 2, 0.1) for n in range(300)]
        assert insights.found(pieces, ends).told == []
        free = [Piece(n, FIRST + timedelta(days=n // 5), "coat", *MAKERS[n % 3], 2, 2, n % 2, 0.0) for n in range(300)]
        assert not [each for each in insights.found(free, ends).told if each.kind == "cost_per_liked"]


ZONES = ("UTC", "Europe/Paris", "Australia/Lord_Howe", "America/Santiago")


@pytest.mark.django_db
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), zone=st.sampled_from(ZONES))
def test_pieces_and_ends_are_what_is_counted_by_hand(seed: int, zone: str, rows: Rows, client_of, member):
    rows.rng = Random(seed)
    today = timezone.now().date()
    people = [client_of("owner").user, member("editor")]
    rows.many(people, timezone.now() - timedelta(days=93), 95.0, 25)
    for row in Generation.objects.filter(team=rows.team)[:5]:
        Generation.objects.filter(pk=row.pk).update(understood={"garment": {"value": "coat", "confidence": 1.0}})
    pieces, ends = looking.work_of(rows.team.pk, today, zone)
    first, here = today - timedelta(days=insights.SPAN), ZoneInfo(zone)
    mine = [
        row
        for row in Generation.objects.filter(team=rows.team, simulated=False)
        if first <= row.created_at.astimezone(here).date() < today
    ]
    assert len(ends) == sum(row.status in ("succeeded", "partial", "failed") for row in mine)
    assert sum(each.failed for each in ends) == sum(row.status == "failed" for row in mine)
    images = [image for row in mine for image in row.assets.filter(kind="generated", set_aside=False)]
    assert sum(each.images for each in pieces) == len(images)
    balances = [list(Feedback.objects.filter(asset=image).exclude(kind="comment")) for image in images]
    assert sum(each.rated for each in pieces) == sum(bool(each) for each in balances)
    assert sum(each.liked for each in pieces) == sum(sum(_vote(one) for one in each) > 0 for each in balances)
    priced = {f"generation:{row.pk}": row for row in mine}
    paid = [
        row
        for row in LedgerEntry.objects.filter(team=rows.team, kind="generation", simulated=False)
        if row.subject in priced
    ]
    assert sum(each.cost or 0 for each in pieces) == pytest.approx(float(sum(row.amount for row in paid)))
    unpriced = {row.pk for row in mine if row.assets.exists()} - {priced[row.subject].pk for row in paid}
    assert {each.generation for each in pieces if each.cost is None} == unpriced
    assert {each.garment for each in pieces} <= {"", "coat"}


def _vote(one: Feedback) -> int:
    good = one.kind in ("like", "pick") or (one.rating or 0) >= 4
    bad = one.kind == "dislike" or (one.kind == "rating" and one.rating <= 2)
    return good - bad


def filled(rows: Rows, user, *, count: int = 60, dear: str = "0.400000") -> None:
    """Two models: the first costs ten times as much, takes four times as long, and its images are liked as often."""
    now = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
    for n in range(count):
        for maker, cost, seconds in ((MODELS[0], dear, 40), (MODELS[1], "0.040000", 10)):
            at = now - timedelta(days=1 + n % 60)
            row = rows.generation(
                user, at, maker=maker, started_at=at, finished_at=at + timedelta(seconds=seconds + n % 7),
                understood={"garment": {"value": "coat", "confidence": 0.9}},
            )  # fmt: skip
            image = rows.image(row, at)
            rows.said(image, user, "like" if n % 2 else "dislike")
            rows.charge(at, cost, row=row, maker=maker, actor=user)
    rollups.work_off()


def look() -> None:
    Look.objects.update(due_at=timezone.now())
    assert looking.order()
    work_off("batch")
    assert not Job.objects.exclude(status="succeeded").exists()


def told(client, team, **more):
    answer = client.get("/api/analytics/insights", {"team": str(team.pk), **more})
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.mark.django_db(transaction=True)
class TestKept:
    def test_a_worker_finds_them_once_a_day_with_their_evidence(self, rows: Rows, client_of):
        owner = client_of("owner")
        filled(rows, owner.user)
        assert told(owner, rows.team) == {"insights": [], "looked": []}
        assert "Not looked at yet" in owner.get("/analytics").content.decode()
        look()
        assert looking.order() == 0
        found = {each["kind"]: each for each in told(owner, rows.team)["insights"]}
        assert set(found) == {"cost_per_liked", "seconds"}
        one = found["cost_per_liked"]
        assert one["sentence"].startswith("gpt-image-2 costs 10.0 times as much per liked ")
        assert one["images"] == 120 and one["evidence"]["method"] == "delta_log_ratio" and one["state"] == "shown"
        groups = one["evidence"]["groups"]
        assert [(each["name"], each["images"], each["rated"], each["liked"], each["cost"]) for each in groups] == [
            ("gpt-image-2", 60, 60, 30, "24.000000"), ("gemini-image", 60, 60, 30, "2.400000"),
        ]  # fmt: skip
        page = owner.get("/analytics", {"team": str(rows.team.pk)}).content.decode()
        assert one["sentence"] in page and "by Holm at 1 %" in page and 'style="' not in page
        lacking = told(owner, rows.team)["looked"][0]["lacking"]
        assert [each["kind"] for each in lacking] == []

    def test_what_is_about_costs_is_for_those_who_see_them(self, rows: Rows, client_of):
        owner, editor = client_of("owner"), client_of("editor")
        filled(rows, owner.user)
        look()
        hers = told(owner, rows.team)["insights"]
        cost = next(each for each in hers if each["kind"] == "cost_per_liked")
        for client in (editor, client_of("viewer")):
            assert {each["kind"] for each in told(client, rows.team)["insights"]} == {"seconds"}
            assert "per liked coat" not in client.get("/analytics", {"team": str(rows.team.pk)}).content.decode()
            for deed in ("dismiss", "snooze", "restore"):
                assert client.post(f"/api/analytics/insights/{cost['id']}/{deed}").status_code == 404
        stranger = client_of("stranger")
        assert stranger.get("/api/analytics/insights", {"team": str(rows.team.pk)}).status_code == 404
        assert stranger.get("/api/analytics/insights").json() == {"insights": [], "looked": []}
        for each in hers:
            for deed in ("dismiss", "snooze", "restore"):
                assert stranger.post(f"/api/analytics/insights/{each['id']}/{deed}").status_code == 404
            assert (
                stranger.post(f"/analytics/insights/{each['id']}", {"do": "dismiss"}, format="multipart").status_code
                == 404
            )
        assert not InsightHidden.objects.exists()
        assert client_of(None).get("/api/analytics/insights").status_code == 401

    def test_one_hides_them_from_oneself_alone_and_dismissing_twice_changes_nothing(self, rows: Rows, client_of):
        owner, admin = client_of("owner"), client_of("admin")
        filled(rows, owner.user)
        look()
        one, *rest = told(owner, rows.team)["insights"]
        for _ in range(2):
            answer = owner.post(f"/api/analytics/insights/{one['id']}/dismiss")
            assert answer.status_code == 200 and answer.json()["state"] == "dismissed"
        assert InsightHidden.objects.count() == 1
        assert [each["id"] for each in told(owner, rows.team)["insights"]] == [each["id"] for each in rest]
        assert [each["id"] for each in told(owner, rows.team, state="dismissed")["insights"]] == [one["id"]]
        assert len(told(owner, rows.team, state="all")["insights"]) == 1 + len(rest)
        assert len(told(admin, rows.team)["insights"]) == 1 + len(rest), "others see it as before"
        assert owner.post(f"/api/analytics/insights/{one['id']}/restore").json()["state"] == "shown"
        answer = owner.post(f"/api/analytics/insights/{one['id']}/snooze", {"days": 3}, format="json").json()
        assert answer["state"] == "snoozed" and answer["hidden_until"]
        look()
        assert one["id"] in {each["id"] for each in told(owner, rows.team, state="snoozed")["insights"]}
        InsightHidden.objects.update(until=timezone.now())
        assert one["id"] in {each["id"] for each in told(owner, rows.team)["insights"]}, "it woke up"

    @pytest.mark.parametrize("said", [{"days": 0}, {"days": 91}, {"days": "x"}, {"until": "tomorrow"}])
    def test_a_strange_snooze_is_refused(self, said, rows: Rows, client_of):
        owner = client_of("owner")
        filled(rows, owner.user)
        look()
        one = told(owner, rows.team)["insights"][0]
        answer = owner.post(f"/api/analytics/insights/{one['id']}/snooze", said, format="json")
        assert 400 <= answer.status_code < 500 and not InsightHidden.objects.exists()

    @pytest.mark.parametrize("said", [{"state": "x"}, {"kind": "x"}, {"team": "x"}, {"page": "1"}])
    def test_a_strange_question_is_refused(self, said, client_of):
        assert client_of("owner").get("/api/analytics/insights", said).status_code == 422

    def test_what_holds_no_longer_ends_and_comes_back_unhidden(self, rows: Rows, client_of):
        owner = client_of("owner")
        filled(rows, owner.user)
        look()
        one = next(each for each in told(owner, rows.team)["insights"] if each["kind"] == "seconds")
        owner.post(f"/api/analytics/insights/{one['id']}/dismiss")
        slow = Generation.objects.filter(team=rows.team, model=MODELS[0][1])
        kept = [(row.pk, row.finished_at) for row in slow]
        for row in slow:
            Generation.objects.filter(pk=row.pk).update(finished_at=row.started_at + timedelta(seconds=12))
        look()
        assert "seconds" not in {each["kind"] for each in told(owner, rows.team, state="all")["insights"]}
        assert Insight.objects.get(pk=one["id"]).ended_at and not InsightHidden.objects.exists()
        assert owner.post(f"/api/analytics/insights/{one['id']}/dismiss").status_code == 404
        for pk, at in kept:
            Generation.objects.filter(pk=pk).update(finished_at=at)
        look()
        assert one["id"] in {each["id"] for each in told(owner, rows.team)["insights"]}, "nobody has hidden it since"

    def test_what_no_look_has_found_for_days_is_told_no_more(self, rows: Rows, client_of):
        owner = client_of("owner")
        filled(rows, owner.user)
        look()
        Insight.objects.update(told_at=timezone.now() - timedelta(days=4))
        Look.objects.update(made_at=timezone.now() - timedelta(days=4))
        assert told(owner, rows.team)["insights"] == []
        assert "Not looked at yet" in owner.get("/analytics", {"team": str(rows.team.pk)}).content.decode()

    def test_the_page_hides_and_shows_them_without_script(self, rows: Rows, client_of):
        owner = client_of("owner")
        filled(rows, owner.user)
        look()
        one = told(owner, rows.team)["insights"][0]
        back = f"team={rows.team.pk}&days=90"
        answer = owner.post(f"/analytics/insights/{one['id']}", {"do": "dismiss", "back": back}, format="multipart")
        assert answer.status_code == 302 and answer["Location"] == f"/analytics?{back}#insights-title"
        page = owner.get("/analytics", {"team": str(rows.team.pk)}).content.decode()
        assert one["sentence"] not in page and "1 dismissed" in page
        page = owner.get("/analytics", {"team": str(rows.team.pk), "insights": "dismissed"}).content.decode()
        assert one["sentence"] in page and "Show again" in page
        owner.post(f"/analytics/insights/{one['id']}", {"do": "restore", "back": "//evil.example"}, format="multipart")
        assert one["sentence"] in owner.get("/analytics", {"team": str(rows.team.pk)}).content.decode()
        assert owner.post(f"/analytics/insights/{one['id']}", {"do": "frame"}, format="multipart").status_code == 422
        assert owner.get(f"/analytics/insights/{one['id']}").status_code == 405

    def test_how_much_is_lacking_is_said(self, rows: Rows, client_of):
        owner = client_of("owner")
        filled(rows, owner.user, count=12)
        look()
        page = owner.get("/analytics", {"team": str(rows.team.pk)}).content.decode()
        assert "12 of 30 rated images by a second model" in page and "24 of 60 rated images in all." in page
        kinds = lambda client: {each["kind"] for each in told(client, rows.team)["looked"][0]["lacking"]}  # noqa: E731
        assert kinds(owner) == set(insights.KINDS)
        assert kinds(client_of("viewer")) == set(insights.KINDS) - {"cost_per_liked"}
