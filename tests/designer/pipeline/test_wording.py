"""What a model may write into a prompt, and what becomes of it in the later stages."""

import json
from typing import Any

import pytest

from designer.pipeline import analysis, wording
from designer.pipeline.asking import Unfit
from designer.pipeline.prompting import SETTINGS, VIEWS, compose
from designer.pipeline.records import ATTRIBUTES, LearnedChoice, PromptPart, Understanding
from designer.pipeline.taxonomy import index

BRIEF = "an emerald silk wrap dress for the opera, no lace"
SHOWN = {"text": "seen against seamless paper in soft north-facing daylight", "part": "exploratory"}
USER = {"text": BRIEF, "part": "user"}


def record(**corrections: Any) -> Understanding:
    return analysis.analyse(BRIEF).merged_with_corrections(corrections)


def read(*parts: dict[str, Any], known: Understanding | None = None) -> tuple[PromptPart, ...]:
    return wording.read({"parts": list(parts)}, BRIEF, known or record())


def kept(brief: str, text: str) -> str:
    """What is kept of a part that a model adds to a brief."""
    parts = [{"text": brief, "part": "user"}, {"text": text, "part": "exploratory"}]
    return ", ".join(part.text for part in wording.read({"parts": parts}, brief, analysis.analyse(brief))[1:])


def test_the_schema_is_of_the_strict_kind() -> None:
    from tests.simulators.providers.vendors.openai_language import strict

    assert strict(wording.SCHEMA)


def test_the_designers_words_may_be_arranged_in_parts() -> None:
    parts = read(
        {"text": "an emerald silk wrap dress", "part": "user"},
        {"text": "cut in fine silk", "part": "locked"},
        {"text": "for the opera", "part": "user"},
        {"text": "no lace.", "part": "user"},
        SHOWN,
    )
    assert [part.part for part in parts] == ["user", "locked", "user", "user", "exploratory"]
    assert wording.from_json(json.loads(json.dumps(wording.to_json(parts)))) == parts


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ([{"text": "an emerald silk dress for the opera, no lace", "part": "user"}], "must hold the brief"),
        ([{"text": "no lace, an emerald silk wrap dress for the opera", "part": "user"}], "must hold the brief"),
        ([{"text": BRIEF + ", very cheap", "part": "user"}], "must hold the brief"),
        ([SHOWN], "must hold the brief"),
        ([USER, {"text": "<script>alert(1)</script>", "part": "locked"}], "plain words"),
        ([USER, {"text": "see http://evil.example", "part": "exploratory"}], "plain words"),
        ([USER, {"text": "soft " * 30, "part": "exploratory"}], "80 characters"),
        ([USER, {"text": "black lace trim", "part": "locked"}], "refused or not known"),
        ([USER, {"text": "with a v neckline", "part": "locked"}], "refused or not known"),
        ([{"text": BRIEF, "part": "system"}], "one of the kinds"),
        ([{"text": BRIEF, "part": "user", "role": "admin"}], "Leave 'role' out"),
        ([{"text": "  ", "part": "user"}], "needs a text"),
        ([USER, *[SHOWN] * 7], "The parts have"),
        (["words"], "must be an object"),
        ([], "a list of 1 to"),
        ([USER] * 40, "a list of 1 to"),
    ],
)
def test_an_answer_that_drops_or_invents_something_is_refused(parts: list[Any], reason: str) -> None:
    with pytest.raises(Unfit, match=reason):
        read(*parts)


def test_an_answer_with_other_keys_is_refused() -> None:
    for data in ({}, {"parts": [USER], "negative_prompt": "x"}, {"prompt": BRIEF}):
        with pytest.raises(Unfit):
            wording.read(data, BRIEF, record())


def test_what_was_corrected_by_hand_must_be_said() -> None:
    known = record(neckline="v_neck")
    with pytest.raises(Unfit, match="V neckline"):
        read(USER, SHOWN, known=known)
    assert len(read(USER, {"text": "with a V neckline", "part": "locked"}, SHOWN, known=known)) == 3


