"""What people type: names of one line, and longer words; neither with hidden characters."""

import unicodedata

from teams.base.errors import Refused

HIDDEN = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})
BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def one_line(text: str, *, field: str, longest: int, empty: bool = False) -> str:
    """`text` normalised (NFC) and trimmed. Raises Refused for control characters, for nothing (unless `empty`),
    for more than `longest` characters."""
    return _checked(text, "", field, longest, empty, "Type a name.")


def plain_text(text: str, *, field: str, longest: int) -> str:
    """As `one_line`, but of any number of lines."""
    return _checked(text.replace("\r\n", "\n"), "\n\t", field, longest, False, "Write something.")


def _checked(text: str, allowed: str, field: str, longest: int, empty: bool, wanted: str) -> str:
    clean = unicodedata.normalize("NFC", text).strip()
    if any(_hides(letter) and letter not in allowed for letter in clean):
        raise Refused("hidden_characters", "This holds control characters.", field=field, remedy="Type plain text.")
    if not clean and not empty:
        raise Refused("blank", "This may not be empty.", field=field, remedy=wanted)
    if len(clean) > longest:
        raise Refused(
            "too_long", f"This is {len(clean)} characters long.", field=field, remedy=f"Use {longest} at most."
        )
    return clean


def _hides(letter: str) -> bool:
    return unicodedata.category(letter) in HIDDEN or letter in BIDI
