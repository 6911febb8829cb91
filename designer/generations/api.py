"""Generations over HTTP: shapes here, rules in the services."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from designer.generations import prompts, services
from designer.generations.models import Generation, GenerationQuerySet, Status
from designer.generations.retrying import retry, shown
from designer.generations.serializers import (
    AnalysisSerializer,
    AnalyzeRequest,
    GenerationRequest,
    GenerationSerializer,
    PreviewSerializer,
    PromptSerializer,
)
from designer.web.idempotency import IdempotentPostMixin
from teams.accounts.people import person
from teams.membership.models import Team
from teams.membership.ownership import visible_team


class GenerationFilter(filters.FilterSet):
    status = filters.ChoiceFilter(choices=Status.choices)
    search = filters.CharFilter(method="matching", max_length=200)
    team = filters.UUIDFilter(field_name="team_id")
    trashed = filters.BooleanFilter(field_name="trashed_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = Generation
        fields = ["status", "provider", "model"]

    def matching(self, rows: GenerationQuerySet, name: str, words: str) -> GenerationQuerySet:
        for word in words.split():
            rows = rows.filter(brief__icontains=word)
        return rows


class GenerationList(IdempotentPostMixin, generics.ListAPIView[Generation]):
    """List generations, or ask for a new one."""

    serializer_class = GenerationSerializer
    filterset_class = GenerationFilter

    def get_queryset(self) -> QuerySet[Generation]:
        rows = Generation.objects.visible_to(self.request.user)
        return shown(rows if "trashed" in self.request.query_params else rows.kept())

    @extend_schema(request=GenerationRequest, responses={202: GenerationSerializer})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        form = GenerationRequest(data=request.data)
        form.is_valid(raise_exception=True)
        made = services.request_generation(actor=person(request), wish=form.wish())
        body = self.get_serializer(shown(Generation.objects.filter(pk=made.pk)).get()).data
        return Response(body, status=status.HTTP_202_ACCEPTED, headers={"Location": body["links"]["self"]})


class TeamGenerationList(generics.ListAPIView[Generation]):
    """The generations of one team."""

    serializer_class = GenerationSerializer
    filterset_class = GenerationFilter

    def get_queryset(self) -> QuerySet[Generation]:
        if getattr(self, "swagger_fake_view", False):
            return Generation.objects.none()
        team: Team = visible_team(self.request.user, self.kwargs["team"])
        return shown(Generation.objects.visible_to(self.request.user).kept().filter(team=team))


class GenerationDetail(generics.GenericAPIView[Generation]):
    """One generation; DELETE moves it and its images to the trash for 30 days."""

    serializer_class = GenerationSerializer
    queryset = Generation.objects.none()

    def get(self, request: Request, pk: UUID) -> Response:
        Generation.objects.see(request.user, pk)
        return Response(self.get_serializer(shown(Generation.objects.filter(pk=pk)).get()).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        services.trash(actor=person(request), generation_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class GenerationRestore(generics.GenericAPIView[Generation]):
    """Take a generation and its images out of the trash."""

    serializer_class = GenerationSerializer
    queryset = Generation.objects.none()

    @extend_schema(request=None, responses={200: GenerationSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        services.restore(actor=person(request), generation_id=pk)
        return Response(self.get_serializer(shown(Generation.objects.filter(pk=pk)).get()).data)


class GenerationCancel(generics.GenericAPIView[Generation]):
    """Stop a generation at its next safe point. What was finished stays; asking twice is harmless."""

    serializer_class = GenerationSerializer
    queryset = Generation.objects.none()

    @extend_schema(request=None, responses={202: GenerationSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        services.cancel(actor=person(request), generation_id=pk)
        body = self.get_serializer(shown(Generation.objects.filter(pk=pk)).get()).data
        return Response(body, status=status.HTTP_202_ACCEPTED)


class GenerationRetry(IdempotentPostMixin, generics.GenericAPIView[Generation]):
    """Try a generation again that failed, or came in part: for the images that are missing. What came stays, and what
    may have been paid for is not bought a second time. One of a batch is retried there."""

    serializer_class = GenerationSerializer
    queryset = Generation.objects.none()

    @extend_schema(request=None, responses={202: GenerationSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        retry(actor=person(request), generation_id=pk)
        body = self.get_serializer(shown(Generation.objects.filter(pk=pk)).get()).data
        return Response(body, status=status.HTTP_202_ACCEPTED)


class PromptFilter(filters.FilterSet):
    search = filters.CharFilter(method="matching", max_length=200)
    favourite = filters.BooleanFilter(field_name="favourite")

    class Meta:
        model = Generation
        fields = ["model", "provider"]

    def matching(self, rows: GenerationQuerySet, name: str, words: str) -> GenerationQuerySet:
        return prompts.found(rows, words=words)


class PromptList(generics.ListAPIView[Generation]):
    """What was asked before, with what it became as a prompt; `favourite` says which ones you keep."""

    serializer_class = PromptSerializer
    filterset_class = PromptFilter

    def get_queryset(self) -> QuerySet[Generation]:
        if getattr(self, "swagger_fake_view", False):
            return Generation.objects.none()
        return prompts.history_of(person(self.request))


class PromptFavouriteView(APIView):
    """Keep a prompt as a favourite of yours (PUT), or let it go (DELETE). Both may be sent twice."""

    @extend_schema(request=None, responses={204: None})
    def put(self, request: Request, pk: UUID) -> Response:
        prompts.set_favourite(actor=person(request), generation_id=pk, kept=True)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        prompts.set_favourite(actor=person(request), generation_id=pk, kept=False)
        return Response(status=status.HTTP_204_NO_CONTENT)


class GenerationPreview(APIView):
    """What a request would be understood as, its prompt and its price. Nothing is written or spent."""

    @extend_schema(request=GenerationRequest, responses={200: PreviewSerializer})
    def post(self, request: Request) -> Response:
        form = GenerationRequest(data=request.data)
        form.is_valid(raise_exception=True)
        return Response(services.preview(actor=person(request), wish=form.wish()).to_json())


class Analyze(APIView):
    """Read a brief and photos into attributes, each with its confidence and source; unknown stays unknown.

    By the studio's own reader, for nothing: no language model takes part. What the team of the photos has corrected on
    them, and taught by that, counts as it does for a generation.
    """

    @extend_schema(request=AnalyzeRequest, responses={200: AnalysisSerializer})
    def post(self, request: Request) -> Response:
        form = AnalyzeRequest(data=request.data)
        form.is_valid(raise_exception=True)
        record = services.analyse_request(actor=person(request), **form.validated_data)
        return Response({"understood": record})
