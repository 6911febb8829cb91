"""Two versions of an image compared over HTTP: figures, and a picture of where they differ."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from designer.assets.delivery import Answer, finished
from enhancement import comparing
from enhancement.fidelity import FIGURES
from teams.accounts.people import person
from teams.base.errors import Conflict


class FiguresSerializer(serializers.Serializer[Any]):
    """Of both at the smaller of their sizes. `reason` says why there are none, and is empty where there are."""

    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)
    psnr = serializers.FloatField(allow_null=True, help_text="dB on luma; null for equal pictures")
    ssim = serializers.FloatField(allow_null=True)
    delta_e_mean = serializers.FloatField(allow_null=True, help_text="CIEDE2000")
    delta_e_p99 = serializers.FloatField(allow_null=True)
    faithful = serializers.BooleanField(allow_null=True, help_text="mean at most 1 and 99 % of it at most 3")
    sharpness_before = serializers.FloatField(allow_null=True, help_text="0 blurred to 1 sharp, at the larger size")
    sharpness_after = serializers.FloatField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)


class VersusAnswer(serializers.Serializer[Any]):
    before = serializers.UUIDField()
    after = serializers.UUIDField()
    figures = FiguresSerializer()


class Versus(APIView):
    """How far an image is from another, usually its source: fidelity, colours, sharpness."""

    @extend_schema(responses=VersusAnswer)
    def get(self, request: Request, pk: UUID, before: UUID) -> Response:
        found = comparing.measure(actor=person(request), before_id=before, after_id=pk)
        known = {name: found.figures.get(name) for name in FIGURES}
        said = {**known, "reason": found.figures.get("reason", "")}
        return Response({"before": before, "after": pk, "figures": said})


class Difference(APIView):
    """A PNG of where the colours of two images differ: black 0, pale yellow 10 and more of CIEDE2000."""

    @extend_schema(responses={(200, "image/png"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: UUID, before: UUID) -> Answer:
        found = comparing.measure(actor=person(request), before_id=before, after_id=pk)
        if not found.heat:
            raise Conflict("incomparable", found.figures["reason"], remedy="Compare two versions of the same shape.")
        etag = f'"{found.before.sha256[:32]}-{found.after.sha256[:32]}"'
        return finished(HttpResponse(found.heat, content_type="image/png"), etag)
