"""Budgets over HTTP: what a month may cost a team and its members, and what it has cost so far."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from designer.ledger import managing
from designer.web.serializers import StrictSerializer
from teams.accounts.people import person


class StandingSerializer(serializers.Serializer[Any]):
    """USD. `reserved` is set aside for work that is under way; null is no limit."""

    limit = serializers.DecimalField(max_digits=12, decimal_places=6, allow_null=True)
    spent = serializers.DecimalField(max_digits=14, decimal_places=6)
    reserved = serializers.DecimalField(max_digits=14, decimal_places=6)
    left = serializers.DecimalField(max_digits=14, decimal_places=6, allow_null=True)


class MemberStandingSerializer(StandingSerializer):
    member = serializers.UUIDField()
    name = serializers.CharField()


class BudgetsSerializer(serializers.Serializer[Any]):
    month = serializers.CharField(help_text="2026-11, UTC")
    team = StandingSerializer(allow_null=True, help_text="Null for those who may not see the team's costs.")
    every_member = serializers.DecimalField(
        max_digits=12, decimal_places=6, allow_null=True, help_text="For each member without a budget of their own."
    )
    members = MemberStandingSerializer(many=True)


class BudgetRequest(StrictSerializer):
    scope = serializers.ChoiceField(choices=["team", "member"])
    member = serializers.UUIDField(required=False, allow_null=True, default=None, help_text="Leave out for every one.")
    amount = serializers.DecimalField(max_digits=12, decimal_places=6, allow_null=True, help_text="USD; null: no limit")


class TeamBudgets(APIView):
    """This month's budgets of a team. PUT sets one; for owners and admins."""

    @extend_schema(responses={200: BudgetsSerializer})
    def get(self, request: Request, team: UUID) -> Response:
        return Response(BudgetsSerializer(managing.overview(actor=person(request), team_id=team)).data)

    @extend_schema(request=BudgetRequest, responses={200: BudgetsSerializer})
    def put(self, request: Request, team: UUID) -> Response:
        form = BudgetRequest(data=request.data)
        form.is_valid(raise_exception=True)
        managing.set_budget(actor=person(request), team_id=team, **form.validated_data)
        return self.get(request, team)
