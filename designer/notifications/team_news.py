"""What becomes of a team, told to all who are in it, some hundred at a time: each part in the transaction that ends its
job and orders the next, so that nobody is told twice or left out."""

from typing import Final, NamedTuple
from uuid import UUID

from django.urls import reverse

from designer.jobs.handlers import RunningJob
from designer.jobs.services import enqueue
from designer.notifications.kinds import TEAM
from designer.notifications.services import notify
from teams.accounts.models import User
from teams.membership.models import Membership

AT_ONCE: Final = 200  # people


class News(NamedTuple):
    """What has happened, in a word and a line. `mail`: whether it goes out by mail too, for who wants that."""

    verb: str
    body: str
    mail: bool = False


NEWS: Final = {
    "archived": News("archived", "It can be looked at, and nothing in it changes. What ran was paused or cancelled."),
    "unarchived": News("brought back", "It can be worked in again. What was paused goes on when somebody resumes it."),
    "deleted": News(
        "deleted", "Nothing of it is shown any more. Until {day} every owner can restore or export it.", mail=True
    ),
    "handed_over": News("handed over", "Who did so owns it no more. Its members' page says who does.", mail=True),
    "restored": News(
        "restored",
        "It and what it shares are shown again. What ran was paused or cancelled; what was paused goes on when "
        "somebody resumes it.",
    ),
}


def tell(job: RunningJob, *, team: str, actor: str, what: str, name: str, day: str, after: str = "") -> None:
    """Tell those whose membership comes after this one, and leave the rest to the next job."""
    news, who = NEWS[what], User.objects.filter(pk=actor).first() if actor else None
    with job.fenced(finish=True):
        rows = Membership.every.filter(team=UUID(team)).select_related("user").order_by("pk")
        held = list((rows.filter(pk__gt=after) if after else rows)[:AT_ONCE])
        notify(
            users=[row.user for row in held if str(row.user_id) != actor],
            kind=TEAM,
            subject=f"team:{team}",
            title=f"{who.shown_name if who else 'Somebody'} has {news.verb} {name}",
            body=news.body.format(day=day),
            link=reverse("team_life", args=[team]),
            team_id=UUID(team),
            mail=news.mail,
        )
        if len(held) == AT_ONCE:
            told = {"team": team, "actor": actor, "what": what, "name": name, "day": day, "after": str(held[-1].pk)}
            enqueue("team.news", told, team_id=UUID(team), lane="io")
