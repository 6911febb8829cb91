"""Assets over HTTP: uploads, lists, files."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.urls import reverse
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import generics, serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from designer.assets import delivery, services, versions
from designer.assets.models import Asset, AssetKind, AssetQuerySet
from designer.web.idempotency import IdempotentPostMixin
from designer.web.serializers import StrictSerializer
from teams.accounts.people import person
from teams.base.errors import Refused
from teams.base.preconditions import etag_of
from teams.membership.api import IF_MATCH

MAX_FILES = 20


class CheckSerializer(serializers.Serializer[Any]):
    """One measure of an image. `unknown` is no fault: the check could not tell."""

    name = serializers.CharField()
    verdict = serializers.ChoiceField(choices=["ok", "warn", "failed", "unknown"])
    value = serializers.FloatField(allow_null=True)
    unit = serializers.CharField()
    basis = serializers.CharField(help_text="How it was measured.")
    source = serializers.CharField(  # type: ignore[assignment]  # a field of this name hides an attribute of the base
        help_text="The paper behind it."
    )
    said = serializers.CharField(help_text="The sentence that a person reads.")
    score = serializers.FloatField(allow_null=True, help_text="How desirable the value is, 0 to 1.")


class SelectionSerializer(serializers.Serializer[Any]):
    rank = serializers.IntegerField(required=False, help_text="From 1 for images chosen, 0 for those set aside.")
    of = serializers.IntegerField(required=False, help_text="How many were made to choose from.")
    reason = serializers.CharField(required=False)


class QualitySerializer(serializers.Serializer[Any]):
    checks = CheckSerializer(many=True)
    score = serializers.FloatField(allow_null=True, help_text="0 to 1 by `formula`; null when no check could tell.")
    formula = serializers.CharField()
    simulated = serializers.BooleanField(help_text="A drawing of the offline model, not a real model's picture.")
    selection = SelectionSerializer(help_text="Why it was chosen or set aside; empty without best_of.")


class FileFactsSerializer(serializers.Serializer[Any]):
    digital_source_type = serializers.CharField(help_text="IPTC's, as an address.")
    model = serializers.CharField()
    prompt_sha256 = serializers.CharField()
    parent = serializers.CharField()  # type: ignore[assignment]  # a field of this name hides an attribute of the base
    operations = serializers.CharField()
    program = serializers.CharField()


class SignedActionSerializer(serializers.Serializer[Any]):
    action = serializers.CharField()
    digital_source_type = serializers.CharField()


class CredentialsSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=["valid", "unsigned", "broken", "unavailable"])
    signer = serializers.CharField()
    issuer = serializers.CharField()
    algorithm = serializers.CharField()
    actions = SignedActionSerializer(many=True)
    parents = serializers.IntegerField()
    problems = serializers.ListField(child=serializers.CharField(), help_text="Why they are broken.")
    details = serializers.ListField(child=serializers.CharField(), help_text="The same in the library's words.")


class ProvenanceSerializer(serializers.Serializer[Any]):
    """What the stored file says, read and checked now."""

    file = FileFactsSerializer(allow_null=True, help_text="From the file's own XMP; null where there is none of ours.")
    intact = serializers.BooleanField(help_text="Whether it is, byte for byte, the file that was stored.")
    credentials = CredentialsSerializer(help_text="Content Credentials (C2PA).")
    origin = serializers.DictField(
        help_text="What an uploaded file said of its own making; `credentials`: state (valid, broken, unchecked) of "
        "the Content Credentials that it came with, and whether they are `ours`."
    )
    summary = serializers.CharField()


class AssetSerializer(serializers.ModelSerializer[Asset]):
    url = serializers.SerializerMethodField()
    thumbnail = serializers.SerializerMethodField()
    facts = serializers.DictField(read_only=True)
    provenance = serializers.DictField(read_only=True)
    quality = serializers.SerializerMethodField()
    team = serializers.UUIDField(source="team_id", read_only=True)
    parent = serializers.UUIDField(  # type: ignore[assignment]  # a field of this name hides an attribute of the base
        source="parent_id", read_only=True, allow_null=True
    )
    generation = serializers.UUIDField(source="generation_id", read_only=True, allow_null=True)
    seed = serializers.IntegerField(
        read_only=True,
        allow_null=True,
        help_text="Its own, derived from its place and the seed of its generation: that one gives the image again, "
        "this one another. null: its model takes none.",
    )
    chosen = serializers.UUIDField(
        source="chosen_id", read_only=True, allow_null=True, help_text="the version in use in this original's place"
    )

    class Meta:
        model = Asset
        fields = [
            "id",
            "team",
            "kind",
            "title",
            "url",
            "thumbnail",
            "width",
            "height",
            "bytes",
            "media_type",
            "seed",
            "simulated",
            "parent",
            "version_name",
            "chosen",
            "generation",
            "provenance",
            "quality",
            "set_aside",
            "facts",
            "trashed_at",
            "created_at",
        ]

    @extend_schema_field(QualitySerializer(allow_null=True))
    def get_quality(self, asset: Asset) -> dict[str, Any] | None:
        return asset.quality or None

    @extend_schema_field(OpenApiTypes.STR)
    def get_url(self, asset: Asset) -> str:
        return reverse("api_asset_content", args=[asset.pk])

    @extend_schema_field(OpenApiTypes.STR)
    def get_thumbnail(self, asset: Asset) -> str:
        return reverse("api_asset_thumbnail", args=[asset.pk])


class UploadRequest(serializers.Serializer[Any]):
    file = serializers.FileField(help_text="A picture. Repeat the part to send several.")
    team = serializers.UUIDField(required=False)


class AssetFilter(filters.FilterSet):
    kind = filters.ChoiceFilter(choices=AssetKind.choices)
    generation = filters.UUIDFilter(field_name="generation_id")
    team = filters.UUIDFilter(field_name="team_id")
    set_aside = filters.BooleanFilter()
    search = filters.CharFilter(method="matching", max_length=200)
    alike = filters.UUIDFilter(method="near", help_text="Images that show the same picture as this one.")
    trashed = filters.BooleanFilter(field_name="trashed_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = Asset
        fields: list[str] = []

    def near(self, rows: AssetQuerySet, name: str, pk: UUID) -> AssetQuerySet:
        found = Asset.objects.visible_to(self.request.user).filter(pk=pk).first()
        return rows.alike(found) if found else rows.none()

    def matching(self, rows: AssetQuerySet, name: str, words: str) -> AssetQuerySet:
        for word in words.split():
            rows = rows.filter(title__icontains=word)
        return rows


class AssetList(IdempotentPostMixin, generics.ListAPIView[Asset]):
    """List assets, or upload pictures."""

    serializer_class = AssetSerializer
    filterset_class = AssetFilter
    parser_classes = [MultiPartParser]

    def get_queryset(self) -> QuerySet[Asset]:
        rows = Asset.objects.visible_to(self.request.user)
        return rows if "trashed" in self.request.query_params else rows.kept()

    @extend_schema(request={"multipart/form-data": UploadRequest}, responses={201: AssetSerializer})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One `file` part answers with the asset, several with `results` and `refused`: one refusal stops no other."""
        files = request.FILES.getlist("file")
        team = _team_of(request)
        if not files:
            raise Refused(
                "missing", "There is no file.", field="file", remedy="Send a multipart part named file.", status=400
            )
        if len(files) > MAX_FILES:
            raise Refused(
                "too_many", f"At most {MAX_FILES} files at once.", field="file", remedy="Send fewer.", status=413
            )
        if len(files) == 1:
            made = services.store_upload(actor=person(request), team_id=team, file=files[0], name=files[0].name or "")
            body = self.get_serializer(made).data
            return Response(body, status=status.HTTP_201_CREATED, headers={"Location": f"/api/assets/{made.pk}"})
        return self._several(request, team, files)

    def _several(self, request: Request, team: UUID | None, files: list[Any]) -> Response:
        made, refused = [], []
        for file in files:
            try:
                made.append(services.store_upload(actor=person(request), team_id=team, file=file, name=file.name or ""))
            except Refused as error:
                if error.field != "file":
                    raise
                line = {"name": services.display_name(file.name or ""), "code": error.code, "message": str(error)}
                refused.append(line)
        code = status.HTTP_201_CREATED if made else status.HTTP_422_UNPROCESSABLE_ENTITY
        return Response({"results": self.get_serializer(made, many=True).data, "refused": refused}, status=code)


