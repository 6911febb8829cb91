"""Idempotency-Key: the same request sent again gets the same answer, and does nothing a second time (24 hours)."""

import hashlib
import json
from datetime import timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from designer.web.models import IdempotencyKey
from teams.base.errors import Conflict, Refused

KEPT: Final = timedelta(hours=24)
STALE: Final = timedelta(minutes=2)  # a first request that has not answered by then has died
MAX_KEY: Final = 255


def digest_of(request: Request) -> str:
    """What makes two requests the same: method, path and parsed body (files by name and size)."""
    body = {
        name: [getattr(part, "name", part) for part in request.data.getlist(name)]
        if hasattr(request.data, "getlist")
        else value
        for name, value in (request.data.items() if hasattr(request.data, "items") else [("", request.data)])
    }
    said = json.dumps([request.method, request.path, body], sort_keys=True, default=str)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


class Replayed(Exception):
    """This request was answered before; `kept` holds the answer."""

    def __init__(self, kept: IdempotencyKey) -> None:
        self.kept = kept
        super().__init__(kept.key)


class IdempotentPostMixin(APIView):
    """Honours Idempotency-Key on POST. Only answers below 500 are kept."""

    kept_key: IdempotencyKey | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        key = request.headers.get("Idempotency-Key", "")
        if request.method == "POST" and key and request.user.is_authenticated:
            if len(key) > MAX_KEY or not key.isprintable():
                raise Refused(
                    "invalid_key", f"An Idempotency-Key has at most {MAX_KEY} printable characters.",
                    field="Idempotency-Key", remedy="Use a UUID.", status=400,
                )  # fmt: skip
            self.kept_key = self._claimed(request, key)

    def _claimed(self, request: Request, key: str) -> IdempotencyKey:
        now, digest = timezone.now(), digest_of(request)
        IdempotencyKey.objects.filter(user=request.user, key=key, expires_at__lt=now).delete()
        IdempotencyKey.objects.filter(user=request.user, key=key, status=None, created_at__lt=now - STALE).delete()
        try:
            with transaction.atomic():
                return IdempotencyKey.objects.create(
                    user=request.user, key=key, request_digest=digest, expires_at=now + KEPT
                )
        except IntegrityError:
            earlier = IdempotencyKey.objects.filter(user=request.user, key=key).first()
        if earlier is None or (earlier.request_digest == digest and earlier.status is None):
            raise Conflict(
                "still_running", "The first request with this key is still running.", remedy="Ask again in a second."
            )
        if earlier.request_digest != digest:
            raise Refused(
                "key_reused", "This key came with another request.", field="Idempotency-Key", remedy="Use a new key."
            )
        raise Replayed(earlier)

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, Replayed):
            return Response(exc.kept.answer, status=exc.kept.status, headers={"Idempotent-Replayed": "true"})
        return super().handle_exception(exc)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().finalize_response(request, response, *args, **kwargs)
        kept = self.kept_key
        if kept is not None and kept.status is None:
            if answer.status_code >= 500 or not isinstance(answer, Response):
                kept.delete()
            else:
                kept.status = answer.status_code
                kept.answer = json.loads(JSONRenderer().render(answer.data))
                kept.save(update_fields=["status", "answer", "updated_at"])
        return answer
