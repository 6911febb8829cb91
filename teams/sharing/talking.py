"""What guests say: people with whom something was shared, who are not in its team.

They read what was said through their share and what was answered to it, and nothing else that the team says of the same
thing; nor whom of the team an answer names, unless the share tells names. The team reads it all among its own comments,
marked, and takes back what it will.
"""

import re
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.safestring import SafeString

from teams.accounts.models import User
from teams.base.errors import Conflict, Forbidden, Missing
from teams.base.limits import Limit, take_or_refuse
from teams.base.text import plain_text
from teams.membership.models import Membership
from teams.membership.permissions import RESTING, hold_awake, roles_with
from teams.review.markup import rendered
from teams.review.models import Comment, CommentQuerySet
from teams.review.services import LONGEST
from teams.sharing.models import Declined, Share, Way
from teams.sharing.whose import called_outside
from teams.signals import comment_changed

AN_HOUR: Final = Limit(key="share:said:{}", tries=60, seconds=3600)  # comments of one guest
MOST: Final = 100  # threads on a page
SOMEBODY: Final = "@colleague"  # in place of a name that is not told


@dataclass(slots=True)
class Words:
    """A comment as its guests see it. name: of who said it, "" where that is not told."""

    row: Comment
    html: SafeString
    name: str
    answers: list["Words"] = field(default_factory=list)


def share_of(user: User, share_id: UUID) -> Share:
    """The share, if it reaches `user` and stands. Raises Missing."""
    row = Share.objects.standing().reaching(user).told().filter(pk=share_id).first()
    if row is None:
        raise Missing(message="Nothing of this kind is shared with you.", remedy="Ask whoever shared it.")
    return row


def decline(*, actor: User, share_id: UUID) -> None:
    """See it no more; nobody else is told, and others of a team see it still. Raises Missing."""
    Declined.objects.get_or_create(share=share_of(actor, share_id), user=actor)


def may_comment(user: User, share: Share) -> bool:
    """Whether they may now; in an archived team nothing more is said."""
    return share.team.archived_at is None and _lets_comment(user, share)


def _lets_comment(user: User, share: Share) -> bool:
    """With a team its viewers look here too."""
    if not share.may_comment or share.way == Way.LINK:
        return False
    roles = roles_with("create_work")
    rows = Membership.objects.filter(user=user, team=share.to_team_id, role__in=roles)
    return share.way == Way.PERSON or rows.exists()


def say(*, actor: User, share_id: UUID, text: str, reply_to: UUID | None = None) -> Comment:
    """Say something of what is shared, or answer what was said there. Names in it call nobody.

    Raises Missing, Forbidden, Refused (text, reply_to; 429), Conflict in an archived team.
    """
    team_id = _commented(actor, share_id).team_id
    words = plain_text(text, field="text", longest=LONGEST)
    _count(actor)
    return _say(actor, share_id, team_id, words, reply_to)


def _commented(actor: User, share_id: UUID) -> Share:
    """The share, for who may comment through it now."""
    share = share_of(actor, share_id)
    if not _lets_comment(actor, share):
        raise Forbidden(message="You may look at this, not comment.", remedy="Ask whoever shared it.")
    if share.team.archived_at is not None:
        raise _laid_to_rest()
    return share


def _laid_to_rest() -> Conflict:
    """To those outside, who know nothing of teams and their owners."""
    return Conflict(RESTING, "This can be looked at; comments are closed.", remedy="Write to whoever shared it.")


@transaction.atomic
def _say(actor: User, share_id: UUID, team_id: UUID, words: str, reply_to: UUID | None) -> Comment:
    try:
        hold_awake(team_id)  # the team's row first, as by all who lock it
    except (Conflict, Missing):
        share_of(actor, share_id)  # of a team that is gone or about to be deleted there is nothing to be told
        raise _laid_to_rest() from None
    Share.objects.select_for_update(no_key=True).filter(pk=share_id).first()  # who takes it back waits, or was first
    share = _commented(actor, share_id)
    answered = None
    if reply_to is not None:
        answered = Comment.objects.filter(share=share, reply_to=None, deleted_at=None, pk=reply_to).first()
        if answered is None:
            raise Missing(message="There is no such comment here.", field="reply_to", remedy="Reload.")
    made = Comment.objects.create(
        team_id=share.team_id,
        **{f"{share.kind}_id": share.about_id},
        author=actor,
        text=words,
        reply_to=answered,
        share=share,
        guest=True,
    )
    comment_changed.send(sender=Comment, comment=made, what="created", mentioned=[])
    return made


def said_in(share: Share) -> CommentQuerySet:
    """What the guests of a share see: what was said through it, and the team's answers to that. With what was taken
    back its answers go."""
    threads = Comment.objects.filter(share=share, reply_to=None).kept().values("pk")
    rows = Comment.objects.filter(Q(pk__in=threads) | Q(reply_to__in=threads)).kept()
    return rows.select_related("author", "share").prefetch_related("mentions").order_by("-created_at", "-id")


def name_of(row: Comment, user: User, share: Share) -> str:
    """Guests of one share know each other; who of the team answers is told if the share tells names."""
    if row.author_id == user.pk:
        return row.author.shown_name
    if row.guest:
        return row.author.name or "a guest"
    return called_outside(row.author) if share.with_names else ""


def text_of(row: Comment, share: Share) -> str:
    """Its text as guests read it: whom the team names in an answer is not told unless names are."""
    text = str(row.text)
    if row.guest or share.with_names:
        return text
    for name in sorted({mention.name for mention in row.mentions.all()}, key=len, reverse=True):
        text = re.sub(rf"@{re.escape(name)}(?!\w)", SOMEBODY, text, flags=re.IGNORECASE)
    return text


def threads_of(user: User, share: Share) -> list[Words]:
    """The newest first, each with all its answers in order."""
    rows = said_in(share)
    found = {row.pk: _words(row, user, share) for row in rows.filter(reply_to=None)[:MOST]}
    for row in rows.filter(reply_to__in=list(found)).reverse():
        if row.reply_to_id is not None:
            found[row.reply_to_id].answers.append(_words(row, user, share))
    return list(found.values())


def _words(row: Comment, user: User, share: Share) -> Words:
    return Words(row, rendered(text_of(row, share), []), name_of(row, user, share))


def _count(actor: User) -> None:
    limit, remedy = replace(AN_HOUR, key=AN_HOUR.key.format(actor.pk)), "Go on a little later."
    take_or_refuse([limit], "too_many_comments", "You said much in an hour.", remedy=remedy)


def facts(user: User, share: Share) -> dict[str, Any]:
    """What a page of a shared thing says of it."""
    threads = threads_of(user, share)
    older = max(0, said_in(share).filter(reply_to=None).count() - MOST) if len(threads) == MOST else 0
    able = _lets_comment(user, share)
    may = able and may_comment(user, share)
    return {"threads": threads, "older": older, "may_comment": may, "closed": able and not may, "longest": LONGEST}
