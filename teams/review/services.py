"""The only writers of comments. Each announces what it did, in its own transaction."""

from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from teams.accounts.models import User
from teams.base.errors import Conflict, Forbidden, Missing, Refused
from teams.base.preconditions import require_match
from teams.base.text import plain_text
from teams.membership.exporting import only
from teams.membership.models import Team
from teams.membership.permissions import allowed, hold_awake
from teams.review.mentions import mention
from teams.review.models import ABOUT, Comment, Reaction, Sign, Wording
from teams.signals import comment_changed

LONGEST: Final = 5000  # letters
WORDINGS: Final = 100  # kept of one comment
SMALLEST: Final = 0.001  # side of a region, as a share of the picture's
# what was taken back is gone from sight, for who exports the team too
only("team_comments", lambda rows: rows.filter(deleted_at=None))
for _table in ("team_comment_wordings", "team_comment_mentions", "team_comment_reactions"):
    only(_table, lambda rows: rows.filter(comment__deleted_at=None))
WORDS: Final = {"asset": "image", "collection": "collection", "batch": "batch"}


class Pin(NamedTuple):
    """A spot of a picture, or a region with (x, y) as its left upper corner: shares of its sides, 0..1."""

    x: float
    y: float
    width: float | None = None
    height: float | None = None


@transaction.atomic
def write_comment(
    *,
    actor: User,
    team_id: UUID,
    about: tuple[str, UUID],
    text: str,
    pin: Pin | None = None,
    reply_to: UUID | None = None,
) -> Comment:
    """Say something of what belongs to the team, of the spot or region `pin` where one is named, or in answer.

    about: a word of ABOUT and the id. Raises Missing, Forbidden, Refused (text, pin, reply_to), or Conflict for what
    is in the trash.
    """
    kind, pk = about
    thing = _spoken_of(actor, team_id, kind, pk)
    x, y, width, height = _checked(pin, kind) if pin else (None, None, None, None)
    made = Comment.objects.create(
        team_id=team_id,
        **{kind: thing},
        author=actor,
        text=plain_text(text, field="text", longest=LONGEST),
        pin_x=x,
        pin_y=y,
        pin_width=width,
        pin_height=height,
        reply_to=_answered(actor, kind, pk, reply_to) if reply_to else None,
    )
    comment_changed.send(sender=Comment, comment=made, what="created", mentioned=mention(made))
    return made


@transaction.atomic
def change_comment(*, actor: User, comment_id: UUID, text: str, if_match: str | None) -> Comment:
    """Give one's own comment other words; those before are kept. Raises Missing, Forbidden, Refused (text), or
    Conflict where it was changed too often."""
    row = _locked(actor, comment_id)
    if row.author_id != actor.pk:
        raise Forbidden(message="Only who wrote it changes its words.", remedy="Answer it, or take it away.")
    require_match(if_match, row)
    words = plain_text(text, field="text", longest=LONGEST)
    if words != row.text:
        if row.wordings.count() >= WORDINGS:
            message = f"This was changed {WORDINGS} times already."
            raise Conflict("changed_too_often", message, remedy="Say it in an answer.")
        Wording.objects.create(comment=row, text=row.text, said_at=row.edited_at or row.created_at)
        row.text = words
        row.edited_at = Now()
        row.save(update_fields=["text", "edited_at", "updated_at"])
        row.refresh_from_db()
        comment_changed.send(sender=Comment, comment=row, what="updated", mentioned=mention(row))
    return row


@transaction.atomic
def remove_comment(*, actor: User, comment_id: UUID) -> Comment:
    """Take a comment back: one's own, or anybody's for who manages the team. Raises Missing or Forbidden."""
    row = _locked(actor, comment_id)
    row.deleted_at = Now()
    row.save(update_fields=["deleted_at", "updated_at"])
    row.refresh_from_db()
    comment_changed.send(sender=Comment, comment=row, what="deleted", mentioned=[])
    return row


@transaction.atomic
def settle(*, actor: User, comment_id: UUID, resolved: bool) -> Comment:
    """Call a thread resolved, or open again; for who may comment. Of two who do so at once the first one's name stays.

    Raises Missing, Forbidden, or Refused for an answer.
    """
    row = _spoken(actor, comment_id)
    if row.reply_to_id:
        remedy = f"Send it to {row.reply_to_id}, which it answers."
        raise Refused("answer", "A thread is resolved as a whole, and this is an answer.", remedy=remedy)
    if (row.resolved_at is not None) == resolved:
        return row
    row.resolved_at = Now() if resolved else None
    row.resolved_by = actor if resolved else None
    row.save(update_fields=["resolved_at", "resolved_by", "updated_at"])
    row.refresh_from_db()
    what = "resolved" if resolved else "reopened"
    comment_changed.send(sender=Comment, comment=row, what=what, mentioned=[], actor=actor)
    return row


