"""Review sessions over HTTP. What happens in one is told on the channel `session:<id>`."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from designer.sessions import paper, serializers, services
from designer.sessions.models import ReviewSession, SessionStatus
from designer.sessions.summary import table_of
from designer.sessions.telling import image_of, images_of, state_of
from designer.web.idempotency import IdempotentPostMixin
from designer.web.serializers import StrictSerializer
from teams.accounts.people import person
from teams.base.errors import Conflict, Missing
from teams.base.streams import NOT_RUN
from teams.membership.ownership import visible_team


class SessionFilter(filters.FilterSet):
    status = filters.ChoiceFilter(choices=SessionStatus.choices)
    collection = filters.UUIDFilter(field_name="collection_id")
    search = filters.CharFilter(field_name="title", lookup_expr="icontains", max_length=200)

    class Meta:
        model = ReviewSession
        fields: list[str] = []


class SessionList(IdempotentPostMixin, generics.ListAPIView[ReviewSession]):
    """The team's review sessions, newest first."""

    queryset = ReviewSession.objects.none()
    serializer_class = serializers.SessionLine
    filterset_class = SessionFilter

    def get_queryset(self) -> QuerySet[ReviewSession]:
        team = visible_team(person(self.request), self.kwargs["team_id"])
        rows: QuerySet[ReviewSession] = ReviewSession.objects.visible_to(self.request.user).light().filter(team=team)
        return rows

    @extend_schema(request=serializers.SessionWish, responses={201: serializers.SessionAnswer})
    def post(self, request: Request, team_id: UUID) -> Response:
        """Begin a review of a collection as it is now. For editors and above; the caller presents."""
        visible_team(person(request), team_id)
        wish = checked(serializers.SessionWish, request)
        made = services.open_session(actor=person(request), team_id=team_id, **wish)
        return told(request, made.pk, 201)


class SessionDetail(APIView):
    """What is shown now, who presents, and the clock."""

    @extend_schema(responses=serializers.SessionAnswer)
    def get(self, request: Request, pk: UUID) -> Response:
        return told(request, pk)


class SessionImages(APIView):
    """The agenda, in order."""

    @extend_schema(parameters=[serializers.AgendaQuery], responses=serializers.AgendaPage)
    def get(self, request: Request, pk: UUID) -> Response:
        row = seen(request, pk)
        query = serializers.AgendaQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        after, limit = query.validated_data["after"], query.validated_data["limit"]
        rows = row.images.told().filter(position__gt=after, position__lte=after + limit)
        found = images_of(row, person(request), rows)
        return Response({"results": found, "next": after + limit if len(found) == limit else None})


class SessionImage(APIView):
    """One image of the agenda, with who voted, and what, where that is open."""

    @extend_schema(operation_id="sessions_image_retrieve", responses=serializers.AgendaImageInFull)
    def get(self, request: Request, pk: UUID, asset_id: UUID) -> Response:
        found = image_of(seen(request, pk), person(request), asset_id)
        if found is None:
            raise Missing(message="This session does not show that image.", remedy="Choose one of its images.")
        return Response(found)


