"""Which facts can be sent, and how a choice of them is written."""

import re
from typing import Final

from designer.realtime import events

TEST: Final = "webhook.test"
# of one person, of one page, or of the whole house: none of them is a team's to send out
KEPT_IN: Final = (*events.SHOWN.values(), "notification", "system")
PATTERN: Final = re.compile(r"\*|[a-z][a-z_]*\.(?:\*|[a-z][a-z_]*)")


def _types() -> tuple[str, ...]:
    named = {value for name, value in vars(events).items() if name.isupper() and isinstance(value, str)}
    facts = {name.replace(":", ".") for name in named if events.EVENT_FORM.fullmatch(name)}
    return tuple(sorted(name for name in facts if name.split(".")[0] not in KEPT_IN))


TYPES: Final = _types()
FAMILIES: Final = tuple(sorted({name.split(".")[0] for name in TYPES}))


def is_pattern(text: str) -> bool:
    """Whether it is `*`, `family.*` or `family.what` of facts that there are."""
    if not PATTERN.fullmatch(text):
        return False
    return text == "*" or text in TYPES or (text.endswith(".*") and text[:-2] in FAMILIES)
