"""fal: a request is put into a queue, polled by its id until it is completed, and its result read and fetched.

Sources: https://docs.fal.ai/documentation/model-apis/inference/queue (states, cancel, errors), .../inference/webhooks
(ED25519 over request, user, time and the body's SHA-256; keys as a JWKS kept for at most a day), .../model-apis/
common-parameters (the timeout is one to start), and the vendor's Python client 1.0.3 (addresses below the first two
parts of the model's name).

There is no idempotency key. fal tries again by itself when one of its runners breaks.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import threading
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Final

from designer.providers.base import InvalidRequest, Moderated, ProviderConfig, ProviderError
from designer.providers.remote.checks import clipped
from enhancement.remote import wire
from enhancement.remote.base import HookRefused, Order, Phase, Standing, WorkFailed, WorkGone

ROOT: Final = "https://queue.fal.run"
KEYS: Final = "https://rest.fal.ai"
PHASES: Final = {"IN_QUEUE": Phase.WAITING, "IN_PROGRESS": Phase.RUNNING, "COMPLETED": Phase.SUCCEEDED}
KEYS_KEPT_S: Final = 3600.0  # fal allows a day
KEYS_AGAIN_S: Final = 60.0  # before keys that could not be had are asked for again: anybody may send us messages
STOPPED: Final = ("cancelled", "canceled")


class Fal:
    """Needs a key. Its messages are proved by the public keys that it publishes."""

    name: ClassVar[str] = "fal"
    title: ClassVar[str] = "fal"
    key_name: ClassVar[str] = "FAL_KEY"
    most_bytes: ClassVar[int] = 15_000_000  # it goes along in the request: fal names no limit, and warns of large ones
    output_hosts: ClassVar[tuple[str, ...]] = ("fal.media",)

    def __init__(self, config: ProviderConfig) -> None:
        self.config = config
        self._keys: tuple[float, list[bytes]] = (float("-inf"), [])
        self._lock = threading.Lock()

    @property
    def root(self) -> str:
        return self.config.base_url or ROOT

    def is_ready(self) -> bool:
        return bool(self.config.api_key)

    def tells(self) -> bool:
        return True

    def order(self, order: Order) -> Standing:
        """POST to the queue, with the picture in the request."""
        wish = {**order.inputs, order.picture_field: wire.as_data(order.picture, order.media_type)}
        answer = self._wire().ask(
            "POST",
            f"/{order.model}",
            timeout_s=wire.ORDER_S,
            json=wish,
            params={"fal_webhook": order.hook} if order.hook else {},
            headers={"X-Fal-Request-Timeout": str(order.queue_s)},  # until it begins: fal limits no running work
        )
        if answer[0] not in (200, 201, 202):
            raise self._refused(answer, order.model)
        said = wire.mapping_of(self.title, answer[1])
        return Standing(id=wire.id_of(self.title, said.get("request_id")), phase=Phase.WAITING)

    def look(self, model: str, id: str) -> Standing:
        """Its status, and once that is completed its result: only that tells whether it went well."""
        answer = self._wire().ask("GET", f"{_requests(model)}/{id}/status")
        if answer[0] == 404:
            raise WorkGone("fal does not know this request.", "Look at its own page, then ask again.")
        if answer[0] not in (200, 202):
            raise self._refused(answer, model)
        said = wire.mapping_of(self.title, answer[1])
        phase = PHASES.get(str(said.get("status")))
        if phase is None:
            from designer.providers.remote.client import garbled

            raise garbled(self.title, f"the status {clipped(said.get('status'), 40)!r}")
        if phase is Phase.SUCCEEDED:
            return self._result(model, id, said)
        place = said.get("queue_position")
        return Standing(id=id, phase=phase, ahead=place if isinstance(place, int) else None, share=_share(said))

    def stop(self, model: str, id: str) -> None:
        """PUT to its cancel address: 202 it will stop, 400 it is over already."""
        answer = self._wire().ask("PUT", f"{_requests(model)}/{id}/cancel")
        if answer[0] >= 300 and answer[0] not in (400, 404):
            raise self._refused(answer, model)

    def heard(self, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
        """ED25519 over the four lines request, user, time and SHA-256 of the body, under one of fal's keys."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        request, user, stamp, signature = (
            headers.get(f"x-fal-webhook-{name}", "") for name in ("request-id", "user-id", "timestamp", "signature")
        )
        wire.check_time(stamp, now)
        said = "\n".join((request, user, stamp, hashlib.sha256(body).hexdigest())).encode()
        for key in self._public_keys():
            try:
                Ed25519PublicKey.from_public_bytes(key).verify(bytes.fromhex(signature), said)
                return self._named(body)
            except (InvalidSignature, ValueError):
                continue
        raise HookRefused("The signature is not fal's.")

    def _named(self, body: bytes) -> str:
        """The id in a proved message: that of the queue, whatever request was tried last."""
        try:
            return str(wire.id_of(self.title, json.loads(body)["request_id"]))
        except (ValueError, KeyError, TypeError, ProviderError) as error:
            raise HookRefused("The message names no request.") from error

    def _public_keys(self) -> list[bytes]:
        """fal's keys, asked for once an hour. Raises HookRefused when they cannot be had.

        One asks, and nobody waits for it: the others take the keys of before, or refuse what fal will send again.
        """
        with self._lock:
            until, keys = self._keys
            asks = time.monotonic() > until
            if asks:
                self._keys = (time.monotonic() + KEYS_AGAIN_S, keys)
        if asks:
            keys = self._asked_keys()
            self._keys = (time.monotonic() + (KEYS_KEPT_S if keys else KEYS_AGAIN_S), keys)
        if not keys:
            raise HookRefused("The keys of fal cannot be had just now.")
        return keys

    def _asked_keys(self) -> list[bytes]:
        try:
            _, said, _ = wire.Wire(self.title, self.config.base_url or KEYS, {}).ask("GET", "/.well-known/jwks.json")
            rows = wire.mapping_of(self.title, said).get("keys")
        except ProviderError:
            return []
        found = [row.get("x") for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        return [key for each in found if isinstance(each, str) and (key := _key(each))]

    def _wire(self) -> wire.Wire:
        from designer.providers.remote.client import fit_key

        return wire.Wire(self.title, self.root, {"Authorization": f"Key {fit_key(self.title, self.config.api_key)}"})

    def _result(self, model: str, id: str, status: Mapping[str, Any]) -> Standing:
        if status.get("error"):
            return self._ended(id, str(status["error"]), str(status.get("error_type", "")))
        answer = self._wire().ask("GET", f"{_requests(model)}/{id}")
        if answer[0] == 404:
            raise WorkGone("fal has thrown the result away.", "Ask again.")
        if answer[0] == 429 or answer[0] in (401, 403):
            raise self._refused(answer, model)
        if answer[0] != 200:
            error = self._refused(answer, model)
            known = isinstance(error, InvalidRequest | Moderated)
            return Standing(id=id, phase=Phase.FAILED, error=error if known else _failed(error.message))
        image = wire.mapping_of(self.title, answer[1]).get("image")
        url = image.get("url") if isinstance(image, dict) else image
        return Standing(id=id, phase=Phase.SUCCEEDED, share=1.0, output=url if isinstance(url, str) else "")

    def _ended(self, id: str, words: str, kind: str) -> Standing:
        if kind in STOPPED or any(each in words.lower() for each in STOPPED):
            return Standing(id=id, phase=Phase.CANCELLED)
        return Standing(id=id, phase=Phase.FAILED, error=_failed(clipped(words)))

    def _refused(self, answer: wire.Answer, model: str) -> ProviderError:
        """`detail` is a sentence, or a list of {loc, msg, type}."""
        said = answer[1].get("detail") if isinstance(answer[1], dict) else None
        first = said[0] if isinstance(said, list) and said and isinstance(said[0], dict) else {}
        field, words = str((first.get("loc") or [""])[-1]), str(first.get("msg") or said or "")
        if first.get("type") == "content_policy_violation":
            return Moderated(f"fal declined the image: {clipped(words)}", "Use another image, or local.", stage="input")
        if answer[0] == 403 and "balance" in words.lower():
            return wire.no_credit(self.title)
        return wire.refused(self.title, self.key_name, answer, field=field, words=words, model=model)


def _requests(model: str) -> str:
    """Requests live below owner and name, whatever endpoint of the model was asked."""
    return f"/{'/'.join(model.split('/')[:2])}/requests"


def _key(text: str) -> bytes | None:
    try:
        key = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == 32 else None


def _share(said: Mapping[str, Any]) -> float:
    logs = said.get("logs")
    lines = [str(line.get("message", "")) for line in logs if isinstance(line, dict)] if isinstance(logs, list) else []
    return wire.share_in("\n".join(lines))


def _failed(words: str) -> WorkFailed:
    return WorkFailed(f"fal could not do it: {words}", "Try again, choose another service, or local.")
