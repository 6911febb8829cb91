"""The picture of a team over HTTP, and for pages."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from designer.assets import avatars
from designer.assets.delivery import HEADERS, fresh
from teams.accounts.models import User
from teams.accounts.people import person
from teams.base.errors import Missing, Refused
from teams.membership.avatars import avatar_of

# asked again each time it is shown, and rights with it; whoever has it already is sent no byte
ASKED: dict[str, str] = {**HEADERS, "Cache-Control": "private, no-cache"}


def _picture(request: HttpRequest, user: User, team_id: UUID) -> HttpResponse:
    row = avatar_of(user, team_id)
    etag = f'"{row.sha256[:32]}"'
    status = 304 if fresh(request, etag) else 200
    body = b"" if status == 304 else bytes(row.data)
    return HttpResponse(body, status=status, content_type="image/webp", headers={**ASKED, "ETag": etag})


class AvatarRequest(serializers.Serializer[Any]):
    file = serializers.FileField(help_text="A picture; its middle is shown, as a square.")


class TeamAvatarView(APIView):
    """The team's picture, a WebP of 128 × 128 pixels."""

    parser_classes = [MultiPartParser]
    required_scopes: ClassVar[dict[str, str]] = {"PUT": "admin", "DELETE": "admin"}

    @extend_schema(responses={(200, "image/webp"): OpenApiTypes.BINARY}, operation_id="teams_avatar_get")
    def get(self, request: Request, team_id: UUID) -> HttpResponse:
        """For every member."""
        return _picture(request._request, person(request), team_id)

    @extend_schema(
        request={"multipart/form-data": AvatarRequest}, responses={204: None}, operation_id="teams_avatar_put"
    )
    def put(self, request: Request, team_id: UUID) -> Response:
        """Give the team a picture. For owners and admins."""
        form = AvatarRequest(data=request.data)
        form.is_valid(raise_exception=True)
        avatars.set_avatar(actor=person(request), team_id=team_id, file=form.validated_data["file"])
        return Response(status=204)

    @extend_schema(responses={204: None}, operation_id="teams_avatar_delete")
    def delete(self, request: Request, team_id: UUID) -> Response:
        """Take the picture away: its initials stand for the team."""
        avatars.set_avatar(actor=person(request), team_id=team_id, file=None)
        return Response(status=204)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def avatar(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """For pages, which show many and are no programs; a POST from the team's page gives it a picture, or `remove`."""
    if request.method != "POST":
        return _picture(request, person(request), team_id)
    file = None if "remove" in request.POST else request.FILES.get("file")
    try:
        if file is None and "remove" not in request.POST:
            raise Refused("missing", "There is no file.", field="file", remedy="Choose a picture.", status=400)
        avatars.set_avatar(actor=person(request), team_id=team_id, file=file)
    except Missing:
        raise
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "The team's picture is changed." if file else "The team's picture is gone.")
    return redirect("team_life", team_id)
