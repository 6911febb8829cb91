"""What a brief says of the order itself: only what is plainly an order counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.pipeline.command import read

MODELS = {
    "Gemini": "/Gemini", "GPT Image": "/GPT Image", "gpt-image-2": "openai/gpt-image-2", "DALL-E": "/DALL-E",
    "@ultra": "stability/ultra", "stability/ultra": "stability/ultra", "Stable Image Ultra": "stability/ultra",
    "Imagen": "/Imagen", "Sketchbook": "/Sketchbook", "Gemini 3 Pro Image": "google/gemini-3-pro-image",
}  # fmt: skip


@pytest.mark.parametrize(
    ("brief", "count", "model"),
    [
        ("5 midi dresses in emerald silk, editorial", 5, ""),
        ("Make me three wool coats with Gemini", 3, "/Gemini"),
        ("a midi dress, 4 variations", 4, ""),
        ("give me 6 images of a wool coat", 6, ""),
        ("two trousers using gpt-image-2", 2, "openai/gpt-image-2"),
        ("one linen dress by dall e", 1, "/DALL-E"),
        ("a coat @gemini", None, "/Gemini"),
        ("12 coats", 12, ""),
        ("a dozen floral midi dresses", 12, ""),
        ("thirty different linen dresses", 30, ""),
        ("fifteen bias cut silk dresses", 15, ""),
        ("thirty one-shoulder gowns", 30, ""),
        ("twenty women's wool coats", 20, ""),
        ("two 1950s dresses", 2, ""),
        ("two sixties dresses", 2, ""),
        ("five quirky dresses", 5, ""),
        ("3 bone slip dresses", 3, ""),
        ("3 bone-coloured coats", 3, ""),
        ("a couple coats", 2, ""),
        ("a dozen looks", 12, ""),
        ("a dozen wool coats", 12, ""),
        ("fourteen wool coats", 14, ""),
        ("twenty coats", 20, ""),
        ("twenty-five coats", 25, ""),
        ("thirty two silk dresses", 32, ""),
        ("fifty dresses", 50, ""),
        ("two dozen skirts", 24, ""),
        ("half a dozen skirts", 6, ""),
        ("a couple of linen dresses", 2, ""),
        ("a hundred dresses", 100, ""),
        ("two hundred and ten coats", 210, ""),
        ("a thousand coats", 1000, ""),
        ("1,500 coats", 1500, ""),
        ("1200 coats", 1200, ""),
        ("a midi dress, twenty variations", 20, ""),
        ("midi dresses x5", 5, ""),
        ("midi dresses, 5 of them", 5, ""),
        ("midi dresses in emerald silk with puff sleeves, five of them", 5, ""),
        ("wool coats, make me 3 of them please, with Gemini", 3, "/Gemini"),
        ("coats in wool, 4 in total", 4, ""),
        ("5x midi dress", 5, ""),
        ("5 x midi dress in silk", 5, ""),
        ("5×midi dresses", 5, ""),
        ("make me 2x wool coat with Gemini", 2, "/Gemini"),
        ("midi dress x5", 5, ""),
        ("midi dress x5 in red", 5, ""),
        ("midi dress (x5)", 5, ""),
        ("midi dress in emerald silk x5", 5, ""),
        ("midi dress in emerald silk, editorial, x5", 5, ""),
        ("dresses ×3", 3, ""),
        ("dresses×3", 3, ""),
        ("a midi dress, three variations", 3, ""),
        ("a midi dress, three options", 3, ""),
        ("a midi dress - 4 versions", 4, ""),
        ("a midi dress, three looks", 3, ""),
        ("a midi dress; show me 3 different looks please", 3, ""),
        ("a midi dress in three options", 3, ""),
        ("three options of a midi dress", 3, ""),
        ("2 looks: dress and coat in tweed", 2, ""),
        ("3 outfits", 3, ""),
        ("4 looks of heavy linen", 4, ""),
        ("give me three complete evening outfits in silk", 3, ""),
        ("one look in tweed", 1, ""),
        ("two ensembles for a wedding", 2, ""),
        ("a wool coat x 3, editorial", 3, ""),
        ("4 summer dresses, model gpt-image-2", 4, "openai/gpt-image-2"),
        ("a coat (gpt-image-2)", None, "openai/gpt-image-2"),
        ("two coats with Gemini, in red", 2, "/Gemini"),
        ("a coat using gpt-image-2 in red", None, "openai/gpt-image-2"),
        ("a coat with stability/ultra. Red", None, "stability/ultra"),
        ("a coat by Stable Image Ultra", None, "stability/ultra"),
        ("a coat @ultra in red", None, "stability/ultra"),
        ("5 dresses with Gemini in red", 5, "/Gemini"),
        ("coats using DALL-E please", None, "/DALL-E"),
        ("a coat with Gemini and gold buttons", None, "/Gemini"),
        ("a coat with Gemini for a summer campaign", None, "/Gemini"),
        ("a coat with Gemini on a beach", None, "/Gemini"),
        ("Use Gemini for 3 coats", None, "/Gemini"),
        ("use DALL-E to draw a red coat", None, "/DALL-E"),
        ("Please use Gemini to make 5 midi dresses", 5, "/Gemini"),
        ("two coats with Gemini at 4:5, in red", 2, "/Gemini"),
        ("a coat with DALL-E this time", None, "/DALL-E"),
        ("a coat with DALL-E as the model", None, "/DALL-E"),
        ("with Gemini - a red coat", None, "/Gemini"),
        ("a coat with Gemini (not DALL-E)", None, "/Gemini"),
        ("a coat for a model (Gemini)", None, "/Gemini"),
        ("a coat (Gemini 3 Pro Image) in red", None, "google/gemini-3-pro-image"),
        ("two coats, model: Gemini", 2, "/Gemini"),
        ("a zodiac print dress with DALL-E in red", None, "/DALL-E"),
        ("a zodiac print dress @gemini", None, "/Gemini"),
        ("5 midi dresses in emerald silk, editorial, gemini", 5, "/Gemini"),
        ("a dress, DALL-E.", None, "/DALL-E"),
        ("a coat, gpt-image-2, in red", None, "openai/gpt-image-2"),
    ],
)
def test_how_many_and_by_which_model_is_heard(brief, count, model):
    said = read(brief, MODELS)
    assert (said.count, said.model) == (count, model)
    assert all(phrase in brief for phrase in said.phrases.values())


@pytest.mark.parametrize(
    "brief",
    [
        "1950 dresses", "fifty shades of grey dresses", "100 percent wool coats", "hundred per cent silk dresses",
        "fifty", "seventy style dress", "40 denier tights", "dozens of coats", "the twenties dresses",
        "a linen dress", "3 piece suit", "3 button jackets", "3-piece suits", "3 coat dress", "70s dresses",
        "5 red and blue", "0 dresses", "a dress with 3 pockets", "70 cm skirts", "gemini print dress",
        "a coat with geminis", "5, dresses", "a wool coat with ultra wide lapels", "a coat with Ultra",
        "2 tone dresses", "3 rows of buttons on dresses", "a scarf in wool x2", "cloth of 100 cm x 50",
        "a dozen buttons", "a coat with Gemini motif", "a coat with stability ultra high waist",
        "a coat with a print (Gemini) on the back", "a coat worn by a model gemini", "a coat with Gemini on the back",
        "zodiac prints with leo, virgo, with Gemini, and with libra", "a coat with Gemini and Leo prints",
        "a zodiac dress with Gemini", "a print of the sign (Gemini)", "a coat embroidered with Gemini in gold",
        "un abrigo rojo con capucha (imagen)", "a coat, not with Gemini", "a coat by the model Gemini Rossi",
        "a coat with Gemini to the left of the zip", "a coat with Gemini at the back", "use linen to make a coat",
        "3 outfit coat", "2 piece outfits", "3 ways to wear looks", "4 colours of outfits", "2 look-alike prints",
        "un vestido by imagen de moda", "a print with gemini and star motifs",
        "a dress with gpt-image-2.6", "a coat, gpt-image-2-mini", "a dress of stars, moons, gemini",
        "a dress with a print, gemini", "a coat, editorial, sketchbook", "gemini", "a coat, gemini, leo",
        "nineteen sixties shift dresses", "Twenty something women in slip dresses", "twenty gauge knit sweaters",
        "A couple at the beach in linen shirts", "eighteen hundreds gowns", "Eighteen hundred corsets",
        "a hundred tiny pleats on skirts", "twenty first century dresses", "twenty twenty six dresses",
        "ninety minute football shirts", "forty count linen shirts", "A couple in love wearing coats",
        "a couple in matching coats", "a couple wearing linen suits", "Sixty plus models in coats",
        "A dozen buttons down shirts", "Fifty fifty cotton shirts", "Seventy two hour dresses",
        "A thousand nights evening gowns", "sixteen bone corsets", "twenty pockets cargo pants",
        "one hundred year old coats", "eighty denier tights", "one thousand and one nights dresses",
        "a hundred petals ball gowns", "20 gauge knit sweaters", "90 minute football shirts",
        "a hundred per cent wool coats", "nineteen fifty coats", "the nineteen sixties versions of a coat",
        "3 women in slip dresses", "twenty second century coats",
        "5x5 cm check dress", "5 x 5 cm check dresses", "2x2 rib knit", "2 x 2 rib knit jumpers", "size 5 dress",
        "dress with 5 buttons", "3 button blazer", "4x4 off-road jacket", "type 5 denim", "3X dress", "wool coat 3X",
        "100 x 50 cm dress", "a check of 5 x 5 on a dress", "3x longer coat", "a coat with buttons x5",
        "a dress with ruffles x 3", "a dress, model x5", "a dress with bows, 5 of them",
        "midi dresses, 5 of them with pockets", "a dress, 3 button options", "a coat for 3 looks",
        "a dress with two options for the neckline", "a jacket, 3 looks in one",
        "a dress, three designs embroidered on it",
    ],
)  # fmt: skip
def test_what_is_no_order_is_left_to_the_picture(brief):
    said = read(brief, MODELS)
    assert (said.count, said.model, said.phrases) == (None, "", {})


@given(st.text(max_size=200))
def test_any_text_at_all_is_read_without_harm(text):
    said = read(text, MODELS)
    assert said.count is None or said.count > 0


PRO = "google/gemini-3-pro-image"
NEAR = {
    "gemini": "", "gpt image": "", "stable diffusion": "", "dall e": "", "gemini 3 pro": PRO, "gemini 3": PRO,
    "gemini pro": PRO, "stable diffusion 3.5": "/stable diffusion 3.5", "gpt image 2": "openai/gpt-image-2",
}  # fmt: skip


def stands_for(said):
    return NEAR.get(said.lower().replace("-", " "))


@pytest.mark.parametrize(
    ("brief", "model", "phrase"),
    [
        ("a dress with gemini 3 pro", "google/gemini-3-pro-image", "with gemini 3 pro"),
        ("a dress using Gemini 3 Pro midi length", "google/gemini-3-pro-image", "using Gemini 3 Pro"),
        ("a dress, gemini pro", "google/gemini-3-pro-image", "gemini pro"),
        ("a dress (gemini 3) in red", "", ""),
        ("a dress in red (gemini 3)", "google/gemini-3-pro-image", "(gemini 3)"),
        ("gemini 3 pro: a dress", "google/gemini-3-pro-image", "gemini 3 pro"),
        ("a dress @gemini-3-pro in red", "google/gemini-3-pro-image", "@gemini-3-pro"),
        ("a dress @gemini 3 pro", "google/gemini-3-pro-image", "@gemini 3 pro"),
        ("use gemini 3 pro to make 2 coats", "google/gemini-3-pro-image", "use gemini 3 pro"),
        ("with Gemini 3 images of a coat", "", ""),
        ("with Gemini. 3 coats", "/Gemini", "with Gemini"),
        ("a coat with stable diffusion 3.5", "/stable diffusion 3.5", "with stable diffusion 3.5"),
        ("a dress, not with gemini 3 pro", "", ""),
        ("a coat embroidered with gemini pro", "", ""),
    ],
)
def test_a_family_with_a_version_or_word_of_a_model_is_that_model(brief, model, phrase):
    said = read(brief, MODELS, stands_for)
    assert (said.model, said.phrases.get("model", ""), said.unknown) == (model, phrase, ())


@pytest.mark.parametrize(
    ("brief", "unknown"),
    [
        ("a dress @flux", ("@flux",)),
        ("a dress @flux, @flux and @core.", ("@flux", "@core")),
        ("a dress @ultra @stability/ultra @gpt-image-2", ()),
        ("a dress with gpt-image-9", ("gpt-image-9",)),
        ("a dress, gpt-image-9, in red", ("gpt-image-9",)),
        ("a dress with gpt-image-2.9 in red", ("gpt-image-2.9",)),
        ("a dress with gemini ultra", ("gemini ultra",)),
        ("a dress with Gemini 9, in red", ("Gemini 9",)),
        ("a dress @gemini-9", ("gemini-9",)),
        ("a dress with gemini 3 pro max", ("gemini 3 pro max",)),
        ("a dress with gemini 3 pro mini skirt", ()),
        ("a dress with Gemini motif", ()),
        ("a dress with gemini 2 buttons", ()),
        ("a dress with a gemini brooch", ()),
        ("a gemini zodiac print", ()),
        ("a dress with pockets", ()),
        ("send it to me@flux.com @ 30 cm", ()),
    ],
)
def test_a_name_that_asks_for_a_model_there_is_none_of_is_not_lost(brief, unknown):
    assert read(brief, MODELS, stands_for).unknown == unknown


@given(st.text(st.sampled_from("@(),.;:- gemini3pro9fluxwithby\n"), max_size=80))
def test_whatever_stands_around_a_name_is_read_without_harm(text):
    said = read(text, MODELS, stands_for)
    assert all(phrase in text for phrase in (*said.phrases.values(), *said.unknown))
