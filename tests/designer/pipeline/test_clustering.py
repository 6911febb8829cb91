"""Looks are told apart where they differ, described by what sets them apart, and drift is measured against chance."""

import math
import random

import pytest

from designer.pipeline.clustering import FEWEST, Clustering, Look, clustered, confidence_of
from designer.pipeline.colours import COLOURS
from designer.pipeline.drift import MINIMUM, jensen_shannon, month_of, noise_of
from designer.pipeline.merging import Portrait, merged
from designer.pipeline.records import Attribute


def look(number: int, *, colour: str, sure: float = 0.7, **values: str) -> Look:
    attributes = {name: Attribute(value=value, confidence=sure, source="image") for name, value in values.items()}
    colours = [{"name": colour, "hex": COLOURS[colour], "coverage": 0.8}]
    attributes["colours"] = Attribute(value=colours, confidence=0.8, source="image")
    return Look(id=f"{number:05}", attributes=attributes, texture=2.0, share=0.4)


def linen(number: int) -> Look:
    return look(number, colour=("ecru", "ivory")[number % 2], fabric="linen", fit="relaxed", garment="dress")


def wool(number: int) -> Look:
    return look(1000 + number, colour=("charcoal", "black")[number % 2], fabric="wool", fit="fitted", garment="coat")


def test_two_tastes_are_two_looks_with_their_weight_name_and_exemplars():
    found = clustered([linen(n) for n in range(12)] + [wool(n) for n in range(8)])
    by_fabric = {next(iter(each.weights["fabric"])): each for each in found.clusters}
    assert set(by_fabric) == {"linen", "wool"}
    assert sum(each.count for each in found.clusters) == 20
    assert sum(each.weight for each in found.clusters) == pytest.approx(1)
    for each in found.clusters:
        assert len(set(each.weights["fabric"])) == 1, "no look mixes the two"
        assert set(each.exemplars) <= set(each.members) and each.confidence > 0
    first = by_fabric["wool"]
    assert "wool coats" in first.name and any(t.value == "wool" and t.lift > 2 for t in first.signature)


def test_whatever_the_order_the_looks_are_the_same():
    looks = [linen(n) for n in range(9)] + [wool(n) for n in range(7)]
    shuffled = random.Random(3).sample(looks, len(looks))
    assert clustered(looks) == clustered(shuffled)


@pytest.mark.parametrize("count", range(1, FEWEST))
def test_few_pictures_are_one_look_and_say_so(count):
    found = clustered([linen(0)] + [wool(n) for n in range(count - 1)])
    assert len(found.clusters) == 1 and found.clusters[0].cohesion is None
    assert "fewer than" in found.rule and found.clusters[0].basis.startswith(f"{count} picture")


def test_pictures_without_a_difference_are_one_look():
    assert len(clustered([linen(0)] * 1 + [look(n, colour="ecru", fabric="linen") for n in range(1, 20)]).clusters) <= 2
    same = clustered([look(n, colour="ecru", fabric="linen") for n in range(20)])
    assert len(same.clusters) == 1 and "no split" in same.rule


def test_a_picture_of_which_nothing_was_read_is_counted_and_names_nothing():
    found = clustered([Look(id="a")])
    assert found.clusters[0].count == 1 and found.clusters[0].name == "Looks" and not found.clusters[0].signature


def test_a_look_of_two_garments_is_named_by_both_and_no_look_by_what_says_nothing():
    worn = ("dress", "coat", "dress", "coat", "skirt")
    various = [look(n, colour=list(COLOURS)[3 * n], garment=garment, pattern="solid") for n, garment in enumerate(worn)]
    assert clustered(various).clusters[0].name == "Coats and dresses"
    plain = [look(n, colour=list(COLOURS)[3 * n], neckline="v_neck", pattern="solid") for n in range(5)]
    assert clustered(plain).clusters[0].name == "Looks, V neckline"


