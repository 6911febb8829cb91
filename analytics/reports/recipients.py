"""To whom a report may go: members who may see it, and addresses outside that an owner or admin names."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from analytics.reports.models import Consent, Costs, Delivery, Report, Stopped
from teams.accounts.models import User
from teams.base.errors import Forbidden, Refused
from teams.membership.models import Membership, Team
from teams.membership.ownership import visible_teams
from teams.membership.permissions import CODES, may

MOST: Final = 50  # of one report


@dataclass(frozen=True, slots=True)
class Recipients:
    members: tuple[UUID, ...] = ()
    addresses: tuple[str, ...] = ()


def checked(actor: User, team: Team, costs: str, *, members: Iterable[UUID], addresses: Iterable[str]) -> Recipients:
    """The recipients, each once. Raises Refused for too many, for whom may not see it and for what is no address,
    Forbidden for addresses outside by whoever does not manage the team."""
    found = tuple(dict.fromkeys(members))
    known = {row.user_id: row for row in Membership.objects.filter(team=team, user__in=found).select_related("user")}
    for pk in found:
        if pk not in known:
            remedy = "Name members by their ids; other addresses go into `addresses`."
            raise Refused("not_a_member", "Somebody named is not in this team.", field="members", remedy=remedy)
        if not shows(costs, known[pk].role, is_owner=pk == actor.pk):
            shown = f"{known[pk].user.shown_name} may not see the costs of this report."
            raise Refused("may_not_see_costs", shown, field="members", remedy="Leave out the costs, or this person.")
    own = {row.user.email.lower(): pk for pk, row in known.items()}
    outside = _outside(addresses, own.keys())
    if outside and not may(actor, "change_team", team):
        raise Forbidden(
            message="Only owners and admins send reports to addresses outside of the team.", field="addresses",
            remedy="Ask one of them, or name members.",
        )  # fmt: skip
    if len(found) + len(outside) > MOST:
        shown = f"A report goes to {MOST} at most."
        raise Refused("too_many_recipients", shown, field="addresses", remedy="Use an address that passes it on.")
    return Recipients(found, outside)


def still(team: Team, costs: str, members: Sequence[UUID], *, owner: User) -> list[UUID]:
    """Those of them who may get it."""
    roles = dict(Membership.objects.filter(team=team, user__in=members).values_list("user", "role"))
    return [pk for pk in members if pk in roles and shows(costs, roles[pk], is_owner=pk == owner.pk)]


def sound(addresses: Iterable[str]) -> list[str]:
    """Those of them that are addresses, as it is asked today."""
    return [address for address in addresses if _is_address(address)]


def _is_address(address: str) -> bool:
    try:
        validate_email(address)
    except ValidationError:
        return False
    return True


def _outside(addresses: Iterable[str], members: Iterable[str]) -> tuple[str, ...]:
    """Each once, whatever the case of its letters, without those of members who are named anyhow."""
    found: dict[str, str] = {}
    for said in addresses:
        address = said.strip()
        if not _is_address(address):
            shown = f"{address[:80]!r} is no mail address."
            raise Refused("bad_address", shown, field="addresses", remedy="Write it as name@example.com.")
        if len(address) > 254:
            raise Refused("bad_address", "This address is too long.", field="addresses", remedy="Use another.")
        found.setdefault(address.lower(), address)
    return tuple(address for low, address in found.items() if low not in set(members))


def shows(costs: str, role: str, *, is_owner: bool) -> bool:
    """Whether somebody of this role sees a report with these costs: the rule of `Report.visible_to`, for one person."""
    return costs == Costs.NONE or (costs == Costs.OWN and is_owner) or "view_billing" in CODES[role]


def deliveries_of(report: Report) -> list[Delivery]:
    """A line for each recipient that there still is, not saved."""
    people = User.objects.filter(pk__in=report.members, memberships__team=report.team_id)
    rows = [Delivery(team_id=report.team_id, report=report, user=user, address=user.email) for user in people]
    taken = {row.address.lower() for row in rows}
    outside = [address for address in report.addresses if address.lower() not in taken]
    return rows + [Delivery(team_id=report.team_id, report=report, address=address) for address in outside]


def barrier(delivery: Delivery) -> str:
    """Why this report may not go there any more; "" where it may."""
    report, user = delivery.report, delivery.user
    if user is None:
        if may(report.owner, "change_team", report.team):
            return ""
        return "Whoever named this address no longer manages the team."
    role = Membership.objects.filter(team=report.team_id, user=user).values_list("role", flat=True).first()
    if role is None or not user.is_active:
        return "This person is no longer in the team."
    if not shows(report.costs, role, is_owner=user.pk == report.owner_id):
        return "This person may no longer see the costs of this report."
    return ""


def has_stopped(team_id: UUID, address: str) -> bool:
    """Whether it wants none of this team. Who wants reports of nobody may have said yes to one team since: every stop
    withdraws the yes that it is about, so one that stands is newer."""
    found = set(stops(team_id, address).values_list("team", flat=True))
    if found != {None}:
        return bool(found)
    return not Consent.objects.filter(team=team_id, address=address.lower(), given_at__isnull=False).exists()


def stops(team_id: UUID | None, address: str) -> QuerySet[Stopped]:
    """What keeps the reports of a team from an address: that it wants none of them, or of nobody."""
    rows = Stopped.objects.annotate(low=Lower("address")).filter(low=address.lower())
    return rows.filter(Q(team=team_id) | Q(team=None))


def own_stops(user: User) -> QuerySet[Stopped]:
    """What a member once stopped, of the teams that they are in: themselves, or a program that follows links. That of
    all, from when they were in none, is for whoever has shown that the address is theirs."""
    rows = Stopped.objects.annotate(low=Lower("address")).filter(low=user.email.lower())
    theirs = Q(team__in=visible_teams(user))
    if EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True).exists():
        theirs |= Q(team=None)
    return rows.filter(theirs).select_related("team").order_by("team__name")


def choices(team: Team, costs: Sequence[str], actor: User) -> list[tuple[str, str]]:
    """The members who may get a report with any of these costs, for a form."""
    rows = Membership.objects.filter(team=team).select_related("user").order_by("user__name", "user__email")
    return [
        (str(row.user_id), f"{row.user.shown_name} ({row.user.email})")
        for row in rows
        if any(shows(each, row.role, is_owner=row.user_id == actor.pk) for each in costs)
    ]
