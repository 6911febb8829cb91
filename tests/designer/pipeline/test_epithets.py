"""A garment's name that only describes is read as no garment; one that is meant is never lost, nor is the season."""

import pytest

from designer.pipeline.analysis import analyse
from designer.pipeline.counting import ordered
from designer.pipeline.words import parse


def garments(brief: str) -> list[str]:
    return [each.value for each in parse(brief).mentions if each.attribute == "garment" and not each.negated]


@pytest.mark.parametrize(
    ("brief", "known"),
    [
        ("a silk dress down to the floor", {"garment": "dress", "fabric": "silk", "length": "floor"}),
        ("a red dress up to the knee", {"garment": "dress", "length": "knee"}),
        ("a dress down to the ankles with long sleeves", {"garment": "dress", "sleeves": "long"}),
        (
            "a fancy dress for a summer wedding in silk",
            {"garment": "dress", "season": "summer", "occasion": "wedding", "fabric": "silk"},
        ),
        ("a silk top part sheer", {"garment": "top", "fabric": "silk"}),
        ("a silk top half sheer", {"garment": "top"}),
        ("a cotton top, part lace, for spring", {"garment": "top", "season": "spring"}),
        ("a linen top quality seams", {"garment": "top"}),
        ("a top layer in merino", {"garment": "top", "fabric": "wool"}),
        ("a dressing gown in silk", {"garment": "dress", "fabric": "silk"}),
        ("a white button-up to the hip", {"garment": "shirt"}),
        ("a white button up to wear to the office", {"garment": "shirt"}),
        ("red leather with white stitching on the shoe", {"garment": "shoes"}),
        ("a gown to the heels in silk", {"garment": "dress", "length": "floor"}),
        ("trousers over the shoe", {"garment": "trousers", "length": "full"}),
        ("overall denim, blue", {"garment": "jumpsuit"}),
        ("overall short sleeve", {"garment": "jumpsuit", "sleeves": "short"}),
        ("overall corduroy brown", {"garment": "jumpsuit", "fabric": "corduroy"}),
        ("a denim skirt button down the front", {"garment": "skirt"}),
    ],
)
def test_the_only_garment_of_a_brief_is_kept(brief, known):
    record = analyse(brief)
    assert {name: record.value(name) for name in known} == known


@pytest.mark.parametrize(
    ("brief", "number"),
    [
        ("5 dresses down to the floor", 5),
        ("three fancy dresses in tulle", 3),
        ("dress up to the knee, 4 variations", 4),
        ("6 overalls denim", 6),
    ],
)
def test_so_many_as_are_ordered_of_it_are_heard(brief, number):
    said = ordered(brief)
    assert said is not None and said.number == number


@pytest.mark.parametrize(
    ("brief", "both"),
    [
        ("shirt and trousers fabric linen", "shirt trousers"),
        ("a white shirt and wide black trousers fabric linen", "shirt trousers"),
        ("a linen shirt in white and trousers material wool", "shirt trousers"),
        ("a shirt in white, trousers fabric linen", "shirt trousers"),
        ("coat and trousers material wool", "coat trousers"),
        ("blazer and skirt front pleats", "blazer skirt"),
        ("jacket and trousers style 70s", "jacket trousers"),
        ("a trouser and a skirt slit to the thigh", "trousers skirt"),
        ("jumper and skirt zip at side", "sweater skirt"),
        ("top & a skirt print floral", "top skirt"),
        ("a shirt, trousers fabric linen", "shirt trousers"),
        ("a coat & skirt style 60s", "coat skirt"),
        ("a hat, coat + boots", "hat coat shoes"),
        ("a jacket, skirt slit to the thigh", "jacket skirt"),
        ("a suit jacket with trousers fabric wool", "blazer trousers"),
        ("a shirt and overall denim", "shirt jumpsuit"),
        ("a jacket and a fancy dress", "jacket dress"),
        ("a coat and a dress down to the floor", "coat dress"),
        ("from a coat to dress down to the floor", "coat dress"),
        ("pyjama trousers and a dressing gown", "trousers dress"),
    ],
)
def test_what_is_told_of_a_second_garment_does_not_swallow_it(brief, both):
    assert garments(brief) == both.split()


@pytest.mark.parametrize(
    ("brief", "one"),
    [
        ("a blouse to dress up or down", "blouse"),
        ("a blazer you can dress up", "blazer"),
        ("a jacket for a fancy-dress party", "jacket"),
        ("a jacket for fancy dress", "jacket"),
        ("dress code: black tie, a velvet jacket", "jacket"),
        ("a skirt with lace on top", "skirt"),
        ("a gown, the top half in lace", "dress"),
        ("a dress with a sheer top half", "dress"),
        ("top-notch tailoring in a blazer", "blazer"),
        ("top quality linen for a shirt", "shirt"),
        ("a coat with a top collar in velvet", "coat"),
        ("a dress, coat buttons, belted", "dress"),
        ("a shirt jacket, a coat-dress", "jacket dress"),
        ("an overall floral dress", "dress"),
        ("a dress with an overall relaxed fit", "dress"),
        ("a red dress with lace and jean stitching", "dress"),
    ],
)
def test_a_name_used_in_passing_is_no_garment_beside_one(brief, one):
    assert garments(brief) == one.split()
