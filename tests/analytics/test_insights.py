"""What the last weeks tell: what was put there is found, of chance nothing is told; each hides them from oneself."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from math import exp, log, sqrt
from random import Random
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.utils import timezone
from django.utils.html import escape
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped]
from statsmodels.stats.multitest import multipletests

from analytics import comparing, insights, looking, rollups
from analytics.insights import End, Piece
from analytics.models import Insight, InsightHidden, Look
from batches.models import Batch, BatchItem
from designer.assets.garbage import purge
from designer.generations.models import REFUSED, Generation
from designer.jobs.models import Job
from designer.ledger.models import LedgerEntry
from designer.personas.models import Feedback
from teams.membership.models import Membership
from tests.analytics.rows import MODELS, Rows
from tests.work import work_off

FIRST = date(2026, 9, 1)
MAKERS = (("openai", "gpt-image-2"), ("google", "gemini-image"), ("stability", "ultra"))
Dice = np.random.Generator


def days_of(count: int, hits: Callable[[int], tuple[float, float]], by: int = 0) -> list[comparing.Votes]:
    return [(FIRST + timedelta(days=n), by, *hits(n)) for n in range(count)]


class TestComparing:
    def test_shares_of_equal_days_are_the_t_tests(self):
        """With as many images on each day, of one person, the jackknife is the textbook's variance of two means."""
        dice = np.random.default_rng(1)
        one, other = dice.binomial(8, dice.beta(4, 2, 30)), dice.binomial(8, dice.beta(2, 2, 30))
        later = [(day + timedelta(days=60), *rest) for day, *rest in days_of(30, lambda n: (other[n], 8))]
        found = comparing.shares(days_of(30, lambda n: (one[n], 8)), later, least=10)
        assert found is not None and found.estimate == pytest.approx((one.mean() - other.mean()) / 8)
        spread = sqrt((one.var(ddof=1) + other.var(ddof=1)) / 30) / 8
        assert found.p == pytest.approx(2 * stats.t.sf(abs(found.estimate) / spread, 29), rel=0.2)
        reach = stats.t.ppf(0.975, 29) * spread
        assert found.high - found.estimate == pytest.approx(reach, rel=0.05)

    def test_what_was_made_on_one_day_tells_less_than_apart(self):
        dice = np.random.default_rng(2)
        each = dice.random((2, 240)) < [[0.65], [0.4]]
        found = [
            comparing.shares(
                *(
                    [
                        (FIRST + timedelta(days=place // size), 0, float(hit), 1.0)
                        for place, hit in enumerate(np.sort(side))
                    ]
                    for side in each
                ),
                least=10,
            )
            for size in (1, 20)
        ]
        apart, together = found
        assert apart is not None and together is not None
        assert apart.estimate == pytest.approx(together.estimate) and apart.p < together.p
        assert together.high - together.low > 1.7 * (apart.high - apart.low)

    def test_a_day_with_most_of_the_images_is_not_many_days(self):
        even = days_of(20, lambda n: (4, 8))
        heavy = days_of(20, lambda n: (200, 400) if n == 3 else (1, 2))
        assert comparing.shares(even, even, least=10) is not None
        assert comparing.shares(even, heavy, least=10) is None is comparing.shares(heavy, even, least=10)
        assert comparing.shares(even[:9], even, least=10) is None

    def test_who_is_strict_makes_no_model_worse(self):
        """One rates the first model, and strictly; the other the second. Both say the same of either."""
        one = days_of(30, lambda n: (2, 10), by=1) + days_of(30, lambda n: (8, 10) if n % 3 else (0, 0), by=2)
        other = days_of(30, lambda n: (2, 10) if n % 3 else (0, 0), by=1) + days_of(30, lambda n: (8, 10), by=2)
        found = comparing.shares(one, other, least=10)
        assert found is not None and found.estimate == pytest.approx(0, abs=1e-9) and found.p > 0.9
        assert (comparing.rate(one).rate or 0) < (comparing.rate(other).rate or 0), "though plain shares differ"
        strangers = comparing.shares(days_of(30, lambda n: (2, 10), by=1), other[30:], least=10)
        assert strangers is None, "nobody has rated both"

    @pytest.mark.parametrize("days", [10, 20, 60])
    def test_all_or_nothing_is_no_certainty(self, days: int):
        """Of so many days on which none failed, or all were liked, it is not known that none ever will."""
        never, all_ = (days_of(days, lambda n, hit=hit: (hit, 8.0)) for hit in (0.0, 8.0))
        found = comparing.shares(all_, never, least=10)
        assert found is not None and found.low < 1 and found.p > 0
        one_bad_day = [*never[1:], (never[0][0], 0, 8.0, 8.0)]
        found = comparing.shares(one_bad_day, never, least=10)
        assert found is not None and found.p > 0.2

    def test_seconds_are_compared_by_the_medians_of_days(self):
        dice = np.random.default_rng(5)
        one, other = (
            [(FIRST + timedelta(days=n // 6), float(dice.lognormal(m, 0.5))) for n in range(120)] for m in (3.5, 3)
        )
        found = comparing.longer(one, other, least=10)
        days = [
            [log(float(np.median([took for day, took in own if day == at]))) for at in sorted({day for day, _ in own})]
            for own in (one, other)
        ]
        wanted = stats.ttest_ind(*days, equal_var=False)
        assert found is not None and found.estimate == pytest.approx(exp(np.mean(days[0]) - np.mean(days[1])))
        assert found.p == pytest.approx(2 * stats.t.sf(abs(wanted.statistic), 19)) and found.p >= wanted.pvalue
        assert found.low < found.estimate < found.high
        assert comparing.longer(one[:54], other, least=10) is None

    def test_one_slow_day_is_no_slow_model(self):
        slow = [(FIRST, 30.0 + n % 5) for n in range(60)] + [(FIRST + timedelta(days=n), 10.0) for n in range(1, 12)]
        quick = [(FIRST + timedelta(days=n % 12), 10.0) for n in range(60)]
        found = comparing.longer(slow, quick, least=10)
        assert found is not None and found.p > 0.1

    def test_a_liked_image_costs_what_plain_loops_say(self):
        dice = Random(4)
        groups: list[list[comparing.Paid]] = []
        for dear in (3.0, 1.0):
            units = []
            for n in range(80):
                images = dice.randint(1, 4)
                rated = dice.randint(0, images)
                liked = sum(dice.random() < 0.5 for _ in range(rated))
                cost = dear * dice.uniform(0.5, 1.5) * images
                units.append((FIRST + timedelta(days=n // 2), 0, cost, float(images), float(liked), float(rated)))
            groups.append(units)

        def ratio(without: date | None = None) -> float:
            logs = []
            for units in groups:
                c, i, k, r = (sum(unit[n] for unit in units if unit[0] != without) for n in range(2, 6))
                logs.append(log(c / i * r / k))
            return logs[0] - logs[1]

        found = comparing.per_liked(*groups, least=10)
        spread = sqrt(sum((ratio(FIRST + timedelta(days=n)) - ratio()) ** 2 for n in range(40)) * 39 / 40)
        assert found is not None and found.estimate == pytest.approx(exp(ratio()))
        assert 1.5 < found.low < 3 < found.high < 5
        free = (log(found.high) - ratio()) / spread  # of Kish's days, which are fewer than 40
        assert stats.t.ppf(0.975, 39) < free < stats.t.ppf(0.975, 9)

    def test_that_interval_holds_what_it_means_to(self):
        """95 of 100, of 300 drawn pairs of models of which one costs twice as much; days have much in common."""
        held = []
        for seed in range(300):
            dice = np.random.default_rng(seed)
            groups = []
            for dear in (2.0, 1.0):
                images = 6.0
                day_cost, taste = dice.lognormal(0, 0.2, 40), dice.beta(3, 3, 40)
                rated = dice.binomial(6, 0.7, 40)
                liked = dice.binomial(rated, taste)
                groups.append(
                    [
                        (
                            FIRST + timedelta(days=n),
                            0,
                            dear * 0.04 * images * day_cost[n],
                            images,
                            float(liked[n]),
                            float(rated[n]),
                        )
                        for n in range(40)
                    ]
                )
            found = comparing.per_liked(*groups, least=10)
            held.append(found is not None and found.low <= 2 <= found.high)
        assert 0.915 <= np.mean(held) <= 0.985

    def test_at_the_fewest_days_p_is_what_it_says(self):
        """Ten days a side that weigh alike, of which the images have much in common; half of the pairs unbalanced."""
        small = 0
        for seed in range(2_000):
            dice = np.random.default_rng([3, seed])
            sides = []
            for days, each in ((10, 4), (10 + 20 * (seed % 2), 4 + 8 * (seed % 2))):
                of = np.full(days, each)
                hits = dice.binomial(of, dice.beta(1.5, 1.5, days))
                sides.append([(FIRST + timedelta(days=n), 0, float(hits[n]), float(of[n])) for n in range(days)])
            found = comparing.shares(*sides, least=10)
            assert found is not None
            small += found.p < 0.001
        assert small <= most(2_000, 0.001), f"{small} of 2,000"

    @pytest.mark.parametrize("ps", [[], [0.001], [0.001, 0.5, 0.004, 0.0049], [0.2] * 5, [0.0] * 3])
    def test_holm_is_statsmodels(self, ps: list[float]):
        wanted = list(multipletests(ps, 0.01, method="holm")[0]) if ps else []
        assert comparing.holm(ps, 0.01) == wanted

    def test_a_turn_is_where_the_level_changes(self):
        dice = np.random.default_rng(6)
        mondays = [FIRST + timedelta(days=6 + 7 * n) for n in range(12)]
        votes = [
            (day, (day, 0, float(dice.binomial(6, 0.3 if day < mondays[5] else 0.8)), 6.0))
            for day in (FIRST + timedelta(days=n) for n in range(90))
        ]
        found = comparing.turn(votes, mondays, least=10, count=30)
        assert found is not None and found.at == mondays[5] and found.compared.p < 1e-6
        assert 0.3 < found.compared.low < 0.5 < found.compared.high < 0.7
        plain = comparing.shares(
            [vote for day, vote in votes if day >= found.at], [vote for day, vote in votes if day < found.at], least=10
        )
        assert plain is not None and plain.p * found.of == pytest.approx(found.compared.p)
        assert plain.high - plain.low < found.compared.high - found.compared.low, "the week was chosen"
        assert comparing.turn([], mondays, least=10, count=30) is None is comparing.turn(votes, [], least=10, count=30)


def most(of: int, share: float) -> int:
    """More of so many are seen by chance in one of a thousand runs, if the share is what it is meant to be."""
    return int(stats.binom.ppf(0.999, of, share))


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
    days: int = 90,
) -> tuple[list[Piece], list[End]]:
    """Generations of three models over so many days. The first model costs `dear` times as much, is liked by `liked`,
    fails by `fails` and takes `slow` times as long; from the middle on everything is liked by `later`.

    Whatever has its own effects: each day of each model (taste, cost, time, failures), each batch of them, and each of
    three people, of whom one is strict, one is not, and each prefers to rate one model.
    """
    pieces: list[Piece] = []
    ends: list[End] = []
    share = dice.beta(2, 23, (3, days))
    taste, dearness, haste = (dice.normal(0, wide, (3, days)) for wide in (0.5, 0.2, 0.3))
    strictness = (-0.8, 0.0, 0.8)
    number = batch = 0
    while number < count:
        which, batch = batch % 3, batch + 1
        maker, is_first = MAKERS[which], which == 0
        day = int(dice.integers(days))
        by = which if dice.random() < 0.5 else int(dice.integers(3))
        garment = "coat" if dice.random() < 0.6 else "dress"
        own_taste, own_haste = dice.normal(0, 0.4), dice.normal(0, 0.2)
        fails_by = fails if is_first and fails != 0.08 else share[which, day]
        for _ in range(min(count - number, int(dice.geometric(0.4)))):
            number += 1
            at = FIRST + timedelta(days=day)
            if dice.random() < fails_by:
                ends.append(End(at, *maker, failed=True))
                continue
            seconds = float(np.exp(3 + haste[which, day] + own_haste + dice.normal(0, 0.4))) * (
                slow if is_first else 1.0
            )
            ends.append(End(at, *maker, failed=False, seconds=seconds))
            base = later if day >= days / 2 else liked if is_first else 0.5
            odds = base / (1 - base) * exp(taste[which, day] + own_taste + strictness[by])
            images = int(dice.integers(1, 5))
            seen = int(dice.binomial(images, rated))
            cost = float(0.04 * images * np.exp(dearness[which, day] + dice.normal(0, 0.1))) * (
                dear if is_first else 1.0
            )
            hits = int(dice.binomial(seen, odds / (1 + odds)))
            pieces.append(Piece(number, at, garment, *maker, images, seen, hits, cost, by))
    return pieces, ends


class TestByChance:
    @pytest.mark.parametrize(
        ("times", "more"),
        [
            (300, {}),
            (200, {"count": 200, "rated": 0.3}),
            (200, {"count": 150, "days": 20, "rated": 0.9}),  # hardly more than the least that is compared
            (100, {"count": 900, "days": 30}),
        ],
    )
    def test_nothing_is_told_of_teams_whose_models_are_alike(self, times: int, more: dict):
        """1 of 100 teams is meant, by Holm; each of these has days, batches and people that differ."""
        told = [insights.found(*drawn(np.random.default_rng([times, seed]), **more)) for seed in range(times)]
        wrong = sum(bool(each.told) for each in told)
        assert sum(each.tests for each in told) > times, "something was compared"
        assert wrong <= most(times, insights.LEVEL), f"{wrong} of {times}"

    def test_a_slow_monday_is_no_slow_model(self):
        """Thirty of one batch on one day against thirty of another day: no comparison at all."""
        ends = [End(FIRST, *MAKERS[0], failed=False, seconds=60.0 + n % 7) for n in range(30)]
        ends += [End(FIRST + timedelta(days=1), *MAKERS[1], failed=False, seconds=20.0 + n % 7) for n in range(30)]
        found = insights.found([], ends)
        assert found.told == [] and found.tests == 0
        assert {each.kind: each.said for each in found.lacking}["seconds"].endswith("but of too few days.")

    def test_a_stricter_colleague_is_no_turn(self):
        """The first half is rated by one, the second by another: nothing is known of how either rates the other's."""
        dice = np.random.default_rng(8)
        pieces = [
            Piece(n, FIRST + timedelta(days=n // 4), "coat", *MAKERS[0], 2, 2, int(dice.binomial(2, base)), 0.1, by)
            for n in range(240)
            for base, by in [(0.8, "generous") if n < 120 else (0.4, "strict")]
        ]
        assert insights.found(pieces, []).told == []

    def test_a_batch_of_days_is_one_of_them(self):
        """All of a batch counts as of its first day, however long it runs."""
        ends = [
            End(FIRST + timedelta(days=n % 20), *MAKERS[n % 2], failed=False, seconds=(40.0, 10.0)[n % 2] + n % 3)
            for n in range(200)
        ]
        assert insights.found([], ends).tests == 2
        whole = [replace(each, together=FIRST) for each in ends]
        assert insights.found([], whole).tests == 0


class TestPlanted:
    @pytest.mark.parametrize(
        ("kind", "more", "least"),
        [
            ("cost_per_liked", {"dear": 3.0, "count": 900}, 0.9),
            ("liking", {"liked": 0.9, "later": 0.5, "count": 1200}, 0.5),
            ("failures", {"fails": 0.4}, 0.9),
            ("seconds", {"slow": 2.0}, 0.9),
            ("trend", {"later": 0.9, "count": 600}, 0.8),
        ],
    )
    def test_what_was_put_there_is_found(self, kind: str, more: dict, least: float):
        held = 0
        for seed in range(20):
            found = insights.found(*drawn(np.random.default_rng(seed), **more)).told
            mine = [each for each in found if each.kind == kind]
            held += bool(mine)
            for each in mine:
                assert each.compared.low <= each.compared.estimate <= each.compared.high
                if kind != "trend":
                    assert (each.provider, each.model) in (MAKERS[0], ("openai", "")), each.sentence
        assert held / 20 >= least

    def test_the_sentence_says_what_it_stands_on(self):
        pieces, ends = drawn(np.random.default_rng(3), dear=5.0, count=900)
        found = insights.found(pieces, ends)
        (one, *_) = [each for each in found.told if each.kind == "cost_per_liked" and not each.garment]
        rest = one.sentence.removeprefix(
            f"gpt-image-2 costs {one.compared.estimate:.1f} times as much per liked image as "
        )
        assert rest != one.sentence and ", by what the same people rated; " in rest
        assert f"95 % interval {one.compared.low:.1f} to {one.compared.high:.1f}; " in rest
        both = [
            each
            for each in pieces
            if (each.provider, each.model) in {tuple(key.split("/")) for key in one.key.split(":")[2:]}
        ]
        images, rated, liked = (sum(getattr(each, name) for each in both) for name in ("images", "rated", "liked"))
        assert rest.endswith(f"; {rated:,} of {images:,} images rated, {liked:,} liked.") and one.images == images
        mine = [each for each in pieces if each.model == "gpt-image-2"]
        assert one.groups[0]["images"] == sum(each.images for each in mine)
        assert one.groups[0]["cost"] == pytest.approx(sum(each.cost or 0 for each in mine), abs=1e-5)
        again = [each for each in found.told if each.garment and each.key.split(":")[2:] == one.key.split(":")[2:]]
        assert again == [], "what holds of all is not told of coats once more"

    @pytest.mark.parametrize(("dress", "garments"), [(0.1, ["", "t_shirt"]), (0.1 / 3, ["dress", "t_shirt"])])
    def test_a_garment_is_told_where_it_is_another_figure(self, dress: float, garments: list[str]):
        """T-shirts cost three times as much by the first; dresses as much, or a third, which makes the whole alike."""
        dice = np.random.default_rng(9)
        pieces = []
        for n in range(880):
            is_first, is_shirt = n % 2 == 0, n // 2 % 4 == 0
            cost = (0.3 if is_shirt else dress) if is_first else 0.1
            garment, likes = "t_shirt" if is_shirt else "dress", int(dice.random() < 0.6)
            pieces.append(Piece(n, FIRST + timedelta(days=n // 10), garment, *MAKERS[n % 2], 1, 1, likes, cost))
        told = {each.garment: each for each in insights.found(pieces, []).told}
        assert sorted(told) == garments
        assert " per liked T-shirt as " in told["t_shirt"].sentence, "as people spell it"

    def test_two_vendors_of_one_model_are_told_apart(self):
        pieces = [
            Piece(
                n,
                FIRST + timedelta(days=n % 40),
                "",
                ("dear", "cheap")[n % 2],
                "flux-dev",
                1,
                1,
                n % 3 > 0,
                (0.4, 0.1)[n % 2],
            )
            for n in range(400)
        ]
        (one,) = [each for each in insights.found(pieces, []).told if each.kind == "cost_per_liked"]
        assert one.sentence.startswith("flux-dev by dear costs ") and " as flux-dev by cheap; " in one.sentence

    def test_what_was_told_goes_on_until_it_fails_a_laxer_level(self):
        """A p that moves about the limit does not end and begin an insight each day."""
        between = 0
        for seed in range(60):
            pieces, ends = drawn(np.random.default_rng([5, seed]), slow=1.45, count=150)
            fresh = {each.key for each in insights.found(pieces, ends).told}
            key = "seconds::openai/gpt-image-2:google/gemini-image"
            kept = {each.key for each in insights.found(pieces, ends, going={key}).told}
            assert fresh <= kept | {key} and kept - fresh <= {key}
            between += key in kept and key not in fresh
        assert between, "some lie between the two levels"

    def test_a_turn_found_a_week_off_is_the_same(self):
        pieces, ends = drawn(np.random.default_rng(1), later=0.95, count=900)
        (one,) = [each for each in insights.found(pieces, ends).told if each.kind == "trend"]
        name, _, day = one.key.rpartition(":")
        near, far = (f"{name}:{date.fromisoformat(day) - timedelta(days=n)}" for n in (14, 28))
        for known, key in (({near}, near), ({far}, one.key), ({near.replace("better", "worse")}, one.key)):
            (again,) = [each for each in insights.found(pieces, ends, known=known).told if each.kind == "trend"]
            assert again.key == key

    def test_a_cost_that_is_not_known_is_compared_with_none(self):
        pieces, ends = drawn(np.random.default_rng(3), dear=5.0, count=900)
        pieces.append(Piece(0, FIRST, "coat", *MAKERS[0], 2, 1, 1, None))
        found = insights.found(pieces, ends)
        mine = [each.key for each in found.told if each.kind == "cost_per_liked" and each.model == "gpt-image-2"]
        assert not [key for key in mine if not key.startswith("cost_per_liked:dress:")], "dresses are all priced"
        for each in found.told:
            assert each.kind == "cost_per_liked" or all("cost" not in group for group in each.groups)


class TestWords:
    def test_nearly_is_not_all(self):
        said = [insights.percent(share) for share in (0.0, 0.004, 0.006, 0.5, 0.996, 1.0)]
        assert said == ["0 %", "less than 1 %", "1 %", "50 %", "more than 99 %", "100 %"]

    @pytest.mark.parametrize(
        ("low", "high", "said"), [(0.12, 0.3, "12 to 30"), (-0.3, -0.12, "12 to 30"), (-0.001, 0.3, "0 to 30")]
    )
    def test_points(self, low: float, high: float, said: str):
        compared = comparing.Compared((low + high) / 2, low, high, 0.0001)
        middle = round(abs(50 * (low + high)))
        assert insights._points(compared) == f"the difference is {middle} points ({said}, 95 % interval)"

    def test_the_difference_is_said_that_the_interval_is_of(self):
        """Each prefers to rate what they like best: plain shares are further apart than what the same people said."""
        pieces = []
        for n in range(400):
            is_first, day = n % 2 == 0, FIRST + timedelta(days=n // 10)
            is_fan = (n // 2 % 4 > 0) is is_first
            likes = int((n // 2 * 7) % 20 < (16 if is_fan else 3) + 2 * is_first)
            pieces.append(Piece(n, day, "", *MAKERS[n % 2], 4, 4, 4 * likes, None, "fan" if is_fan else "strict"))
        (one,) = [each for each in insights.found(pieces, []).told if each.kind == "liking"]
        points = round(100 * one.compared.estimate)
        assert (
            f"the difference is {points} points (" in one.sentence
            and ", by what the same people rated;" in one.sentence
        )

    def test_only_people_who_rated_both_count(self):
        """A few by one who rated both models; the many others' ratings bear nothing."""

        def pieces(shared: int) -> list[Piece]:
            return [
                Piece(n, FIRST + timedelta(days=n // 2 % 28), "", *MAKERS[n % 2], 1, 1, 1 - n % 2, 0.1, by)
                for n in range(1_000)
                for by in [("both" if n < 2 * shared else f"only {n % 2}")]
            ]

        assert not [each for each in insights.found(pieces(29), []).told if each.kind == "liking"]
        (one,) = [each for each in insights.found(pieces(56), []).told if each.kind == "liking"]
        assert one.sentence.endswith("; 1,000 images rated, of which 112 by people who rated both count.")
        assert [each["counted"] for each in one.groups] == [56, 56]

    def test_at_which_level_it_is_held(self):
        """What only goes on does not say that it holds at the stricter level."""
        key, lax = "seconds::openai/gpt-image-2:google/gemini-image", 0
        for seed in range(60):
            pieces, ends = drawn(np.random.default_rng([5, seed]), slow=1.45, count=150)
            fresh = {each.key for each in insights.found(pieces, ends).told}
            for each in insights.found(pieces, ends, going={key}).told:
                assert each.key not in fresh or each.level == insights.LEVEL
                if each.key == key and key not in fresh:
                    lax += each.level == insights.GOING
        assert lax


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
        said = "60 of 60 generations by gpt-image-2 have no price: what it costs is not known."
        assert lacking["cost_per_liked"] == said

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
    failed = [row for row in mine if row.status == "failed" and row.error["code"] not in REFUSED]
    assert len(ends) == sum(row.status in ("succeeded", "partial") for row in mine) + len(failed)
    assert sum(each.failed for each in ends) == len(failed)
    images = [image for row in mine for image in row.assets.filter(kind="generated", set_aside=False)]
    assert sum(each.images for each in pieces) == len(images)
    balances = [list(Feedback.objects.filter(asset=image).exclude(kind="comment")) for image in images]
    assert sum(each.rated for each in pieces) == sum(bool(each) for each in balances)
    raters = set(Membership.objects.filter(team=rows.team).values_list("user", flat=True))  # of earlier examples too
    assert all((each.by in raters) == bool(each.rated) for each in pieces)
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


@pytest.mark.django_db
def test_who_said_most_of_them_and_the_first_day_of_the_batch_stand_by_a_generation(rows: Rows, client_of, member):
    owner, editor = client_of("owner").user, member("editor")
    noon = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
    batch = Batch.objects.create(team=rows.team, owner=owner, title="wide", plan={}, status="completed")
    made = [rows.generation(owner, noon - timedelta(days=back)) for back in (4, 3, 2, 1)]
    for place, row in enumerate(made[1:3]):
        BatchItem.objects.create(team=rows.team, batch=batch, position=place, wish={}, generation=row)
    images = [rows.image(made[0], noon - timedelta(days=4)) for _ in range(3)]
    for image, person in zip(images, (owner, editor, editor), strict=True):
        rows.said(image, person, "like")
    rows.said(images[0], editor, "comment")
    pieces, ends = looking.work_of(rows.team.pk, noon.date(), "UTC")
    assert [(each.by, each.rated, each.liked) for each in pieces] == [(editor.pk, 3, 3)]
    first = noon.date() - timedelta(days=3)
    assert [each.together for each in ends] == [None, first, first, None]
    assert [each.day for each in ends] == [first + timedelta(days=n) for n in (-1, 0, 1, 2)]


def _vote(one: Feedback) -> int:
    good = one.kind in ("like", "pick") or (one.rating or 0) >= 4
    bad = one.kind == "dislike" or (one.kind == "rating" and one.rating <= 2)
    return good - bad


def filled(
    rows: Rows,
    user,
    *,
    count: int = 60,
    dear: str = "0.400000",
    garment: str = "coat",
    likes: Callable[[int, bool], bool] = lambda n, _: n % 2 > 0,
) -> None:
    """Two models: the first costs ten times as much, takes four times as long, and its images are liked as often."""
    now = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
    for n in range(count):
        for maker, cost, seconds in ((MODELS[0], dear, 40), (MODELS[1], "0.040000", 10)):
            at = now - timedelta(days=1 + n % insights.RATED_SPAN)
            row = rows.generation(
                user, at, maker=maker, started_at=at, finished_at=at + timedelta(seconds=seconds + n % 7),
                understood={"garment": {"value": garment, "confidence": 0.9}},
            )  # fmt: skip
            image = rows.image(row, at)
            rows.said(image, user, "like" if likes(n, maker is MODELS[0]) else "dislike")
            rows.charge(at, cost, row=row, maker=maker, actor=user)
    rollups.work_off()


def behind(client, href: str) -> int:
    """How many images the gallery shows there, page by page."""
    count, seen = 0, 0
    while href:
        answer = client.get(href)
        assert answer.status_code == 200 and seen < 10
        count, seen = count + answer.content.decode().count('class="tile"'), seen + 1
        href = answer.context["next_url"]
    return count


def ways(client, sentence: str) -> list[tuple[int, int]]:
    """Of each way behind a sentence: how many images it says, and how many the gallery shows there."""
    page = client.get("/analytics").content.decode()
    shown = page.partition(escape(sentence))[2].partition("</li>")[0]
    links = re.findall(r'<a href="([^"]+)">([\d,]+) images [^<]+</a>', shown)
    return [(int(count.replace(",", "")), behind(client, href.replace("&amp;", "&"))) for href, count in links]


def look() -> None:
    rollups.work_off()
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
        assert one["evidence"]["method"] == "log_ratio_day_jackknife"
        assert one["images"] == 120 and one["state"] == "shown" and " as gemini-image; " in one["sentence"]
        assert one["sentence"].endswith("; 120 of 120 images rated, 60 liked.")
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

    @pytest.mark.parametrize(("away", "shown"), [(1, False), (20, True)])
    def test_what_holds_no_longer_ends_and_is_news_after_a_while(self, away: int, shown: bool, rows: Rows, client_of):
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
        ended_at = Insight.objects.get(pk=one["id"]).ended_at
        assert ended_at
        Insight.objects.filter(pk=one["id"]).update(ended_at=ended_at - timedelta(days=away))
        assert owner.post(f"/api/analytics/insights/{one['id']}/dismiss").status_code == 404
        for pk, at in kept:
            Generation.objects.filter(pk=pk).update(finished_at=at)
        look()
        assert (one["id"] in {each["id"] for each in told(owner, rows.team)["insights"]}) == shown
        assert one["id"] in {each["id"] for each in told(owner, rows.team, state="all")["insights"]}
        assert InsightHidden.objects.exists() != shown

    def test_what_ended_a_season_ago_is_forgotten(self, rows: Rows, client_of):
        owner = client_of("owner")
        filled(rows, owner.user)
        look()
        for ended, days in (("old", 91), ("young", 89)):
            at = timezone.now() - timedelta(days=days)
            Insight.objects.create(
                team=rows.team, kind="seconds", key=ended, sentence="", about_costs=False, evidence={}, images=0,
                since=at.date(), told_at=at, ended_at=at,
            )  # fmt: skip
        look()
        assert set(Insight.objects.filter(kind="seconds").values_list("key", flat=True)) > {"young"}
        assert not Insight.objects.filter(key="old").exists()

    def test_what_no_look_has_found_for_days_is_told_no_more(self, rows: Rows, client_of):
        owner = client_of("owner")
        filled(rows, owner.user)
        look()
        Insight.objects.update(told_at=timezone.now() - timedelta(days=4))
        Look.objects.update(made_at=timezone.now() - timedelta(days=4))
        assert told(owner, rows.team)["insights"] == []
        page = owner.get("/analytics", {"team": str(rows.team.pk)}).content.decode()
        assert "Not looked at yet" not in page and "no look has succeeded since" in page

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

    @pytest.mark.parametrize(
        ("kind", "likes", "counts"),
        [
            ("cost_per_liked", lambda n, is_first: n % 2 > 0, [62, 60]),
            ("liking", lambda n, is_first: n % 6 > 0 if is_first else n % 3 == 0, [60, 60]),
            ("trend", lambda n, is_first: n % 28 < 14 or n % 7 == 0, None),
        ],
    )
    def test_each_way_leads_to_the_images_that_are_counted(self, kind, likes, counts, rows: Rows, client_of):
        owner = client_of("owner")
        filled(rows, owner.user, likes=likes)
        today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
        for at, garment in ((today - timedelta(minutes=1), "coat"), (today - timedelta(days=3), "dress")):
            row = rows.generation(owner.user, at, understood={"garment": {"value": garment, "confidence": 0.9}})
            rows.image(row, at + timedelta(minutes=5))  # made on the next day, and rated by nobody
            rows.charge(at, "0.400000", row=row, actor=owner.user)
        before = today - timedelta(
            days=insights.RATED_SPAN, minutes=1
        )  # asked for too long ago, though made within the days
        rows.said(rows.image(rows.generation(owner.user, before), before + timedelta(minutes=5)), owner.user, "like")
        rows.image(rows.generation(owner.user, today + timedelta(seconds=1)), today + timedelta(seconds=2))  # of today
        rollups.work_off()
        look()
        (one,) = [each for each in told(owner, rows.team)["insights"] if each["kind"] == kind]
        found = ways(owner, one["sentence"])
        assert len(found) == 2 and all(said == seen for said, seen in found), found
        assert sum(said for said, _ in found) == sum(counts or [120])
        assert counts is None or [said for said, _ in found] == counts

    def test_of_a_garment_each_way_leads_to_its_images_alone(self, rows: Rows, client_of):
        owner = client_of("owner")
        filled(rows, owner.user)
        filled(rows, owner.user, dear="0.040000", garment="dress")
        look()
        (one,) = [each for each in told(owner, rows.team)["insights"] if " per liked coat as " in each["sentence"]]
        assert ways(owner, one["sentence"]) == [(60, 60), (60, 60)]

    def test_what_was_disliked_and_is_purged_makes_nothing_worse(self, rows: Rows, client_of):
        """Each day is alike: half of it liked, the rest in the trash at once, and gone with what was said of it."""
        owner = client_of("owner")
        now = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
        for n in range(85 * 4):
            at = now - timedelta(days=1 + n // 4)
            row = rows.generation(owner.user, at)
            image = rows.image(row, at)
            rows.said(image, owner.user, "like" if n % 2 else "dislike")
            if not n % 2:
                type(image).objects.filter(pk=image.pk).update(trashed_at=at)
        while purge(60):
            pass
        look()
        told_ = told(owner, rows.team)
        assert [each["kind"] for each in told_["insights"]] == []
        assert "trend" not in {each["kind"] for each in told_["looked"][0]["lacking"]}, "it was compared"

    def test_the_page_says_at_which_level_it_is_held(self, rows: Rows, client_of):
        owner = client_of("owner")
        filled(rows, owner.user)
        look()
        assert {each["evidence"]["level"] for each in told(owner, rows.team)["insights"]} == {insights.LEVEL}
        for row in Insight.objects.all():
            Insight.objects.filter(pk=row.pk).update(evidence={**row.evidence, "level": insights.GOING})
        page = owner.get("/analytics").content.decode()
        assert "by Holm at 5 %: it was told at 1 %, and goes on" in page and "by Holm at 1 %" not in page

    def test_how_much_is_lacking_is_said(self, rows: Rows, client_of):
        owner = client_of("owner")
        filled(rows, owner.user, count=12)
        look()
        page = owner.get("/analytics", {"team": str(rows.team.pk)}).content.decode()
        assert "12 of 30 rated images by a second model" in page and "24 of 60 rated images in all." in page
        kinds = lambda client: {each["kind"] for each in told(client, rows.team)["looked"][0]["lacking"]}  # noqa: E731
        assert kinds(owner) == set(insights.KINDS)
        assert kinds(client_of("viewer")) == set(insights.KINDS) - {"cost_per_liked"}