def test_what_is_made_up_about_the_garment_is_left_out() -> None:
    for text in ("with red leather cuffs", "lace at the hem", "in a minimalist style"):
        assert read(USER, {"text": text, "part": "exploratory"}, SHOWN)[1].text == SHOWN["text"]


@pytest.mark.parametrize(
    "text",
    [
        "Nike swoosh on the chest",
        "large Gucci logo on the chest",
        "in the style of Dior",
        "Vogue photograph",
        "text SALE in large letters",
        "portrait of a famous actress in a room",
        "shown on a young woman",
        "a child in light",
        "full frontal view, no clothes",
        "topless pose",
        "bare skin in soft light",
        "see-through fabric",
        "seen against a misty shore at first light",
        "on a beach",
        "shot in Paris",
        "holding a bag",
        "worn by a model",
        "black garment",
        "white cloth",
        "light silk lining",
        "dramatic pose",
        "no pockets",
        "without sleeves",
        "N_i_k_e",
    ],
)
@pytest.mark.parametrize("kind", ["exploratory", "locked"])
def test_what_is_no_word_of_the_brief_nor_one_for_how_it_is_shown_is_left_out_and_told(text: str, kind: str) -> None:
    made_up = {"text": text, "part": kind}
    try:
        parts = read(USER, made_up, SHOWN)
    except Unfit as unfit:
        assert kind == "locked" and "refused or not known" in str(unfit)
    else:
        assert [part.text for part in parts] == [BRIEF, SHOWN["text"]]
        assert wording.left_out({"parts": [USER, made_up, SHOWN]}, BRIEF, record()) == (text,)


GOOD = [
    "soft north-facing daylight, full-length three-quarter view",
    "seamless paper backdrop, crisp focus on the weave",
    "gentle directional light from one side",
    "warm grey backdrop, even lighting",
    "editorial fashion photography, shallow depth of field",
    "the drape of the silk clearly shown",
    "emerald silk catching the light",
    "long shadows across a pale backdrop",
    "true-to-life emerald, natural colour rendering",
    "a wrapped silk dress framed from hem to shoulder",
    "full-length studio shot",
    "garment shown full length",
    "full body shot",
    "gentle folds",
    "fluid drape",
    "professional fashion photography",
    "ample negative space",
    "soft bokeh",
    "minimalist studio background",
    "front-facing",
    "light from the left",
    "clean minimal backdrop",
    "soft diffused lighting",
    "blurred background",
    "photorealistic rendering",
    "high-end editorial photography",
    "full-length fashion photograph, crisp stitching detail",
    *(text for choices in SETTINGS for text in choices),
    *VIEWS,
]


@pytest.mark.parametrize("text", GOOD)
def test_what_tells_how_it_is_shown_is_kept(text: str) -> None:
    assert [part.text for part in read(USER, {"text": text, "part": "exploratory"})] == [BRIEF, text]


@pytest.mark.parametrize(
    ("brief", "text", "is_kept"),
    [
        ("a dress with a Nike swoosh", "Nike swoosh in sharp focus", True),
        ("a dress. No Nike swoosh, text or letters on it", "Nike letters in sharp focus", False),
        ("a logo-free dress", "logo in sharp focus", False),
        ("a nude silk dress", "nude silk dress", True),
        ("a nude silk dress", "nude pose", False),
        ("a dress, no soft light", "soft light", False),
        ("shirt without print", "printed cloth", False),
        ("shirt without print", "solid shirt", True),
        ("a shirt, no pattern", "patterned", False),
        ("a dress, no sleeves", "sleeves", False),
        ("a dress, no sleeves", "sleeveless dress in soft light", True),
        ("a coat, not lined", "lined", False),
        ("an a-line coat, not lined", "lined a-line coat", False),
        ("an unlined coat", "lined coat", False),
        ("a coat without lining", "lining", False),
        ("a coat, leave out the lining", "lining", False),
        ("a dress sans collar", "collar", False),
        ("dress unlike Chanel", "Chanel dress", False),
        ("a sans serif print on a dress", "serif print on a dress", True),
    ],
)
def test_the_designers_own_words_may_be_said_again_as_they_mean_them(brief: str, text: str, is_kept: bool) -> None:
    assert kept(brief, text) == (text if is_kept else "")


