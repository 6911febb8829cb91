"""Several images as one garment: the shape of the first, dressed as the others are, whoever reads them."""

import json
from typing import Any

import pytest
from PIL import Image, ImageDraw

from designer.pipeline import analysis, remixing, seeing
from designer.pipeline.asking import Unfit
from designer.pipeline.records import ATTRIBUTES, Attribute, Understanding
from designer.pipeline.remixing import Picture
from tests.designer.pipeline.test_seeing import answer

COAT = {"garment": ("coat", 0.6), "length": ("maxi", 0.6), "fabric": ("wool", 0.9), "mood": ("calm", 0.9)}
SKIRT = {"garment": ("skirt", 0.9), "silhouette": ("a_line", 0.9), "fabric": ("silk", 0.5), "pattern": ("stripe", 0.5)}
TOP = {"garment": ("top", 0.9), "neckline": ("v_neck", 0.9), "fabric": ("lace", 0.7), "texture": ("ribbed", 0.4)}


def record(told: dict[str, tuple[str, float]]) -> dict[str, Attribute]:
    return {name: Attribute(value=value, confidence=sure, source="original") for name, (value, sure) in told.items()}


def values(attributes: Any) -> dict[str, Any]:
    return {name: found.value for name, found in attributes.items() if found.is_known}


def paper() -> Image.Image:
    """A picture that shows nothing."""
    return Image.new("RGB", (60, 80), "white")


def read(brief: str, *pictures: Picture) -> Understanding:
    return remixing.analyse(brief, [paper()] * len(pictures), pictures)


def test_the_first_gives_the_shape_and_the_surest_of_the_others_what_dresses_it() -> None:
    whole = {"garment": "coat", "length": "maxi"}
    mixed = remixing.mixed([record(COAT), record(SKIRT), record(TOP)])
    assert values(mixed) == whole | {"fabric": "lace", "pattern": "stripe", "texture": "ribbed", "mood": "calm"}
    mixed = remixing.mixed([record(TOP), record(COAT)])
    assert values(mixed) == {"garment": "top", "neckline": "v_neck", "fabric": "wool", "mood": "calm"}


def test_a_cloth_is_that_of_one_image_whole() -> None:
    silk = {"fabric": ("silk", 0.8), "pattern": ("plain", 0.4)}
    tweed = {"fabric": ("tweed", 0.6), "texture": ("rough", 0.7), "finish": ("matte", 0.5), "pattern": ("check", 0.6)}
    ribbed = {"texture": ("ribbed", 0.7), "fabric_weight": ("light", 0.3)}
    mixed = values(remixing.mixed([record(COAT), record(silk), record(tweed)]))
    assert mixed == {"garment": "coat", "length": "maxi", "mood": "calm", "fabric": "silk", "pattern": "check"}
    mixed = values(remixing.mixed([record(silk), record(tweed), record(ribbed)]))
    assert mixed == {"fabric": "tweed", "texture": "rough", "finish": "matte", "pattern": "check"}
    mixed = values(remixing.mixed([record(tweed), record({"fabric": ("lace", 0.1)})]))
    assert mixed == {"fabric": "lace", "pattern": "check"}
    assert values(remixing.mixed([record(tweed), record({"garment": ("top", 0.9)})])) == values(record(tweed))


def test_a_cloth_is_that_of_one_image_also_where_a_model_read_them() -> None:
    silk = record({"fabric": ("silk", 0.9), "mood": ("calm", 0.2)})
    tweed = record({"fabric": ("tweed", 0.6), "texture": ("rough", 0.6), "finish": ("matte", 0.6)})
    nothing = remixing.Sights()
    for others in (
        [Picture(known=silk), Picture(known=tweed)],
        [Picture(ordered=silk), Picture(ordered=tweed)],
        [Picture(known=silk), Picture(ordered=tweed)],
    ):
        mixed = values(remixing.understood("", nothing, [Picture(known=record(COAT)), *others]).attributes)
        assert mixed == {"garment": "coat", "length": "maxi", "fabric": "silk", "mood": "calm"}


def test_what_was_seen_of_another_cloth_than_the_words_name_is_not_theirs() -> None:
    tweed = record({"fabric": ("tweed", 0.6), "texture": ("rough", 0.6), "finish": ("matte", 0.6)})
    said = values(read("a silk coat", Picture(known=record(COAT)), Picture(known=tweed)).attributes)
    assert (said["fabric"], said.get("texture"), said.get("finish")) == ("silk", None, None)
    same = values(read("a tweed coat", Picture(known=record(COAT)), Picture(known=tweed)).attributes)
    assert (same["fabric"], same["finish"]) == ("tweed", "matte")


def test_the_shape_of_a_coat_is_not_that_of_the_shirt_that_the_words_ask_for() -> None:
    coat = Picture(known=record(COAT | {"sleeves": ("long", 0.8)}))
    mixed = read("a shirt", coat)
    assert (mixed.value("garment"), mixed.value("length"), mixed.value("sleeves")) == ("shirt", None, "long")
    assert read("a dress", coat).value("length") == "maxi" and read("", coat).value("length") == "maxi"
    long = Picture(known=record({"garment": ("shirt", 0.9), "length": ("midi", 0.6)}))
    assert read("a shirt", long).value("length") == "midi"