def test_no_two_looks_have_one_name():
    looks = [look(n, colour="ecru", fabric="linen", garment=("dress", "coat", "skirt")[n % 3]) for n in range(30)]
    names = [each.name for each in clustered(looks).clusters]
    assert len(names) == len(set(names))


def test_confidence_grows_with_the_count_and_with_what_is_in_common():
    grown = [confidence_of(n, 0.6) for n in (1, 3, 8, 30, 200)]
    assert grown == sorted(grown) and grown[0] < 0.15 and 0.35 < grown[2] < 0.45 and grown[-1] < 0.81
    agreeing = [confidence_of(30, agreement) for agreement in (0.25, 0.4, 0.55, 0.75)]
    assert agreeing == sorted(set(agreeing)) and agreeing[0] < 0.2 and agreeing[-1] > 0.75
    assert confidence_of(1000, 0.0) < 0.25, "no number of pictures makes a taste of nothing in common"


def test_a_look_says_what_its_pictures_have_in_common():
    names = list(COLOURS)
    strange = [look(n, colour=names[3 * n], garment=f"g{n}", pattern="solid") for n in range(30)]
    (few,) = clustered(strange[: FEWEST - 1]).clusters
    assert few.basis == f"{FEWEST - 1} pictures, nothing in common: a first guess"
    assert not any("well founded" in each.basis for each in clustered(strange).clusters)
    (alike,) = clustered([look(n, colour="ecru", fabric="linen") for n in range(30)]).clusters
    assert alike.basis == "30 pictures, ecru in 30 and linen in 30: well founded"


def test_a_clustering_is_the_same_after_the_storage():
    found = clustered([linen(n) for n in range(8)] + [wool(n) for n in range(6)])
    assert Clustering.from_json(found.to_json()) == found


def test_divergence_is_none_for_the_same_one_for_nothing_in_common_and_symmetric():
    assert jensen_shannon({"a": 2, "b": 1}, {"a": 4, "b": 2}) == pytest.approx(0)
    assert jensen_shannon({"a": 1}, {"b": 1}) == pytest.approx(1)
    assert jensen_shannon({"a": 3, "b": 1}, {"a": 1}) == pytest.approx(jensen_shannon({"a": 1}, {"a": 3, "b": 1}))
    with pytest.raises(ValueError, match="without any value"):
        jensen_shannon({}, {"a": 1})


def test_the_noise_told_is_what_samples_of_the_profile_itself_lie_off():
    profile, dice = {"a": 0.5, "b": 0.3, "c": 0.2}, random.Random(7)
    drawn = []
    for _ in range(400):
        sample = dice.choices(list(profile), list(profile.values()), k=20)
        drawn.append(jensen_shannon({value: sample.count(value) for value in profile}, profile))
    assert math.isclose(sum(drawn) / len(drawn), noise_of(20, 3), rel_tol=0.25)


def test_too_few_images_say_nothing_and_a_new_taste_is_apart():
    profile = {"fabric": {"linen": 1.0}, "fit": {"relaxed": 1.0}}
    month = month_of("2026-11", 9, {"fabric": {"wool": 9}, "fit": {"relaxed": MINIMUM - 1}}, profile)
    said = {each.attribute: (each.verdict, each.divergence) for each in month.attributes}
    assert said == {"fabric": ("apart", 1.0), "fit": ("too_few", None)} and month.divergence == 1.0


def test_merged_tastes_count_by_the_pictures_behind_them():
    many = Portrait(weights={"fabric": {"linen": 1.0}}, evidence=9, exemplars=("a", "b"), keywords={"airy": 1.0})
    few = Portrait(weights={"fabric": {"wool": 1.0}, "fit": {"slim": 0.4}}, exemplars=("c",))
    one = merged([many, few])
    assert one.weights == {"fabric": {"linen": 0.75, "wool": 0.25}, "fit": {"slim": 0.4}}
    assert (one.exemplars, one.evidence, one.keywords) == (("a", "c", "b"), 9, {"airy": 0.75})