def _team_of(request: Request) -> UUID | None:
    raw = request.data.get("team") if isinstance(request.data, dict) else None
    if raw in (None, ""):
        return None
    try:
        return UUID(str(raw))
    except ValueError as error:
        raise Refused(
            "invalid", "This is no id.", field="team", remedy="Send a team's id, or none.", status=400
        ) from error


class VersionChange(StrictSerializer):
    version_name = serializers.CharField(max_length=versions.LONGEST, allow_blank=True)


class AssetDetail(generics.GenericAPIView[Asset]):
    """One asset; DELETE moves it to the trash for 30 days."""

    serializer_class = AssetSerializer
    queryset = Asset.objects.none()

    def get(self, request: Request, pk: UUID) -> Response:
        asset = Asset.objects.see(request.user, pk)
        return Response(self.get_serializer(asset).data, headers={"ETag": etag_of(asset)})

    @extend_schema(request=VersionChange, responses=AssetSerializer, parameters=[IF_MATCH])
    def patch(self, request: Request, pk: UUID) -> Response:
        """Call this version something. Needs If-Match."""
        Asset.objects.see(request.user, pk)
        form = VersionChange(data=request.data)
        form.is_valid(raise_exception=True)
        asset = versions.name_version(
            actor=person(request),
            asset_id=pk,
            name=form.validated_data["version_name"],
            if_match=request.headers.get("If-Match"),
        )
        return Response(self.get_serializer(asset).data, headers={"ETag": etag_of(asset)})

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        services.trash(actor=person(request), asset_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class AssetVersions(APIView):
    """The original, then all versions that were made from it, whichever of them was asked for."""

    @extend_schema(responses={200: AssetSerializer(many=True)})
    def get(self, request: Request, pk: UUID) -> Response:
        found = versions.versions_of(request.user, Asset.objects.see(request.user, pk))
        return Response(AssetSerializer(found, many=True, context={"request": request}).data)


class AssetUse(generics.GenericAPIView[Asset]):
    """Let this version stand for the image; the original's id lets the original again. Answers with the original."""

    serializer_class = AssetSerializer
    queryset = Asset.objects.none()

    @extend_schema(request=None, responses={200: AssetSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        return Response(self.get_serializer(versions.use_version(actor=person(request), asset_id=pk)[0]).data)


class AssetRestore(generics.GenericAPIView[Asset]):
    """Take an asset out of the trash."""

    serializer_class = AssetSerializer
    queryset = Asset.objects.none()

    @extend_schema(request=None, responses={200: AssetSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        return Response(self.get_serializer(services.restore(actor=person(request), asset_id=pk)).data)


class AssetPromote(generics.GenericAPIView[Asset]):
    """Show an image that a best-of had set aside."""

    serializer_class = AssetSerializer
    queryset = Asset.objects.none()

    @extend_schema(request=None, responses={200: AssetSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        return Response(self.get_serializer(services.promote(actor=person(request), asset_id=pk)).data)


class AssetProvenance(generics.GenericAPIView[Asset]):
    """How the image came to be, read from its file, and whether its signature holds."""

    serializer_class = ProvenanceSerializer
    queryset = Asset.objects.none()

    def get(self, request: Request, pk: UUID) -> Response:
        report = services.provenance_report(Asset.objects.see(request.user, pk))
        return Response(self.get_serializer(report).data)


class AssetContent(APIView):
    """The picture itself; `format` converts it, `download` asks the browser to save it."""

    @extend_schema(
        parameters=[
            OpenApiParameter("format", str, enum=["png", "jpeg", "webp"]),
            OpenApiParameter("download", bool),
        ],
        responses={(200, "image/*"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: UUID) -> HttpResponseBase:
        asset = Asset.objects.see(request.user, pk)
        wish = request.query_params.get("format", "")
        return delivery.content(request, asset, wish, download=request.query_params.get("download") == "1")


class AssetThumbnail(APIView):
    """A WebP thumbnail at least `w` pixels wide where the picture has them."""

    @extend_schema(
        parameters=[OpenApiParameter("w", int, description="160, 320, 640 or 1280")],
        responses={(200, "image/webp"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: UUID) -> HttpResponseBase:
        return delivery.thumbnail(request, Asset.objects.see(request.user, pk), request.query_params.get("w", ""))
