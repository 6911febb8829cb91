"""What happened in somebody's teams, in one mail a day or a week, for who wishes that: once for each period."""

import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from designer.activity import feed
from designer.activity.feed import Line, Sought
from designer.activity.models import ActivityDigest
from designer.jobs.services import enqueue
from designer.notifications import digests, letters
from designer.notifications.kinds import ACTIVITY
from designer.notifications.models import DigestHour, NotificationWish, Pace
from designer.notifications.services import ways_of
from teams.accounts.models import User
from teams.base.errors import Missing
from teams.membership.models import Membership, Team
from teams.membership.ownership import visible_teams

log = logging.getLogger(__name__)
PEOPLE: Final = 1000  # each time the scheduler looks
TEAMS: Final = 50  # of one person
READ: Final = 300  # entries of one source in one team
LINES: Final = 15  # of one team in the mail
ALIKE: Final = 5  # of one kind, where there are others
LONGEST: Final = timedelta(days=8)  # what is older was never promised
KEPT: Final = timedelta(days=90)


def order() -> None:
    """The scheduler's duty: for everyone whose time has come a job; and the next mail of each stands ready, at the time
    that they wish by now."""
    for row in _outdated()[:PEOPLE]:
        _each(row.user, partial(_realign, row))
    for row in ActivityDigest.objects.filter(ordered_at=None, due_at__lte=Now()).order_by("due_at")[:PEOPLE]:
        _each(row.user_id, partial(_order, row))
    ahead = ActivityDigest.objects.filter(user=OuterRef("user"), ordered_at=None)
    wishes = NotificationWish.objects.filter(~Exists(ahead), kind=ACTIVITY, mail=True, user__is_active=True)
    for wish in wishes.select_related("user").order_by("user")[:PEOPLE]:
        _each(wish.user, partial(_stand_ready, wish.user, wish.pace))


def _each(who: object, work: Callable[[], None]) -> None:
    """What cannot be done for one is no reason to do nothing for the others."""
    try:
        work()
    except Exception:
        log.exception("The mail of what happened cannot be made ready for %s.", who)


def _outdated() -> QuerySet[ActivityDigest]:
    """What stands ready since before a wish, an hour or a time zone was changed."""
    wishes = NotificationWish.objects.filter(
        user=OuterRef("user"), kind=ACTIVITY, updated_at__gt=OuterRef("updated_at")
    )
    hours = DigestHour.objects.filter(user=OuterRef("user"), updated_at__gt=OuterRef("updated_at"))
    rows = ActivityDigest.objects.filter(ordered_at=None, due_at__gt=Now()).select_related("user")
    return rows.filter(Exists(wishes) | Exists(hours) | Q(user__updated_at__gt=F("updated_at"))).order_by("due_at")


def _realign(row: ActivityDigest) -> None:
    ways = ways_of([row.user_id], ACTIVITY)[row.user_id]
    waiting = ActivityDigest.objects.filter(pk=row.pk, ordered_at=None)
    if ways.mail:
        waiting.update(due_at=_due(row.user, ways.pace), updated_at=Now())
    else:
        waiting.delete()


def _due(user: User, pace: str) -> datetime:
    """When the next one goes: at an hour of a day, also where an older wish names no such pace."""
    due = digests.due_at(user, pace if pace in (Pace.DAILY, Pace.WEEKLY) else Pace.DAILY)
    return due or timezone.now() + timedelta(days=1)


@transaction.atomic
def _order(row: ActivityDigest) -> None:
    """Of two schedulers one orders it. The job is filed under one's own studio: another team may be at rest, and so its
    jobs."""
    held = Membership.objects.filter(user=row.user_id).order_by("-team__personal")
    team_id = held.values_list("team", flat=True).first()
    waiting = ActivityDigest.objects.filter(pk=row.pk, ordered_at=None)
    if waiting.update(ordered_at=Now(), updated_at=Now()) and team_id is not None:
        enqueue("activity.digest", {"digest_id": str(row.pk)}, team_id=team_id, lane="io")


def _stand_ready(user: User, pace: str) -> None:
    """The next one begins where the last one ended."""
    now = timezone.now()
    due = _due(user, pace)
    last = ActivityDigest.objects.filter(user=user).aggregate(at=Max("due_at"))["at"]
    if last is None or last < due:
        since = last if last and now - last < LONGEST else now
        ActivityDigest.objects.bulk_create([ActivityDigest(user=user, since=since, due_at=due)], ignore_conflicts=True)


