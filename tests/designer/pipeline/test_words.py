"""Briefs as designers write them, and as attackers do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.pipeline import taxonomy
from designer.pipeline.analysis import analyse
from designer.pipeline.colours import COLOURS, colour_of, delta_e, lab_of, nearest_name, rgb_from_lab, rgb_of
from designer.pipeline.records import ATTRIBUTES, InvalidCorrection, Understanding
from designer.pipeline.vocabulary import PHOTOGRAPHY, VOCABULARY
from designer.pipeline.words import clean, parse, recolours


@pytest.mark.parametrize(
    ("brief", "known"),
    [
        ("Midi dresses in emerald silk with puffed sleeves", {"garment": "dress", "length": "midi", "sleeves": "puff"}),
        ("A shirt dress", {"garment": "dress"}),
        ("shirt jacket in corduroy", {"garment": "jacket", "fabric": "corduroy"}),
        ("slim black trousers", {"garment": "trousers", "fit": "slim"}),
        ("light wool coat", {"garment": "coat", "fabric": "wool", "fabric_weight": "light"}),
        ("V-neck tee, off-white, Breton stripes", {"garment": "t_shirt", "neckline": "v_neck", "pattern": "stripe"}),
        ("wide-legged jeans", {"garment": "jeans", "silhouette": "wide_leg"}),
        ("shorts", {"garment": "shorts", "sleeves": None, "length": None}),
        ("A dress with no sleeves", {"sleeves": "sleeveless"}),
        ("plain dress without print", {"pattern": "solid"}),
        ("square", {"neckline": None}),
        ("soft light", {"fabric_weight": None, "photography": {"light": "soft"}}),
        ("5 midi dresses in emerald silk, editorial", {"garment": "dress", "photography": {"style": "editorial"}}),
        ("a linen dress for summer", {"garment": "dress", "season": "summer"}),
        ("a coat as a packshot on white", {"photography": {"background": "white_studio", "style": "catalogue"}}),
    ],
)
def test_a_phrase_is_read_as_a_designer_means_it(brief, known):
    record = analyse(brief)
    assert {name: record.value(name) for name in known} == known


@pytest.mark.parametrize(
    ("brief", "excluded", "attribute"),
    [
        ("a dress, not red", "red", "colours"),
        ("gown without lace or velvet", "velvet", "fabric"),
        ("a top, neither floral nor striped", "striped", "pattern"),
        ("jacket without sleeves or pockets", "pockets", "construction"),
        ("I don't want a floral print", "floral", "pattern"),
        ("a coat, anything but black", "black", "colours"),
        ("a coat, nothing in black", "black", "colours"),
        ("a coat, and I hate velvet", "velvet", "fabric"),
        ("a gown, she can't stand lace", "lace", "fabric"),
        ("a top, I am not a fan of stripes", "stripes", "pattern"),
        ("a coat, black never, please", "black", "colours"),
        ("a coat without buttons, pockets or belt", "belt", "construction"),
        ("a coat without zips, frills or a belt", "belt", "construction"),
        ("a dress, no lace, velvet or sequins", "velvet", "fabric"),
        ("a jacket without sleeves, pockets or a belt", "pockets", "construction"),
        ("a coat, neither red, white nor black", "white", "colours"),
        ("a coat. Avoid: lace, velvet", "velvet", "fabric"),
        ("a coat that doesn't look black", "black", "colours"),
    ],
)
def test_what_is_refused_is_neither_read_nor_forgotten(brief, excluded, attribute):
    assert excluded in parse(brief).excluded
    assert analyse(brief).value(attribute) is None


def test_a_brief_of_the_greatest_length_is_read_in_full():
    """The reader's work grows with the words, not with their square: 30,000 words would take minutes otherwise."""
    brief = "no red or blue lace, boxy silk dress " * 4_000
    read = parse(brief)
    assert read.excluded == ("red", "blue", "lace") and len(read.mentions) == 7 * 4_000


