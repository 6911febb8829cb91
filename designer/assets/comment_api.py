"""What is said of an image and of all its versions, over HTTP: pins where they lie in this one."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from designer.assets.commenting import panel_of
from designer.assets.models import Asset
from teams.accounts.people import person
from teams.review.api import CommentAnswer, PinSerializer
from teams.review.discussing import thread_of

THREAD = OpenApiParameter("thread", UUID, description="Begin with this thread; `older` of the page before")


class ThreadAnswer(serializers.Serializer[Any]):
    comment = CommentAnswer(source="said.row")
    answers = CommentAnswer(source="answer_rows", many=True, help_text="The latest ones, the earliest first")
    hidden = serializers.IntegerField(help_text="How many earlier answers are left out")
    number = serializers.IntegerField(help_text="Of its pin, the same on every version; 0 without one")
    place = PinSerializer(allow_null=True, help_text="Where its pin lies in this version")
    lost = serializers.BooleanField(help_text="Whether its pin was cropped away in this version")


class ThreadPage(serializers.Serializer[Any]):
    results = ThreadAnswer(source="threads", many=True)
    older = serializers.UUIDField(allow_null=True, help_text="Send it as `thread` for the next page")


class AssetComments(APIView):
    @extend_schema(parameters=[THREAD], responses=ThreadPage)
    def get(self, request: Request, pk: UUID) -> Response:
        """The threads on all versions of the image, newest first, each pin where it lies in this one."""
        panel = panel_of(person(request), Asset.objects.see(request.user, pk))
        return Response(ThreadPage(panel.facts(thread_of(request))).data)
