"""What is said of an image, a collection or a batch, and how an image's review stands, is told to those who look at it.

In the same transaction."""

from typing import Any, Final

from django.db.models import Count
from django.dispatch import receiver

from designer.assets.versions import root_of
from designer.realtime import events
from designer.realtime.events import record, record_each
from teams.accounts.models import User
from teams.review.approvals.models import Approval
from teams.review.models import Comment
from teams.signals import approval_changed, comment_changed

EVENTS: Final = {
    "created": events.COMMENT_CREATED,
    "updated": events.COMMENT_UPDATED,
    "deleted": events.COMMENT_DELETED,
    "resolved": events.COMMENT_RESOLVED,
    "reopened": events.COMMENT_REOPENED,
    "reacted": events.COMMENT_REACTED,
}
REVIEWS: Final = {
    "requested": events.APPROVAL_REQUESTED,
    "answered": events.APPROVAL_ANSWERED,
    "settled": events.APPROVAL_SETTLED,
    "withdrawn": events.APPROVAL_WITHDRAWN,
}
TOLD: Final = 2000  # letters of a text: an event is a message, the whole of it is read over HTTP


@receiver(comment_changed, dispatch_uid="assets.comment_changed")
def tell_of_comment(sender: object, comment: Comment, what: str, actor: User | None = None, **_: Any) -> None:
    """On the channel of what it is about; of an image on its original's too, for who looks at another version."""
    told = {
        "id": str(comment.pk),
        "about": comment.subject,
        "asset": str(comment.asset_id) if comment.asset_id else None,
        "reply_to": str(comment.reply_to_id) if comment.reply_to_id else None,
        **_more(comment, what, actor),
    }
    channels = {comment.subject}
    if comment.asset is not None:
        channels.add(f"asset:{root_of(comment.asset).pk}")
    for channel in sorted(channels):
        record(channel, EVENTS[what], told, team_id=comment.team_id)


def _more(comment: Comment, what: str, actor: User | None) -> dict[str, Any]:
    if what in ("created", "updated"):
        return {
            "author": str(comment.author_id),
            "name": comment.author.shown_name,
            "text": comment.text[:TOLD],
            "pin": comment.pin,
            "mentions": [str(pk) for pk in comment.mentions.values_list("user_id", flat=True)],
        }
    if actor is None:
        return {}
    by = {"by": str(actor.pk), "name": actor.shown_name}
    if what != "reacted":
        return by
    counted = comment.reactions.order_by("sign").values_list("sign").annotate(n=Count("pk"))
    return {**by, "counts": dict(counted)}


@receiver(approval_changed, dispatch_uid="assets.approval_changed")
def tell_of_review(
    sender: object, approval: Approval, what: str, actor: User | None, more: dict[str, str], **_: Any
) -> None:
    """On the channels of the image and of its team. A reminder changes nothing, and is told to people alone."""
    if what not in REVIEWS:
        return
    told = {
        "id": str(approval.pk),
        "asset": str(approval.asset_id),
        "status": approval.status,
        "by": str(actor.pk) if actor else None,
        "name": actor.shown_name if actor else "",
    }
    if "verdict" in more:
        told["verdict"] = more["verdict"]
    channels = (f"asset:{approval.asset_id}", f"team:{approval.team_id}")
    record_each([(channel, REVIEWS[what], told) for channel in channels], team_id=approval.team_id)
