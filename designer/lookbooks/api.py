"""The lookbook of a collection over HTTP."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from designer.lookbooks import paper
from teams.base.errors import Missing
from teams.base.streams import NOT_RUN
from teams.review.collections.api import collection_of


class LookbookQuery(serializers.Serializer[Any]):
    part = serializers.IntegerField(
        required=False, default=1, min_value=1, max_value=1000, help_text=f"Each has at most {paper.PER_PART} images."
    )
    titles = serializers.BooleanField(required=False, default=True, help_text="The titles under the images")


class CollectionLookbook(APIView):
    """A collection as a PDF, one image a page, in the version that is in use."""

    @extend_schema(parameters=[LookbookQuery], responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, team_id: UUID, collection_id: UUID) -> HttpResponse:
        row = collection_of(request, team_id, collection_id)
        if row.trashed_at is not None:
            raise Missing(message="This collection is in the trash.", remedy="Restore it first.")
        query = LookbookQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        said = query.validated_data
        made = paper.pdf(row, part=said["part"], titles=said["titles"])
        name = f"lookbook-{row.pk}-{said['part']}.pdf"
        headers = {**NOT_RUN, "Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private"}
        return HttpResponse(made, content_type="application/pdf", headers=headers)
