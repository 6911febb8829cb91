"""The words of a message: what stands in its body, the same for every try, and what is signed."""

import json
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.urls import reverse

from batches.webhooks import signing
from batches.webhooks.models import Delivery, Endpoint
from teams.base.sealing import unseal

MAX_BODY: Final = 20_000  # bytes; the specification asks to stay below 20 kB


def body_of(row: Delivery) -> bytes:
    """The JSON that is sent: the fact with its place in its channel. Data that would make it too large stay here, to
    be read at `href` under the receiver's own rights: with the message itself, which is kept for as long as it may
    still be sent, and not in the log of events, which is cleared after a day."""
    said: dict[str, Any] = {
        "type": row.type,
        "timestamp": row.happened_at.isoformat(),
        "team": str(row.team_id),
        "channel": row.channel,
        "seq": row.seq,
        "data": row.data,
    }
    body = _bytes(said)
    if len(body) <= MAX_BODY:
        return body
    place = reverse("api_webhook_delivery", args=[row.endpoint_id, row.pk])
    return _bytes({**said, "data": {}, "truncated": True, "href": settings.SITE_URL + place})


def _bytes(said: dict[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def headers_of(row: Delivery, endpoint: Endpoint, body: bytes, now: datetime) -> dict[str, str]:
    """The headers of a try at `now`. Raises CannotOpen where no key that we have opens the secret."""
    sealed = [endpoint.secret]
    if endpoint.old_secret and endpoint.old_secret_until and endpoint.old_secret_until > now:
        sealed.append(endpoint.old_secret)
    secrets = [unseal(each, about=endpoint.sealed_for) for each in sealed]
    signed = signing.headers(secrets, row.message_id, int(now.timestamp()), body)
    return {"Content-Type": "application/json", **signed}
