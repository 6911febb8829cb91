"""A team's reviews over HTTP: an image is put before reviewers, they answer, and what is approved is locked."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from teams.accounts.people import person
from teams.base.preconditions import etag_of
from teams.membership.ownership import visible_team
from teams.review.approvals import services
from teams.review.approvals.models import Approval, ApprovalQuerySet, Policy, Reviewer, Status, Verdict


class ReviewerAnswer(serializers.ModelSerializer[Reviewer]):
    user = serializers.UUIDField(source="user_id")
    name = serializers.CharField(source="user.shown_name")
    verdict = serializers.ChoiceField(Verdict.choices, allow_blank=True, help_text="The last answer; empty: none yet")
    checked = serializers.ListField(child=serializers.IntegerField(), help_text="Lines of the checklist, from 0")
    present = serializers.BooleanField(help_text="Whether they may review for the team; if not, nobody waits for them")

    class Meta:
        model = Reviewer
        fields = ["user", "name", "verdict", "note", "checked", "present", "answered_at"]
        read_only_fields = fields


class ApprovalAnswer(serializers.ModelSerializer[Approval]):
    team = serializers.UUIDField(source="team_id")
    asset = serializers.UUIDField(source="asset_id")
    title = serializers.CharField(source="asset.title", help_text="The image's")
    requester = serializers.UUIDField(source="requester_id")
    name = serializers.CharField(source="requester.shown_name", help_text="The requester's")
    checklist = serializers.ListField(child=serializers.CharField())
    overdue = serializers.BooleanField(source="is_overdue")
    reviewers = ReviewerAnswer(many=True)
    decided_at = serializers.DateTimeField(allow_null=True, help_text="Since when it is not in review any more")

    class Meta:
        model = Approval
        fields = [
            "id", "team", "asset", "title", "requester", "name", "policy", "status", "note", "checklist",
            "due_at", "overdue", "reviewers", "decided_at", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields


class ApprovalWish(serializers.Serializer[Any]):
    asset = serializers.UUIDField()
    reviewers = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=services.MOST)
    policy = serializers.ChoiceField(Policy.choices, required=False, help_text="Left out: the team's usual")
    due_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    checklist = serializers.ListField(
        child=serializers.CharField(max_length=services.LINE), required=False, default=list, max_length=services.LINES
    )
    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=services.NOTE)


class VerdictWish(serializers.Serializer[Any]):
    verdict = serializers.ChoiceField(Verdict.choices)
    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=services.NOTE)
    checked = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=services.LINES - 1),
        required=False,
        default=list,
        max_length=services.LINES,
        help_text="Which lines of the checklist hold, from 0",
    )


class ApprovalFilter(filters.FilterSet):
    status = filters.MultipleChoiceFilter(choices=Status.choices)
    asset = filters.UUIDFilter(field_name="asset_id")
    requester = filters.UUIDFilter(field_name="requester_id")
    reviewer = filters.UUIDFilter(method="asked", help_text="those that this person was asked for")
    waiting = filters.BooleanFilter(method="for_me", help_text="true: those that wait for your own answer")
    overdue = filters.BooleanFilter(method="late", help_text="true: those that should have been answered by now")
    search = filters.CharFilter(method="of_words", max_length=200, help_text="words of title, note or requester")

    class Meta:
        model = Approval
        fields: list[str] = []

    def asked(self, rows: ApprovalQuerySet, name: str, user: UUID) -> ApprovalQuerySet:
        return rows.asked_of(user)

    def for_me(self, rows: ApprovalQuerySet, name: str, wanted: bool) -> ApprovalQuerySet:
        mine = Approval.objects.waiting_for(self.request.user).values("pk")
        return rows.filter(pk__in=mine) if wanted else rows.exclude(pk__in=mine)

    def late(self, rows: ApprovalQuerySet, name: str, wanted: bool) -> ApprovalQuerySet:
        late = Approval.objects.overdue().values("pk")
        return rows.filter(pk__in=late) if wanted else rows.exclude(pk__in=late)

    def of_words(self, rows: ApprovalQuerySet, name: str, words: str) -> ApprovalQuerySet:
        return rows.matching(words)


def named(request: Request, team_id: UUID, approval_id: UUID) -> Approval:
    """The approval of this team, if the caller may see it. Raises Missing."""
    team = visible_team(person(request), team_id)
    row: Approval = Approval.objects.filter(team=team).see(request.user, approval_id)
    return row


def told(approval_id: UUID, status: int = 200) -> Response:
    row = Approval.objects.told().get(pk=approval_id)
    headers = {"ETag": etag_of(row)}
    if status == 201:
        headers["Location"] = reverse("api_approval", args=[row.team_id, row.pk])
    return Response(ApprovalAnswer(row).data, status=status, headers=headers)


class ApprovalList(generics.ListAPIView[Approval]):
    """The team's reviews, newest first."""

    queryset = Approval.objects.none()
    serializer_class = ApprovalAnswer
    filterset_class = ApprovalFilter

    def get_queryset(self) -> QuerySet[Approval]:
        team = visible_team(person(self.request), self.kwargs["team_id"])
        rows: QuerySet[Approval] = Approval.objects.visible_to(self.request.user).filter(team=team).told()
        return rows

    @extend_schema(request=ApprovalWish, responses={201: ApprovalAnswer})
    def post(self, request: Request, team_id: UUID) -> Response:
        """Ask members to review an image that you may change. Of an image one review stands at a time."""
        visible_team(person(request), team_id)
        wish = ApprovalWish(data=request.data)
        wish.is_valid(raise_exception=True)
        wanted = services.Request(**wish.validated_data)
        return told(services.request_approval(actor=person(request), team_id=team_id, wish=wanted).pk, 201)


class ApprovalDetail(APIView):
    @extend_schema(responses=ApprovalAnswer)
    def get(self, request: Request, team_id: UUID, approval_id: UUID) -> Response:
        return told(named(request, team_id, approval_id).pk)


class ApprovalAnswering(APIView):
    @extend_schema(request=VerdictWish, responses=ApprovalAnswer)
    def post(self, request: Request, team_id: UUID, approval_id: UUID) -> Response:
        """Answer as a reviewer. One's last answer counts, until the image is approved."""
        named(request, team_id, approval_id)
        wish = VerdictWish(data=request.data)
        wish.is_valid(raise_exception=True)
        services.answer(actor=person(request), approval_id=approval_id, **wish.validated_data)
        return told(approval_id)


class ApprovalWithdraw(APIView):
    @extend_schema(request=None, responses=ApprovalAnswer)
    def post(self, request: Request, team_id: UUID, approval_id: UUID) -> Response:
        """End a review, or unlock an approved image. For who asked, owners and admins."""
        named(request, team_id, approval_id)
        services.withdraw(actor=person(request), approval_id=approval_id)
        return told(approval_id)