def send(digest_id: str) -> None:
    """Send it, unless nothing happened, or who it is for wants none any more. Raises as `digests.hand_over`.

    `tried_at` says of each, also of one that was not worth a mail, that its time need not be told again.
    """
    digest = ActivityDigest.objects.select_related("user").filter(pk=digest_id, tried_at=None).first()
    if digest is None:
        return
    missed = _missed(digest)
    told = ActivityDigest.objects.filter(pk__in=[row.pk for row in missed])
    own = ActivityDigest.objects.filter(pk=digest.pk)
    wants = digest.user.is_active and ways_of([digest.user_id], ACTIVITY)[digest.user_id].mail
    since = missed[-1].since if missed else digest.since
    chapters = chapters_for(digest.user, since, digest.due_at) if wants else []
    if not chapters:
        own.filter(tried_at=None).update(tried_at=Now(), updated_at=Now())
    elif not digests.hand_over(letters.activity(digest.user, chapters), own):
        return
    told.update(tried_at=Now(), updated_at=Now())


def _missed(digest: ActivityDigest) -> list[ActivityDigest]:
    """Those right before it that the mail server never took, back from it: what happened then is told now."""
    found, since = [], digest.since
    rows = ActivityDigest.objects.filter(user=digest.user_id, due_at__lt=digest.due_at, ordered_at__isnull=False)
    for row in rows.order_by("-due_at"):
        if row.tried_at is not None or row.due_at != since or digest.due_at - row.due_at > LONGEST:
            break
        found.append(row)
        since = row.since
    return found


def chapters_for(user: User, since: datetime, until: datetime) -> list[letters.Chapter]:
    """What others did in each of the teams in which `user` is now, as far as they may see it now."""
    teams = visible_teams(user).order_by("name", "pk")[:TEAMS]
    return [chapter for team in teams if (chapter := _chapter(user, team, since, until))]


def _chapter(user: User, team: Team, since: datetime, until: datetime) -> letters.Chapter | None:
    """Nothing that one made oneself, and nothing that a colleague made by the hundred, hides what else was done."""
    try:
        eyes = feed.eyes_of(user, team.pk)
    except Missing:  # left a moment ago
        return None
    found = list(feed.by_source(eyes, Sought(since=since, until=until, without=user.pk), limit=READ))
    entries = [entry for each in found for entry in each]
    if not entries:
        return None
    entries.sort(key=lambda entry: (entry.kind, str(entry.actor_id), entry.told.many, entry.at), reverse=True)
    lines, names = feed.lines_of(entries), feed.people_in(entries)
    told = [letters.Deed(words=_words(line, names), link=line.last.told.link) for line in _chosen(lines)]
    cut = any(len(each) == READ for each in found)
    return letters.Chapter(team=team, deeds=told, more=len(lines) - len(told), is_cut=cut)


def _chosen(lines: list[Line]) -> list[Line]:
    """The newest, but so many of one kind only where the others leave room."""
    newest = sorted(lines, key=lambda line: line.last.at, reverse=True)
    seen: Counter[str] = Counter()
    first: list[Line] = []
    rest: list[Line] = []
    for line in newest:
        seen[line.last.kind] += 1
        (first if seen[line.last.kind] <= ALIKE else rest).append(line)
    return sorted([*first, *rest][:LINES], key=lambda line: line.last.at, reverse=True)


def _words(line: Line, names: dict[UUID, str]) -> str:
    """Who did what to which: costs are in no mail."""
    entry, told = line.last, line.last.told
    who = names.get(entry.actor_id, "Somebody who is gone") if entry.actor_id else "The studio"
    if told.outside:
        who = letters.harmless(who, "A guest")
    if line.times > 1:
        return f"{who} {line.did}"
    whom = names.get(told.whom, "somebody who is gone") if told.whom else ""
    return " ".join(f"{who} {line.did} {whom} {told.title}".split())  # a brief has lines of its own, a mail has ours


def forget_old() -> None:
    """The scheduler's duty: of mails that went three months ago nothing is kept."""
    ActivityDigest.objects.filter(ordered_at__lt=Now() - KEPT).delete()