@transaction.atomic
def react(*, actor: User, comment_id: UUID, sign: str, given: bool) -> Comment:
    """Put a sign to a comment, or take one's own away; for who may comment. Raises Missing, Forbidden or
    Refused (sign)."""
    if sign not in Sign.values:
        raise Refused("unknown_sign", "There is no such sign.", field="sign", remedy=f"Use {', '.join(Sign.values)}.")
    row = _spoken(actor, comment_id)
    own = Reaction.objects.filter(comment=row, user=actor, sign=sign)
    if given != own.exists():
        if given:
            Reaction.objects.create(comment=row, user=actor, sign=sign)
        else:
            own.delete()
        comment_changed.send(sender=Comment, comment=row, what="reacted", mentioned=[], actor=actor)
    return row


def _locked(actor: User, comment_id: UUID) -> Comment:
    """A comment that still stands and that `actor` may change, locked until the transaction ends."""
    hold_awake(Comment.objects.kept().for_edit(actor, comment_id).team_id)
    kept: Comment = Comment.objects.select_for_update(of=("self",), no_key=True).kept().for_edit(actor, comment_id)
    return kept


def _spoken(actor: User, comment_id: UUID) -> Comment:
    """A comment that still stands, for who may comment in its team, locked until the transaction ends."""
    row: Comment = Comment.objects.kept().see(actor, comment_id)
    _may_speak(actor, row.team)
    kept: Comment = Comment.objects.select_for_update(of=("self",), no_key=True).kept().see(actor, comment_id)
    return kept


def _may_speak(actor: User, team: Team) -> None:
    if not allowed(actor, "create_work", team):
        raise Forbidden(message="Your role lets you look, not comment.", remedy="Ask an owner or admin of the team.")
    hold_awake(team.pk)


def _spoken_of(actor: User, team_id: UUID, kind: str, pk: UUID) -> Any:
    """The image, collection or batch, asked of its own floor through the field that points there."""
    if kind not in ABOUT:
        raise Refused("unknown_kind", "This is nothing to speak of.", field="about", remedy=f"Use {', '.join(ABOUT)}.")
    rows: Any = Comment._meta.get_field(kind).related_model
    thing = rows.objects.visible_to(actor).filter(pk=pk, team=team_id).first()
    if thing is None:
        raise Missing(message=f"There is no such {WORDS[kind]} in this team.", field=kind, remedy="Check the id.")
    _may_speak(actor, thing.team)
    if getattr(thing, "trashed_at", None) is not None:
        raise Conflict("trashed", f"This {WORDS[kind]} is in the trash.", field=kind, remedy="Restore it first.")
    return thing


def _checked(pin: Pin, kind: str) -> Pin:
    if kind != "asset":
        remedy = "Pin it to one of its images."
        raise Refused("no_picture", f"A {WORDS[kind]} has no spot to pin to.", field="pin", remedy=remedy)
    if not all(0 <= side <= 1 for side in (pin.x, pin.y)):
        remedy = "Send x and y as shares of its width and height, from 0 to 1."
        raise Refused("outside", "This spot is not in the picture.", field="pin", remedy=remedy)
    if pin.width is None and pin.height is None:
        return pin
    width, height = min(pin.width or 0, 1 - pin.x), min(pin.height or 0, 1 - pin.y)
    if not (width >= SMALLEST and height >= SMALLEST):
        remedy = f"Send width and height of at least {SMALLEST}, or neither for a spot."
        raise Refused("no_region", "This region has no size in the picture.", field="pin", remedy=remedy)
    return Pin(pin.x, pin.y, width, height)


def _answered(actor: User, kind: str, pk: UUID, comment_id: UUID) -> Comment:
    """The comment that is answered, locked: it is not taken back before the answer stands. Raises Missing, Refused."""
    rows = Comment.objects.select_for_update(of=("self",), no_key=True).visible_to(actor).kept()
    row = rows.filter(pk=comment_id, **{kind: pk}).first()
    if row is None:
        message = f"There is no such comment on this {WORDS[kind]}."
        raise Missing(message=message, field="reply_to", remedy="It may have been taken back: reload.")
    if row.reply_to_id:
        remedy = f"Answer {row.reply_to_id}, which it answers."
        raise Refused("answer_to_answer", "This is an answer itself.", field="reply_to", remedy=remedy)
    return row
