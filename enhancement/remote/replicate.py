"""Replicate: a prediction is created, polled by its id until it ends, and its output fetched within the hour.

Sources: https://replicate.com/docs/reference/http (predictions.create, .get, .cancel, files.create), .../docs/topics/
webhooks/verify-webhook, https://replicate.com/changelog/2025-10-16-prediction-deadlines (Cancel-After, `aborted` is not
billed, `canceled` is), and the vendor's Python client 1.0.7.

`Prefer: wait` is not used: while it holds the answer back the prediction has no name here, and a worker that dies then
could not go on with it. There is no idempotency key; a list of predictions does not tell ours apart.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Final

from designer.providers.base import InvalidRequest, Moderated, ProviderConfig, ProviderError
from designer.providers.remote.checks import clipped
from enhancement.remote import wire
from enhancement.remote.base import HookRefused, Order, Phase, Standing, WorkFailed, WorkGone

ROOT: Final = "https://api.replicate.com"
INLINE: Final = 256_000  # bytes up to which the documentation wants a data URL; larger files are uploaded
PHASES: Final = {
    "starting": Phase.WAITING, "processing": Phase.RUNNING, "succeeded": Phase.SUCCEEDED, "failed": Phase.FAILED,
    "canceled": Phase.CANCELLED, "aborted": Phase.CANCELLED,
}  # fmt: skip


class Replicate:
    """Needs a token. `options["webhook_secret"]` (whsec_...) proves its messages."""

    name: ClassVar[str] = "replicate"
    title: ClassVar[str] = "Replicate"
    key_name: ClassVar[str] = "REPLICATE_API_TOKEN"
    most_bytes: ClassVar[int] = 100_000_000  # of an upload
    output_hosts: ClassVar[tuple[str, ...]] = ("replicate.delivery",)

    def __init__(self, config: ProviderConfig) -> None:
        self.config = config

    @property
    def root(self) -> str:
        return self.config.base_url or ROOT

    def is_ready(self) -> bool:
        return bool(self.config.api_key)

    def tells(self) -> bool:
        return bool(self.config.options.get("webhook_secret"))

    def order(self, order: Order) -> Standing:
        """Upload the picture where it is large, and create the prediction. An upload costs nothing."""
        picture = self._reference(order)
        wish: dict[str, Any] = {"input": {**order.inputs, order.picture_field: picture}}
        if order.version:
            wish["version"] = order.version
        if order.hook:
            wish |= {"webhook": order.hook, "webhook_events_filter": ["start", "completed"]}
        path = "/v1/predictions" if order.version else f"/v1/models/{order.model}/predictions"
        headers = {"Cancel-After": f"{order.queue_s + order.limit_s}s"}  # it counts from the order
        answer = self._wire().ask("POST", path, timeout_s=wire.ORDER_S, json=wish, headers=headers)
        if answer[0] not in (200, 201, 202):
            raise self._refused(answer, order.model)
        return self._standing(answer[1])

    def look(self, model: str, id: str) -> Standing:
        """GET by id."""
        answer = self._wire().ask("GET", f"/v1/predictions/{id}")
        if answer[0] == 404:
            raise WorkGone("Replicate does not know this prediction.", "Look at its own page, then ask again.")
        if answer[0] != 200:
            raise self._refused(answer, model)
        return self._standing(answer[1])

    def stop(self, model: str, id: str) -> None:
        """POST to its cancel address; one that is over answers with its last state."""
        answer = self._wire().ask("POST", f"/v1/predictions/{id}/cancel")
        if answer[0] >= 300 and answer[0] != 404:
            raise self._refused(answer, model)

    def heard(self, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
        """Standard Webhooks: HMAC-SHA256 over `id.timestamp.body` under the account's secret."""
        stamp = headers.get("webhook-timestamp", "")
        wire.check_time(stamp, now)
        said = f"{headers.get('webhook-id', '')}.{stamp}.".encode() + body
        right = base64.b64encode(hmac.new(self._secret(), said, hashlib.sha256).digest())
        given = [each.partition(",") for each in headers.get("webhook-signature", "").split()]
        if not any(kind == "v1" and hmac.compare_digest(right, signature.encode()) for kind, _, signature in given):
            raise HookRefused("The signature is not Replicate's.")
        try:
            return str(wire.id_of(self.title, json.loads(body)["id"]))
        except (ValueError, KeyError, TypeError, ProviderError) as error:
            raise HookRefused("The message names no prediction.") from error

    def _secret(self) -> bytes:
        try:
            key = base64.b64decode(self.config.options.get("webhook_secret", "").removeprefix("whsec_"), validate=True)
        except (binascii.Error, ValueError) as error:
            raise HookRefused("REPLICATE_WEBHOOK_SECRET is no secret of Replicate's.") from error
        if not key:
            raise HookRefused("REPLICATE_WEBHOOK_SECRET is not set: anybody could sign.")
        return key

    def _wire(self) -> wire.Wire:
        from designer.providers.remote.client import fit_key

        bearer = {"Authorization": f"Bearer {fit_key(self.title, self.config.api_key)}"}
        return wire.Wire(self.title, self.root, bearer)

    def _reference(self, order: Order) -> str:
        """The picture as the input takes it: in the request itself, or uploaded (Replicate keeps that for a day)."""
        if len(order.picture) <= INLINE:
            return wire.as_data(order.picture, order.media_type)
        file = (f"picture.{order.media_type.partition('/')[2]}", order.picture, order.media_type)
        answer = self._wire().ask("POST", "/v1/files", timeout_s=wire.ORDER_S, files={"content": file})
        if answer[0] not in (200, 201):
            raise self._refused(answer, "its file storage")
        urls = wire.mapping_of(self.title, answer[1]).get("urls")
        found = urls.get("get") if isinstance(urls, dict) else None
        if not isinstance(found, str):
            from designer.providers.remote.client import garbled

            raise garbled(self.title, "no address of the upload")
        return found

    def _standing(self, read: Any) -> Standing:
        from designer.providers.remote.client import garbled

        said = wire.mapping_of(self.title, read)
        status = said.get("status")
        phase = PHASES.get(status) if isinstance(status, str) else None
        if phase is None:
            raise garbled(self.title, f"the status {clipped(status, 40)!r}")
        metrics = said.get("metrics")
        seconds = metrics.get("predict_time") if isinstance(metrics, dict) else None
        billed = float(seconds) if isinstance(seconds, int | float) and 0 <= seconds < 86_400 else None
        return Standing(
            id=wire.id_of(self.title, said.get("id")),
            phase=phase,
            share=1.0 if phase is Phase.SUCCEEDED else wire.share_in(said.get("logs")),
            since=_moment(said.get("started_at")),
            seconds=0.0 if status == "aborted" else billed,
            output=_first(said.get("output")) if phase is Phase.SUCCEEDED else "",
            error=_failure(said.get("error")) if phase is Phase.FAILED else None,
        )

    def _refused(self, answer: wire.Answer, model: str) -> ProviderError:
        """A problem of RFC 7807, sometimes with `invalid_fields`."""
        said = answer[1] if isinstance(answer[1], dict) else {}
        fields = said.get("invalid_fields")
        first = fields[0] if isinstance(fields, list) and fields and isinstance(fields[0], dict) else {}
        field = str(first.get("field", "")).rpartition(".")[2]
        words = str(first.get("description") or said.get("detail") or said.get("title") or "")
        return wire.refused(self.title, self.key_name, answer, field=field, words=words, model=model)


def _moment(said: Any) -> datetime | None:
    """A time as Replicate writes it; None for anything else."""
    try:
        found = datetime.fromisoformat(said)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else None


def _first(output: Any) -> str:
    """The address of the first picture: some models send one, some a list."""
    if isinstance(output, list):
        output = output[0] if output else ""
    return output if isinstance(output, str) else ""


def _failure(error: Any) -> ProviderError:
    words = clipped(error or "no reason given")
    if "nsfw" in words.lower():
        return Moderated(f"Replicate withheld the result: {words}", "Use another image, or local.", stage="output")
    if "out of memory" in words.lower():
        remedy = "Ask for a smaller size, or do it on this machine."
        return InvalidRequest(f"The image is too large for Replicate: {words}", remedy, field="image")
    return WorkFailed(f"Replicate could not do it: {words}", "Try again, choose another service, or local.")
