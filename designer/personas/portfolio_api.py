"""Portfolios over HTTP: send one, follow it, see why a file was refused, make personas of its looks."""

import json
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from designer.assets.receiving import PortfolioUploadHandler
from designer.personas import portfolios
from designer.personas.api import PersonaSerializer
from designer.personas.models import Persona
from designer.personas.portfolio_models import ItemStatus, PortfolioImport, PortfolioItem, PortfolioStatus
from designer.web.idempotency import IdempotentPostMixin
from designer.web.serializers import StrictSerializer
from teams.accounts.people import person
from teams.base.errors import Refused


class TraitSerializer(serializers.Serializer[Any]):
    attribute = serializers.CharField()
    value = serializers.CharField()
    count = serializers.IntegerField(help_text="Pictures of this look that have it.")
    read = serializers.IntegerField(help_text="Pictures of this look in which anything was read of the attribute.")
    share = serializers.FloatField(help_text="count as a share of all pictures of the look, read or not, 0 to 1.")
    lift = serializers.FloatField(help_text="How many times as often as in the whole portfolio.")


class ClusterSerializer(serializers.Serializer[Any]):
    """A look: pictures that belong together."""

    key = serializers.IntegerField(help_text="Name this to make a persona of it.")
    name = serializers.CharField(help_text="Suggested; says only what holds for the look, as its signature does.")
    count = serializers.IntegerField(help_text="Pictures of this look.")
    weight = serializers.FloatField(help_text="Its share of all pictures, 0 to 1.")
    signature = TraitSerializer(
        many=True,
        help_text="What sets it apart: values of at least half of the pictures in which their attribute was read, and "
        "of a third of all.",
    )
    exemplars = serializers.ListField(child=serializers.UUIDField(), help_text="Assets, the most typical first.")
    distributions = serializers.DictField(
        help_text="attribute -> value -> pictures; those in which the attribute was not read are in none (see read). A "
        "picture of several colours counts for each."
    )
    read = serializers.DictField(
        child=serializers.IntegerField(), help_text="attribute -> of count pictures, those in which it was read"
    )
    weights = serializers.DictField(
        help_text="attribute -> value -> 0 to 1, its share of the pictures in which the attribute was read, by how "
        "surely it was"
    )
    palette = serializers.ListField(
        child=serializers.DictField(), help_text="share: of all the colour that was read, by area."
    )
    cohesion = serializers.FloatField(allow_null=True, help_text="Mean silhouette, -1 to 1; null for a single look.")
    confidence = serializers.FloatField(help_text="0 to 1.")
    basis = serializers.CharField(
        help_text="What the confidence rests on, in words: the pictures, and what they share."
    )


class PortfolioSerializer(serializers.ModelSerializer[PortfolioImport]):
    team = serializers.UUIDField(source="team_id", read_only=True)
    clusters = serializers.SerializerMethodField()
    rule = serializers.SerializerMethodField(help_text="Why there are as many looks.")
    error = serializers.DictField(allow_null=True, read_only=True)
    left_out = serializers.SerializerMethodField(
        help_text="Pictures that are not read because there are more than 2,000; of what is not listed yet, by the "
        "names in its archives."
    )
    can_go_on = serializers.BooleanField(read_only=True, help_text="It was cancelled, and its files are still kept.")

    class Meta:
        model = PortfolioImport
        fields = [
            "id", "team", "title", "status", "percent", "total", "read", "duplicates", "refused", "ignored",
            "left_out", "clusters", "rule", "error", "can_go_on", "created_at", "started_at", "finished_at",
        ]  # fmt: skip

    @extend_schema_field(ClusterSerializer(many=True))
    def get_clusters(self, row: PortfolioImport) -> list[dict[str, Any]]:
        return clusters_json(row)

    def get_left_out(self, row: PortfolioImport) -> int:
        return portfolios.left_out(row)

    def get_rule(self, row: PortfolioImport) -> str:
        return str(row.clusters.get("rule", ""))


