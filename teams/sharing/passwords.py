"""Passwords of links: which are accepted, how they are kept and compared. How often they are tried: see entering.py."""

import unicodedata
from functools import cache
from typing import Final

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from teams.base.errors import Refused

SHORTEST: Final = 8  # letters
LONGEST: Final = 128


def hidden(said: str) -> str:
    """Its hash, to be kept; "" for none. Slow on purpose: not within a transaction. Raises Refused."""
    if not said:
        return ""
    said = _composed(said)
    if not SHORTEST <= len(said) <= LONGEST:
        raise _refused("This is no password.", f"Use {SHORTEST} to {LONGEST} letters, or none.")
    try:
        _common().validate(said)
    except ValidationError:
        raise _refused("This password is among the first that are tried.", "Use three words or more.") from None
    return make_password(said)


def fits(said: str, kept: str) -> bool:
    return check_password(_composed(said[: 2 * LONGEST]), kept)


def _composed(said: str) -> str:
    """One way to write it: a Mac sends letters and accents apart, others do not."""
    return unicodedata.normalize("NFC", said)


@cache
def _common() -> CommonPasswordValidator:
    return CommonPasswordValidator()


def _refused(message: str, remedy: str) -> Refused:
    return Refused("bad_password", message, field="password", remedy=remedy)
