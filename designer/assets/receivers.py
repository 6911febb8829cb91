"""What assets hear: somebody said something of an image. Told to those who look at it, in the same transaction."""

from typing import Any, Final

from django.dispatch import receiver

from designer.assets.versions import root_of
from designer.realtime.events import COMMENT_CREATED, COMMENT_DELETED, COMMENT_UPDATED, record
from teams.review.models import Comment
from teams.signals import comment_changed

EVENTS: Final = {"created": COMMENT_CREATED, "updated": COMMENT_UPDATED, "deleted": COMMENT_DELETED}


@receiver(comment_changed, dispatch_uid="assets.comment_changed")
def tell_of_comment(sender: object, comment: Comment, what: str, **_: Any) -> None:
    """On the image's channel and on its original's, where those who look at another version hear of it."""
    told: dict[str, Any] = {
        "id": str(comment.pk),
        "asset": str(comment.asset_id),
        "reply_to": str(comment.reply_to_id) if comment.reply_to_id else None,
    }
    if what != "deleted":
        said = {"author": str(comment.author_id), "name": comment.author.shown_name}
        told |= {**said, "text": comment.text, "pin": comment.pin}
    for asset_id in {comment.asset_id, root_of(comment.asset).pk}:
        record(f"asset:{asset_id}", EVENTS[what], told, team_id=comment.team_id)
