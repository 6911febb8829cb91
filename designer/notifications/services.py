"""The only writers of notifications and of how people want to hear of things."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from designer.jobs.services import enqueue
from designer.notifications import digests, letters
from designer.notifications.kinds import KINDS, TEAM
from designer.notifications.models import Notification, NotificationWish, Pace
from designer.realtime.events import NOTIFICATION_CREATED, NOTIFICATION_READ, record
from teams.accounts.models import User
from teams.base.errors import Missing, Refused
from teams.membership.models import Membership

KEPT: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Ways:
    """How somebody hears of a kind."""

    in_app: bool
    mail: bool
    pace: str = Pace.AT_ONCE


@transaction.atomic
def notify(
    *,
    users: Iterable[User],
    kind: str,
    subject: str,
    title: str,
    body: str = "",
    link: str = "",
    team_id: UUID,
    mail: bool = True,
) -> None:
    """Tell each of `users` who belongs to the team, as they wish, if and only if the caller's transaction commits.

    kind: a key of KINDS; subject: "batch:<id>"; link: a path of this site. Mails go out later, from lane io, each by
    itself or with others; none where `mail` is False, for news that is worth a line in the studio only.
    """
    people = _belonging(users, kind, team_id)
    wishes = {pk: replace(ways, mail=ways.mail and mail) for pk, ways in ways_of(people, kind).items()}
    rows = [
        Notification(
            user=user,
            team_id=team_id,
            kind=kind,
            subject=subject,
            title=title[:200],
            body=body,
            link=link,
            shown=wishes[pk].in_app,
            mail_due_at=digests.due_at(user, wishes[pk].pace) if wishes[pk].mail else None,
        )
        for pk, user in people.items()
        if wishes[pk].in_app or wishes[pk].mail
    ]
    for row in Notification.objects.bulk_create(rows):
        if row.shown:
            told = {"id": str(row.pk), "kind": kind, "title": row.title, "link": link}
            record(f"user:{row.user_id}", NOTIFICATION_CREATED, told, team_id=None)
        if wishes[row.user_id].mail and row.mail_due_at is None:
            enqueue("notification.mail", {"notification_id": str(row.pk)}, team_id=team_id, lane="io")


def _belonging(users: Iterable[User], kind: str, team_id: UUID) -> dict[UUID, User]:
    """Those who may hear it: what is still in work when somebody leaves tells them nothing when it ends. Of a team that
    is about to be deleted its people hear only that."""
    people = {user.pk: user for user in users if user.is_active}
    held = Membership.every if kind == TEAM else Membership.objects
    members = set(held.filter(team=team_id, user__in=people).values_list("user_id", flat=True))
    return {pk: user for pk, user in people.items() if pk in members}


def ways_of(people: Iterable[UUID], kind: str) -> dict[UUID, Ways]:
    """How each of them wants to hear of `kind`. Raises KeyError for an unknown kind."""
    usual = Ways(KINDS[kind].in_app, KINDS[kind].mail, KINDS[kind].pace)
    own = NotificationWish.objects.filter(user__in=list(people), kind=kind)
    said = {row.user_id: Ways(row.in_app, row.mail, row.pace) for row in own}
    return {pk: said.get(pk, usual) for pk in people}


def wishes_of(user: User) -> dict[str, Ways]:
    """Every kind with how `user` hears of it."""
    return {kind: ways_of([user.pk], kind)[user.pk] for kind in KINDS}


@transaction.atomic
def set_wishes(*, actor: User, wishes: Mapping[str, Ways], daily_hour: int | None = None) -> None:
    """Change how `actor` hears of the kinds named. Raises Refused for an unknown kind or pace."""
    for kind, ways in wishes.items():
        if kind not in KINDS:
            raise Refused(
                "unknown_kind", "There is no such kind of news.", field=kind[:40], remedy=f"Use {', '.join(KINDS)}."
            )
        paces = KINDS[kind].paces or tuple(Pace.values)
        if ways.pace not in paces and (ways.mail or ways.pace not in Pace.values):
            known = ", ".join(paces)
            raise Refused("unknown_pace", "Mails do not go out so.", field=f"{kind}.pace", remedy=f"Use {known}.")
        said = {"in_app": ways.in_app, "mail": ways.mail, "pace": ways.pace}
        NotificationWish.objects.update_or_create(user=actor, kind=kind, defaults=said)
    if daily_hour is not None:
        digests.set_hour(actor, daily_hour)


def stop_mails(user: User, kind: str) -> None:
    """No more mails of this kind, or with "" of any; in the studio one hears of it as before."""
    said = wishes_of(user)
    kinds = [kind] if kind in said else list(said)
    set_wishes(actor=user, wishes={each: replace(said[each], mail=False) for each in kinds})


@transaction.atomic
def mark_read(*, actor: User, ids: Iterable[UUID] | None = None) -> int:
    """Mark these as read, or all where none are named; how many were not yet. Raises Missing for one not theirs."""
    rows = Notification.objects.visible_to(actor)
    if ids is not None:
        wanted = set(ids)
        rows = rows.filter(pk__in=wanted)
        if rows.count() != len(wanted):
            raise Missing(message="There is no such notification.", field="ids", remedy="Reload the list.")
    changed = rows.unread().update(read_at=Now(), updated_at=Now())
    if changed:
        record(f"user:{actor.pk}", NOTIFICATION_READ, {"count": changed}, team_id=None)
    return changed


def mail(notification_id: str) -> None:
    """Send it, unless it was sent, or its reader is gone or may not see it any more. A mail may go twice if the worker
    dies in between."""
    row = Notification.objects.select_related("user").filter(pk=notification_id, mailed_at=None).first()
    if row is None or not row.user.is_active:
        return
    if not Notification.objects.filter(pk=row.pk).of_teams_of(row.user_id).exists():
        return
    letters.notification(row).send()
    Notification.objects.filter(pk=row.pk).update(mailed_at=Now(), updated_at=Now())


def forget_old() -> None:
    """The scheduler's duty: what was told three months ago goes."""
    Notification.objects.filter(created_at__lt=Now() - KEPT).delete()
