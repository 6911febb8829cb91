"""What a persona prefers, by the words that describe it: a dislike is never taken for a preference."""

import pytest

from designer.pipeline.likings import disliked, preferred


def said(text):
    liked, palette = preferred(text)
    return {**liked, "colours": tuple(colour["name"] for colour in palette)}


@pytest.mark.parametrize(
    "words",
    [
        "Never black. I hate florals; not a fan of red",
        "Nothing in velvet",
        "She hates black and avoids velvet",
        "I hate red and white",
        "anything but black and red",
        "I can't stand lace",
        "Black never, lace never.",
        "Black is not for me",
        "Red and white never",
        "tired of neon green",
        "free of lace",
        "without lace and velvet",
        "I hate red, white and black",
        "Dislikes: black, velvet",
        "Avoid: lace. Never: florals",
        "no lace, velvet or silk",
        "not a fan of red, white or black",
        "Never wear black, white or grey",
        "Don't show me black, red, or white",
        "I detest black, velvet",
        "bored of beige",
        "sick of florals",
        "stay away from black",
        "steers clear of lace",
        "hated red",
        "no-go: red",
        "Red is a no",
        "red? never.",
        "not into black, velvet or lace",
        "Dislikes: black; velvet",
        "allergic to wool",
        "fewer florals",
        "anti-floral",
        "I'm over florals",
    ],
)
def test_no_dislike_becomes_a_preference(words):
    assert said(words) == {"colours": ()}


@pytest.mark.parametrize(
    ("words", "liked"),
    [
        ("cotton instead of silk", {"fabric": ("cotton",), "colours": ()}),
        ("not black but navy", {"colours": ("navy",)}),
        ("nothing but black", {"colours": ("black",)}),
        ("Calm wool without lace", {"mood": ("calm",), "fabric": ("wool",), "colours": ()}),
        ("No prints.", {"pattern": ("solid",), "colours": ()}),
        ("Hates velvet. Loves camel, navy (no black)", {"colours": ("camel", "navy")}),
        ("I hate red, velvet and I love camel", {"colours": ("camel",)}),
        ("Dislikes: black, red but likes camel", {"colours": ("camel",)}),
        ("No fuss, linen in navy", {"fabric": ("linen",), "colours": ("navy",)}),
        ("No lace, wool in camel", {"fabric": ("wool",), "colours": ("camel",)}),
        ("Never boring: red", {"colours": ("red",)}),
        ("less black, more navy", {"colours": ("navy",)}),
        ("I hate black, I wear navy", {"colours": ("navy",)}),
        ("can't stand black, wants navy", {"colours": ("navy",)}),
        ("Avoids black in favour of navy", {"colours": ("navy",)}),
        ("dislikes black and opts for navy", {"colours": ("navy",)}),
        ("Avoid black, navy and white are my colours", {"colours": ("navy", "white")}),
    ],
)
def test_what_stands_beside_a_dislike_is_kept(words, liked):
    assert said(words) == liked


@pytest.mark.parametrize(
    ("words", "liked"),
    [
        ("Nothing beats camel", {"colours": ("camel",)}),
        ("I can't get enough of camel", {"colours": ("camel",)}),
        ("can't live without cashmere", {"fabric": ("cashmere",), "colours": ()}),
        ("a no-nonsense wardrobe in navy and camel", {"colours": ("navy", "camel")}),
        ("non-iron cotton", {"fabric": ("cotton",), "colours": ()}),
        ("not only black but also red", {"colours": ("black", "red")}),
    ],
)
def test_what_only_sounds_like_a_dislike_is_a_preference(words, liked):
    assert said(words) == liked


@pytest.mark.parametrize(
    ("words", "refused"),
    [
        ("no lace, never polyester", ("lace", "never polyester")),
        ("I hate black and tweed. Never polyester.", ("black", "tweed", "never polyester")),
        ("no real fur, loves wool", ("no real fur",)),
        ("not fond of loud logos", ("not fond of loud logos",)),
        ("nothing but linen", ()),
        ("not shy of colour, loves red", ()),
        ("not afraid of fur", ()),
        ("anything but boring: loud florals", ()),
        ("minimal, no fuss", ()),
        ("never boring, nothing too fussy", ()),
        ("no-nonsense tailoring", ()),
    ],
)
def test_only_what_is_worn_can_be_refused(words, refused):
    assert disliked(words).named == refused
