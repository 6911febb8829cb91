"""Best-of: the pictures chosen are good and differ; near-duplicates never both while another is left."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from designer.pipeline import selection

scores_of_several = st.lists(st.one_of(st.none(), st.floats(0, 1)), min_size=1, max_size=8)


def alike_from(seed: int, count: int, twins: list[tuple[int, int]] = []) -> np.ndarray:  # noqa: B006 (only read)
    """A likeness of random pictures; each pair in `twins` is one picture twice."""
    rng = np.random.default_rng(seed)
    vectors = np.abs(rng.normal(size=(count, 6))) + 0.3 * np.eye(count, 6)
    for one, other in twins:
        vectors[other] = vectors[one]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.clip(vectors @ vectors.T, 0, 1)


def picture(colour: str, *, at: int = 60, size: tuple[int, int] = (240, 320)) -> Image.Image:
    paper = Image.new("RGB", size, "white")
    ImageDraw.Draw(paper).polygon([(at, 20), (at + 60, 20), (at + 110, 300), (at - 50, 300)], fill=colour)
    return paper


@given(scores_of_several, st.integers(0, 999), st.integers(1, 10))
@settings(max_examples=80, deadline=None)
def test_exactly_as_many_are_chosen_as_were_asked_for_or_all(scores, seed, n):
    choices = selection.choose(scores, alike_from(seed, len(scores)), n)
    ranks = sorted(choice.rank for choice in choices if choice.chosen)
    assert [choice.index for choice in choices] == list(range(len(scores)))
    assert ranks == list(range(1, min(n, len(scores)) + 1))
    assert all(choice.reason for choice in choices)


@given(st.lists(st.floats(0, 1), min_size=4, max_size=8), st.integers(0, 999), st.data())
@settings(max_examples=80, deadline=None)
def test_near_duplicates_are_never_both_chosen_while_another_is_left(scores, seed, data):
    count = len(scores)
    one, other = data.draw(st.permutations(range(count)))[:2]
    alike = alike_from(seed, count, [(one, other)])
    # the others differ from each other and from the twins, so that there is always an alternative
    far = np.minimum(alike, 0.9)
    np.fill_diagonal(far, 1.0)
    far[one, other] = far[other, one] = 1.0
    chosen = {choice.index for choice in selection.choose(scores, far, count - 1) if choice.chosen}
    assert not {one, other} <= chosen


def test_a_near_duplicate_is_taken_when_nothing_else_is_left():
    choices = selection.choose([0.9, 0.8], np.ones((2, 2)), 2)
    assert [choice.rank for choice in choices] == [1, 2]


@given(st.lists(st.floats(0, 1), min_size=2, max_size=8), st.integers(0, 999))
@settings(max_examples=50, deadline=None)
def test_the_best_picture_is_always_chosen_first(scores, seed):
    choices = selection.choose(scores, alike_from(seed, len(scores)), 1)
    assert max(scores) - scores[next(c.index for c in choices if c.rank == 1)] < 1e-9


def test_the_greedy_set_is_close_to_the_best_of_all_sets():
    """Against every set of 3 of 7: on average more than four fifths of the best determinant."""
    from itertools import combinations

    shares = []
    for seed in range(30):
        alike = alike_from(seed, 7)
        scores = np.random.default_rng(seed).uniform(0, 1, 7)
        q = np.exp(selection.TRUST * scores)
        kernel = q[:, None] * alike * q[None, :]
        values = {each: np.linalg.det(kernel[np.ix_(each, each)]) for each in combinations(range(7), 3)}
        chosen = tuple(sorted(c.index for c in selection.choose(list(scores), alike, 3) if c.chosen))
        shares.append(values[chosen] / max(values.values()))
    assert np.mean(shares) > 0.8


def test_of_two_equally_good_pictures_the_one_that_differs_is_chosen():
    red, again, blue = picture("#b01020"), picture("#b01020", at=62), picture("#1030a0", at=120)
    alike = selection.likeness([selection.features_of(each) for each in (red, again, blue)])
    choices = selection.choose([0.8, 0.79, 0.7], alike, 2)
    assert [choice.chosen for choice in choices] == [True, False, True]
    assert "number 1" in choices[1].reason


def test_the_same_picture_in_another_size_is_the_same_picture():
    one, other = picture("#b01020"), picture("#b01020").resize((480, 640))
    alike = selection.likeness([selection.features_of(each) for each in (one, other)])
    assert alike[0, 1] > selection.TWINS


def test_likeness_has_no_negative_eigenvalue_even_for_blank_pictures():
    pictures = [Image.new("RGB", (160, 200), "white"), Image.new("L", (160, 200), 0), picture("teal"), picture("red")]
    alike = selection.likeness([selection.features_of(each) for each in pictures])
    assert np.linalg.eigvalsh(alike).min() > -1e-9


def test_choosing_nothing_is_refused():
    with pytest.raises(ValueError, match="At least one"):
        selection.choose([0.5], np.ones((1, 1)), 0)
