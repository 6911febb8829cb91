"""Whether the studio answered, over HTTP. It is of the whole studio, no team's, and for whoever is signed in."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics import periods
from analytics.asking import read
from analytics.serializers import AnalyticsLatencySerializer, AnalyticsRateSerializer, WallTime
from analytics.uptime import telling
from analytics.uptime.probing import CHECKS
from designer.web.serializers import StrictSerializer
from teams.accounts.models import User
from teams.accounts.people import person
from teams.base.cells import BOM, csv_line
from teams.base.streams import NOT_RUN

HEADER = ("check", "start", "end", "whole", "answered", "probes", "share")


class UptimeQuery(StrictSerializer):
    vars()["from"] = serializers.DateField(required=False, help_text="29 days before `to` where none is named.")
    to = serializers.DateField(required=False, help_text="Included; today where none is named.")
    interval = serializers.ChoiceField(choices=periods.INTERVALS, required=False)
    timezone = serializers.CharField(required=False, max_length=64, help_text="Your own where none is named.")
    format = serializers.ChoiceField(choices=["json", "csv"], required=False, default="json")


class UptimeStepSerializer(serializers.Serializer[Any]):
    start = WallTime(source="bucket.start")
    end = WallTime(source="bucket.end", help_text="Not included.")
    whole = serializers.BooleanField(source="bucket.whole")
    up = AnalyticsRateSerializer()


class UptimeCheckSerializer(serializers.Serializer[Any]):
    name = serializers.ChoiceField(choices=list(CHECKS), help_text="web: by the public address, as users reach it.")
    up = AnalyticsRateSerializer(help_text="Probes that were answered, of those that were made.")
    missing = serializers.IntegerField(help_text="Minutes without a probe: neither up nor down, nobody knows.")
    latency = AnalyticsLatencySerializer(help_text="Of those that were answered.")
    series = UptimeStepSerializer(many=True)


class AnalyticsUptimeSerializer(serializers.Serializer[Any]):
    vars()["from"] = serializers.DateField(source="period.first")
    to = serializers.DateField(source="period.last")
    interval = serializers.ChoiceField(source="period.interval", choices=periods.INTERVALS)
    timezone = serializers.CharField(source="period.zone")
    since = serializers.DateTimeField(allow_null=True, help_text="When the first probe was made that is kept.")
    checks = UptimeCheckSerializer(many=True)


def asked(user: User, said: dict[str, Any]) -> telling.Uptime:
    """Raises Refused by the field at fault."""
    zone = said.get("timezone") or (user.timezone if user.timezone in periods.zones() else "UTC")
    return telling.uptime(
        periods.period(
            first=said.get("from"), last=said.get("to"), interval=said.get("interval"), zone=zone, now=timezone.now()
        )
    )


class AnalyticsUptime(APIView):
    """How often the studio answered its probe of each minute, and how fast."""

    @extend_schema(
        parameters=[UptimeQuery],
        responses={(200, "application/json"): AnalyticsUptimeSerializer, (200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> HttpResponse:
        said = read(UptimeQuery, request.query_params)
        found = asked(person(request), said)
        if said["format"] == "json":
            return Response(AnalyticsUptimeSerializer(found).data)
        name = f"uptime-{found.period.first}-{found.period.last}.csv"
        headers = {**NOT_RUN, "Content-Disposition": f'attachment; filename="{name}"'}
        body = b"".join([BOM.encode(), csv_line(HEADER), *(csv_line(line) for line in _lines(found))])
        return HttpResponse(body, content_type="text/csv; charset=utf-8", headers=headers)


def _lines(found: telling.Uptime) -> Iterator[tuple[object, ...]]:
    for check in found.checks:
        for step in check.series:
            times = step.bucket.start.isoformat(), step.bucket.end.isoformat(), "yes" if step.bucket.whole else "no"
            share = None if step.up.rate is None else round(step.up.rate, 6)
            yield (check.name, *times, step.up.numerator, step.up.denominator, share)
