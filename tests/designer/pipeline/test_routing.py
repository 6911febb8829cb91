"""Routes: an explicit choice wins, a budget holds, and a refusal says what to do."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from designer.pipeline import optimisation, routing
from designer.pipeline.candidates import Candidate, Constraints
from designer.pipeline.circuits import REST, TRIP_AFTER, Breaker, observed, rest_left
from designer.pipeline.records import Posterior, Route
from designer.pipeline.routing import route
from designer.pipeline.unroutable import RouteError
from designer.providers.base import Capabilities

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def candidate(name, price="0.04", **more):
    can = {
        "seed": True,
        "negative_prompt": True,
        "max_references": 8,
        "max_images": 4,
        "ratios": ("1:1", "3:4"),
        "max_pixels": 2**22,
        "idempotency": "key",
    }
    can |= {key: more.pop(key) for key in list(more) if key in can}
    unit = None if price is None else Decimal(price)
    return Candidate(provider=f"of-{name}", model=name, capabilities=Capabilities(**can), unit_price=unit, **more)


prices = st.one_of(st.none(), st.decimals("0.001", "0.5", places=3).map(str))
someone = st.builds(
    lambda name, price, **more: candidate(name, price, **more),
    st.sampled_from("abcdefgh"),
    prices,
    quality=st.floats(0.01, 0.99),
    latency_s=st.floats(0.1, 90),
    seed=st.booleans(),
    max_references=st.sampled_from([0, 1, 8]),
)
crowds = st.lists(someone, min_size=1, max_size=6, unique_by=lambda each: each.model)
strategies = st.sampled_from(sorted(routing.STRATEGIES))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)  # a busy machine is no fault of the router
@given(crowds, strategies, st.data(), st.booleans(), st.integers(0, 99))
def test_an_explicit_choice_always_wins(crowd, strategy, data, needs_seed, seed):
    chosen = data.draw(st.sampled_from(crowd))
    wish = Constraints(model=chosen.model, strategy=strategy, needs_seed=needs_seed, min_quality=0.9)
    made = route(crowd, wish, rng=np.random.default_rng(seed))
    assert (made.provider, made.model, made.explicit) == (chosen.provider, chosen.model, True)
    assert bool(made.warnings) == (needs_seed and not chosen.capabilities.seed)
    assert Route.from_json(made.to_json()) == made


@given(crowds, strategies, st.decimals("0.001", "1", places=3), st.integers(1, 8), st.integers(0, 99))
def test_a_budget_is_never_broken_and_the_refusal_names_the_cheapest(crowd, strategy, cap, n, seed):
    wish = Constraints(strategy=strategy, max_cost=cap, n=n)
    known = [each.unit_price * n for each in crowd if each.unit_price is not None]
    try:
        made = route(crowd, wish, rng=np.random.default_rng(seed))
    except RouteError as error:
        assert not known or min(known) > cap
        assert (error.field, error.code) == ("max_cost", "below_cheapest" if known else "no_capable_model")
        assert error.remedy
    else:
        assert made.most is not None and made.most <= cap


@given(crowds, strategies)
def test_every_candidate_is_accounted_for_with_a_reason(crowd, strategy):
    assume(any(each.capabilities.max_references for each in crowd))
    made = route(crowd, Constraints(strategy=strategy, references=1))
    told = {made.model} | {each.model for each in (*made.alternatives, *made.excluded)}
    assert told == {each.model for each in crowd}
    assert all(each.reason for each in (*made.alternatives, *made.excluded)) and made.reason
    assert not made.warnings


def test_strategies_prefer_what_they_are_named_after():
    fine = candidate("fine", "0.20", quality=0.95, latency_s=40)
    cheap = candidate("cheap", "0.002", quality=0.4, latency_s=20)
    quick = candidate("quick", "0.06", quality=0.4, latency_s=0.5)
    crowd = [fine, cheap, quick]
    found = {name: route(crowd, Constraints(strategy=name)).model for name in ("quality", "cost", "speed")}
    assert found == {"quality": "fine", "cost": "cheap", "speed": "quick"}
    own = Constraints(strategy="custom", weights={"speed": 1.0})
    assert route(crowd, own).model == "quick"


def test_the_cheapest_is_taken_whatever_else_speaks_for_another_and_equals_are_told_apart_by_the_rest():
    dear = candidate("dear", "0.021", quality=0.99, latency_s=0.1)
    poor, good = candidate("a-poor", "0.02", quality=0.2), candidate("good", "0.02", quality=0.6)
    assert route([dear, poor, good], Constraints(strategy="cheapest")).model == "good"
    assert route([dear, poor], Constraints(strategy="cheapest")).model == "a-poor"


def test_a_shared_load_is_drawn_by_lot_in_proportion_to_the_room_of_those_that_serve_about_as_well():
    wide, near = candidate("wide", quality=0.80, busy=1, takes=4), candidate("near", quality=0.76, busy=0, takes=1)
    full, poor = candidate("full", quality=0.80, busy=2, takes=2), candidate("poor", quality=0.1, busy=0, takes=99)
    crowd, wish = [wide, near, full, poor], Constraints(strategy="load_balanced")
    lots = [route(crowd, wish, rng=routing.dice(seed), exploration=0) for seed in range(400)]
    share = sum(made.model == "wide" for made in lots) / 400
    assert {made.model for made in lots} == {"wide", "near"} and share == pytest.approx(3 / 4, abs=0.07)
    made = next(made for made in lots if made.model == "wide")
    assert "by lot among 3" in made.reason and "25%" in made.reason
    assert {each.model: each.reason for each in made.alternatives} == {
        "near": "behind in quality: 0.76 against 0.80",
        "full": "its room: 100% taken",
        "poor": "behind in quality: 0.10 against 0.80",
    }
    assert route(crowd, wish, rng=routing.dice(7), exploration=0) == route(
        crowd, wish, rng=routing.dice(7), exploration=0
    )


def test_where_nobody_has_room_a_shared_load_goes_to_the_least_overrun():
    longer, shorter = candidate("a", busy=9, takes=3), candidate("b", busy=4, takes=2)
    made = route([longer, shorter], Constraints(strategy="load_balanced"), rng=routing.dice(1), exploration=0)
    assert made.model == "b" and made.reason.startswith("The least busy of 2") and "200%" in made.reason


def test_where_nobody_can_tell_who_is_busy_the_best_draws_and_the_reason_says_so():
    best, dear = candidate("best", quality=0.80), candidate("dear", "0.042", quality=0.78)
    idle = candidate("idle", quality=0.76, busy=0)
    made = route([best, dear, idle], Constraints(strategy="load_balanced"), rng=routing.dice(1), exploration=0)
    assert made.model == "best" and "not known" in made.reason and "lot" not in made.reason


def test_the_price_of_a_shared_load_is_that_of_the_dearest_who_may_draw():
    one, other, poor = (
        candidate("one", "0.040", quality=0.8),
        candidate("other", "0.042", quality=0.8),
        candidate("poor", "0.2", quality=0.1),
    )
    made = route([one, other, poor], Constraints(strategy="load_balanced", n=2))
    assert (made.model, made.total) == ("other", Decimal("0.084")) and "dearest of 2" in made.reason
    capped = Constraints(strategy="load_balanced", n=2, max_cost=Decimal("0.081"))
    assert route([one, other, poor], capped).model == "one"


def test_of_a_shared_load_the_one_whose_bill_may_be_highest_comes_first_so_that_what_is_set_aside_is_enough():
    flat, by_tokens = candidate("flat", "0.040"), candidate("tokens", "0.0387", most=Decimal("0.062"))
    made = route([flat, by_tokens], Constraints(strategy="load_balanced", max_cost=Decimal("0.062")))
    assert (made.model, made.total, made.most) == ("tokens", Decimal("0.0387"), Decimal("0.062"))


def test_the_chosen_and_the_others_tell_the_price_by_one_measure_and_the_most_apart():
    best = candidate("best", "0.03", most=Decimal("0.05"), quality=0.9)
    other = candidate("other", "0.03", most=Decimal("0.04"), quality=0.5)
    made = route([best, other], Constraints(strategy="quality", n=2))
    assert (made.model, made.total, made.most) == ("best", Decimal("0.06"), Decimal("0.10"))
    assert [(each.total, each.most) for each in made.alternatives] == [(Decimal("0.06"), Decimal("0.08"))]


@given(crowds, strategies, st.data())
def test_where_one_is_named_the_others_score_as_they_would_have_and_say_that_they_were_left_out(crowd, strategy, data):
    free = route(crowd, Constraints(strategy=strategy))
    chosen = data.draw(st.sampled_from(crowd))
    of_one = Constraints(strategy=strategy, among=frozenset({(chosen.provider, chosen.model)}))
    for wish in (Constraints(strategy=strategy, model=chosen.model), of_one):
        made = route(crowd, wish)
        assert (made.model, made.explicit, made.excluded) == (chosen.model, True, ())
        scores = {each.model: each.score for each in (made, *made.alternatives)}
        # to the last of the four places that are kept: the same sum, rounded once more
        assert scores == pytest.approx({each.model: each.score for each in (free, *free.alternatives)}, abs=1.01e-4)
        assert {each.left_out for each in made.alternatives} <= {"another one was chosen by name"}
        assert all(each.reason.startswith("ahead") == (each.score > made.score) for each in made.alternatives)


def test_where_one_is_named_what_a_dearer_one_scores_is_told_with_its_price():
    named, dear = candidate("named", "0.03", quality=0.2), candidate("dear", "0.08", quality=0.9)
    (shadow,) = route(
        [named, dear], Constraints(model="named", strategy="quality", max_cost=Decimal("0.05"))
    ).alternatives
    assert shadow.reason == "ahead in quality: 0.90 against 0.20" and shadow.parts["quality"] == 0.9
    assert shadow.left_out == "another one was chosen by name; it costs $0.08 for 1, over the limit of $0.05"


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        ({"max_cost": Decimal("0.05")}, "it costs $0.08 for 1, over the limit of $0.05"),
        ({"set_aside": Decimal("0.05")}, "it costs $0.08 for 1, over the $0.05 counted on for it"),
        ({"shown": Decimal("0.05")}, "it costs $0.08 for 1, over the $0.05 counted on for it"),
        ({"min_quality": 0.2}, "its quality 0.10 is under 0.20"),
    ],
)
def test_who_is_kept_away_by_a_limit_alone_is_scored_all_the_same_and_marked(limits, why):
    plain, kept = candidate("plain", "0.03", quality=0.3), candidate("kept", "0.08", quality=0.1)
    usual, small = candidate("usual", "0.03", quality=0.25), candidate("small", "0.90", max_references=0)
    made = route([plain, kept, usual, small], Constraints(strategy="speed", references=1, **limits))
    free = route([plain, kept, usual, small], Constraints(strategy="speed", references=1))
    assert [(each.model, each.left_out) for each in made.alternatives] == [("usual", ""), ("kept", why)]
    assert {each.model: each.score for each in made.alternatives} == {
        each.model: each.score for each in free.alternatives
    }
    assert made.reason.startswith("Best of 2 ")
    assert [(each.model, each.code) for each in made.excluded] == [("small", "incapable")]  # at any price


def test_where_one_is_named_those_that_could_not_have_done_it_say_why_besides():
    named, small = candidate("named"), candidate("small", max_references=0)
    made = route([named, small], Constraints(model="named", references=1))
    (why,) = made.excluded
    assert (why.model, why.code) == ("small", "not_chosen")
    assert why.reason.startswith("another one was chosen by name; it takes no reference photos")


def test_a_ceiling_holds_what_may_be_billed_and_what_was_shown_holds_what_is_expected():
    by_tokens = candidate("tokens", "0.03", most=Decimal("0.05"))
    assert route([by_tokens], Constraints(n=2, shown=Decimal("0.06"))).model == "tokens"
    for limit in (Constraints(n=2, max_cost=Decimal("0.06")), Constraints(n=2, shown=Decimal("0.059"))):
        with pytest.raises(RouteError, match="below the cheapest"):
            route([by_tokens], limit)


def test_who_is_told_of_a_limit_is_told_what_it_is_held_against():
    by_tokens = candidate("tokens", "0.03", most=Decimal("0.05"))
    with pytest.raises(RouteError, match=r"\$0\.059 is below .* \$0\.06 for 2") as shown:
        route([by_tokens], Constraints(n=2, shown=Decimal("0.059")))
    assert shown.value.remedy.startswith("Prices have risen")
    with pytest.raises(RouteError, match=r"\$0\.06 is below .* \$0\.10 for 2") as ceiling:
        route([by_tokens], Constraints(n=2, max_cost=Decimal("0.06")))
    assert ceiling.value.remedy.startswith("Allow at least $0.10")


@pytest.mark.parametrize(
    ("wish", "code", "field"),
    [
        (Constraints(provider="nobody"), "unknown_provider", "provider"),
        (Constraints(model="nothing"), "unknown_model", "model"),
        (Constraints(strategy="magic"), "unknown_strategy", "strategy"),
        (Constraints(strategy="custom", weights={"luck": 1}), "unknown_strategy", "strategy"),
        (Constraints(max_cost=Decimal("0.001")), "below_cheapest", "max_cost"),
        (Constraints(min_quality=0.99), "no_capable_model", "min_quality"),
        (Constraints(aspect_ratio="9:16"), "no_capable_model", "aspect_ratio"),
        (Constraints(width=9999, height=9999), "no_capable_model", "aspect_ratio"),
    ],
)
def test_a_refusal_has_a_code_a_field_and_a_remedy(wish, code, field):
    with pytest.raises(RouteError) as caught:
        route([candidate("a"), candidate("b", "0.08")], wish)
    assert (caught.value.code, caught.value.field) == (code, field) and caught.value.remedy
    if code == "below_cheapest":
        assert "$0.04" in caught.value.message


def test_photos_go_to_a_model_that_takes_them_all_and_one_chosen_by_name_says_what_it_leaves_out():
    crowd = [candidate("one", quality=0.99, max_references=1), candidate("many", max_references=8)]
    made = route(crowd, Constraints(references=3))
    assert (made.model, made.warnings) == ("many", ())
    assert "it takes one reference photo" in made.excluded[0].reason
    assert route(crowd, Constraints(references=1)).model == "one"
    (said,) = route(crowd, Constraints(references=3, model="one")).warnings
    assert said.startswith("one: it takes one reference photo; of the others")
    for few, way in ((crowd[:1], "Send one photo, or"), ([candidate("blind", max_references=0)], "Send no photos, or")):
        with pytest.raises(RouteError) as caught:
            route(few, Constraints(references=3))
        assert (caught.value.code, caught.value.field) == ("no_capable_model", "references")
        assert caught.value.remedy.startswith(way) and "choose a model by name" in caught.value.remedy
    with pytest.raises(RouteError) as caught:
        route(crowd, Constraints(references=3, aspect_ratio="9:16"))
    assert caught.value.field == "aspect_ratio" and "Change the setting" in caught.value.remedy
    with pytest.raises(RouteError) as caught:  # sent one photo, they would not make it either
        route([candidate("blind", max_references=0)], Constraints(references=3, aspect_ratio="9:16"))
    assert caught.value.field == "aspect_ratio"


def test_what_is_ruled_out_is_no_reason_for_another_model_but_is_told():
    deaf = candidate("deaf", quality=0.99, negative_prompt=False)
    made = route([deaf, candidate("other")], Constraints(needs_negative=True))
    assert (made.model, len(made.warnings)) == ("deaf", 1) and "no negative prompt" in made.warnings[0]
    assert not route([deaf], Constraints()).warnings
    assert not route([candidate("other")], Constraints(needs_negative=True)).warnings


def test_no_model_at_all_is_a_refusal_too():
    with pytest.raises(RouteError) as caught:
        route([], Constraints())
    assert caught.value.code == "no_capable_model"


def test_an_open_circuit_is_passed_over_and_named():
    made = route([candidate("a", quality=0.99, resting="its key was refused"), candidate("b")], Constraints())
    assert made.model == "b" and made.excluded[0].code == "unhealthy"
    with pytest.raises(RouteError) as caught:
        route([candidate("a", resting="its key was refused")], Constraints(model="a"))
    assert (caught.value.code, caught.value.field) == ("unhealthy", "model")
    assert "a: its key was refused" in caught.value.message


@pytest.mark.parametrize(
    ("limit", "code", "remedy"),
    [
        ({"max_cost": Decimal("0.05")}, "unhealthy", "Try again then, or allow at least $0.08."),
        ({"shown": Decimal("0.05")}, "unhealthy", "Try again then, or choose another model."),
        ({"max_cost": Decimal("0.03")}, "below_cheapest", "Allow at least $0.04, or ask for fewer images."),
    ],
)
def test_where_the_one_that_fits_rests_and_the_others_are_too_dear_it_is_said_to_rest(limit, code, remedy):
    tired = candidate("tired", resting="it failed several times in a row", rest_s=20.0)
    with pytest.raises(RouteError) as caught:
        route([tired, candidate("dear", "0.08")], Constraints(**limit))
    assert (caught.value.code, caught.value.remedy) == (code, remedy)
    assert caught.value.after == (20.0 if code == "unhealthy" else None)


def test_more_money_is_not_advised_where_the_dearer_one_rests_too():
    rest = {"resting": "it failed several times in a row"}
    tired, dear = candidate("tired", **rest, rest_s=20.0), candidate("dear", "0.08", **rest, rest_s=5.0)
    with pytest.raises(RouteError) as caught:
        route([tired, dear], Constraints(max_cost=Decimal("0.05")))
    assert caught.value.remedy == "Try again then, or choose another model."
    assert (caught.value.resting, caught.value.after) == ((("of-tired", "tired"),), 20.0)


def test_an_unknown_price_is_never_taken_for_free():
    made = route([candidate("unpriced", None), candidate("priced", "0.01")], Constraints(strategy="cost"))
    assert made.model == "priced"


def test_a_circuit_opens_after_failures_in_a_row_and_rests_twice_as_long_when_it_fails_again():
    circuit = Breaker()
    for _ in range(TRIP_AFTER):
        assert not rest_left(circuit, NOW)
        circuit = observed(circuit, "failure", NOW)
    assert rest_left(circuit, NOW) == REST and not rest_left(circuit, NOW + REST)
    late = observed(circuit, "failure", NOW + REST / 2)  # it was under way when the circuit opened
    assert rest_left(late, NOW + REST / 2) == REST / 2 and observed(late, "success", NOW) == Breaker()
    again = observed(late, "failure", NOW + REST)
    assert rest_left(again, NOW + 2 * REST) and not rest_left(again, NOW + 3 * REST)
    assert observed(again, "success", NOW) == Breaker()
    assert Breaker.from_json(again.to_json()) == again


def test_learned_routing_beats_the_best_fixed_model_and_keeps_the_budget():
    """Three garments, three models, each best at one; the stated qualities tell nothing of it."""
    truth = {
        "dress": {"a": 0.85, "b": 0.5, "c": 0.4},
        "coat": {"a": 0.4, "b": 0.85, "c": 0.5},
        "trousers": {"a": 0.5, "b": 0.4, "c": 0.85},
    }
    crowd = [candidate(name, "0.04", quality=0.6) for name in "abc"] + [candidate("dear", "9", quality=0.99)]
    rng, got, rounds = np.random.default_rng(7), 0.0, 900
    weights: dict[str, Posterior] = {}
    wish = Constraints(strategy="quality", max_cost=Decimal("0.05"))
    for turn in range(rounds):
        garment, now = sorted(truth)[turn % 3], NOW + timedelta(minutes=turn)
        model = route(crowd, wish, weights, garment=garment, rng=rng, exploration=1, now=now).model
        liked = rng.random() < truth[garment][model]
        got += liked
        signal = optimisation.signal_of("like" if liked else "dislike")
        key = optimisation.model_key(model, garment)
        weights, _ = optimisation.learn(weights, [key], signal, now)
    best_fixed = max(sum(chances[name] for chances in truth.values()) / 3 for name in "abc")
    assert got / rounds >= 1.05 * best_fixed


def test_a_route_changes_with_feedback_and_changes_back_when_it_is_reverted():
    crowd = [candidate("a", quality=0.6), candidate("b", quality=0.55)]
    key = optimisation.model_key("a", "dress")
    weights: dict[str, Posterior] = {}
    for _ in range(6):
        weights, _ = optimisation.learn(weights, [key], optimisation.signal_of("dislike"), NOW)
    assert route(crowd, Constraints(), {}, garment="dress").model == "a"
    assert route(crowd, Constraints(), weights, garment="dress").model == "b"
    assert route(crowd, Constraints(), weights, garment="coat").model == "a"
    back = {**weights, key: optimisation.folded([])}
    assert route(crowd, Constraints(), back, garment="dress") == route(crowd, Constraints(), {}, garment="dress")


def test_what_a_team_disliked_long_ago_no_longer_turns_the_route():
    crowd = [candidate("a", quality=0.6), candidate("b", quality=0.55)]
    weights = {optimisation.model_key("a", "dress"): Posterior(alpha=1, beta=9, updated_at=NOW)}
    assert route(crowd, Constraints(), weights, garment="dress", now=NOW).model == "b"
    later = NOW + 10 * optimisation.HALF_LIFE
    assert route(crowd, Constraints(), weights, garment="dress", now=later).model == "a"


@pytest.mark.parametrize("share", [0.05, 0.15, 0.5])
def test_the_share_that_is_drawn_by_lot_is_the_stated_one_whoever_wins(share):
    number = 4000
    bound = 4 * (share * (1 - share) / number) ** 0.5  # missed once in 16,000 by chance; the seeds are fixed
    for rival in (0.59, 0.2):
        crowd = [candidate("a", quality=0.6), candidate("b", quality=rival)]
        routes = [route(crowd, Constraints(), rng=routing.dice(seed), exploration=share) for seed in range(number)]
        assert abs(sum(each.explored for each in routes) / number - share) < bound
        tried = [each for each in routes if each.model == "b"]
        assert all(each.explored for each in tried) and len(tried) < sum(each.explored for each in routes)


def test_where_there_is_no_choice_nothing_is_drawn_by_lot():
    for crowd, wish in [
        ([candidate("a")], Constraints()),
        ([candidate("a"), candidate("b")], Constraints(model="a")),
        ([candidate("a"), candidate("b", max_pixels=1)], Constraints()),
    ]:
        assert not any(route(crowd, wish, rng=routing.dice(seed), exploration=1).explored for seed in range(20))
    assert not route([candidate("a"), candidate("b")], Constraints(), exploration=1).explored


def test_routing_explores_by_its_stated_share_the_same_for_the_same_seed_and_says_so():
    crowd = [candidate("a", quality=0.6), candidate("b", quality=0.59)]
    routes = [route(crowd, Constraints(), rng=routing.dice(seed)) for seed in range(600)]
    again = [route(crowd[::-1], Constraints(), rng=routing.dice(seed)) for seed in range(600)]
    tried = [each for each in routes if each.model == "b"]
    assert [each.model for each in routes] == [each.model for each in again]
    assert 0.2 * optimisation.EXPLORATION < len(tried) / len(routes) < optimisation.EXPLORATION
    assert all("Tried to learn" in each.reason and "15%" in each.reason for each in tried)
    never = [route(crowd, Constraints(), rng=routing.dice(seed), exploration=0) for seed in range(100)]
    assert {each.model for each in never} == {"a"} == {route(crowd, Constraints()).model}


@pytest.mark.parametrize(
    ("quality", "told"),
    [
        (0.892, "behind in quality: 0.892 against 0.894"),
        (0.8, "behind in quality: 0.80 against 0.89"),
        (0.89399, "scores the same"),
        (0.894, "scores the same"),
    ],
)
def test_numbers_told_beside_each_other_differ_and_equals_are_not_called_behind(quality, told):
    best, other = candidate("a", quality=0.894), candidate("b", quality=quality)
    (alternative,) = route([best, other], Constraints(strategy="quality")).alternatives
    assert alternative.reason == told
    (left_out,) = route([best, other], Constraints(strategy="quality", model="a")).alternatives
    assert left_out.left_out and left_out.reason == told


def test_one_that_may_draw_instead_and_scores_better_is_not_called_behind():
    """Before anything is spent the dearest of those that serve about as well stands first."""
    dear, good = candidate("dear", "0.05", quality=0.80), candidate("good", "0.02", quality=0.82)
    near = candidate("near", "0.02", quality=0.795)  # behind in one part, and ahead all the same
    (told,) = route([dear, near], Constraints(strategy="load_balanced")).alternatives
    assert told.reason.split(":")[0] == "ahead in cost"
    (other,) = route([dear, good], Constraints(strategy="load_balanced")).alternatives
    assert (other.model, other.reason.split(":")[0]) == ("good", "ahead in cost")


def test_the_reason_says_that_a_family_was_chosen():
    only, other = candidate("only"), candidate("other")
    family = {"among": frozenset({(only.provider, "only")}), "family": "Gemini"}
    assert route([only, other], Constraints(**family)).reason == "You chose Gemini; only this model fits."
    both = {"among": frozenset({(each.provider, each.model) for each in (only, other)}), "family": "Gemini"}
    assert route([only, other], Constraints(**both)).reason.startswith("You chose Gemini; Best of 2")
