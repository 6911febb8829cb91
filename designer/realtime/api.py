"""The same log over HTTP, for those who cannot hold a socket."""

from typing import Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from designer.realtime import log, subjects
from designer.realtime.limits import MAX_NAME
from designer.realtime.protocol import BIGGEST
from teams.accounts.models import User

MAX_PAGE = 500


class EventsQuery(serializers.Serializer[dict[str, Any]]):
    """Which events: those of `channel` with a number above `after`."""

    channel = serializers.CharField(max_length=MAX_NAME, help_text="`<kind>:<uuid>` or `system`.")
    after = serializers.IntegerField(min_value=0, max_value=BIGGEST, default=0)
    epoch = serializers.CharField(max_length=36, required=False, help_text="The epoch that `after` was read in.")
    limit = serializers.IntegerField(min_value=1, max_value=MAX_PAGE, default=100)


class EventOut(serializers.Serializer[dict[str, Any]]):
    seq = serializers.IntegerField()
    event = serializers.CharField()
    at = serializers.DateTimeField()

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), "data": serializers.DictField()}  # the class itself has a property `data`


class EventPage(serializers.Serializer[dict[str, Any]]):
    """A page of the log. `resync`: what followed `after` is gone; read the subject itself anew."""

    channel = serializers.CharField()
    epoch = serializers.CharField(allow_blank=True)
    seq = serializers.IntegerField(help_text="The newest number of the channel.")
    resync = serializers.BooleanField()
    next = serializers.IntegerField(allow_null=True, help_text="`after` of the next page; null if this is the last.")
    results = EventOut(many=True)


class EventsView(APIView):
    """GET /api/events?channel=&after=&limit=: the last 24 hours of one channel, oldest first."""

    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="events_list", parameters=[EventsQuery], responses=EventPage, tags=["events"]
    )
    def get(self, request: Request) -> Response:
        asked = EventsQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        wish = asked.validated_data
        channel = wish["channel"]
        if not subjects.may_watch(cast(User, request.user), channel):
            raise subjects.missing()
        return Response(page(channel, wish["after"], wish.get("epoch"), wish["limit"]))


def page(channel: str, after: int, epoch: str | None, limit: int) -> dict[str, Any]:
    """At most `limit` events after `after`; from the oldest kept one if those that followed are gone."""
    head = log.head(channel)
    cut = log.cut(channel, head, after, epoch)
    facts = log.news({channel: after if cut in ("", "expired") else 0}, limit)
    newest = facts[-1].seq if facts else after
    results = [{key: fact.message()[key] for key in ("seq", "event", "data", "at")} for fact in facts]
    more = newest if facts and newest < head.seq else None
    about = {"channel": channel, "epoch": head.epoch, "seq": head.seq, "resync": bool(cut)}
    return {**about, "next": more, "results": results}
