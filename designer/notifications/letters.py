"""The mails that tell of news, and the link in each by which one hears no more of them."""

import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.text import Truncator

from designer.notifications.kinds import ACTIVITY
from designer.notifications.models import Notification
from teams.accounts.models import User
from teams.base.errors import Missing
from teams.membership import invitations
from teams.membership.models import Invitation, Team

SALT: Final = "notifications.unsubscribe"
MOST: Final = 50  # news in one mail
ADDRESS: Final = re.compile(r"://|\bwww\b|@|[\w-]\.[^\W\d_]{2,}", re.I)


def notification(row: Notification) -> EmailMessage:
    """A mail about one thing."""
    return _letter(row.user, row.kind, row.title, "mail/notification.txt", {"row": row})


def digest(user: User, rows: Sequence[Notification]) -> EmailMessage:
    """A mail about several things, the oldest first."""
    title = rows[0].title if len(rows) == 1 else f"{len(rows)} news from the studio"
    return _letter(user, "", title, "mail/digest.txt", {"rows": rows[:MOST], "more": len(rows) - MOST})


class Deed(NamedTuple):
    """Something that somebody did, in words, and the path of this site to it ("": none)."""

    words: str
    link: str


class Chapter(NamedTuple):
    """What was done in one team; `more` lines are left out; `is_cut`: and perhaps others, which were not read."""

    team: Team
    deeds: list[Deed]
    more: int
    is_cut: bool


def activity(user: User, chapters: Sequence[Chapter]) -> EmailMessage:
    """A mail of what others did in somebody's teams."""
    title = f"What happened in {chapters[0].team.name if len(chapters) == 1 else 'your teams'}"
    return _letter(user, ACTIVITY, title, "mail/activity.txt", {"chapters": chapters})


def invitation(row: Invitation, key: str) -> EmailMessage:
    """The mail that invites somebody into a team: the only place where the key stands."""
    who, team = harmless(row.inviter.shown_name, "A designer"), harmless(row.team.name, "a team")
    facts = {"row": row, "who": who, "team": team, "site": settings.SITE_URL, "link": invitations.link_of(key)}
    title = f"{who} invites you to {team}"
    body = render_to_string("mail/invitation.txt", facts)
    return EmailMessage(subject=" ".join(title.split()), body=body, to=[row.email])


def harmless(name: str, instead: str) -> str:
    """A name as it may stand in a mail to a stranger: short, between quotes, and no address to be followed."""
    return instead if ADDRESS.search(name) else f"\u201c{Truncator(name).chars(60)}\u201d"


def _letter(user: User, kind: str, title: str, template: str, facts: dict[str, Any]) -> EmailMessage:
    away = _away(user, kind)
    text = render_to_string(template, {**facts, "site": settings.SITE_URL, "name": user.shown_name, "away": away})
    headers = {"List-Unsubscribe": f"<{away}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return EmailMessage(subject=" ".join(title.split()), body=text, to=[user.email], headers=headers)


def _away(user: User, kind: str) -> str:
    token = signing.dumps([str(user.pk), kind], salt=SALT)
    return f"{settings.SITE_URL}{reverse('notifications_unsubscribe')}?{urlencode({'t': token})}"


def subscription(token: str) -> tuple[User, str]:
    """Whose mails of which kind ("": of all) a mail's link is about. Raises Missing for one that we did not write."""
    try:
        user_id, kind = signing.loads(token, salt=SALT)
    except signing.BadSignature as error:
        raise Missing(message="This link is not one of ours.", remedy="Sign in and look at your settings.") from error
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        raise Missing(message="This account is gone.")
    return user, kind
