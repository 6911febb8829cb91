"""Plans: what they count, refuse and make."""

import pytest

from batches.parts import MAX_ITEMS
from batches.plans import Plan
from teams.base.errors import Refused


def cells(**parts):
    return list(Plan.from_json({"base": {"brief": "a {garment} in {fabric}"}, **parts}).cells())


SLOTS = {"garment": ["coat", "dress"], "fabric": ["wool", "silk", "linen"]}


def test_a_matrix_makes_every_combination_once():
    found = cells(slots=SLOTS, models=["one", "two"])
    briefs = {(cell.wish["brief"], cell.wish["model"]) for cell in found}
    assert len(found) == len(briefs) == 12
    assert found[0].label == {"garment": "coat", "fabric": "wool", "model": "one"}


def test_a_sample_is_drawn_without_repetition_and_the_same_again():
    first = cells(slots=SLOTS, variations=1_000, mode="sampled", sample=50, seed=3)
    assert first == cells(slots=SLOTS, variations=1_000, mode="sampled", sample=50, seed=3)
    assert first != cells(slots=SLOTS, variations=1_000, mode="sampled", sample=50, seed=4)
    assert len({str(cell.label) for cell in first}) == 50


def test_ten_to_the_twelfth_is_counted_and_never_made():
    many = [str(number) for number in range(10_000)]
    plan = Plan.from_json({"base": {"brief": "{a}{b}{c}"}, "slots": {"a": many, "b": many, "c": many}})
    assert plan.count == 10**12
    with pytest.raises(Refused) as refused:
        plan.cells()
    assert "1,000,000,000,000 items" in refused.value.message
    assert "10,000 a x 10,000 b x 10,000 c" in refused.value.message


def test_a_sample_of_ten_to_the_twelfth_is_drawn_from_all_of_it():
    many = [str(number) for number in range(10_000)]
    found = cells(slots={"garment": many, "fabric": many}, variations=10_000, mode="sampled", sample=100, seed=1)
    assert len({cell.wish["brief"] for cell in found}) == 100


@pytest.mark.parametrize(
    ("parts", "code", "field"),
    [
        ({"rows": [{"garment": "coat"}] * (MAX_ITEMS + 1)}, "too_many_items", "plan.rows"),
        ({"slots": SLOTS, "variations": 1_667}, "too_many_items", "plan"),
        ({"slots": {"garment": ["coat"]}}, "unfilled_slot", "plan.base.brief"),
        ({"slots": {"gar{ment": ["coat"]}}, "bad_slot", "plan.slots.gar{ment"),
        ({"slots": {"palette": ["red"]}}, "bad_slot", "plan.slots.palette"),
        ({"variations": 0}, "out_of_range", "plan.variations"),
        ({"variations": True}, "out_of_range", "plan.variations"),
        ({"models": "one"}, "not_a_list", "plan.models"),
        ({"models": [" "]}, None, None),
        ({"prompts": [3]}, "not_text", "plan.prompts[0]"),
        ({"mode": "random"}, "unknown_value", "plan.mode"),
        ({"mode": "sampled"}, "no_sample", "plan.sample"),
        ({"arms": {"a": {}}}, "bad_arms", "plan.arms"),
        ({"arms": {"a": {"n": 1}, "b": {"n": 1}}}, "same_arms", "plan.arms"),
        ({"aspect_ratios": ["7:3"]}, "invalid_value", "plan.aspect_ratios[0]"),
        ({"rows": [{"n": "many"}]}, "invalid_value", "plan.rows[0].n"),
        ({"surprise": 1}, "unknown_field", "plan.surprise"),
        ({"base": {"status": "done"}}, "unknown_field", "plan.base.status"),
        ({"base": {}}, "no_items", "plan"),
        ({"kind": "enhance"}, "empty", "plan.operations"),
        ({"kind": "enhance", "operations": [{"name": "upscale"}]}, "no_items", "plan"),
    ],
)
def test_what_cannot_be_is_refused_by_its_part(parts, code, field):
    if code is None:
        assert cells(slots=SLOTS, **parts)
        return
    with pytest.raises(Refused) as refused:
        cells(**parts)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert refused.value.remedy


