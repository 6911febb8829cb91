"""What people are told of because of what happens on the ground floor: somebody comments on what is theirs, answers or
names them; asks for their review, or gives it; invites them, or comes because they invited."""

from typing import Any, Final

from django.db.models import Q
from django.dispatch import receiver
from django.urls import reverse

from designer.jobs.services import enqueue
from designer.notifications import team_news
from designer.notifications.services import notify, ways_of
from teams.accounts.models import User
from teams.membership.models import Invitation, Membership, Team
from teams.review.approvals.models import Approval, Reviewer, Verdict
from teams.review.approvals.services import ASKED_ANEW, is_owners_turn, stand_ins, waited_for
from teams.review.models import Comment
from teams.signals import approval_changed, comment_changed, invitation_renewed, member_joined, team_changed

ANSWERS: Final = {
    Verdict.APPROVE.value: "approves",
    Verdict.CHANGES_REQUESTED.value: "asks for changes to",
    Verdict.REJECT.value: "rejects",
}
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


@receiver(approval_changed, dispatch_uid="notifications.approval_changed")
def tell_of_review(
    sender: object, approval: Approval, what: str, actor: User | None, more: dict[str, str], **_: Any
) -> None:
    """Reviewers hear what they are asked and that they are not any more; who asked, what they answer; none of them what
    they did themselves."""
    seats = [seat for seat in Reviewer.objects.filter(approval=approval).told() if seat.present]
    image = approval.asset.title or "an image"
    who = actor.shown_name if actor else ""
    due = f"Due {approval.due_at:%-d %B %Y, %H:%M} UTC. " if approval.due_at else ""
    if what == "requested":
        _tell_of(
            approval, [seat.user for seat in seats], actor, f"{who} asks you to review {image}", due + approval.note
        )
    elif what == "answered":
        title = f"{who} {ANSWERS[more['verdict']]} {image}"
        _tell_of(approval, _requester(approval), actor, title, more["note"])
        is_news = actor and not any(seat.owns and seat.user_id == actor.pk for seat in seats)
        if is_news and more["verdict"] == Verdict.APPROVE != more["before"] and is_owners_turn(approval):
            _tell_of(approval, waited_for(approval), actor, f"Only your approval of {image} is missing", due)
    elif what == "settled":
        title = f"{image} without a reviewer who may review no longer: {approval.get_status_display().lower()}"
        _tell_of(approval, _requester(approval), actor, title)
    elif what == "ownerless":
        owners = stand_ins(approval)
        _tell_of(approval, owners, None, f"The review of {image} waits for an owner of the team", due)
        if not owners:
            body = "No other owner is left who could approve it. Withdraw it, and ask anew."
            _tell_of(approval, _requester(approval), None, f"The review of {image} waits for nobody", body)
    elif what == "withdrawn" and more["why"] != ASKED_ANEW:  # what they are asked now says it
        title = f"{who} withdraws the review of {image}" if who else f"The review of {image} has ended"
        body = "" if who else "Nobody who could review it is left in the team. Ask others."
        _tell_of(approval, [*_requester(approval), *(seat.user for seat in seats)], actor, title, body)
    elif what == "due_soon":
        _tell_of(approval, waited_for(approval), None, f"Your review of {image} is due soon", due, kind="approval_due")
    elif what == "overdue":
        people = [*_requester(approval), *waited_for(approval)]
        _tell_of(approval, people, None, f"The review of {image} is overdue", due, kind="approval_due")


def _requester(approval: Approval) -> list[User]:
    """Who asked, as long as they are in the team."""
    held = Membership.objects.filter(team=approval.team_id, user=approval.requester_id).select_related("user")
    return [row.user for row in held]


def _tell_of(
    approval: Approval, users: list[User], actor: User | None, title: str, body: str = "", kind: str = "approval"
) -> None:
    notify(
        users=[user for user in users if actor is None or user.pk != actor.pk],
        kind=kind,
        subject=f"approval:{approval.pk}",
        title=title,
        body=body.strip(),
        link=f"{reverse('asset', args=[approval.asset_id])}#approval",
        team_id=approval.team_id,
    )


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


@receiver(team_changed, dispatch_uid="notifications.team_changed")
def tell_of_team(sender: object, team: Team, actor: User | None, what: str, **_: Any) -> None:
    """Everybody in it but who did it, by a job: there may be thousands."""
    if what in team_news.NEWS:
        told = {"team": str(team.pk), "actor": str(actor.pk) if actor else "", "what": what, "name": team.name}
        told["day"] = f"{team.ends_at:%-d %B %Y}" if team.ends_at else ""
        enqueue("team.news", told, team_id=team.pk, lane="io")
