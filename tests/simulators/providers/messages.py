"""What the simulated services say by themselves, signed as the true ones sign."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any, Final

from tests.simulators.providers.vendors.fal import SIGNING

SECRET: Final = "whsec_" + base64.b64encode(bytes(range(32))).decode()  # of Replicate's account
Message = tuple[bytes, dict[str, str]]  # body and headers


def of_replicate(reference: str, timestamp: float, *, secret: str = SECRET, status: str = "succeeded") -> Message:
    """A prediction as Replicate tells it (Standard Webhooks)."""
    body, at = json.dumps({"id": reference, "status": status}).encode(), str(int(timestamp))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    proof = base64.b64encode(hmac.new(key, f"msg_1.{at}.".encode() + body, hashlib.sha256).digest()).decode()
    signature = f"v1,{base64.b64encode(b'another key').decode()} v1,{proof}"
    return body, {"webhook-id": "msg_1", "webhook-timestamp": at, "webhook-signature": signature}


def of_fal(reference: str, timestamp: float, **more: Any) -> Message:
    """A finished request as fal tells it (ED25519)."""
    said = {"request_id": reference, "gateway_request_id": "another-try", "status": "OK", "payload": {}}
    body, at = json.dumps({**said, **more}).encode(), str(int(timestamp))
    lines = "\n".join((reference, "user-1", at, hashlib.sha256(body).hexdigest()))
    named = {
        "request-id": reference,
        "user-id": "user-1",
        "timestamp": at,
        "signature": SIGNING.sign(lines.encode()).hex(),
    }
    return body, {f"x-fal-webhook-{name}": value for name, value in named.items()}


BY: Final = {"replicate": of_replicate, "fal": of_fal}
