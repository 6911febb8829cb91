"""Garments that a brief names only to tell of another: no second garment, and never the one that is drawn."""

import pytest

pytestmark = pytest.mark.django_db


def read(client, brief):
    """The garment that the brief is read as, with its confidence, and those told of as beside it."""
    answer = client.post("/api/generations/preview", {"brief": brief}, format="json")
    assert answer.status_code == 200, answer.content
    told, garment = answer.json(), answer.json()["understood"]["garment"]
    beside = [each["value"] for each in told["told"] if each["name"] == "garment"]
    return garment["value"], garment["confidence"], beside


@pytest.mark.parametrize(
    ("brief", "garment"),
    [
        ("dress with ten buttons down the front", "dress"),
        ("a coat that buttons up to the chin", "coat"),
        ("jacket with a shirt-tail hem", "jacket"),
        ("shirt-waist dress in cotton", "dress"),
        ("a shirt midi dress in poplin", "dress"),
        ("a skirt with jean pockets", "skirt"),
        ("a dress with coat buttons", "dress"),
        ("a cropped jacket with dress-shirt cuffs", "jacket"),
        ("a denim dress with jean stitching", "dress"),
        ("a dress with a slit to the heel", "dress"),
        ("trousers with a pleat front and heel-length hem", "trousers"),
        ("trousers that break over the shoe", "trousers"),
        ("a dress with lace at the top", "dress"),
        ("a dress with top-stitched seams", "dress"),
        ("a coat with a top collar in velvet", "coat"),
        ("a dress with a tank neckline", "dress"),
        ("a jacket with a vest insert", "jacket"),
        ("a dress with a shoe print", "dress"),
        ("a skirt printed with tiny hats", "skirt"),
        ("a t-shirt with a dress graphic", "t_shirt"),
        ("an overall slim dress", "dress"),
        ("a dress with an overall relaxed fit", "dress"),
        ("dress code: casual, a jumper", "sweater"),
        ("a jacket for a fancy-dress party", "jacket"),
        ("a dress for jacket weather", "dress"),
    ],
)
def test_a_garment_that_only_describes_another_is_not_read_as_one(client_of, brief, garment):
    assert read(client_of("editor"), brief) == (garment, 0.95, [])


@pytest.mark.parametrize(
    ("brief", "garment", "beside"),
    [
        ("a linen shirt, sleeves rolled, with a skirt", "shirt", ["skirt"]),
        ("a linen shirt long sleeves", "shirt", []),
        ("a dress and a coat with sleeves", "dress", ["coat"]),
        ("a dress and a coat without a collar", "dress", ["coat"]),
        ("a shirt tucked into a skirt", "shirt", ["skirt"]),
        ("a printed top and skirt", "top", ["skirt"]),
        ("a coat embroidered with gold and trousers", "coat", ["trousers"]),
        ("denim overalls", "jumpsuit", []),
        ("a button-down in white", "shirt", []),
        ("a white shirt and a midi dress", "shirt", ["dress"]),
        ("white shirt slim blue jeans", "shirt", []),
    ],
)
def test_a_garment_of_its_own_is_still_read_beside_such_words(client_of, brief, garment, beside):
    assert (read(client_of("editor"), brief)[0::2]) == (garment, beside)


def test_what_is_refused_of_a_part_is_still_refused(client_of):
    client = client_of("editor")
    answer = client.post("/api/generations/preview", {"brief": "a dress, no trouser pockets"}, format="json").json()
    assert "pockets" in answer["negative_prompt"] and answer["understood"]["construction"]["value"] is None
