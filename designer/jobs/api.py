"""Dead letters over HTTP: what gave up and why, another chance for it, or its end."""

from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from designer.jobs import letters
from designer.jobs.models import Job, JobAttempt
from teams.accounts.models import ApiToken, Scope
from teams.accounts.people import person


def _everywhere(request: Request) -> bool:
    """Whether this call may reach beyond the caller's own teams: a token needs the scope `admin` for that."""
    return not isinstance(request.auth, ApiToken) or Scope.ADMIN in request.auth.scopes


class ProblemNote(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()
    remedy = serializers.CharField(allow_blank=True)


class JobProblem(ProblemNote):
    detail = serializers.CharField(default="", help_text="What broke, where it was something of ours.")


class CallSerializer(serializers.ModelSerializer[JobAttempt]):
    error = ProblemNote(allow_null=True)

    class Meta:
        model = JobAttempt
        fields = ["number", "step", "provider", "model", "price", "outcome", "reference", "error", "created_at"]


class DeadJob(serializers.ModelSerializer[Job]):
    team = serializers.UUIDField(source="team_id")
    error = JobProblem(source="last_error")
    payload = serializers.DictField(child=serializers.CharField(), help_text="Ids of what it is about")
    calls = CallSerializer(many=True, help_text="Its calls to paid providers; outcome `unknown` may have been charged")

    class Meta:
        model = Job
        fields = [
            *("id", "kind", "lane", "team", "payload", "attempts", "deaths", "error", "calls", "created_at"),
            "finished_at",
        ]


class DeadFilter(filters.FilterSet):  # type: ignore[misc]
    team = filters.UUIDFilter(field_name="team_id")
    kind = filters.CharFilter()
    code = filters.CharFilter(field_name=letters.CAUSE, help_text="The cause")


class DeadList(generics.ListAPIView[Job]):
    """Jobs that gave up after their last try, of all teams that the caller belongs to; for who runs the studio, of
    all: by token, with the scope `admin`."""

    queryset = Job.objects.none()
    serializer_class = DeadJob
    filterset_class = DeadFilter

    def get_queryset(self) -> QuerySet[Job]:
        rows = letters.readable(person(self.request), everywhere=_everywhere(self.request))
        return rows.prefetch_related(Prefetch("calls", JobAttempt.objects.order_by("number", "step")))


class CauseSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    code = serializers.CharField(allow_null=True)
    count = serializers.IntegerField()


class CauseList(serializers.Serializer[Any]):
    results = CauseSerializer(many=True)


class Causes(APIView):
    """How many gave up by kind and cause, the most frequent first: 50 of them."""

    @extend_schema(responses=CauseList)
    def get(self, request: Request) -> Response:
        rows = letters.readable(person(request), everywhere=_everywhere(request))
        return Response(CauseList({"results": letters.causes(rows)}).data)


class Judged(serializers.Serializer[Any]):
    """`ids`, or `all` of those that kind, code and team describe, 1,000 at a time."""

    ids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=letters.AT_ONCE, required=False)
    all = serializers.BooleanField(required=False, default=False)
    kind = serializers.CharField(required=False, max_length=60)
    code = serializers.CharField(required=False, max_length=60)
    team = serializers.UUIDField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        described = [name for name in letters.FILTERS if name in attrs]
        if bool(attrs.get("ids")) == attrs["all"]:
            raise serializers.ValidationError({"ids": "Send the ids, or all: true with what describes them."})
        if described and not attrs["all"]:
            raise serializers.ValidationError({described[0]: "This narrows all: true; ids are taken as they are."})
        return attrs

    def chosen_by(self, request: Request) -> list[UUID]:
        said = self.validated_data
        wanted = {name: said.get(name) for name in letters.FILTERS}
        return letters.chosen(person(request), said.get("ids", []), wanted, everywhere=_everywhere(request))


class DiscardWish(Judged):
    reason = serializers.CharField(max_length=200, help_text="Kept beside what went wrong")


class ReplayAnswer(serializers.Serializer[Any]):
    replayed = serializers.IntegerField()
    left = serializers.IntegerField(help_text="Those that cannot run again")
    why = serializers.CharField(allow_blank=True, help_text="Why the first of them cannot")


class DiscardAnswer(serializers.Serializer[Any]):
    discarded = serializers.IntegerField()


class Replay(APIView):
    @extend_schema(request=Judged, responses={202: ReplayAnswer})
    def post(self, request: Request) -> Response:
        """Run dead jobs again with all their tries: these, all, or all of a cause. For owners and admins.

        What was made is kept, and a call that may have been paid for is not bought a second time.
        """
        wish, user = Judged(data=request.data), person(request)
        wish.is_valid(raise_exception=True)
        if wish.validated_data["all"]:
            done = letters.run_again(actor=user, job_ids=wish.chosen_by(request))
        else:
            done = letters.run_all_again(actor=user, job_ids=wish.chosen_by(request))
        return Response({"replayed": done.count, "left": done.left, "why": done.why}, status=202)


class Discard(APIView):
    @extend_schema(request=DiscardWish, responses=DiscardAnswer)
    def post(self, request: Request) -> Response:
        """End dead jobs for good: these, all, or all of a cause. For owners and admins of their teams."""
        wish, user = DiscardWish(data=request.data), person(request)
        wish.is_valid(raise_exception=True)
        done = letters.discard(actor=user, job_ids=wish.chosen_by(request), reason=wish.validated_data["reason"])
        return Response({"discarded": done.count})
