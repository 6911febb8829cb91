"""What people are told of because of what happens on the ground floor: somebody comments on their image, or answers."""

from typing import Any

from django.db.models import Q
from django.dispatch import receiver
from django.urls import reverse

from designer.notifications.services import notify
from teams.accounts.models import User
from teams.membership.models import Membership
from teams.review.models import Comment
from teams.signals import comment_changed


@receiver(comment_changed, dispatch_uid="notifications.comment_changed")
def tell_of_comment(sender: object, comment: Comment, what: str, **_: Any) -> None:
    if what != "created":
        return
    verb = "answers" if comment.reply_to_id else "comments"
    name = str(comment.asset) if comment.asset.title else "an image"
    notify(
        users=_concerned(comment),
        kind="comment",
        subject=f"comment:{comment.pk}",
        title=f"{comment.author.shown_name} {verb} on {name}",
        body=comment.text,
        link=f"{reverse('asset', args=[comment.asset_id])}#comment-{comment.pk}",
        team_id=comment.team_id,
    )


def _concerned(comment: Comment) -> list[User]:
    """Who made the image and who spoke in this thread, as far as they are still in the team; never who speaks now."""
    thread = comment.reply_to_id or comment.pk
    spoke = Comment.objects.kept().filter(Q(pk=thread) | Q(reply_to=thread)).values_list("author", flat=True)
    members = Membership.objects.filter(team=comment.team_id, user__in={comment.asset.owner_id, *spoke})
    return [row.user for row in members.exclude(user=comment.author_id).select_related("user")]
