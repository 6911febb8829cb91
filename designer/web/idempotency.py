"""Idempotency-Key: the same request sent again gets the same answer, and does nothing a second time (24 hours)."""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from designer.web.models import IdempotencyKey
from designer.web.problems import MEDIA_TYPE as PROBLEM
from teams.accounts.people import person
from teams.base.errors import Conflict, Refused
from teams.base.repeats import HEADER, key_said

KEPT: Final = timedelta(hours=24)
STALE: Final = timedelta(minutes=2)  # a first request that has not answered by then has died


def digest_of(request: Request) -> str:
    """What makes two requests the same: method, path, query and parsed body, files by their content."""
    data: Any = request.data
    lists: Any = getattr(data, "lists", None)
    body: Any = dict(lists()) if lists else data
    said = json.dumps([request.method, request.get_full_path(), body], sort_keys=True, default=_told)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def _told(value: Any) -> Any:
    if not isinstance(value, UploadedFile):
        return str(value)
    digest = hashlib.sha256()
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)
    return [value.name, digest.hexdigest()]


class Replayed(Exception):
    """This request was answered before; `kept` holds the answer."""

    def __init__(self, kept: IdempotencyKey) -> None:
        self.kept = kept
        super().__init__(kept.key)


class IdempotentPostMixin(APIView):
    """Honours Idempotency-Key on POST. Answers below 500 are kept for 24 hours, per person and key; but for those that
    say when to come back (`Retry-After`), for the same request may be carried out then.

    The answer is kept in the transaction that did the work: a process that dies in between has done neither, and the
    key becomes free after two minutes. `kept_with_work = False` is for work too long for a transaction.
    """

    kept_with_work = True
    kept_key: IdempotencyKey | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method != "POST" or not request.user.is_authenticated:
            return
        key = key_said(request.headers)
        if not key:
            return
        self.kept_key = claimed(request, key)
        if self.kept_with_work:
            do: Any = getattr(self, "post")  # noqa: B009  (each view has its own)
            setattr(self, "post", partial(self._with_answer, do))  # noqa: B010  (of this instance only)

    def _with_answer(self, do: Callable[..., Response], request: Request, *args: Any, **kwargs: Any) -> Response:
        try:
            with transaction.atomic():
                answer = do(request, *args, **kwargs)
                if self.kept_key is not None and answer.status_code < 500:
                    keep(self.kept_key, answer)
        except Exception:
            if self.kept_key is not None:
                self.kept_key.status = None  # rolled back with the work: the refusal is kept in its place
            raise
        return answer

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, Replayed):
            return replayed(exc.kept)
        try:
            return super().handle_exception(exc)
        except Exception:
            self._free()  # nobody knows an answer: the next try may do the work
            raise

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().finalize_response(request, response, *args, **kwargs)
        if self.kept_key is not None and self.kept_key.status is None:
            passes = answer.status_code >= 500 or "Retry-After" in answer.headers
            if passes or not isinstance(answer, Response):
                self._free()
            else:
                keep(self.kept_key, answer)
        return answer

    def _free(self) -> None:
        if self.kept_key is not None and self.kept_key.pk:
            try:
                self.kept_key.delete()
            except DatabaseError:  # the database is what failed: the key becomes free by its age
                return


def claimed(request: Request, key: str) -> IdempotencyKey:
    """The row of a first request. Raises Replayed, Conflict while the first runs, Refused for another request."""
    now, digest = timezone.now(), digest_of(request)
    same = IdempotencyKey.objects.filter(user=person(request), key=key)
    same.filter(expires_at__lt=now).delete()
    same.filter(status=None, created_at__lt=now - STALE).delete()
    try:
        with transaction.atomic():
            return IdempotencyKey.objects.create(
                user=person(request), key=key, request_digest=digest, expires_at=now + KEPT
            )
    except IntegrityError:
        earlier = same.first()
    if earlier is not None and earlier.request_digest != digest:
        raise Refused("key_reused", "This key came with another request.", field=HEADER, remedy="Use a new key.")
    if earlier is None or earlier.status is None:
        raise Conflict(
            "still_running",
            "The first request with this key is still running.",
            remedy="Ask again in a second.",
            retry_after=1,
        )
    raise Replayed(earlier)


def keep(key: IdempotencyKey, answer: Response) -> None:
    body = None if answer.data is None else json.loads(JSONRenderer().render(answer.data))
    key.status = answer.status_code
    key.answer = {"body": body, "location": answer.headers.get("Location", "")}
    key.save(update_fields=["status", "answer", "updated_at"])


def replayed(kept: IdempotencyKey) -> Response:
    said: Mapping[str, Any] = kept.answer or {}
    headers = {"Idempotent-Replayed": "true"} | ({"Location": said["location"]} if said.get("location") else {})
    status = kept.status or 200
    return Response(said.get("body"), status=status, headers=headers, content_type=PROBLEM if status >= 400 else None)


def forget_old() -> int:
    """Delete keys whose day is over; how many. The scheduler calls it."""
    return IdempotencyKey.objects.filter(expires_at__lt=timezone.now()).delete()[0]
