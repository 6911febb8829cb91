"""How much of a lane each team gets while several wait for it: for those who run the studio to say."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q

from designer.jobs.lanes import run_by
from designer.jobs.models import HEAVIEST, Job, JobStatus, TeamWeight
from teams.accounts.models import User
from teams.audit.services import write
from teams.base.errors import Missing, Refused
from teams.base.ids import id_of
from teams.membership.models import Team

SHOWN: Final = 20
USUAL: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A team with its weight, and what it has in the queue now."""

    id: UUID
    name: str
    weight: int
    waiting: int
    running: int


@transaction.atomic
def set_weight(*, actor: User, team_id: UUID, weight: int) -> Share:
    """Begin `weight` jobs of this team for each one of a team that weighs 1, while both wait in a lane. What waits
    already keeps its place. Raises Missing, Refused."""
    run_by(actor)
    if not 1 <= weight <= HEAVIEST:
        message = f"A weight is a whole number from 1 to {HEAVIEST}."
        raise Refused("bad_weight", message, field="weight", remedy="1 is the usual share.")
    team = Team.objects.filter(pk=team_id).first()
    if team is None:
        raise Missing(message="There is no such team.", remedy="Check the id.")
    if weight == USUAL:
        TeamWeight.objects.filter(pk=team_id).delete()
    else:
        TeamWeight.objects.update_or_create(pk=team_id, defaults={"weight": weight, "by_id": actor.pk})
    write(actor, "queue.weight", f"team:{team_id}", {"weight": weight}, team_id)
    return _shares([team])[0]


def shares(search: str = "") -> list[Share]:
    """The teams whose name or id is searched for; without a search those with a weight of their own, then those with
    the most in the queue."""
    if search:
        meant = Q(name__icontains=search) | Q(slug__icontains=search)
        if pk := id_of(search):
            meant |= Q(pk=pk)
        return _shares(list(Team.objects.filter(meant).order_by("name", "pk")[:SHOWN]))
    weighed = list(TeamWeight.objects.order_by("-weight", "pk").values_list("pk", flat=True)[:SHOWN])
    live = Job.objects.filter(status__in=(JobStatus.QUEUED, JobStatus.LEASED)).order_by()
    busy = live.values("team_id").annotate(n=Count("pk")).order_by("-n", "team_id")[:SHOWN]
    ids = list(dict.fromkeys([*weighed, *(row["team_id"] for row in busy)]))[:SHOWN]
    found = Team.objects.in_bulk(ids)
    return _shares([found[pk] for pk in ids if pk in found])


def _shares(teams: list[Team]) -> list[Share]:
    ids = [team.pk for team in teams]
    weights = dict(TeamWeight.objects.filter(pk__in=ids).values_list("pk", "weight"))
    rows = Job.objects.filter(team_id__in=ids, status__in=(JobStatus.QUEUED, JobStatus.LEASED)).order_by()
    counts = {
        (row["team_id"], row["status"]): row["n"] for row in rows.values("team_id", "status").annotate(n=Count("pk"))
    }
    return [
        Share(
            id=team.pk,
            name=team.name,
            weight=weights.get(team.pk, USUAL),
            waiting=counts.get((team.pk, JobStatus.QUEUED), 0),
            running=counts.get((team.pk, JobStatus.LEASED), 0),
        )
        for team in teams
    ]
