"""The feed of a team on a page: sought, live, and in lines."""

from datetime import date, datetime, time, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from designer.activity import feed
from designer.activity.feed import Line, Mark, Sought
from designer.activity.sources import KINDS, Eyes
from designer.generations.views import is_partial
from teams.accounts.models import User
from teams.accounts.people import person
from teams.base.errors import Refused
from teams.base.ids import id_of
from teams.membership.models import Membership

READ: Final = 200  # entries of a page, which become lines
SOUGHT: Final = ("kind", "person", "about", "since", "until", "search")
CHOICES: Final = 200  # people in the list of the form


@never_cache
@login_required
@require_GET
def activity(request: HttpRequest, team_id: UUID) -> HttpResponse:
    user = person(request)
    eyes = feed.eyes_of(user, team_id)
    said = {name: request.GET.get(name, "").replace("\x00", "")[:200].strip() for name in SOUGHT}
    sought = _sought(user, said)
    mark = _mark(request.GET.get("after", ""))
    first = mark is None
    lines, following = _page(eyes, sought, mark)
    query = urlencode({name: value for name, value in said.items() if value})
    context: dict[str, Any] = {
        "team": eyes.team,
        "days": _by_day(lines, user),
        "following": f"{request.path}?{query}{'&' if query else ''}after={following}" if following else "",
        "first": first,
        "narrow": any(said.values()),
        "query": query,
        "thing": sought.thing,
        "live": first and not sought.search and not sought.until,  # words are sought without an index
        **said,
    }
    if is_partial(request):
        return render(request, "designer/activity/_feed.html", context)
    context |= {"kinds": KINDS.items(), "people": _people(eyes, said["person"])}
    return render(request, "designer/activity/activity.html", context)


def _sought(user: User, said: dict[str, str]) -> Sought:
    """Days are those of the person's own time zone. What cannot be read is left aside, but a thing that is none is
    missing."""
    return Sought(
        kind=said["kind"] if said["kind"] in KINDS else "",
        person=id_of(said["person"]),
        thing=feed.thing_of(user, said["about"]) if said["about"] else None,
        since=_midnight(said["since"], user),
        until=_midnight(said["until"], user, later=1),
        search=said["search"],
    )


def _midnight(said: str, user: User, *, later: int = 0) -> datetime | None:
    """The beginning of a day, or of a day `later`, where it is one."""
    try:
        day = parse_date(said)
        return datetime.combine(day + timedelta(days=later), time(), ZoneInfo(user.timezone)) if day else None
    except (ValueError, OverflowError):
        return None


def _mark(said: str) -> Mark | None:
    """What no page told is the beginning."""
    try:
        return feed.mark_of(said) if said else None
    except Refused:
        return None


def _page(eyes: Eyes, sought: Sought, mark: Mark | None) -> tuple[list[Line], str]:
    """Lines, and the mark behind them where there is more. A line that may go on behind what was read waits for the
    next page, unless it is all there is."""
    found = feed.entries(eyes, sought, after=mark, limit=READ + 1)
    lines = feed.lines_of(found[:READ])
    if len(found) <= READ:
        return lines, ""
    lines = lines[:-1] or lines
    return lines, str(feed.mark_behind(lines[-1].first))


def _by_day(lines: list[Line], user: User) -> list[tuple[date, list[dict[str, Any]]]]:
    """By the days of who looks."""
    names = feed.people_in(entry for line in lines for entry in (line.last, line.first))
    days: dict[date, list[dict[str, Any]]] = {}
    for line in lines:
        at = line.last.at.astimezone(ZoneInfo(user.timezone))
        days.setdefault(at.date(), []).append(_shown(line, at, names))
    return list(days.items())


def _shown(line: Line, at: datetime, names: dict[UUID, str]) -> dict[str, Any]:
    entry, told = line.last, line.last.told
    alone = line.times == 1
    return {
        "key": entry.key,
        "kind": KINDS[entry.kind],
        "at": line.last.at,
        "clock": f"{at:%H:%M}",  # a template would show an instant in UTC
        "who": names.get(entry.actor_id, "Somebody who is gone") if entry.actor_id else "The studio",
        "actor": entry.actor_id,
        "did": line.did,
        "title": told.title if alone else "",
        "whom": names.get(told.whom, "somebody who is gone") if told.whom else "",
        "link": told.link if alone else "",
        "note": told.note if alone else "",
        "pictures": line.pictures,
        "amount": line.amount,
        "simulated": line.simulated,
    }


def _people(eyes: Eyes, chosen: str) -> list[tuple[str, str]]:
    """Who is in the team, and who was asked for, also when they have left."""
    held = Membership.objects.filter(team=eyes.team).select_related("user").order_by("user__name", "user__email")
    people = [(str(row.user_id), row.user.shown_name) for row in held[:CHOICES]]
    if chosen and id_of(chosen) and chosen not in dict(people):
        people.append((chosen, "Somebody else"))
    return people