def clusters_json(row: PortfolioImport) -> list[dict[str, Any]]:
    """The looks with their exemplars as assets; those that were deleted since are left out."""
    looks = portfolios.looks_of(row)
    wanted = {pk for look in looks for pk in look.exemplars}
    assets = dict(row.items.filter(pk__in=wanted, asset__trashed_at=None).values_list("pk", "asset_id"))
    shown = []
    for look in looks:
        found = [str(assets[UUID(pk)]) for pk in look.exemplars if assets.get(UUID(pk))]
        told = {name: value for name, value in look.to_json().items() if name != "members"}
        shown.append({**told, "exemplars": found})
    return shown


class PortfolioRequest(serializers.Serializer[Any]):
    file = serializers.FileField(help_text="Pictures and ZIP archives of them. Repeat the part to send several.")
    team = serializers.UUIDField(required=False)
    title = serializers.CharField(required=False, max_length=200)
    paths = serializers.CharField(required=False, help_text="A JSON list: each file's place in its folder.")


class PortfolioFilter(filters.FilterSet):
    status = filters.MultipleChoiceFilter(choices=PortfolioStatus.choices)
    team = filters.UUIDFilter(field_name="team_id")
    search = filters.CharFilter(field_name="title", lookup_expr="icontains", max_length=200)

    class Meta:
        model = PortfolioImport
        fields: list[str] = []


class PortfolioList(IdempotentPostMixin, generics.ListAPIView[PortfolioImport]):
    """List portfolios, or send one."""

    serializer_class = PortfolioSerializer
    filterset_class = PortfolioFilter
    parser_classes = [MultiPartParser]
    kept_with_work = False  # hundreds of megabytes go to the storage before the first row

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        request.upload_handlers = [PortfolioUploadHandler(request)]
        return super().initialize_request(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[PortfolioImport]:
        rows: QuerySet[PortfolioImport] = PortfolioImport.objects.visible_to(self.request.user)
        rows = rows.annotate(over=portfolios.over())
        return rows.order_by("-created_at", "-id")

    @extend_schema(request={"multipart/form-data": PortfolioRequest}, responses={202: PortfolioSerializer})
    def post(self, request: Request) -> Response:
        """Send pictures, folders and ZIP archives (three deep) in one go; they are read one by one afterwards.

        Follow the channel `portfolio:<id>`, or ask again. What cannot be read is listed with its reason and stops
        nothing else. Up to 300 files at once, and 2,000 pictures in all.
        """
        made = portfolios.start_import(
            actor=person(request),
            team_id=team_said(request.POST.get("team")),
            files=request.FILES.getlist("file"),
            paths=paths_said(request.POST.get("paths")),
            title=request.POST.get("title", ""),
        )
        headers = {"Location": f"/api/portfolios/{made.pk}"}
        return Response(self.get_serializer(made).data, status=status.HTTP_202_ACCEPTED, headers=headers)


def team_said(raw: Any) -> UUID | None:
    """Raises Refused for what is no id."""
    if raw in (None, ""):
        return None
    try:
        return UUID(str(raw))
    except ValueError as error:
        raise Refused(
            "invalid", "This is no id.", field="team", remedy="Send a team's id, or none.", status=400
        ) from error


def paths_said(raw: Any) -> list[str]:
    """A JSON list of texts. Raises Refused for anything else."""
    if raw in (None, ""):
        return []
    try:
        said = json.loads(str(raw))
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, list) or not all(isinstance(each, str) for each in said):
        raise Refused("invalid", "This is no list.", field="paths", remedy="Send a JSON list of texts.", status=400)
    return said


class PortfolioDetail(generics.GenericAPIView[PortfolioImport]):
    """One portfolio: how far it is, and the looks once it is done."""

    serializer_class = PortfolioSerializer
    queryset = PortfolioImport.objects.none()

    def get(self, request: Request, pk: UUID) -> Response:
        return Response(self.get_serializer(PortfolioImport.objects.see(request.user, pk)).data)


