"""The feed of a team over HTTP."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from designer.activity import feed
from designer.activity.sources import KINDS, Entry
from teams.accounts.people import person

PAGE = 50


class ActivityQuery(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=list(KINDS), required=False)
    person = serializers.UUIDField(required=False, help_text="What this person did")
    about = serializers.CharField(
        required=False,
        max_length=60,
        help_text='What happened to a thing: "asset:<id>", also collection, batch, generation',
    )
    since = serializers.DateTimeField(required=False, help_text="From this moment on")
    until = serializers.DateTimeField(required=False, help_text="Before this moment")
    search = serializers.CharField(required=False, max_length=200, help_text="Every word stands in it")
    cursor = serializers.CharField(required=False, max_length=300)
    page_size = serializers.IntegerField(required=False, min_value=1, max_value=200, default=PAGE)


class DoerSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField(allow_blank=True)


class ActivitySerializer(serializers.Serializer[Any]):
    """One thing that happened: `actor` `did` `title`."""

    id = serializers.CharField(help_text="Its own, for ever")
    kind = serializers.ChoiceField(choices=list(KINDS))
    at = serializers.DateTimeField()
    actor = DoerSerializer(allow_null=True, help_text="null: the studio itself")
    did = serializers.CharField()
    title = serializers.CharField(allow_blank=True, help_text="What it was done to")
    whom = DoerSerializer(allow_null=True, help_text="To which person it was done")
    about = serializers.CharField(
        allow_blank=True, help_text='"asset:<id>" and its like, the channel where there is one'
    )
    link = serializers.CharField(allow_blank=True, help_text="A path of this site")
    note = serializers.CharField(allow_blank=True)
    images = serializers.ListField(child=serializers.UUIDField())
    cost = serializers.DecimalField(
        max_digits=12,
        decimal_places=6,
        allow_null=True,
        help_text="USD; null where there is none, or not for your eyes",
    )


class ActivityPage(serializers.Serializer[Any]):
    results = ActivitySerializer(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True, help_text="Always null: what is newer is read anew.")


class TeamActivity(APIView):
    """What happened in the team, the newest first, as far as you may see it."""

    @extend_schema(parameters=[ActivityQuery], responses=ActivityPage)
    def get(self, request: Request, team_id: UUID) -> Response:
        user = person(request)
        eyes = feed.eyes_of(user, team_id)
        query = ActivityQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        said = dict(query.validated_data)
        size, cursor, about = said.pop("page_size"), said.pop("cursor", ""), said.pop("about", "")
        sought = feed.Sought(**said, thing=feed.thing_of(user, about) if about else None)
        found = feed.entries(eyes, sought, after=feed.mark_of(cursor) if cursor else None, limit=size + 1)
        page, more = found[:size], len(found) > size
        names = feed.people_in(page)
        following = _address(request, str(feed.mark_behind(page[-1]))) if more else None
        told = {"results": [_told(entry, names) for entry in page], "next": following, "previous": None}
        return Response(ActivityPage(told).data)


def _address(request: Request, cursor: str) -> str:
    query = {**request.query_params.dict(), "cursor": cursor}
    return request.build_absolute_uri(f"{request.path}?{urlencode(query)}")


def _told(entry: Entry, names: dict[UUID, str]) -> dict[str, Any]:
    told = entry.told
    return {
        "id": entry.key,
        "kind": entry.kind,
        "at": entry.at,
        "actor": _who(entry.actor_id, names),
        "did": told.did,
        "title": told.title,
        "whom": _who(told.whom, names),
        "about": told.about,
        "link": told.link,
        "note": told.note,
        "images": list(told.pictures),
        "cost": told.amount,
    }


def _who(pk: UUID | None, names: dict[UUID, str]) -> dict[str, Any] | None:
    return {"id": pk, "name": names.get(pk, "")} if pk else None
