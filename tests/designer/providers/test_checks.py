"""What a refusal says of a key and of a model."""

import pytest

from designer.providers.remote.checks import is_of_some


@pytest.mark.parametrize(
    ("words", "model", "of_some"),
    [
        ("Your organization must be verified to use the model `gpt-image-1`.", "gpt-image-1", True),
        ("Project has no access to model gpt-image-1-2025-04-23.", "gpt-image-1", True),
        ("Permission denied on models/gemini-2.5-flash-image-001", "gemini-2.5-flash-image", True),
        ("Project has no access to model gpt-image-1-mini.", "gpt-image-1", False),
        ("Project has no access to model gpt-image-1.5.", "gpt-image-1", False),
        ("Incorrect API key provided.", "gpt-image-1", False),
    ],
)
def test_a_refusal_is_of_the_model_that_it_names_also_by_its_release(words, model, of_some):
    assert is_of_some(words, model) is of_some
