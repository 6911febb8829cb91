"""The queue over HTTP for those who run the studio; to everybody else it does not exist."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from designer.jobs import lanes, weights
from designer.jobs.models import HEAVIEST
from teams.accounts.people import person


class OperatorView(APIView):
    """By token this needs the scope `admin`, of an account that runs the studio."""

    required_scopes = dict.fromkeys(("GET", "POST", "PUT", "DELETE"), "admin")

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        lanes.run_by(person(request))


class ShareSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    weight = serializers.IntegerField(help_text="Jobs begun for each one of a team that weighs 1")
    waiting = serializers.IntegerField()
    running = serializers.IntegerField()


class ShareList(serializers.Serializer[Any]):
    results = ShareSerializer(many=True)


class ShareSearch(serializers.Serializer[Any]):
    search = serializers.CharField(required=False, default="", max_length=80, help_text="A part of its name, or its id")


class WeightWish(serializers.Serializer[Any]):
    weight = serializers.IntegerField(min_value=1, max_value=HEAVIEST)


class Shares(OperatorView):
    """Teams with their weight in the queue: 20, those with one of their own first, or those searched for."""

    @extend_schema(parameters=[ShareSearch], responses=ShareList)
    def get(self, request: Request) -> Response:
        asked = ShareSearch(data=request.query_params)
        asked.is_valid(raise_exception=True)
        return Response(ShareList({"results": weights.shares(asked.validated_data["search"])}).data)


class ShareOfTeam(OperatorView):
    @extend_schema(request=WeightWish, responses=ShareSerializer)
    def put(self, request: Request, team_id: UUID) -> Response:
        """Give a team more or less of every lane; 1 is the usual share."""
        wish = WeightWish(data=request.data)
        wish.is_valid(raise_exception=True)
        share = weights.set_weight(actor=person(request), team_id=team_id, weight=wish.validated_data["weight"])
        return Response(ShareSerializer(share).data)
