"""Invitations over HTTP: for those who manage a team, and for the invited."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from teams.membership import invitations
from teams.membership.api import MemberAnswer, person
from teams.membership.models import Invitation, Role
from teams.membership.ownership import visible_team

STATES = ("open", "accepted", "revoked", "expired")


class InvitationWish(serializers.Serializer[Any]):
    email = serializers.CharField(max_length=254)
    role = serializers.ChoiceField(Role.choices, default=Role.EDITOR)
    by_mail = serializers.BooleanField(
        default=True, help_text="false: no mail is sent; the answer holds the link, this once, to be handed over"
    )


class InvitationAnswer(serializers.ModelSerializer[Invitation]):
    state = serializers.ChoiceField(STATES)
    inviter = serializers.CharField(source="inviter.shown_name")

    class Meta:
        model = Invitation
        fields = [
            "id", "email", "role", "state", "by_mail", "inviter", "created_at", "renewed_at", "mailed_at", "returned",
            "expires_at", "accepted_at", "revoked_at",
        ]  # fmt: skip
        read_only_fields = fields


class InvitationMade(InvitationAnswer):
    link = serializers.SerializerMethodField(help_text="Shown this once; null where the mail carries it.")

    class Meta(InvitationAnswer.Meta):
        fields = [*InvitationAnswer.Meta.fields, "link"]
        read_only_fields = fields

    def get_link(self, row: Invitation) -> str | None:
        return None if row.by_mail else invitations.link_of(self.context["key"])


class InvitationFilter(filters.FilterSet):  # type: ignore[misc]
    search = filters.CharFilter(field_name="email", lookup_expr="icontains", label="Part of the address")
    state = filters.ChoiceFilter(choices=[(state, state) for state in STATES], method="by_state")

    def by_state(self, rows: QuerySet[Invitation], name: str, state: str) -> QuerySet[Invitation]:
        return rows.in_state(state)  # type: ignore[attr-defined,no-any-return]


class Joined(MemberAnswer):
    team = serializers.UUIDField(source="team_id")

    class Meta(MemberAnswer.Meta):
        fields = ["team", *MemberAnswer.Meta.fields]
        read_only_fields = fields


class KeyWish(serializers.Serializer[Any]):
    key = serializers.CharField(max_length=200, help_text="What stands behind # in the link of the mail")


class Invite(APIView):
    required_scopes = {"POST": "admin"}

    @extend_schema(request=InvitationWish, responses={201: InvitationMade})
    def post(self, request: Request, team_id: UUID) -> Response:
        """Invite an address in a role. For owners and admins; only owners invite owners.

        No Idempotency-Key is honoured: a link is kept nowhere, so it cannot be told again. An address that is invited
        already answers 409.
        """
        visible_team(person(request), team_id)
        wish = InvitationWish(data=request.data)
        wish.is_valid(raise_exception=True)
        row, key = invitations.invite(actor=person(request), team_id=team_id, **wish.validated_data)
        return Response(InvitationMade(row, context={"key": key}).data, status=201)


class InvitationList(generics.ListAPIView[Invitation]):
    """The team's invitations, the newest first. For owners and admins."""

    queryset = Invitation.objects.none()
    serializer_class = InvitationAnswer
    filterset_class = InvitationFilter

    def get_queryset(self) -> QuerySet[Invitation]:
        return invitations.invitations_of(person(self.request), self.kwargs["team_id"])


class InvitationDetail(APIView):
    required_scopes = {"POST": "admin", "DELETE": "admin"}

    @extend_schema(request=None, responses=InvitationMade)
    def post(self, request: Request, team_id: UUID, invitation_id: UUID) -> Response:
        """Send it again with a new key; the old one lets nobody in any more. At most once a minute.

        No Idempotency-Key is honoured: sent twice, the later key counts.
        """
        row, key = invitations.renew(actor=person(request), team_id=team_id, invitation_id=invitation_id)
        return Response(InvitationMade(row, context={"key": key}).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, team_id: UUID, invitation_id: UUID) -> Response:
        """Take it back."""
        invitations.revoke(actor=person(request), team_id=team_id, invitation_id=invitation_id)
        return Response(status=204)


class InvitationAccept(APIView):
    @extend_schema(request=KeyWish, responses={201: Joined})
    def post(self, request: Request) -> Response:
        """Join a team by the key of an invitation to one of your addresses. Said again, it changes nothing."""
        wish = KeyWish(data=request.data)
        wish.is_valid(raise_exception=True)
        digest = invitations.digest_of(wish.validated_data["key"].strip())
        membership = invitations.accept(actor=person(request), digest=digest)
        return Response(Joined(membership).data, status=201)
