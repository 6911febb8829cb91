"""What a team does where nobody says otherwise, by name. Each floor files here what it heeds, with what may be said:

POLICY = usual(Default("approval_policy", "A review takes the approval of", Policy.ALL_OF, Policy.choices))
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from teams.accounts.models import User
from teams.base.errors import Refused
from teams.base.preconditions import require_match
from teams.base.text import one_line
from teams.membership.models import Team
from teams.membership.services import changeable, keep_setting

SETTING: Final = "defaults"  # of a team: {name: value}
COLOUR: Final = re.compile(r"#[0-9a-f]{6}")
LONGEST: Final = 60


@dataclass(frozen=True, slots=True)
class Default:
    """`choices`: (value, words), of which one is chosen; without any it is a line of text, or a colour."""

    name: str
    label: str
    usual: str  # where the team says nothing
    choices: Sequence[tuple[str, str]] = ()
    colour: bool = False

    def checked(self, value: str) -> str:
        """The value as it is kept; "" means the usual. Raises Refused naming the default."""
        value = value.strip()
        if not value:
            return ""
        if self.choices:
            known = [str(each) for each, _ in self.choices]
            if value not in known:
                raise Refused(
                    "unknown_choice", "There is no such choice.", field=self.name, remedy=f"Use {', '.join(known)}."
                )
            return value
        if self.colour:
            value = value.lower()
            if not COLOUR.fullmatch(value):
                raise Refused("bad_colour", "This is no colour.", field=self.name, remedy="Write one like #1f6b52.")
            return value
        return one_line(value, field=self.name, longest=LONGEST)


DEFAULTS: Final[dict[str, Default]] = {}


def usual(default: Default) -> Default:
    """File a default. Raises ValueError where another one has its name."""
    if DEFAULTS.setdefault(default.name, default) != default:
        raise ValueError(f"The default {default.name!r} is taken.")
    return default


BRAND_NAME: Final = usual(Default("brand_name", "Name on what is handed out", ""))
BRAND_COLOUR: Final = usual(Default("brand_colour", "Colour on what is handed out", "", colour=True))


def said_by(team: Team, default: Default) -> str:
    """What the team has said, else the usual."""
    kept: dict[str, Any] = team.settings.get(SETTING) or {}
    return str(kept.get(default.name) or default.usual)


def shown(team: Team) -> list[dict[str, Any]]:
    """Every default with what the team has said of it ("": nothing), for pages and programs."""
    kept: dict[str, Any] = team.settings.get(SETTING) or {}
    return [
        {
            "name": each.name,
            "label": each.label,
            "value": kept.get(each.name, ""),
            "usual": each.usual,
            "choices": [{"value": str(value), "label": str(label)} for value, label in each.choices],
            "colour": each.colour,
        }
        for each in sorted(DEFAULTS.values(), key=lambda each: each.name)
    ]


@transaction.atomic
def change(*, actor: User, team_id: UUID, if_match: str | None, values: Mapping[str, str]) -> Team:
    """Say of the defaults that are named what they are from now on; "" takes back what was said.

    Raises Missing, Forbidden, Conflict (archived), Refused (428, 412, or naming a default); then none has changed.
    """
    team = changeable(actor, team_id)
    require_match(if_match, team)
    kept = dict(team.settings.get(SETTING) or {})
    for name, value in values.items():
        default = DEFAULTS.get(name)
        if default is None:
            known = ", ".join(sorted(DEFAULTS))
            raise Refused("unknown_default", "There is no such default.", field=name[:60], remedy=f"Use {known}.")
        kept[name] = default.checked(value)
    said = {name: value for name, value in kept.items() if value}
    return keep_setting(actor=actor, team_id=team_id, name=SETTING, value=said or None)
