"""The labels that the reading of photos is measured against."""

import pytest

from designer.pipeline.colours import COLOURS
from designer.pipeline.vocabulary import VOCABULARY
from tests.benchmarks.attributes import FAMILIES, LABELLED, NONE, UNTOLD, family_of, labels


@pytest.mark.parametrize("name", LABELLED)
def test_every_label_is_a_word_that_a_record_can_hold(name: str) -> None:
    words = set(FAMILIES) if name == "colour" else set(VOCABULARY[name])
    used = {word for turn in ("1", "2") for row in labels(turn).values() for word in row[name]}
    assert used - words <= {UNTOLD, NONE}


def test_every_listed_colour_belongs_to_one_family() -> None:
    assert {family_of(name) for name in COLOURS} == set(FAMILIES)


def test_twenty_photos_of_each_kind_are_labelled() -> None:
    kinds = [file.partition("_")[0] for file in labels()]
    assert {kinds.count(kind) for kind in kinds} == {20} and len(kinds) == 200
