"""Prompts: whose words they hold, and how many."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.pipeline import persona
from designer.pipeline.analysis import analyse
from designer.pipeline.prompting import LEAST, MOST, compose, variety
from designer.pipeline.records import Attribute, LearnedChoice, PersonaMatch, PromptParts, Understanding
from designer.pipeline.words import clean

TASTE = persona.STARTER_PERSONAS[0]
LEARNED = LearnedChoice(
    attribute="neckline", value="boat", part="learned", key="k", mean=0.9, evidence=9, reason="liked"
)
SAID = "red silk midi dress with no lace 👗 שלום boxy flared and <b> calm"
words = st.lists(st.sampled_from(SAID.split()), max_size=120)


@given(words, st.booleans(), st.integers(0, 2**60))
def test_the_users_words_are_never_dropped(said, exact, seed):
    brief = " ".join(said)
    record = analyse(brief)
    match = persona.match(brief, record, TASTE)
    made = compose(brief, record, TASTE, match, [LEARNED], exact=exact, seed=seed)
    kept = brief if exact else clean(brief).rstrip(" ,;")
    assert made.prompt.startswith(kept)
    assert made.prompt == ", ".join(part.text for part in made.parts)
    assert [part.text for part in made.parts if part.part == "user"] == ([kept] if kept else [])
    if not exact:
        assert LEAST <= len(made.prompt.split()) <= max(MOST, len(kept.split()))
    assert PromptParts.from_json(made.to_json()) == made


def test_a_brief_beyond_the_budget_stays_whole_and_gets_nothing_added():
    brief = " ".join(["verdant"] * 90) + " dress"
    made = compose(brief, analyse(brief), learned=[LEARNED])
    assert made.prompt == brief


def test_exact_mode_keeps_every_space_and_line_between_the_users_words():
    brief = "  two   spaces\n\nand a <b>newline</b> dress  "
    made = compose(brief, analyse(brief), exact=True)
    assert made.prompt == "two   spaces\n\nand a <b>newline</b> dress"


def test_exact_mode_is_the_users_words_alone():
    made = compose("red dress, no lace", analyse("red dress, no lace"), learned=[LEARNED], exact=True)
    assert made.prompt == "red dress, no lace" and [part.part for part in made.parts] == ["user"]
    assert made.negative_prompt == "lace"


def test_each_part_says_whose_it_is():
    brief = "red dress"
    record = analyse(brief).merged_with_corrections({"fabric": "linen"})
    match = persona.match(brief, record, TASTE)
    made = compose(brief, record, TASTE, match, [LEARNED])
    by_part = {part.text: part.part for part in made.parts}
    assert by_part["red dress"] == "user" and by_part["linen"] == "locked"
    assert by_part["straight silhouette"] == "locked" and by_part["boat neckline"] == "learned"
    assert "exploratory" in by_part.values()


def test_a_correction_stays_even_when_the_brief_fills_the_budget():
    brief = " ".join(["verdant"] * 80)
    made = compose(brief, analyse(brief).merged_with_corrections({"fabric": "linen"}))
    assert made.prompt.endswith(", linen")


def test_a_cloth_that_is_its_own_texture_is_said_once():
    satin = Attribute(value="satin", confidence=0.9, source="image")
    seen = {"fabric": satin, "texture": satin}
    assert "satin texture" not in compose("a dress", Understanding(attributes=seen)).prompt
    ribbed = Understanding(attributes={**seen, "texture": Attribute(value="ribbed", confidence=0.9, source="image")})
    assert "satin" in compose("a dress", ribbed).prompt and "ribbed texture" in compose("a dress", ribbed).prompt
    corrected = Understanding(attributes=seen).merged_with_corrections({"texture": "satin"})
    assert "satin texture" in compose("a dress", corrected).prompt


def test_what_the_brief_refuses_goes_to_the_negative_prompt_and_is_never_learned_back():
    brief = "dress, no boat neck"
    made = compose(brief, analyse(brief), learned=[LEARNED])
    assert "boat neckline" not in made.prompt and made.negative_prompt.startswith("boat neck")


def test_the_seed_moves_only_the_exploratory_part():
    one, two = (compose("red dress", analyse("red dress"), seed=seed) for seed in (1, 5))
    fixed = [[part for part in made.parts if part.part != "exploratory"] for made in (one, two)]
    assert fixed[0] == fixed[1] and one.prompt != two.prompt
    assert compose("red dress", analyse("red dress"), seed=1) == one


@pytest.mark.parametrize(
    ("brief", "nearest"),
    [
        ("sharply tailored minimal suit jacket, clean lines", "Minimal tailoring"),
        ("romantic flowing evening gown in chiffon", "Romantic eveningwear"),
        ("oversized urban hoodie", "Streetwear"),
        ("double-breasted tweed overcoat in herringbone", "Heritage outerwear"),
        ("breezy linen summer shirt", "Coastal linen"),
        ("sculptural deconstructed asymmetric dress", "Avant-garde"),
    ],
)
def test_a_brief_is_nearest_to_the_persona_it_sounds_like(brief, nearest):
    record = analyse(brief)
    scores = {taste.name: persona.match(brief, record, taste).score for taste in persona.STARTER_PERSONAS}
    assert max(scores, key=lambda name: scores[name]) == nearest, scores
    assert all(0 <= score <= 1 for score in scores.values())


def test_a_persona_speaks_only_where_brief_and_corrections_are_silent():
    brief = "flared dress, not matte, in velvet"
    record = analyse(brief).merged_with_corrections({"fit": None})
    added = {each.attribute: each.value for each in persona.match(brief, record, TASTE).adjustments}
    assert not {"silhouette", "fabric", "fit"} & set(added) and added.get("finish") != "matte"


def test_a_specific_brief_leaves_a_persona_less_strength():
    long = "fitted midi silk dress, v-neck, puff sleeves, floral, emerald"
    vague, specific = (persona.match(text, analyse(text), TASTE) for text in ("something new", long))
    assert vague.strength > specific.strength and len(vague.adjustments) >= len(specific.adjustments)
    assert PersonaMatch.from_json(vague.to_json()) == vague


@given(st.integers(1, 8), st.integers(0, 2**31))
def test_the_first_image_is_as_it_was_asked_for_and_the_others_differ(n, seed):
    row = variety(n, Understanding(), seed=seed)
    assert len(row) == n and row[0] == "" and len(set(row)) == n
    assert variety(8, Understanding(), seed=seed)[:n] == row


def test_nothing_is_varied_where_the_words_or_the_designer_say_how_it_is_shown():
    shown = Understanding(
        attributes={"photography": Attribute(value={"pose": "seated"}, confidence=0.9, source="brief")}
    )
    assert variety(4, shown, seed=1) == ("",) * 4
    assert variety(4, Understanding(), seed=1, exact=True) == ("",) * 4


def test_a_style_of_photograph_says_nothing_of_the_view_so_the_images_differ_all_the_same():
    assert variety(4, analyse("a dress, editorial"), seed=1) == variety(4, analyse("a dress"), seed=1) != ("",) * 4