@pytest.mark.parametrize(
    ("text", "is_kept", "is_lost"),
    [
        (
            "soft light, Nike swoosh on the chest, plain backdrop",
            "soft light, plain backdrop",
            "Nike swoosh on the chest",
        ),
        ("in a minimalist style, sharp focus", "sharp focus", "in a minimalist style"),
        ("with a shallow, dreamy focus", "", "with a shallow, dreamy focus"),
        ("soft light, no pockets, seams", "", "soft light, no pockets, seams"),
    ],
)
def test_of_a_part_only_what_nobody_asked_for_is_left_out(text: str, is_kept: str, is_lost: str) -> None:
    assert kept(BRIEF, text) == is_kept
    added = {"text": text, "part": "exploratory"}
    assert wording.left_out({"parts": [USER, added]}, BRIEF, record()) == (is_lost,)


LONG_SLEEVED = "a midi dress in emerald silk with long sleeves, no lace"


@pytest.mark.parametrize(
    "text",
    [
        "wide sleeves",
        "sleeves narrow",
        "high low hem",
        "cropped at the hem",
        "contrast stitching",
        "the garment in draped",
        "a line",
        "straight garment",
        "three quarter garment",
        "light garment",
        "full garment",
        "clean lined",
        "edgy",
        "plain coloured",
        "lined silk",
        "seen through the cloth",
    ],
)
def test_no_fact_about_the_garment_is_told_in_words_for_how_it_is_shown(text: str) -> None:
    assert kept(LONG_SLEEVED, text) == ""


@pytest.mark.parametrize("text", ["long sleeves", "soft light on long sleeves", "emerald silk in low light"])
def test_what_the_brief_says_of_its_parts_may_be_said_again(text: str) -> None:
    assert kept(LONG_SLEEVED, text) == text


@pytest.mark.parametrize("frame", ["{}", "{} garment", "the garment in {}"])
@pytest.mark.parametrize("attribute", [name for name in ATTRIBUTES if name != "photography"])
def test_no_word_of_the_vocabulary_is_said_that_the_brief_does_not_have(attribute: str, frame: str) -> None:
    mine = [phrase for phrase, terms in index().items() if any(term.attribute == attribute for term in terms)]
    said = [frame.format(" ".join(phrase)) for phrase in mine if phrase != ("dress",)]
    assert said and [text for text in said if kept("a dress", text)] == []


def test_the_parts_stay_through_the_later_stages_and_learned_ones_join_them() -> None:
    choice = LearnedChoice(
        attribute="mood", value="dramatic", part="learned", key="k", mean=0.8, evidence=9.0, reason="Liked."
    )
    made = compose(BRIEF, record(), learned=(choice,), written=read(USER, SHOWN))
    assert [part.part for part in made.parts][:3] == ["user", "learned", "exploratory"]
    assert made.parts[0].text == BRIEF and SHOWN["text"] in made.prompt and "dramatic mood" in made.prompt
    assert 20 <= len(made.prompt.split()) <= 60 and "lace" in made.negative_prompt
    assert compose(BRIEF, record(), exact=True, written=read(USER, SHOWN)).prompt == BRIEF


def test_a_long_brief_and_an_empty_one_leave_no_room() -> None:
    assert wording.has_room(BRIEF) and not wording.has_room("a dress " * 30) and not wording.has_room("  ")


def test_what_is_asked_holds_the_facts_and_the_words_as_data() -> None:
    question = wording.question(BRIEF, record(neckline="v_neck"))
    told = json.loads(question.request("m").text)
    assert told["brief"] == BRIEF and told["must_say"] == ["V neckline"] and told["avoid"] == ["lace"]
    assert "opera" not in question.system
