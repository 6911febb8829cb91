"""Names that people type: one line, no hidden characters."""

import unicodedata

from teams.base.errors import Refused

HIDDEN = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})
BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def one_line(text: str, *, field: str, longest: int, empty: bool = False) -> str:
    """`text` normalised (NFC) and trimmed. Raises Refused for control characters, for nothing (unless `empty`),
    for more than `longest` characters."""
    clean = unicodedata.normalize("NFC", text).strip()
    if any(unicodedata.category(letter) in HIDDEN or letter in BIDI for letter in clean):
        raise Refused("hidden_characters", "This holds control characters.", field=field, remedy="Type plain text.")
    if not clean and not empty:
        raise Refused("blank", "This may not be empty.", field=field, remedy="Type a name.")
    if len(clean) > longest:
        raise Refused(
            "too_long", f"This is {len(clean)} characters long.", field=field, remedy=f"Use {longest} at most."
        )
    return clean
