"""What a request for figures says, read strictly: a question, or a refusal that names the field and the remedy."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.utils import timezone
from rest_framework import serializers

from analytics import answers, noticing, periods, queries, rollups
from analytics.insights import KINDS
from designer.ledger.models import EntryKind
from designer.web.problems import flattened
from designer.web.serializers import StrictSerializer
from teams.accounts.models import User
from teams.base.errors import Refused
from teams.membership.models import Team

COMPARED: Final = ["previous"]
FEW: Final = 14  # days that are read as quickly by quarters of an hour


def tables(usual: str, *others: str) -> serializers.ChoiceField:
    return serializers.ChoiceField(
        choices=[usual, *others], required=False, default=usual, help_text="Which table comes as CSV."
    )


class FiguresQuery(StrictSerializer):
    vars()["from"] = serializers.DateField(
        required=False, help_text="The first day, in the time zone; 29 days before `to` where none is named."
    )
    to = serializers.DateField(required=False, help_text="The last day, included; today where none is named.")
    interval = serializers.ChoiceField(
        choices=periods.INTERVALS,
        required=False,
        help_text="Of the series; as fine as can be read where none is named.",
    )
    timezone = serializers.CharField(
        required=False, max_length=64, help_text="Such as Europe/Paris: the team's, or your own, where none is named."
    )
    compare = serializers.ChoiceField(
        choices=COMPARED, required=False, help_text="`previous`: the sums of as many days before, too."
    )
    provider = serializers.CharField(required=False, max_length=60, help_text="Of this provider alone.")
    model = serializers.CharField(required=False, max_length=120, help_text="Of this model alone.")
    member = serializers.UUIDField(required=False, help_text="Of this member alone.")
    simulated = serializers.ChoiceField(
        choices=["yes", "no"], required=False, help_text="What was simulated alone, or what was not."
    )
    format = serializers.ChoiceField(choices=["json", "csv"], required=False, default="json")


class ScopedQuery(FiguresQuery):
    team = serializers.UUIDField(required=False, help_text="All of your teams where none is named.")


class CostsQuery(ScopedQuery):
    table = tables("series", "kinds", "providers", "models", "members")
    kind = serializers.ChoiceField(choices=EntryKind.values, required=False, help_text="Lines of this kind alone.")


class QualityQuery(ScopedQuery):
    table = tables("series", "personas", "garments", "makers")


class UsersQuery(ScopedQuery):
    table = tables("members", "cohorts")


class TrendsQuery(ScopedQuery):
    table = tables("hours", "attributes", "words", "prompts", "moved")


class InsightsQuery(StrictSerializer):
    team = serializers.UUIDField(required=False, help_text="All of your teams where none is named.")
    kind = serializers.ChoiceField(choices=KINDS, required=False)
    state = serializers.ChoiceField(
        choices=[*noticing.STATES, "all"], required=False, default="shown", help_text="What you did with them."
    )


def read(kind: type[StrictSerializer], said: Mapping[str, Any]) -> dict[str, Any]:
    """The query's values. Raises Refused (422) with a line for each field at fault."""
    query = kind(data=said)
    if query.is_valid():
        return dict(query.validated_data)
    lines = list(flattened(query.errors))
    shown = " ".join(f"{line['field']}: {line['message']}" for line in lines[:5])
    raise Refused("invalid", shown, remedy="Send the fields as /api/docs describes them.", lines=lines)


def question(
    user: User, said: Mapping[str, Any], team: UUID | None = None, *, usual: int = periods.USUAL
) -> answers.Question:
    """Of `team`, or the one that is named, or all of the user's. Raises Missing for a team that is not theirs."""
    scope = queries.scope_of(user, team or said.get("team"))
    usual_zone = zone_of(user, scope)
    period = periods.period(
        first=said.get("from"),
        last=said.get("to"),
        interval=said.get("interval"),
        zone=said.get("timezone") or usual_zone,
        now=timezone.now(),
        usual=usual,
    )
    tier = _tier(user, scope, period)
    return answers.Question(scope, period, compare=bool(said.get("compare")), tier=tier, narrow=narrow_of(said))


def narrow_of(said: Mapping[str, Any]) -> answers.Narrow:
    """What the question is about alone."""
    return answers.Narrow(
        provider=said.get("provider", ""),
        model=said.get("model", ""),
        member=said.get("member"),
        simulated=said["simulated"] == "yes" if said.get("simulated") else None,
        kind=said.get("kind", ""),
    )


def _tier(user: User, scope: answers.Scope, period: periods.Period) -> answers.Tier:
    """Whole days where they are kept; where many are asked for and they are not, they may be from soon on."""
    if period.interval == "hour" or not scope.teams:
        return "slots"
    if rollups.days_are_kept(scope.teams, period.zone):
        return "days"
    if period.days > FEW and (teams := _keeping(user, scope, period.zone)):
        rollups.wish_for_days(teams, period.zone)
    return "slots"


def _keeping(user: User, scope: answers.Scope, zone: str) -> list[UUID]:
    """The teams that keep days in this zone: all in UTC, each in its own, and in the asker's own those that the asker
    manages. So many zones are kept and no more: whoever only looks must not use them up for those who do."""
    if zone == "UTC":
        return list(scope.teams)
    own = scope.managed if zone == user.timezone else ()
    return [team.pk for team in Team.objects.filter(pk__in=scope.teams) if team.time_zone == zone or team.pk in own]


def zone_of(user: User, scope: answers.Scope) -> str:
    """The team's own zone where it is of one team that has one; else the asker's."""
    team = Team.objects.filter(pk=scope.teams[0]).first() if len(scope.teams) == 1 else None
    zone = (team.time_zone if team else "") or user.timezone
    return zone if zone in periods.zones() else "UTC"