@pytest.mark.parametrize(
    "brief",
    [
        "nothing but black",
        "never-ending black",
        "no-nonsense black coat",
        "black never fades",
        "a coat in black, never in red",
        "black instead of red",
    ],
)
def test_what_only_sounds_like_a_refusal_is_read(brief):
    assert [each["name"] for each in analyse(brief).value("colours")] == ["black"]


def test_a_refusal_ends_with_its_clause():
    assert analyse("No lace. Velvet dress, not too red, in blue").value("fabric") == "velvet"
    assert [each["name"] for each in analyse("not red, blue dress").value("colours")] == ["blue"]
    assert [each["name"] for each in analyse("no print, red or blue").value("colours")] == ["red", "blue"]
    assert analyse("without lace, in velvet or silk").value("fabric") == "velvet"
    assert analyse("without sleeves, knee length or midi").value("length") == "knee"
    assert analyse("no print, silk or satin").value("fabric") == "silk"
    assert analyse("no lace, red dress or coat").value("garment") == "dress"


def values(brief: str, *, refused: bool) -> list[str]:
    """What the brief names, as it was meant, once each and in order."""
    return list(dict.fromkeys(each.value for each in parse(brief).mentions if each.negated is refused))


@pytest.mark.parametrize(
    ("brief", "wanted", "refused"),
    [
        ("a dress with no sleeves and a v-neck", "dress sleeveless v_neck", ""),
        ("a dress without sleeves and a belt", "dress sleeveless belt", ""),
        ("a dress without sleeves, a v-neck and a belt", "dress sleeveless v_neck belt", ""),
        ("no print, long sleeves and a hood", "solid long hooded", ""),
        ("a coat without a belt, patch pockets and a hood", "coat pockets hooded", "belt"),
        ("a coat, never black, navy and camel instead", "coat navy camel", "black"),
        ("not too red, pink or orange dress", "dress", "red pink orange"),
        ("not pink or orange dress", "dress", "pink orange"),
        ("no fur, leather or suede jacket", "jacket", "leather"),
        ("a dress, avoid lace, velvet", "dress", "lace velvet"),
    ],
)
def test_a_list_of_what_is_refused_ends_where_the_wishes_begin(brief, wanted, refused):
    assert (values(brief, refused=False), values(brief, refused=True)) == (wanted.split(), refused.split())


@given(st.text(alphabet="bcdfghjklmnpqrtvwxz ", max_size=60))
def test_what_was_not_said_stays_unknown(gibberish):
    record = analyse(gibberish)
    spoken = {mention.attribute for mention in parse(gibberish).mentions}
    assert not spoken and record.known() == {}
    assert set(record.attributes) == set(ATTRIBUTES)


@given(st.text(max_size=300))
def test_any_text_at_all_is_read_without_harm_and_cleaning_it_twice_changes_nothing(text):
    once = clean(text)
    assert all(c.isprintable() or c.isspace() or c in "‍‌" or ord(c) > 127 for c in once)
    assert Understanding.from_json(analyse(text).to_json()) == analyse(text)


def test_markup_controls_and_reordering_go_but_emoji_and_hebrew_stay():
    assert clean("a \x00<script>red</script> dress\u202e 👩‍🎨 שמלה &amp; coat") == "a red dress 👩‍🎨 שמלה & coat"
    assert clean("size <5 and >3") == "size <5 and >3"


def test_each_attribute_of_a_record_but_the_two_made_up_otherwise_has_its_words():
    assert set(VOCABULARY) - set(PHOTOGRAPHY) == set(ATTRIBUTES) - {"colours", "photography"}


@pytest.mark.parametrize("attribute", [name for name in VOCABULARY if name not in {"texture", "fabric_weight"}])
def test_every_value_said_in_our_own_words_is_read_back(attribute):
    for value in taxonomy.values(attribute):
        found = {mention.value for mention in parse(taxonomy.say(attribute, value)).mentions}
        assert value in found, f"{attribute}={value} is said {taxonomy.say(attribute, value)!r}"


