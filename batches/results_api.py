"""Files of rows in, results out, and blind votes, over HTTP."""

import json
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from batches import contact_sheets, importing, results, voting
from batches.models import Batch
from batches.serializers import ItemAssetSerializer, asset_json
from designer.web.idempotency import IdempotentPostMixin
from designer.web.serializers import StrictSerializer
from teams.accounts.models import User
from teams.accounts.people import person
from teams.accounts.proofs import still
from teams.base.errors import Refused
from teams.base.streams import NOT_RUN, Streamed


class ImportRequest(serializers.Serializer[Any]):
    file = serializers.FileField(help_text="CSV or XLSX; its first line names the columns.")
    team = serializers.UUIDField(required=False)
    mapping = serializers.CharField(
        required=False, max_length=20_000, help_text='A JSON object: column -> field, slot, or "-" to leave it out.'
    )


class ColumnSerializer(serializers.Serializer[Any]):
    column = serializers.CharField()
    field = serializers.CharField(allow_null=True, help_text="The field that it sets.")
    slot = serializers.CharField(allow_null=True, help_text="The {slot} that it fills.")
    explanation = serializers.CharField()


class CellErrorSerializer(serializers.Serializer[Any]):
    line = serializers.IntegerField(help_text="Of the file, from 1.")
    column = serializers.CharField(allow_blank=True)
    code = serializers.CharField()
    message = serializers.CharField()


class DuplicateSerializer(serializers.Serializer[Any]):
    line = serializers.IntegerField()
    same_as = serializers.IntegerField()


class PreviewRowSerializer(serializers.Serializer[Any]):
    line = serializers.IntegerField()
    row = serializers.DictField()


class ImportSerializer(serializers.Serializer[Any]):
    """Nothing is spent: send `id` as the plan's `sheet` to use the rows that are right."""

    id = serializers.UUIDField(allow_null=True)
    name = serializers.CharField()
    format = serializers.CharField()
    encoding = serializers.CharField(allow_blank=True)
    delimiter = serializers.CharField(allow_blank=True)
    rows = serializers.IntegerField(help_text="That are right.")
    wrong = serializers.IntegerField(help_text="That are left out; errors says why.")
    columns = ColumnSerializer(many=True)
    errors = CellErrorSerializer(many=True)  # type: ignore[assignment]  # hides an attribute of the base
    duplicates = DuplicateSerializer(many=True)
    unbriefed = serializers.ListField(
        child=serializers.IntegerField(),
        help_text="Lines that leave the column of briefs empty and name no photo: they take the plan's own brief.",
    )
    preview = PreviewRowSerializer(many=True)


class BatchImport(IdempotentPostMixin, APIView):
    """Read a file of rows: what is right is kept for a plan, what is wrong is said by line and column."""

    parser_classes = [MultiPartParser]

    @extend_schema(request={"multipart/form-data": ImportRequest}, responses={201: ImportSerializer})
    def post(self, request: Request) -> Response:
        form = ImportRequest(data=request.data)
        form.is_valid(raise_exception=True)
        said = form.validated_data
        told = importing.take_in(
            actor=person(request),
            team_id=said.get("team"),
            file=said["file"],
            name=said["file"].name,
            mapping=_mapping(said.get("mapping", "")),
        )
        return Response(told, status=status.HTTP_201_CREATED)


def _mapping(text: str) -> dict[str, str]:
    try:
        said = json.loads(text or "{}")
    except ValueError:
        said = None
    if not isinstance(said, dict) or not all(isinstance(value, str) for value in said.values()):
        remedy = 'Send {"My column": "brief", "Notes": "-"}.'
        raise Refused("bad_mapping", "This is no mapping of columns.", field="mapping", remedy=remedy, status=400)
    return said


class TemplateQuery(StrictSerializer):
    brief = serializers.CharField(required=False, allow_blank=True, default="", max_length=8_000)


class ImportTemplate(APIView):
    """A CSV to fill in: a column for each slot of the brief, and the usual fields."""

    @extend_schema(parameters=[TemplateQuery], responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request) -> HttpResponse:
        query = TemplateQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        headers = {**NOT_RUN, "Content-Disposition": 'attachment; filename="batch-template.csv"'}
        body = results.template_csv(query.validated_data["brief"])
        return HttpResponse(body, content_type="text/csv; charset=utf-8", headers=headers)


class ResultsQuery(StrictSerializer):
    vars()["as"] = serializers.ChoiceField(choices=["csv", "json"], required=False, default="csv")


ROWS = {"type": "array", "items": {"type": "object", "additionalProperties": {}}}


def _seen(user: User, pk: UUID) -> Batch:
    """What an export tells of, without its plan, which may be long."""
    return Batch.objects.defer("plan").see(user, pk)


