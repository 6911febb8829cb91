"""What a persona prefers, by the words that describe it: a dislike is never taken for a preference."""

import pytest

from designer.pipeline.persona import preferred


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
    ],
)
def test_what_stands_beside_a_dislike_is_kept(words, liked):
    assert said(words) == liked