def test_colour_difference_agrees_with_the_published_pairs():
    # Sharma, Wu, Dalal 2005, table 1, pairs 1, 5, 17 and 34
    pairs = [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, -1.1848, -84.8006), (50, 0, -82.7485), 1.0000),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((90.9257, -0.5406, -0.9208), (88.6381, -0.8985, -0.7239), 1.5381),
    ]
    for one, two, expected in pairs:
        assert delta_e(one, two) == pytest.approx(expected, abs=1e-4)
        assert delta_e(two, one) == pytest.approx(expected, abs=1e-4)


def test_every_listed_colour_is_its_own_nearest_or_one_of_equal_value():
    assert len(COLOURS) >= 150
    for name, code in COLOURS.items():
        assert COLOURS[nearest_name(lab_of(rgb_of(code)))[0]] == code, name


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_cielab_and_back_keeps_a_colour(rgb):
    assert tuple(int(each) for each in rgb_from_lab(lab_of(rgb))) == pytest.approx(rgb, abs=1)


def test_a_hex_in_the_brief_is_a_colour_with_a_name():
    (colour,) = analyse("dress in #1f3a5f").value("colours")
    assert colour["hex"] == "#1f3a5f" and colour["name"] in COLOURS and colour["coverage"] is None
    assert colour_of("nonsense") is None


def test_colours_said_in_words_have_no_measured_share_but_can_be_drawn():
    record = analyse("red dress with white collar")
    assert [each["coverage"] for each in record.value("colours")] == [None, None]
    assert sum(each["coverage"] for each in record.known()["colours"]) == pytest.approx(1, abs=0.01)


def test_a_correction_wins_and_null_makes_unknown():
    record = analyse("red silk dress").merged_with_corrections(
        {"fabric": "linen", "garment": None, "colours": ["navy"]}
    )
    assert (record.value("fabric"), record["fabric"].source, record["fabric"].confidence) == (
        "linen",
        "correction",
        1.0,
    )
    assert record.value("garment") is None and record["garment"].source == "correction"
    assert record.value("colours")[0]["hex"] == COLOURS["navy"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"price": "1"},
        {"fabric": 3},
        {"fabric": "x" * 81},
        {"colours": ["no such hue"]},
        {"colours": "red"},
        {"mood": "a\x00b"},
        {"colours": [{"name": "x\u202e", "hex": "#112233"}]},
        {"construction": ["belt"] * 13},
        {"photography": {"pose": "x" * 99}},
    ],
)
def test_a_correction_that_cannot_be_kept_names_field_and_remedy(wrong):
    with pytest.raises(InvalidCorrection) as caught:
        analyse("dress").merged_with_corrections(wrong)
    assert caught.value.field == next(iter(wrong)) and caught.value.remedy


def test_every_attribute_has_its_words_and_no_other_has():
    assert {"colours", *VOCABULARY} - set(PHOTOGRAPHY) == set(ATTRIBUTES) - {"photography"}
    assert analyse("a summer dress").value("season") == "summer"


def test_every_fault_of_a_correction_is_named() -> None:
    with pytest.raises(InvalidCorrection) as caught:
        analyse("dress").merged_with_corrections({"fit": "x" * 99, "length": "midi", "mood": 3, "hue": "red"})
    faults = (caught.value, *caught.value.others)
    assert [each.field for each in faults] == ["fit", "mood", "hue"] and all(each.remedy for each in faults)


@pytest.mark.parametrize(
    ("brief", "only"),
    [
        ("make the dress navy", True),
        ("Change it to emerald green, please!", True),
        ("in this colour: #3355aa", True),
        ("recolour the coat #3355aa", True),
        ("make the sleeves longer", False),
        ("make the sleeves navy", False),
        ("a navy silk dress", False),
        ("in black and white", False),
        ("make it a black coat", False),
        ("make it blue jeans", False),
        ("turn the red dress into a black jacket", False),
        ("make the dress black and the coat red", False),
        ("make the dress with navy stripes", False),
        ("make it navy with white buttons", False),
        ("navy, not black", False),
        ("brighter", False),
        ("make it darker navy and add a belt", False),
        ("", False),
    ],
)
def test_who_asks_for_another_colour_and_nothing_else(brief, only):
    assert recolours(brief) is only
