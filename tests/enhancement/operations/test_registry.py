import pytest

from enhancement.operations import registry
from enhancement.operations.base import Choice, Number, ParameterError, cleaned
from enhancement.operations.upscale import Upscale


def test_the_operations_are_found_by_name():
    assert "upscale" in registry.names()
    assert registry.find("upscale") is registry.get("upscale")
    assert registry.get("upscale") in registry.everything()


def test_an_unknown_operation_is_none_or_a_clear_refusal():
    assert registry.find("levitate") is None
    with pytest.raises(ParameterError) as refusal:
        registry.get("levitate")
    assert "upscale" in refusal.value.remedy


def test_a_second_operation_of_a_name_stops_the_start():
    with pytest.raises(ValueError, match="two operations"):
        registry.register(Upscale())


def test_every_operation_describes_its_parameters_with_valid_defaults():
    for operation in registry.everything():
        for row in operation.describe():
            assert row["title"]
            assert operation.validate({row["name"]: row["default"]})[row["name"]] == row["default"]


STRENGTH = Number(name="strength", title="Strength", default=0.5, minimum=0, maximum=1)


@pytest.mark.parametrize(("given", "kept"), [(0, 0.0), (1, 1.0), ("0.25", 0.25), (0.75, 0.75)])
def test_a_number_within_its_limits_is_kept(given, kept):
    assert cleaned((STRENGTH,), {"strength": given}) == {"strength": kept}


@pytest.mark.parametrize("given", [-0.01, 1.01, "much", None, True, float("nan"), float("inf"), 10**400, [1]])
def test_a_number_beyond_its_limits_is_refused(given):
    with pytest.raises(ParameterError, match="Strength") as refusal:
        cleaned((STRENGTH,), {"strength": given})
    assert "0 to 1" in refusal.value.remedy


def test_a_choice_and_a_number_describe_themselves():
    choice = Choice(name="kind", title="Kind", default="a", choices=("a", "b"))
    assert choice.describe()["choices"] == ["a", "b"]
    assert STRENGTH.describe()["maximum"] == 1
