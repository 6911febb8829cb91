"""Learning: what moves, how it fades, and that it can be taken back."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.pipeline import optimisation as learning
from designer.pipeline.analysis import analyse
from designer.pipeline.credible import interval
from designer.pipeline.records import Learned, Moved, Posterior

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LIKE, DISLIKE = learning.signal_of("like"), learning.signal_of("dislike")
steps = st.lists(
    st.tuples(
        st.sampled_from(["k1", "k2", "k3"]),
        st.sampled_from([LIKE, DISLIKE, learning.signal_of("pick")]),
        st.integers(0, 400),
    ),
    min_size=1,
    max_size=8,
)


def replay(feedback):
    weights: dict[str, Posterior] = {}
    moves, at = [], NOW
    for key, signal, hours in feedback:
        at += timedelta(hours=hours)
        weights, moved = learning.learn(weights, [key], signal, at)
        moves.append(moved)
    return weights, moves, at


@given(steps, st.data())
def test_taking_any_feedback_out_leaves_bit_for_bit_what_would_be_had_it_never_been_given(feedback, data):
    at = data.draw(st.integers(0, len(feedback) - 1))
    traces, now = [], NOW
    for key, signal, hours in feedback:
        now += timedelta(hours=hours)
        traces.append((key, learning.Trace(alpha=signal.alpha, beta=signal.beta, at=now)))
    left = [pair for index, pair in enumerate(traces) if index != at]
    rest = [list(each) for index, each in enumerate(feedback) if index != at]
    if at < len(rest):
        rest[at][2] += feedback[at][2]  # the time it took still passed
    without, _, _ = replay(rest)
    for key in ("k1", "k2", "k3"):
        assert learning.folded(trace for name, trace in left if name == key) == without.get(key, Posterior())


@given(steps)
def test_weights_stay_between_nothing_and_all_that_was_said(feedback):
    weights, _, end = replay(feedback)
    for key, weight in weights.items():
        said = [signal for name, signal, _ in feedback if name == key]
        assert 1 <= weight.alpha <= 1 + sum(each.alpha for each in said)
        assert 1 <= weight.beta <= 1 + sum(each.beta for each in said)
        rate = learning.rate_of(learning.decayed(weight, end))
        assert 0 <= rate.low <= rate.mean <= rate.high <= 1


def test_an_interval_holds_its_share_of_the_posterior():
    rng = np.random.default_rng(3)
    for alpha, beta in ((1, 1), (2, 5), (30, 2), (400, 300)):
        low, high = interval(Posterior(alpha=alpha, beta=beta), 0.8)
        drawn = rng.beta(alpha, beta, 40_000)
        assert ((drawn >= low) & (drawn <= high)).mean() == pytest.approx(0.8, abs=0.01)
        assert (drawn < low).mean() == pytest.approx(0.1, abs=0.01)


def test_a_value_is_put_forward_against_what_the_team_likes_in_general():
    key, at = learning.attribute_key("p", "fabric", "silk"), {"updated_at": NOW}
    half = {key: Posterior(alpha=11, beta=11, **at)}
    picky = {**half, learning.model_key("m", "dress"): Posterior(alpha=11, beta=91, **at)}
    generous = {**half, learning.model_key("m", "dress"): Posterior(alpha=91, beta=11, **at)}
    assert chosen(picky).choices and not chosen(generous).choices


@given(steps)
def test_every_move_is_told_and_goes_to_json_and_back(feedback):
    _, moves, _ = replay(feedback)
    flat = [move for each in moves for move in each]
    assert [Moved.from_json(move.to_json()) for move in flat] == flat
    assert all(move.before != move.after for move in flat)


def test_evidence_halves_in_a_half_life_and_the_mean_stays_between_old_and_even():
    strong = Posterior(alpha=9, beta=1, updated_at=NOW)
    later = learning.decayed(strong, NOW + learning.HALF_LIFE)
    assert later.evidence == pytest.approx(strong.evidence / 2) and 0.5 < later.mean < strong.mean


@pytest.mark.parametrize(
    ("kind", "value", "reward"),
    [
        ("like", None, 1.0),
        ("dislike", None, 0.0),
        ("pick", None, 1.0),
        ("rating", 1, 0.0),
        ("rating", 3, 0.5),
        ("rating", 5, 1.0),
    ],
)
def test_each_kind_of_feedback_has_its_reward(kind, value, reward):
    assert learning.signal_of(kind, value).reward == reward


def test_a_comment_alone_moves_nothing_and_a_rating_out_of_range_is_refused():
    assert learning.signal_of("comment") is None
    assert learning.learn({}, ["k"], None, NOW) == ({}, ())
    for wrong in (None, 0, 6):
        with pytest.raises(ValueError, match="1 to 5"):
            learning.signal_of("rating", wrong)


def test_a_rate_shows_its_basis_and_waits_for_a_minimum_sample():
    few, many = (learning.rate_of(Posterior(alpha=1 + liked, beta=2)) for liked in (1, 7))
    assert few.value is None and few.denominator == 2
    assert (many.value, many.numerator, many.denominator) == (0.875, 7, 8)


def taught(value="silk", times=8, signal=LIKE):
    weights: dict[str, Posterior] = {}
    for _ in range(times):
        weights, _ = learning.learn(weights, [learning.attribute_key("p", "fabric", value)], signal, NOW)
    return weights


def chosen(weights, brief="dress", persona="p", exploration=0.0, seed=0):
    rng = np.random.default_rng(seed)
    return learning.choose(weights, analyse(brief), persona=persona, rng=rng, now=NOW, exploration=exploration)


def test_what_was_liked_comes_back_where_the_brief_is_silent_and_for_that_persona_only():
    (choice,) = chosen(taught()).choices
    assert (choice.attribute, choice.value, choice.part) == ("fabric", "silk", "learned")
    assert chosen(taught(), "linen dress").choices == ()
    assert chosen(taught(), persona="q").choices == ()
    assert chosen(taught(signal=DISLIKE)).choices == () and chosen(taught(times=2)).choices == ()


def test_a_garment_is_not_given_what_it_cannot_have():
    weights = {learning.attribute_key("p", "neckline", "boat"): Posterior(alpha=20, beta=1, updated_at=NOW)}
    assert chosen(weights, "dress").choices and not chosen(weights, "skirt").choices


def test_a_length_liked_on_one_garment_is_put_on_no_other_that_seldom_has_it():
    weights = {learning.attribute_key("p", "length", "midi"): Posterior(alpha=20, beta=1, updated_at=NOW)}
    assert chosen(weights, "a skirt").choices
    assert not any(chosen(weights, garment).choices for garment in ("wide trousers", "a shirt", "a blazer", "shorts"))


def test_the_exploration_share_is_kept_and_can_be_off():
    tries = [chosen(taught(), exploration=0.3, seed=seed) for seed in range(400)]
    explored = sum(any(choice.part == "exploratory" for choice in each.choices) for each in tries) / len(tries)
    assert 0.22 < explored < 0.38
    assert not any(choice.part == "exploratory" for seed in range(50) for choice in chosen(taught(), seed=seed).choices)
    assert Learned.from_json(tries[0].to_json()) == tries[0]


def test_feedback_on_an_image_moves_its_attributes_and_its_model_for_its_garment():
    keys = learning.keys_of(analyse("red silk dress"), persona="p", model="sketchbook-1")
    assert keys == ("attribute:p:fabric=silk", "attribute:p:colours=red", "model:sketchbook-1:dress")


def test_a_value_judged_long_ago_is_worth_trying_again():
    values = [(name, value) for name in learning.LEARNABLE for value in learning.taxonomy.values(name)]
    weights = {learning.attribute_key("p", *each): Posterior(alpha=2, beta=8, updated_at=NOW) for each in values}

    def tried(now):
        rng = np.random.default_rng(1)
        return learning.choose(weights, analyse("dress"), persona="p", rng=rng, now=now, exploration=1.0).choices

    assert tried(NOW) == ()
    (again,) = tried(NOW + 4 * learning.HALF_LIFE)
    assert again.part == "exploratory" and again.evidence == pytest.approx(0.5)
