"""Dead letters over HTTP: what gave up, and another chance for it."""

from typing import Any, cast

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from designer.jobs.models import Job
from designer.jobs.services import replay
from teams.accounts.models import User


class ProblemNote(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()
    remedy = serializers.CharField(allow_blank=True)


class DeadJob(serializers.ModelSerializer[Job]):
    team = serializers.UUIDField(source="team_id")
    error = ProblemNote(source="last_error")

    class Meta:
        model = Job
        fields = ["id", "kind", "lane", "team", "attempts", "deaths", "error", "created_at", "finished_at"]


class DeadFilter(filters.FilterSet):  # type: ignore[misc]
    team = filters.UUIDFilter(field_name="team_id")
    kind = filters.CharFilter()


class DeadList(generics.ListAPIView[Job]):
    """Jobs that gave up after their last try, of all teams that the caller belongs to."""

    queryset = Job.objects.none()
    serializer_class = DeadJob
    filterset_class = DeadFilter

    def get_queryset(self) -> QuerySet[Job]:
        return Job.objects.visible_to(self.request.user).dead()


class ReplayWish(serializers.Serializer[Any]):
    ids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=1000)


class ReplayAnswer(serializers.Serializer[Any]):
    replayed = serializers.IntegerField()


class Replay(APIView):
    """Run dead jobs again. For owners and admins of their teams."""

    @extend_schema(request=ReplayWish, responses={202: ReplayAnswer})  # type: ignore[untyped-decorator]
    def post(self, request: Request) -> Response:
        wish = ReplayWish(data=request.data)
        wish.is_valid(raise_exception=True)
        count = replay(actor=cast("User", request.user), job_ids=wish.validated_data["ids"])
        return Response({"replayed": count}, status=202)