def test_a_palette_fills_its_place_or_is_added():
    palettes = [["rust", "moss", "#1f6b52"], "cream"]
    added = Plan.from_json({"base": {"brief": "a coat"}, "palettes": palettes}).cells()
    assert [cell.wish["brief"] for cell in added] == ["a coat, in rust, moss and #1f6b52", "a coat, in cream"]
    placed = Plan.from_json({"base": {"brief": "a {palette} coat"}, "palettes": palettes}).cells()
    assert [cell.wish["brief"] for cell in placed] == ["a rust, moss and #1f6b52 coat", "a cream coat"]


def test_rows_fill_slots_and_override_the_base_and_an_axis_overrides_rows():
    rows = [{"garment": "coat", "fabric": "wool", "quality": "high", "n": "2"}, {"garment": "cape", "fabric": "felt"}]
    found = cells(rows=rows, qualities=["draft"])
    assert [cell.wish for cell in found] == [
        {"brief": "a coat in wool", "quality": "draft", "n": 2},
        {"brief": "a cape in felt", "quality": "draft"},
    ]
    assert found[1].label == {"garment": "cape", "fabric": "felt", "row": 2, "quality": "draft"}


def test_variations_of_a_seed_have_seeds_of_their_own_and_without_one_none():
    seeded = Plan.from_json({"base": {"brief": "a coat", "seed": 7}, "variations": 3}).cells()
    assert [cell.wish["seed"] for cell in seeded] == [7, 8, 9]
    free = Plan.from_json({"base": {"brief": "a coat"}, "variations": 2}).cells()
    assert all("seed" not in cell.wish for cell in free)


def test_both_arms_of_a_pair_differ_in_the_arm_alone():
    arms = {"a": {"model": "one"}, "b": {"model": "two"}}
    found = cells(slots=SLOTS, arms=arms)
    assert len(found) == 12
    for first, second in zip(found[::2], found[1::2], strict=True):
        assert (first.arm, second.arm) == ("a", "b") and first.pair == second.pair
        assert first.wish["brief"] == second.wish["brief"]
        assert (first.wish["model"], second.wish["model"]) == ("one", "two")


def test_a_sample_of_an_ab_plan_keeps_its_pairs_whole():
    arms = {"a": {"quality": "draft"}, "b": {"quality": "high"}}
    found = cells(slots=SLOTS, variations=50, arms=arms, mode="sampled", sample=20, seed=5)
    assert len(found) == 20
    assert sorted(cell.pair for cell in found if cell.arm == "a") == sorted(
        cell.pair for cell in found if cell.arm == "b"
    )


def test_a_plan_comes_back_from_json_as_it_went():
    plan = Plan.from_json({"base": {"brief": "{x}"}, "slots": {"x": ["a", "b"]}, "palettes": [["red"]], "seed": 3})
    assert Plan.from_json(plan.to_json()) == plan


def test_slots_that_no_brief_uses_are_named():
    plan = Plan.from_json({"base": {"brief": "{garment}"}, "slots": SLOTS})
    assert plan.unused(plan.slots) == ["fabric"]


@pytest.mark.parametrize("place", ["{palette}", "{Palette}", "{PALETTE}"])
def test_a_palette_stands_once_where_the_brief_has_a_place_for_it(place):
    (cell,) = Plan.from_json({"base": {"brief": f"a coat, {place}"}, "palettes": [["rust", "moss"]]}).cells()
    assert cell.wish["brief"] == "a coat, rust and moss"


@pytest.mark.parametrize(("sample", "count"), [(1, 2), (2, 2), (5, 4), (99, 12)])
def test_a_sample_with_arms_has_whole_pairs_and_counts_what_it_makes(sample, count):
    arms = {"a": {"quality": "draft"}, "b": {"quality": "high"}}
    parts = {"base": {"brief": "a coat"}, "variations": 6, "arms": arms, "mode": "sampled", "sample": sample}
    plan = Plan.from_json(parts)
    assert (plan.count, len(list(plan.cells()))) == (count, count)


def test_a_slot_that_only_an_arms_brief_has_a_place_for_is_used():
    arms = {"a": {"brief": "a {garment}"}, "b": {"brief": "the {garment}"}}
    plan = Plan.from_json(
        {"base": {"brief": "a coat"}, "slots": {"garment": ["coat"], "lining": ["silk"]}, "arms": arms}
    )
    assert plan.unused(plan.slots) == ["lining"]
