"""The models' limits and circuits over HTTP, for those who run the studio."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from designer.catalogue.models import LimitsScope
from designer.generations.standings import standings
from designer.jobs.operating_api import OperatorView


class LimitsSerializer(serializers.Serializer[Any]):
    """0: no limit is known."""

    requests_per_minute = serializers.IntegerField()
    images_per_minute = serializers.IntegerField()
    concurrent = serializers.IntegerField()


class LeftSerializer(serializers.Serializer[Any]):
    requests = serializers.IntegerField(allow_null=True)
    images = serializers.IntegerField(allow_null=True)


class ModelLimitsSerializer(serializers.Serializer[Any]):
    written = LimitsSerializer(help_text="What an admin wrote into the catalogue")
    learned = LimitsSerializer(help_text="What the vendor said; the lower of both counts")
    left = LeftSerializer(help_text="What may be asked for at this moment; null before the first call")
    running = serializers.IntegerField()
    waiting = serializers.IntegerField()
    paused_until = serializers.DateTimeField(allow_null=True)


class ModelNowSerializer(serializers.Serializer[Any]):
    provider = serializers.CharField()
    model = serializers.CharField()
    title = serializers.CharField()
    circuit = serializers.ChoiceField(["closed", "open", "trial"])
    why = serializers.CharField(allow_blank=True)
    failures = serializers.IntegerField(help_text="In a row")
    success = serializers.FloatField(help_text="Share of the calls that went well lately")
    seconds = serializers.FloatField(allow_null=True, help_text="Per image, as measured")
    last_error = serializers.CharField(allow_blank=True)
    last_error_at = serializers.DateTimeField(allow_null=True)
    resting_until = serializers.DateTimeField(allow_null=True, help_text="Nobody calls it before")
    limits_scope = serializers.ChoiceField(
        LimitsScope.values, help_text="account: limits, calls and pauses are those of all its models of this scope"
    )
    limits = ModelLimitsSerializer(allow_null=True, help_text="Null while Redis is away")


class ModelNowList(serializers.Serializer[Any]):
    results = ModelNowSerializer(many=True)


class Standings(OperatorView):
    """How every model stands that can be called here: limits, what is left of them, circuit and rests."""

    @extend_schema(responses=ModelNowList)
    def get(self, request: Request) -> Response:
        return Response(ModelNowList({"results": standings()}).data)