class PortfolioCancel(generics.GenericAPIView[PortfolioImport]):
    """Stop at the next file; what was read stays among the references. Asking twice is harmless."""

    serializer_class = PortfolioSerializer
    queryset = PortfolioImport.objects.none()

    @extend_schema(request=None, responses={202: PortfolioSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        row = portfolios.cancel(actor=person(request), portfolio_id=pk)
        return Response(self.get_serializer(row).data, status=status.HTTP_202_ACCEPTED)


class PortfolioResume(generics.GenericAPIView[PortfolioImport]):
    """Go on with a cancelled portfolio where it stopped. What was sent is kept for a week, of the three that a team
    stopped last."""

    serializer_class = PortfolioSerializer
    queryset = PortfolioImport.objects.none()

    @extend_schema(request=None, responses={202: PortfolioSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        row = portfolios.resume(actor=person(request), portfolio_id=pk)
        return Response(self.get_serializer(row).data, status=status.HTTP_202_ACCEPTED)


class PortfolioForget(generics.GenericAPIView[PortfolioImport]):
    """Delete what was sent with a portfolio that stopped; what was read stays. Asking twice is harmless."""

    serializer_class = PortfolioSerializer
    queryset = PortfolioImport.objects.none()

    @extend_schema(request=None, responses={200: PortfolioSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        row = portfolios.forget(actor=person(request), portfolio_id=pk)
        return Response(self.get_serializer(row).data)


class PortfolioItemSerializer(serializers.ModelSerializer[PortfolioItem]):
    asset = serializers.UUIDField(source="asset_id", read_only=True, allow_null=True)
    code = serializers.CharField(read_only=True, help_text="Why it was refused or passed over; empty otherwise.")

    class Meta:
        model = PortfolioItem
        fields = ["id", "position", "path", "status", "code", "reason", "asset", "cluster"]


class PortfolioItemFilter(filters.FilterSet):
    status = filters.MultipleChoiceFilter(choices=ItemStatus.choices)
    cluster = filters.NumberFilter(min_value=0, max_value=1000)
    search = filters.CharFilter(field_name="path", lookup_expr="icontains", max_length=200)

    class Meta:
        model = PortfolioItem
        fields: list[str] = []


class PortfolioItemList(generics.ListAPIView[PortfolioItem]):
    """Every file of a portfolio and what became of it."""

    serializer_class = PortfolioItemSerializer
    filterset_class = PortfolioItemFilter

    def get_queryset(self) -> QuerySet[PortfolioItem]:
        if getattr(self, "swagger_fake_view", False):
            return PortfolioItem.objects.none()
        row: PortfolioImport = PortfolioImport.objects.see(self.request.user, self.kwargs["pk"])
        items: QuerySet[PortfolioItem] = row.items.order_by("position")
        return items


class PickRequest(StrictSerializer):
    cluster = serializers.IntegerField(min_value=0, max_value=1000)
    name = serializers.CharField(required=False, allow_blank=True, max_length=80)


class PicksRequest(StrictSerializer):
    clusters = serializers.ListField(child=PickRequest(), min_length=1, max_length=portfolios.MOST_PICKS)


class PortfolioPersonas(IdempotentPostMixin, generics.GenericAPIView[Persona]):
    """Make personas of the looks that were picked."""

    serializer_class = PersonaSerializer
    queryset = Persona.objects.none()
    pagination_class = None  # the answer is what was made, all of it

    @extend_schema(request=PicksRequest, responses={201: PersonaSerializer(many=True)})
    def post(self, request: Request, pk: UUID) -> Response:
        PortfolioImport.objects.see(request.user, pk)
        form = PicksRequest(data=request.data)
        form.is_valid(raise_exception=True)
        picks = form.validated_data["clusters"]
        made = portfolios.make_personas(actor=person(request), portfolio_id=pk, picks=picks)
        return Response(PersonaSerializer(made, many=True).data, status=status.HTTP_201_CREATED)