class BatchResults(APIView):
    """What came of each item, as a table. Cells that a spreadsheet would run are guarded by an apostrophe."""

    @extend_schema(
        parameters=[ResultsQuery],
        responses={(200, "text/csv"): OpenApiTypes.STR, (200, "application/json"): ROWS},
    )
    def get(self, request: Request, pk: UUID) -> StreamingHttpResponse:
        row = _seen(person(request), pk)
        query = ResultsQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        allowed = still(request, partial(_seen, pk=pk))
        if query.validated_data["as"] == "json":
            blocks, kind, name = results.as_json(row), "application/json", f"batch-{pk}.json"
        else:
            blocks, kind, name = results.as_csv(row), "text/csv; charset=utf-8", f"batch-{pk}.csv"
        return Streamed(blocks, allowed=allowed, content_type=kind, name=name)


class BatchZip(APIView):
    """Every image of the batch, and the table, in one archive."""

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: UUID) -> StreamingHttpResponse:
        row = _seen(person(request), pk)
        allowed = still(request, partial(_seen, pk=pk))
        blocks, name = results.as_zip(row), f"batch-{pk}.zip"
        return Streamed(blocks, allowed=allowed, content_type="application/zip", name=name)


class SheetQuery(StrictSerializer):
    vars()["as"] = serializers.ChoiceField(choices=["png", "pdf"], required=False, default="png")
    page = serializers.IntegerField(required=False, default=1, min_value=1, max_value=10_000)


class BatchContactSheet(APIView):
    """Small images with their numbers: a page as PNG, or up to 12 pages from `page` on as PDF."""

    @extend_schema(
        parameters=[SheetQuery],
        responses={(200, "image/png"): OpenApiTypes.BINARY, (200, "application/pdf"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        row = _seen(person(request), pk)
        query = SheetQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        page, kind = query.validated_data["page"], query.validated_data["as"]
        pdf = kind == "pdf"
        body = contact_sheets.as_pdf(row, page=page) if pdf else contact_sheets.as_png(row, page=page)
        headers = {**NOT_RUN, "Content-Disposition": f'inline; filename="contact-sheet-{page}.{kind}"'}
        return HttpResponse(body, content_type="application/pdf" if pdf else "image/png", headers=headers)


class PairSerializer(serializers.Serializer[Any]):
    pair = serializers.IntegerField()
    brief = serializers.CharField(allow_blank=True)
    left = ItemAssetSerializer(many=True)
    right = ItemAssetSerializer(many=True)


class NextPairSerializer(serializers.Serializer[Any]):
    next = PairSerializer(allow_null=True, help_text="Null when you have voted on all that there is.")


class VoteRequest(StrictSerializer):
    pair = serializers.IntegerField(min_value=0, max_value=2**31 - 1)
    choice = serializers.ChoiceField(choices=["left", "right", "tie"])


class RevealedSerializer(serializers.Serializer[Any]):
    """Which arm was which, now that the vote is cast."""

    left = serializers.CharField()
    right = serializers.CharField()


class VerdictSerializer(serializers.Serializer[Any]):
    a = serializers.IntegerField(help_text="Votes for A.")
    b = serializers.IntegerField()
    ties = serializers.IntegerField()
    share_of_a = serializers.FloatField(allow_null=True, help_text="Of the decided votes.")
    interval = serializers.ListField(child=serializers.FloatField(), allow_null=True, help_text="95 %, Wilson.")
    a_is_better = serializers.FloatField(help_text="Probability, from a uniform prior.")
    winner = serializers.CharField(allow_null=True, help_text="Null until one is better with 95 % probability.")
    basis = serializers.CharField()
    voters = serializers.IntegerField()
    pairs = serializers.IntegerField()
    mine = serializers.IntegerField(help_text="Pairs that you have voted on.")


class NextVote(APIView):
    """The next pair to vote on; which side is which arm is not told."""

    @extend_schema(responses={200: NextPairSerializer})
    def get(self, request: Request, pk: UUID) -> Response:
        found = voting.next_pair(actor=person(request), batch_id=pk)
        if found is not None:
            found |= {side: [asset_json(asset) for asset in found[side]] for side in voting.SIDES}
        return Response({"next": found})


class Votes(IdempotentPostMixin, APIView):
    """What the votes say so far; POST casts one, once per pair and person."""

    @extend_schema(responses={200: VerdictSerializer})
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(voting.verdict_of(actor=person(request), batch_id=pk))

    @extend_schema(request=VoteRequest, responses={201: RevealedSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        form = VoteRequest(data=request.data)
        form.is_valid(raise_exception=True)
        told = voting.vote(actor=person(request), batch_id=pk, **form.validated_data)
        return Response(told, status=status.HTTP_201_CREATED)
