"""What everybody, or a whole team, should know as long as it lasts: raised, ended and put out of one's own sight."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from django.http import HttpRequest

from designer.notifications.models import Alert, AlertKind, Level
from designer.notifications.services import notify
from designer.realtime.events import SYSTEM_ALERT, record
from teams.accounts.models import User
from teams.base.errors import Missing
from teams.base.ids import id_of
from teams.membership.models import Membership, Role
from teams.membership.ownership import working_team

MANAGERS: Final = (Role.OWNER, Role.ADMIN)
UNSEEN: Final = "alerts_unseen"  # of the session: what its person has put away
KEPT_UNSEEN: Final = 100
MOST_SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class Banner:
    """What stands above every page as one: an alert, or those of several models of one vendor, the newest first."""

    alerts: list[Alert]

    @property
    def first(self) -> Alert:
        return self.alerts[0]

    @property
    def title(self) -> str:
        if len(self.alerts) == 1:
            return self.first.title
        return f"{len(self.alerts)} models of {_about(self.first).rpartition(':')[2]} are down"

    @property
    def level(self) -> str:
        return max((row.level for row in self.alerts), key=Level.values.index)

    @property
    def until(self) -> datetime | None:
        """When the first of them is over, as far as that is known."""
        return min((row.ends_at for row in self.alerts if row.ends_at), default=None)


@transaction.atomic
def raise_alert(
    *,
    kind: str,
    key: str,
    level: str,
    title: str,
    text: str = "",
    team_id: UUID | None = None,
    ends_at: datetime | None = None,
) -> Alert | None:
    """Tell everybody, or the team, unless they know: of a key that holds already only the end is moved. None then.

    Whoever raises holds a lock on what it is about: two at once would both find that nobody knows.
    """
    if Alert.objects.lasting().filter(key=key).update(ends_at=ends_at, updated_at=Now()):
        return None
    Alert.objects.filter(key=key, ended_at=None).update(ended_at=Now(), updated_at=Now())  # it ended by the clock
    told = {"title": title[:200], "text": text[:500]}
    return announce(Alert(kind=kind, key=key, level=level, team_id=team_id, ends_at=ends_at, **told))


@transaction.atomic
def announce(row: Alert) -> Alert:
    """Store a new alert, show it on every page, and send news to those who can do something about it."""
    row.save(force_insert=True)
    _tell(row)
    for team_id, users in _responsible(row):
        subject = f"alert:{row.pk}"
        notify(
            users=users, team_id=team_id, kind="alert", subject=subject, title=row.title, body=row.text, link=row.link
        )
    return row


@transaction.atomic
def end_alerts(*keys: str) -> None:
    """It is over: it goes from every page."""
    _end(Alert.objects.filter(key__in=keys))


@transaction.atomic
def end_budget_alerts(team_id: UUID) -> None:
    """The team's budget is another now: what was said of the old one is over."""
    _end(Alert.objects.filter(kind=AlertKind.BUDGET, team_id=team_id))


def _end(rows: Any) -> None:
    for row in rows.filter(ended_at=None).select_for_update():
        Alert.objects.filter(pk=row.pk).update(ended_at=Now(), updated_at=Now())
        _tell(row, ended=True)


def was_raised(key: str) -> bool:
    """Whether this was said before, over or not."""
    return Alert.objects.filter(key=key).exists()


def shown_to(request: HttpRequest) -> list[Banner]:
    """What holds for the person and was not put away, the gravest first."""
    rows = Alert.objects.visible_to(request.user).lasting().exclude(pk__in=request.session.get(UNSEEN, []))
    found: dict[str, list[Alert]] = {}
    for row in rows.order_by("-created_at")[:MOST_SHOWN]:
        found.setdefault(_about(row), []).append(row)
    return sorted(map(Banner, found.values()), key=lambda each: Level.values.index(each.level), reverse=True)


def _about(row: Alert) -> str:
    """What a banner is about: of models that are down their vendor, for one outage has all of them rest."""
    return row.key.partition("/")[0] if row.kind == AlertKind.PROVIDER else row.key


def put_away(request: HttpRequest, pk: UUID, *, shown: Iterable[str] = ()) -> None:
    """Show it no more to this person until they sign in anew, nor the others that its banner had `shown` with it: one
    that came meanwhile stays. Raises Missing."""
    visible = Alert.objects.visible_to(request.user)
    if not visible.filter(pk=pk).exists():
        raise Missing(message="There is no such alert.", remedy="Reload the page.")
    others = [found for each in list(shown)[:MOST_SHOWN] if (found := id_of(each))]
    gone = [str(found) for found in visible.filter(pk__in=[pk, *others]).values_list("pk", flat=True)]
    before = [each for each in request.session.get(UNSEEN, []) if each not in gone]
    request.session[UNSEEN] = [*before, *gone][-KEPT_UNSEEN:]


def _tell(row: Alert, *, ended: bool = False) -> None:
    told = {
        "id": str(row.pk),
        "kind": row.kind,
        "level": row.level,
        "title": row.title,
        "text": row.text,
        "link": row.link,
        "starts_at": row.starts_at.isoformat() if row.starts_at else None,
        "ends_at": row.ends_at.isoformat() if row.ends_at else None,
        "ended": ended,
    }
    record(f"team:{row.team_id}" if row.team_id else "system", SYSTEM_ALERT, told, team_id=row.team_id)


def _responsible(row: Alert) -> Iterable[tuple[UUID, list[User]]]:
    """Who manages the team, or runs the studio; each with the team in which they are told."""
    if row.team_id:
        found = Membership.objects.filter(team=row.team_id, role__in=MANAGERS).select_related("user")
        return [(row.team_id, [each.user for each in found])]
    runners = User.objects.filter(is_superuser=True, is_active=True)
    return [(working_team(user, None).pk, [user]) for user in runners]