def test_every_attribute_is_either_shape_or_dress() -> None:
    first = {name: Attribute(value="first", confidence=0.9, source="image") for name in ATTRIBUTES}
    other = {name: Attribute(value="other", confidence=0.1, source="image") for name in ATTRIBUTES}
    mixed = values(remixing.mixed([first, other]))
    shape = [name for name, value in mixed.items() if value == "first"]
    assert shape == ["garment", "silhouette", "fit", "length", "neckline", "sleeves", "construction"]
    assert len(mixed) == len(ATTRIBUTES)


def test_one_image_alone_is_read_as_it_is_and_none_is_nothing() -> None:
    photo = Image.new("RGB", (300, 400), "white")
    ImageDraw.Draw(photo).polygon([(120, 60), (180, 60), (240, 360), (60, 360)], fill="#1d5fc4")
    known, ordered = record({"fabric": ("silk", 0.9)}), record({"garment": ("dress", 0.9)})
    alone = remixing.analyse("for spring", [photo], [Picture(known=known, ordered=ordered)])
    assert alone == analysis.analyse("for spring", [photo], known, ordered)
    assert alone.value("colours") and alone["colours"].source == "image"
    assert read("a red coat") == analysis.analyse("a red coat")


def test_the_words_win_over_all_images_and_what_they_refuse_is_unknown() -> None:
    mixed = read("a knee-length dress, no stripes", Picture(known=record(COAT)), Picture(known=record(SKIRT)))
    assert (mixed.value("garment"), mixed["garment"].source, mixed.value("length")) == ("dress", "brief", "knee")
    assert mixed.value("pattern") is None and mixed.value("fabric") == "silk"


def test_what_a_team_said_of_a_picture_counts_for_what_is_taken_from_it() -> None:
    first = Picture(known=record(COAT), said={"garment": "cape", "fabric": "tweed"})
    other = Picture(known=record(SKIRT), said={"garment": "dress", "pattern": "floral", "fabric": None})
    mixed = read("", first, other)
    told = {name: (mixed.value(name), mixed[name].source) for name in ("garment", "pattern", "fabric", "length")}
    assert told == {
        "garment": ("cape", "correction"),
        "pattern": ("floral", "correction"),
        "fabric": ("tweed", "correction"),
        "length": ("maxi", "original"),
    }


def told(**changes: tuple[Any, str]) -> dict[str, Any]:
    """A model's answer: attribute = (value, from)."""
    facts = {
        name: {"value": value, "confidence": 0.8, "from": origin, "words": ""}
        for name, (value, origin) in changes.items()
    }
    return answer(**facts)


def heard(brief: str = "something calm", **changes: tuple[Any, str]) -> remixing.Sights:
    """What is taken from a model's answer about two photos."""
    return remixing.read(told(**changes), brief=brief, photos=2)


def test_a_model_is_told_what_is_mixed_and_tells_the_photos_apart() -> None:
    from tests.simulators.providers.vendors.openai_language import strict

    asked = remixing.question("for spring", (b"one", b"two"))
    plain = seeing.question("for spring", (b"one", b"two"))
    assert asked.system.startswith(plain.system) and "that of the first photo alone" in asked.system
    assert (asked.data, asked.images) == (plain.data, plain.images) and strict(asked.schema)
    origins = asked.schema["properties"]["fabric"]["properties"]["from"]["enum"]
    assert origins == ["brief", "first_photo", "other_photo", "none"]
    seen = heard(garment=("coat", "first_photo"), fabric=("silk", "other_photo"), mood=("calm", "brief"))
    assert (values(seen.first), values(seen.others), values(seen.brief)) == (
        {"garment": "coat"},
        {"fabric": "silk"},
        {"mood": "calm"},
    )
    assert remixing.Sights.from_json(json.loads(json.dumps(seen.to_json()))) == seen
    with pytest.raises(Unfit, match="must be brief, first_photo, other_photo or none"):
        heard(garment=("coat", "photo"))


def test_what_a_model_says_of_the_shape_of_the_others_is_not_taken_over() -> None:
    seen = heard(
        garment=("coat", "first_photo"),
        neckline=("v_neck", "other_photo"),
        fabric=("silk", "other_photo"),
        pattern=("stripe", "first_photo"),
        mood=("calm", "brief"),
    )
    mixed = remixing.understood("", seen, [Picture(), Picture()])
    assert values(mixed.attributes) == {"garment": "coat", "fabric": "silk", "pattern": "stripe", "mood": "calm"}
    assert (mixed["fabric"].source, mixed["mood"].source) == ("image", "brief")


def test_what_is_on_record_of_an_image_stands_over_what_a_model_read_in_it_and_its_order_fills_the_rest() -> None:
    seen = heard(garment=("coat", "first_photo"), fabric=("silk", "other_photo"), mood=("calm", "first_photo"))
    first, other = Picture(known=record({"garment": ("cape", 0.9)})), Picture(ordered=record(SKIRT))
    sure = Picture(known=record({"fabric": ("lace", 0.9), "garment": ("top", 0.9)}))
    mixed = remixing.understood("", seen, [first, other])
    assert values(mixed.attributes) == {"garment": "cape", "fabric": "silk", "pattern": "stripe", "mood": "calm"}
    assert remixing.understood("", seen, [first, other, sure]).value("fabric") == "lace"
    said = Picture(said={"fabric": "denim", "garment": "jeans"})
    assert remixing.understood("", seen, [first, other, sure, said]).value("fabric") == "denim"
    assert values(remixing.understood("", seen, []).attributes) == {}
