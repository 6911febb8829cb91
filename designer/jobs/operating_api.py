"""The queue over HTTP for those who run the studio; to everybody else it does not exist."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from designer.jobs import lanes, unsettled, weights, workers
from designer.jobs.api import JobProblem
from designer.jobs.finding import JobFilter
from designer.jobs.models import HEAVIEST, Job, JobStatus
from teams.accounts.people import person


class OperatorView(APIView):
    """By token this needs the scope `admin`, of an account that runs the studio."""

    required_scopes = dict.fromkeys(("GET", "POST", "PUT", "DELETE"), "admin")

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        lanes.run_by(person(request))


class PauseSerializer(serializers.Serializer[Any]):
    paused_at = serializers.DateTimeField()
    reason = serializers.CharField(allow_blank=True)


class LaneNowSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    waiting = serializers.IntegerField()
    oldest = serializers.DateTimeField(allow_null=True, help_text="Since when the oldest of them is due")
    running = serializers.IntegerField()
    per_minute = serializers.FloatField(help_text="Ended, over the last five minutes")
    later = serializers.IntegerField()
    dead = serializers.IntegerField()
    pause = PauseSerializer(allow_null=True)


class LaneList(serializers.Serializer[Any]):
    results = LaneNowSerializer(many=True)


class PauseWish(serializers.Serializer[Any]):
    reason = serializers.CharField(required=False, default="", allow_blank=True, max_length=200)


class Lanes(OperatorView):
    """Every lane: depth, age, throughput, and whether it is paused."""

    @extend_schema(responses=LaneList)
    def get(self, request: Request) -> Response:
        return Response(LaneList({"results": lanes.overview()}).data)


class PauseOfLane(OperatorView):
    @extend_schema(request=PauseWish, responses=LaneNowSerializer)
    def put(self, request: Request, lane: str) -> Response:
        """Begin nothing more in a lane; what runs there ends."""
        wish = PauseWish(data=request.data)
        wish.is_valid(raise_exception=True)
        lanes.pause(actor=person(request), lane=lane, reason=wish.validated_data["reason"])
        return Response(LaneNowSerializer(lanes.one(lane)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, lane: str) -> Response:
        """Let a paused lane go on."""
        lanes.resume(actor=person(request), lane=lane)
        return Response(status=204)


class HeldJob(serializers.ModelSerializer[Job]):
    team = serializers.UUIDField(source="team_id")

    class Meta:
        model = Job
        fields = ["id", "kind", "lane", "team", "attempts", "started_at", "lease_expires_at"]


class WorkerSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="row.id")
    name = serializers.CharField(source="row.name")
    state = serializers.ChoiceField(["working", "idle", "draining", "drained", "silent"])
    lanes = serializers.ListField(source="row.lanes", child=serializers.CharField())
    processes = serializers.IntegerField(source="row.processes")
    abilities = serializers.DictField(
        source="row.abilities",
        child=serializers.ListField(child=serializers.CharField()),
        help_text="By sort (kinds, models, operations, weights): what it can do",
    )
    started_at = serializers.DateTimeField(source="row.started_at")
    beat_at = serializers.DateTimeField(source="row.beat_at", help_text="Its last sign of life")
    draining_since = serializers.DateTimeField(source="row.draining_since", allow_null=True)
    jobs = HeldJob(many=True)


class WorkerList(serializers.Serializer[Any]):
    results = WorkerSerializer(many=True)


class Workers(OperatorView):
    """Every worker: its last sign of life, its lanes, what it can do, and what it does now."""

    @extend_schema(responses=WorkerList)
    def get(self, request: Request) -> Response:
        return Response(WorkerList({"results": workers.overview()}).data)


class DrainOfWorker(OperatorView):
    @extend_schema(request=None, responses=WorkerSerializer)
    def put(self, request: Request, worker_id: UUID) -> Response:
        """Have a worker take no more; what it does, it ends. Its state is `drained` once it may be stopped."""
        return Response(WorkerSerializer(workers.drain(actor=person(request), worker_id=worker_id)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, worker_id: UUID) -> Response:
        """Let a drained worker take work again."""
        workers.employ(actor=person(request), worker_id=worker_id)
        return Response(status=204)


class UnsettledSerializer(serializers.Serializer[Any]):
    provider = serializers.CharField()
    model = serializers.CharField()
    calls = serializers.IntegerField()
    price = serializers.DecimalField(12, 6, allow_null=True, help_text="USD that they may have cost at most")
    since = serializers.DateTimeField()


class UnsettledList(serializers.Serializer[Any]):
    results = UnsettledSerializer(many=True)


class UnsettledCalls(OperatorView):
    """Calls that may have been paid for, by model: nobody knows how they ended, and none is made again by itself."""

    @extend_schema(responses=UnsettledList)
    def get(self, request: Request) -> Response:
        return Response(UnsettledList({"results": unsettled.by_model()}).data)


class QueuedJob(serializers.ModelSerializer[Job]):
    team = serializers.UUIDField(source="team_id")
    error = JobProblem(source="last_error", allow_null=True)
    status = serializers.ChoiceField(JobStatus.choices)

    class Meta:
        model = Job
        fields = [
            *("id", "kind", "lane", "priority", "status", "team", "payload", "attempts", "failures", "deaths"),
            *("worker", "error", "scheduled_at", "created_at", "started_at", "finished_at"),
        ]


class Jobs(generics.ListAPIView[Job], OperatorView):
    """The jobs of all teams, by status, lane, kind, team or cause, or searched for."""

    queryset = Job.objects.none()
    serializer_class = QueuedJob
    filterset_class = JobFilter

    def get_queryset(self) -> QuerySet[Job]:
        return Job.objects.all()


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
