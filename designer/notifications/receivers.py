"""What people are told of because of what happens on the ground floor: somebody comments on what is theirs, answers or
names them; invites them, or comes because they invited."""

from typing import Any, Final

from django.db.models import Q
from django.dispatch import receiver
from django.urls import reverse

from designer.jobs.services import enqueue
from designer.notifications.services import notify, ways_of
from teams.accounts.models import User
from teams.membership.models import Invitation, Membership
from teams.review.models import Comment
from teams.signals import comment_changed, invitation_renewed, member_joined

TRIES: Final = 20  # more than an hour of a mail server that is away


@receiver(comment_changed, dispatch_uid="notifications.comment_changed")
def tell_of_comment(sender: object, comment: Comment, what: str, mentioned: list[User], **_: Any) -> None:
    """Whom it names hear that they are named, and nothing else of it; of new words only who was not named before."""
    named = [user for user in mentioned if user.pk != comment.author_id]
    _tell(comment, named, "mention", "names you in a comment")
    if what == "created":
        told = {
            who for who, ways in ways_of([user.pk for user in named], "mention").items() if ways.in_app or ways.mail
        }
        others = [user for user in _concerned(comment) if user.pk not in told]
        _tell(comment, others, "comment", "answers" if comment.reply_to_id else "comments")


def _tell(comment: Comment, users: list[User], kind: str, verb: str) -> None:
    notify(
        users=users,
        kind=kind,
        subject=f"comment:{comment.pk}",
        title=f"{comment.author.shown_name} {verb} on {_called(comment)}",
        body=comment.text,
        link=_link(comment),
        team_id=comment.team_id,
    )


def _called(comment: Comment) -> str:
    nameless = comment.kind == "asset" and not comment.about.title
    return "an image" if nameless else str(comment.about)


def _link(comment: Comment) -> str:
    """To the page of what it is about, begun at its thread: an old one stands on no first page."""
    thread = comment.reply_to_id or comment.pk
    page = reverse(comment.kind, args=[comment.about.pk])  # pages bear the names of ABOUT
    return f"{page}?thread={thread}#comment-{comment.pk}"


def _concerned(comment: Comment) -> list[User]:
    """Who made what it is about and who spoke in this thread, as far as they are still in the team; never who speaks
    now."""
    thread = comment.reply_to_id or comment.pk
    spoke = Comment.objects.kept().filter(Q(pk=thread) | Q(reply_to=thread)).values_list("author", flat=True)
    members = Membership.objects.filter(team=comment.team_id, user__in={comment.about.owner_id, *spoke})
    return [row.user for row in members.exclude(user=comment.author_id).select_related("user")]


@receiver(invitation_renewed, dispatch_uid="notifications.invitation_renewed")
def mail_invitation(sender: object, invitation: Invitation, **_: Any) -> None:
    """The job says which key to mail by its serial: the key itself stands in no table."""
    if invitation.by_mail:
        payload = {"invitation_id": str(invitation.pk), "serial": str(invitation.serial)}
        enqueue("invitation.mail", payload, team_id=invitation.team_id, lane="io", max_attempts=TRIES)


@receiver(member_joined, dispatch_uid="notifications.member_joined")
def tell_of_member(sender: object, invitation: Invitation, **_: Any) -> None:
    if invitation.accepted_by is None:
        return
    notify(
        users=[invitation.inviter],
        kind="member",
        subject=f"team:{invitation.team_id}",
        title=f"{invitation.accepted_by.shown_name} has joined {invitation.team.name}",
        body=f"As {invitation.get_role_display().lower()}, by your invitation.",
        link=reverse("members", args=[invitation.team_id]),
        team_id=invitation.team_id,
    )
