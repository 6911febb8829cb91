"""Batches over HTTP: shapes in `serializers`, rules in the services."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from batches import progress, serializers, services, steering
from batches.models import Batch, BatchQuerySet, BatchStatus, BatchTemplate, Kind
from designer.web.idempotency import IdempotentPostMixin
from teams.accounts.people import person


class BatchFilter(filters.FilterSet):
    status = filters.MultipleChoiceFilter(choices=BatchStatus.choices)
    kind = filters.ChoiceFilter(choices=Kind.choices)
    team = filters.UUIDFilter(field_name="team_id")
    series = filters.UUIDFilter(field_name="series_id")
    search = filters.CharFilter(method="matching", max_length=200)

    class Meta:
        model = Batch
        fields: list[str] = []

    def matching(self, rows: BatchQuerySet, name: str, words: str) -> BatchQuerySet:
        for word in words.split():
            rows = rows.filter(title__icontains=word)
        return rows


def shown(rows: BatchQuerySet) -> BatchQuerySet:
    return progress.with_budget(rows)


def told(pk: UUID, code: int = status.HTTP_200_OK) -> Response:
    """A batch as the answer to what was done to it."""
    body = serializers.BatchSerializer(shown(Batch.objects.defer("plan").filter(pk=pk)).get()).data
    return Response(body, status=code, headers={"Location": body["links"]["self"]})


class BatchList(generics.ListAPIView[Batch]):
    """The batches of the caller's teams."""

    serializer_class = serializers.BatchSerializer
    filterset_class = BatchFilter

    def get_queryset(self) -> QuerySet[Batch]:
        return shown(Batch.objects.visible_to(self.request.user).defer("plan"))


class BatchEstimate(APIView):
    """What a plan would make, cost and take, and how much of it the budgets allow. Nothing is written."""

    @extend_schema(request=serializers.BatchRequest, responses={200: serializers.BatchEstimateSerializer})
    def post(self, request: Request) -> Response:
        form = serializers.BatchRequest(data=request.data)
        form.is_valid(raise_exception=True)
        return Response(services.estimate(actor=person(request), wish=form.wish()))


class BatchGenerate(IdempotentPostMixin, APIView):
    """Plan a batch and start it: at once, at a time, or repeatedly. All of its items are planned, or nothing is."""

    @extend_schema(request=serializers.BatchRequest, responses={202: serializers.BatchSerializer})
    def post(self, request: Request) -> Response:
        form = serializers.BatchRequest(data=request.data)
        form.is_valid(raise_exception=True)
        return told(services.create(actor=person(request), wish=form.wish()).pk, status.HTTP_202_ACCEPTED)


class BatchDetail(generics.GenericAPIView[Batch]):
    """One batch with its plan; PATCH changes it while it runs; DELETE cancels it: what was finished stays."""

    serializer_class = serializers.BatchDetailSerializer
    queryset = Batch.objects.none()

    def get(self, request: Request, pk: UUID) -> Response:
        Batch.objects.see(request.user, pk)
        return Response(self.get_serializer(shown(Batch.objects.filter(pk=pk)).get()).data)

    @extend_schema(request=serializers.BatchChange, responses={200: serializers.BatchSerializer})
    def patch(self, request: Request, pk: UUID) -> Response:
        form = serializers.BatchChange(data=request.data)
        form.is_valid(raise_exception=True)
        return told(services.change(actor=person(request), batch_id=pk, said=form.validated_data).pk)

    @extend_schema(responses={202: serializers.BatchSerializer})
    def delete(self, request: Request, pk: UUID) -> Response:
        return told(steering.cancel(actor=person(request), batch_id=pk).pk, status.HTTP_202_ACCEPTED)


class BatchProgress(APIView):
    """Counts, pace, what is left, cost so far, and how each provider does."""

    @extend_schema(responses={200: serializers.ProgressSerializer})
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(progress.progress_of(Batch.objects.defer("plan").see(request.user, pk)))


class BatchItems(APIView):
    """Items in the order of the plan."""

    @extend_schema(parameters=[serializers.ItemQuery], responses={200: serializers.ItemPageSerializer})
    def get(self, request: Request, pk: UUID) -> Response:
        row = Batch.objects.defer("plan").see(request.user, pk)
        query = serializers.ItemQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        found = progress.items_of(row, **query.validated_data)
        full = len(found) == query.validated_data["limit"]
        results = serializers.ItemSerializer(found, many=True).data
        return Response({"results": results, "next": found[-1].position if full else None})


class BatchErrors(APIView):
    """What failed, one line per reason."""

    @extend_schema(responses={200: serializers.ErrorGroupSerializer(many=True)})
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(progress.errors_of(Batch.objects.defer("plan").see(request.user, pk)))


class BatchAction(IdempotentPostMixin, APIView):
    """The base of what is done to a batch by POST."""

    @extend_schema(request=None, responses={202: serializers.BatchSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        return told(self.done(request, pk).pk, status.HTTP_202_ACCEPTED)

    def done(self, request: Request, pk: UUID) -> Batch:
        raise NotImplementedError


class BatchStart(BatchAction):
    """Start a draft, or what waits for its time, now."""

    def done(self, request: Request, pk: UUID) -> Batch:
        return services.start(actor=person(request), batch_id=pk)


class BatchPause(BatchAction):
    """Begin nothing new; what runs ends."""

    def done(self, request: Request, pk: UUID) -> Batch:
        return steering.pause(actor=person(request), batch_id=pk)


class BatchResume(BatchAction):
    """Go on with a paused batch."""

    def done(self, request: Request, pk: UUID) -> Batch:
        return steering.resume(actor=person(request), batch_id=pk)


class BatchClone(BatchAction):
    """A draft with the same plan, priced anew."""

    def done(self, request: Request, pk: UUID) -> Batch:
        return services.clone(actor=person(request), batch_id=pk)


class BatchRetry(BatchAction):
    """Try the failed items again, and only them."""

    @extend_schema(request=serializers.RetryRequest, responses={202: serializers.BatchSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        return super().post(request, pk)

    def done(self, request: Request, pk: UUID) -> Batch:
        form = serializers.RetryRequest(data=request.data)
        form.is_valid(raise_exception=True)
        return steering.retry(actor=person(request), batch_id=pk, **form.validated_data)


class TemplateList(IdempotentPostMixin, generics.ListAPIView[BatchTemplate]):
    """Saved plans, or save one."""

    serializer_class = serializers.TemplateSerializer

    def get_queryset(self) -> QuerySet[BatchTemplate]:
        rows: QuerySet[BatchTemplate] = BatchTemplate.objects.visible_to(self.request.user)
        return rows

    @extend_schema(request=serializers.TemplateRequest, responses={201: serializers.TemplateSerializer})
    def post(self, request: Request) -> Response:
        form = serializers.TemplateRequest(data=request.data)
        form.is_valid(raise_exception=True)
        said: dict[str, Any] = form.validated_data
        made = services.save_template(actor=person(request), team_id=said["team"], name=said["name"], plan=said["plan"])
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)


class TemplateDetail(generics.GenericAPIView[BatchTemplate]):
    """One saved plan. Deleting it changes no batch that was made of it."""

    serializer_class = serializers.TemplateSerializer
    queryset = BatchTemplate.objects.none()

    def get(self, request: Request, pk: UUID) -> Response:
        return Response(self.get_serializer(BatchTemplate.objects.see(request.user, pk)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        services.delete_template(actor=person(request), template_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)
