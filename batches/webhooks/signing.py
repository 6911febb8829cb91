"""Standard Webhooks signatures: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`. Knows no Django.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from typing import Final

PREFIX: Final = "whsec_"
SHORTEST, LONGEST = 24, 64  # bytes of a key, by the specification


def new_secret() -> str:
    """A fresh key of 256 random bits in its written form."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def key_of(secret: str) -> bytes:
    """The bytes of a written secret, with or without its prefix. Raises ValueError."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("A webhook secret is base64 after whsec_.") from error
    if not SHORTEST <= len(key) <= LONGEST:
        raise ValueError(f"A webhook secret has {SHORTEST} to {LONGEST} bytes, this has {len(key)}.")
    return key


def headers(secrets_: Iterable[str], message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers of a message. With several secrets it carries a signature of each, the newest first, so that
    a receiver may hold either while a key is being changed. `timestamp`: Unix seconds."""
    if "." in message_id:
        raise ValueError("A message id holds no full stop: it parts what is signed.")
    said = f"{message_id}.{timestamp}.".encode() + body
    signed = [base64.b64encode(hmac.new(key_of(s), said, hashlib.sha256).digest()).decode() for s in secrets_]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signed),
    }