class SessionPresent(IdempotentPostMixin, APIView):
    @extend_schema(request=serializers.ImageWish, responses=serializers.SessionAnswer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Show an image to everybody. For the presenter."""
        seen(request, pk)
        wish = checked(serializers.ImageWish, request)
        services.present(actor=person(request), session_id=pk, asset_id=wish["asset"])
        return told(request, pk)


class SessionPresenter(IdempotentPostMixin, APIView):
    @extend_schema(request=serializers.PresenterWish, responses=serializers.SessionAnswer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Hand over to a member who may present; or take over, when the presenter has been gone for 15 s."""
        seen(request, pk)
        wish = checked(serializers.PresenterWish, request)
        services.make_presenter(actor=person(request), session_id=pk, user_id=wish["user"])
        return told(request, pk)


class SessionTimer(IdempotentPostMixin, APIView):
    @extend_schema(request=serializers.TimerWish, responses=serializers.SessionAnswer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Start, pause or reset the clock of the image shown. For the presenter."""
        seen(request, pk)
        wish = checked(serializers.TimerWish, request)
        services.set_timer(actor=person(request), session_id=pk, **wish)
        return told(request, pk)


class SessionVotes(IdempotentPostMixin, APIView):
    @extend_schema(request=serializers.VoteWish, responses=serializers.AgendaImageInFull)
    def post(self, request: Request, pk: UUID) -> Response:
        """Vote on an image, change that, or take it back. For editors and above, until the session ends."""
        seen(request, pk)
        wish = checked(serializers.VoteWish, request)
        asset_id = wish.pop("asset")
        services.vote(actor=person(request), session_id=pk, asset_id=asset_id, **wish)
        return Response(image_of(seen(request, pk), person(request), asset_id))


class SessionReveal(IdempotentPostMixin, APIView):
    @extend_schema(request=serializers.ImageWish, responses=serializers.AgendaImageInFull)
    def post(self, request: Request, pk: UUID) -> Response:
        """Show everybody the votes on an image. For the presenter."""
        seen(request, pk)
        wish = checked(serializers.ImageWish, request)
        services.reveal(actor=person(request), session_id=pk, asset_id=wish["asset"])
        return Response(image_of(seen(request, pk), person(request), wish["asset"]))


class SessionAttendance(APIView):
    @extend_schema(request=None, responses=serializers.AttendedAnswer)
    def put(self, request: Request, pk: UUID) -> Response:
        """Say every 5 s that you are there: the summary lists you, and nobody takes over from you."""
        return Response({"now": services.attend(actor=person(request), session_id=pk)})


class SessionEnd(IdempotentPostMixin, APIView):
    @extend_schema(request=None, responses=serializers.SummaryAnswer)
    def post(self, request: Request, pk: UUID) -> Response:
        """End it and keep its summary. For the presenter, who began it, and admins."""
        return Response(services.end(actor=person(request), session_id=pk).summary)


class SessionSummary(APIView):
    @extend_schema(
        parameters=[OpenApiParameter("format", str, enum=["json", "csv", "pdf"])],
        responses={
            200: serializers.SummaryAnswer,
            (200, "text/csv"): OpenApiTypes.STR,
            (200, "application/pdf"): OpenApiTypes.BINARY,
        },
    )
    def get(self, request: Request, pk: UUID) -> Response | HttpResponse:
        """Who was there and what was voted, once the session has ended."""
        row: ReviewSession = ReviewSession.objects.select_related("team").see(request.user, pk)
        if row.status != SessionStatus.ENDED:
            raise Conflict("not_ended", "This session has not ended.", remedy="End it first.")
        kind = request.query_params.get("format")
        if kind not in ("csv", "pdf"):
            return Response(row.summary)
        headers = {**NOT_RUN, "Content-Disposition": f'attachment; filename="review-{row.pk}.{kind}"'}
        if kind == "pdf":
            headers |= {"Cache-Control": "private"}
            return HttpResponse(paper.pdf(row), content_type="application/pdf", headers=headers)
        return HttpResponse(table_of(row.summary), content_type="text/csv; charset=utf-8", headers=headers)


def seen(request: Request, pk: UUID) -> ReviewSession:
    """The session, if the caller may see it. Raises Missing."""
    rows = ReviewSession.objects.light().select_related("presenter", "present")
    row: ReviewSession = rows.see(request.user, pk)
    return row


def checked(shape: type[StrictSerializer], request: Request) -> dict[str, Any]:
    wish = shape(data=request.data)
    wish.is_valid(raise_exception=True)
    return dict(wish.validated_data)


def told(request: Request, pk: UUID, status: int = 200) -> Response:
    headers = {"Location": f"/api/sessions/{pk}"} if status == 201 else {}
    return Response(state_of(seen(request, pk)), status=status, headers=headers)
