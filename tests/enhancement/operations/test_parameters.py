"""What forms and clients may send for each kind of parameter, and what is refused."""

from uuid import UUID

import pytest

from enhancement.operations.base import Colours, Flag, OtherPicture, ParameterError

KEEP = Flag(name="keep", title="Keep", default=True)
PALETTE = Colours(name="palette", title="Palette", most=2)
OTHER = OtherPicture(name="other", title="Other image")
ID = "0b7a8a1e-6d5e-4c57-9f2c-3f7f6b1f2a10"


@pytest.mark.parametrize(("said", "meant"), [(True, True), ("on", True), ("", False), ("false", False)])
def test_a_flag_is_what_a_form_or_a_client_says(said, meant):
    assert KEEP.clean(said) is meant


def test_colours_come_as_a_list_or_as_one_text():
    assert PALETTE.clean(["#1B4D3E"]) == PALETTE.clean(" #1b4d3e ") == ["#1b4d3e"]
    assert PALETTE.clean("#1b4d3e, #ffffff") == ["#1b4d3e", "#ffffff"]
    assert PALETTE.clean([]) == PALETTE.clean("") == PALETTE.default


def test_another_picture_is_named_by_its_id_or_not_at_all():
    assert OTHER.clean(UUID(ID)) == OTHER.clean(ID.upper()) == ID
    assert OTHER.clean("") == OTHER.clean(None) == ""


@pytest.mark.parametrize(
    ("parameter", "said", "field"),
    [
        (KEEP, "perhaps", "keep"),
        (KEEP, 3, "keep"),
        (PALETTE, ["green"], "palette[0]"),
        (PALETTE, ["#000000", "#fff"], "palette[1]"),
        (PALETTE, ["#000000", {"hex": "#ffffff"}], "palette[1]"),
        (PALETTE, "#000000, #fff", "palette[1]"),
        (PALETTE, ["#000000"] * 3, "palette"),
        (PALETTE, 7, "palette"),
        (OTHER, "../../etc/passwd", "other"),
        (OTHER, 7, "other"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name_and_in_a_list_by_its_place(parameter, said, field):
    with pytest.raises(ParameterError) as refusal:
        parameter.clean(said)
    assert refusal.value.field == field and "{" not in refusal.value.message
