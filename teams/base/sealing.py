"""Secrets that must be said again, such as the key that signs a webhook: sealed, so that the database gives none away.

AES-256-GCM under keys that live outside the database: DATA_KEYS, or SECRET_KEY where none is set. The first key seals,
every one opens, so that a key is changed by putting the new one in front. `about` names the row; a sealed text that is
moved to another row does not open there.
"""

import base64
import binascii
import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

MARK: Final = "s1."
NONCE: Final = 12  # bytes, as GCM wants them


class CannotOpen(Exception):
    """No key that we have opens this: it was sealed under another, or changed."""


def seal(secret: str, *, about: str) -> str:
    """`secret` as it may be stored in the row `about` ("webhook:<id>")."""
    nonce = os.urandom(NONCE)
    sealed = AESGCM(_keys()[0]).encrypt(nonce, secret.encode(), about.encode())
    return MARK + base64.b64encode(nonce + sealed).decode()


def unseal(sealed: str, *, about: str) -> str:
    """What was sealed for that row. Raises CannotOpen."""
    try:
        data = base64.b64decode(sealed.removeprefix(MARK), validate=True)
    except binascii.Error as error:
        raise CannotOpen("This is no sealed text.") from error
    for key in _keys():
        try:
            return AESGCM(key).decrypt(data[:NONCE], data[NONCE:], about.encode()).decode()
        except (InvalidTag, ValueError):
            continue
    raise CannotOpen("None of DATA_KEYS opens this.")


def _keys() -> list[bytes]:
    named: list[str] = settings.DATA_KEYS or [settings.SECRET_KEY]
    return [HKDF(hashes.SHA256(), 32, salt=None, info=b"designer sealing 1").derive(key.encode()) for key in named]
