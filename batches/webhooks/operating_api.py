"""The courier over HTTP for those who run the studio."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from batches.webhooks.standing import standing
from designer.jobs.operating_api import OperatorView


class CourierSerializer(serializers.Serializer[Any]):
    due = serializers.IntegerField(help_text="Deliveries that should be sent now")
    oldest_due = serializers.DateTimeField(allow_null=True)
    later = serializers.IntegerField(help_text="Those that wait for their next try, or for their webhook")
    sending = serializers.IntegerField()
    given_up = serializers.IntegerField()
    delivered_per_minute = serializers.FloatField(help_text="Over the last five minutes")
    webhooks_on = serializers.IntegerField()
    webhooks_failing = serializers.IntegerField()
    webhooks_off = serializers.IntegerField()


class Courier(OperatorView):
    """What waits to be sent to webhooks, of all teams."""

    @extend_schema(responses=CourierSerializer)
    def get(self, request: Request) -> Response:
        return Response(CourierSerializer(standing()).data)
