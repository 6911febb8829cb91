"""The only writers of comments. Each announces what it did, in its own transaction."""

from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from teams.accounts.models import User
from teams.base.errors import Conflict, Forbidden, Missing, Refused
from teams.base.preconditions import require_match
from teams.base.text import plain_text
from teams.membership.permissions import may
from teams.review.models import Comment
from teams.signals import comment_changed

LONGEST: Final = 2000  # letters
Pin = tuple[float, float]  # shares of the picture's width and height, 0..1


@transaction.atomic
def write_comment(
    *,
    actor: User,
    team_id: UUID,
    asset_id: UUID,
    text: str,
    pin: Pin | None = None,
    reply_to: UUID | None = None,
) -> Comment:
    """Say something of an image of the team, of the spot `pin` where one is named, or in answer to a comment on it.

    Raises Missing, Forbidden, Refused (text, pin, reply_to), or Conflict for an image in the trash.
    """
    asset = _spoken_of(actor, team_id, asset_id)
    x, y = _checked(pin) if pin else (None, None)
    made = Comment.objects.create(
        team_id=team_id,
        asset=asset,
        author=actor,
        text=plain_text(text, field="text", longest=LONGEST),
        pin_x=x,
        pin_y=y,
        reply_to=_answered(actor, asset_id, reply_to) if reply_to else None,
    )
    comment_changed.send(sender=Comment, comment=made, what="created")
    return made


@transaction.atomic
def change_comment(*, actor: User, comment_id: UUID, text: str, if_match: str | None) -> Comment:
    """Give one's own comment other words. Raises Missing, Forbidden or Refused."""
    row = _locked(actor, comment_id)
    if row.author_id != actor.pk:
        raise Forbidden(message="Only who wrote it changes its words.", remedy="Answer it, or take it away.")
    require_match(if_match, row)
    words = plain_text(text, field="text", longest=LONGEST)
    if words != row.text:
        row.text = words
        row.edited_at = Now()
        row.save(update_fields=["text", "edited_at", "updated_at"])
        row.refresh_from_db()
        comment_changed.send(sender=Comment, comment=row, what="updated")
    return row


@transaction.atomic
def remove_comment(*, actor: User, comment_id: UUID) -> Comment:
    """Take a comment back: one's own, or anybody's for who manages the team. Raises Missing or Forbidden."""
    row = _locked(actor, comment_id)
    row.deleted_at = Now()
    row.save(update_fields=["deleted_at", "updated_at"])
    row.refresh_from_db()
    comment_changed.send(sender=Comment, comment=row, what="deleted")
    return row


def _locked(actor: User, comment_id: UUID) -> Comment:
    """A comment that still stands and that `actor` may change, locked until the transaction ends."""
    Comment.objects.kept().for_edit(actor, comment_id)
    kept: Comment = Comment.objects.select_for_update(of=("self",), no_key=True).kept().for_edit(actor, comment_id)
    return kept


def _spoken_of(actor: User, team_id: UUID, asset_id: UUID) -> Any:
    """The image, asked of its own floor through the field that points there."""
    images: Any = Comment.asset.field.related_model
    asset = images.objects.visible_to(actor).filter(pk=asset_id, team=team_id).first()
    if asset is None:
        raise Missing(message="There is no such image in this team.", field="asset", remedy="Check the id.")
    if not may(actor, "create_work", asset.team):
        raise Forbidden(message="Your role lets you look, not comment.", remedy="Ask an owner or admin of the team.")
    if asset.trashed_at is not None:
        raise Conflict("trashed", "This image is in the trash.", field="asset", remedy="Restore it first.")
    return asset


def _checked(pin: Pin) -> Pin:
    if not all(0 <= side <= 1 for side in pin):
        remedy = "Send x and y as shares of its width and height, from 0 to 1."
        raise Refused("outside", "This spot is not in the picture.", field="pin", remedy=remedy)
    return pin


def _answered(actor: User, asset_id: UUID, comment_id: UUID) -> Comment:
    """The comment that is answered. Raises Missing or Refused."""
    row = Comment.objects.visible_to(actor).kept().filter(pk=comment_id, asset=asset_id).first()
    if row is None:
        message = "There is no such comment on this image."
        raise Missing(message=message, field="reply_to", remedy="It may have been taken back: reload.")
    if row.reply_to_id:
        remedy = f"Answer {row.reply_to_id}, which it answers."
        raise Refused("answer_to_answer", "This is an answer itself.", field="reply_to", remedy=remedy)
    return row
