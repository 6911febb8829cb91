"""The only writers of approvals. Each locks the image's row and then the approval's, so that nobody throws away what
another approves; notes its deed in the audit log, and announces it, in one transaction."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from teams.accounts.models import User
from teams.audit import services as audit
from teams.base.errors import Conflict, Forbidden, Missing, Refused
from teams.base.text import one_line, plain_text
from teams.membership.defaults import Default, said_by, usual
from teams.membership.models import Membership, Role, Team
from teams.membership.permissions import hold_awake
from teams.membership.services import locked_team
from teams.review.approvals.models import ABLE, PENDING, Approval, Policy, Reviewer, Status, Verdict
from teams.signals import approval_changed

NOTE: Final = 5000  # letters
LINE: Final = 200  # letters of a line of the checklist
LINES: Final = 30
MOST: Final = 20  # reviewers
LATEST: Final = timedelta(days=5 * 366)  # a due date from now
EARLIEST: Final = timedelta(days=1)  # before the due date they are reminded; of a short time in its middle
POLICY: Final = usual(
    Default("approval_policy", "A review takes the approval of", Policy.ALL_OF.value, tuple(Policy.choices))
)
ASKED_ANEW: Final = "asked_anew"  # why one is withdrawn
AT_ONCE: Final = 50  # reminders of one turn of the scheduler, which must not be kept long

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked: `asset` to be reviewed by `reviewers` (users) until `due_at`, looking for the `checklist`."""

    asset: UUID
    reviewers: Sequence[UUID]
    policy: str = ""  # the team's usual
    due_at: datetime | None = None
    checklist: Sequence[str] = ()
    note: str = ""


@transaction.atomic
def request_approval(*, actor: User, team_id: UUID, wish: Request) -> Approval:
    """Put an image that `actor` may change before reviewers. What was sent back or refused before is withdrawn.

    Raises Missing (asset, reviewers), Forbidden, Refused, or Conflict for an image in the trash, in review or approved.
    """
    team = locked_team(actor, team_id)  # who is removed meanwhile is not waited for
    hold_awake(team.pk)
    asset = _asset_of(actor, team, wish.asset)
    people = _reviewers(actor, team, wish)
    facts = {
        "policy": _known_policy(wish.policy or said_by(team, POLICY), people),
        "note": plain_text(wish.note, field="note", longest=NOTE) if wish.note.strip() else "",
        "checklist": _lines(wish.checklist),
        **_dates(wish.due_at),
    }
    _clear_way(actor, asset)
    made = Approval.objects.create(team=team, asset=asset, requester=actor, sha256=asset.sha256, **facts)
    Reviewer.objects.bulk_create(Reviewer(approval=made, user_id=pk) for pk in people)
    _note(made, actor, "requested", {"reviewers": [str(pk) for pk in people], "policy": made.policy})
    _announce(made, "requested", actor)
    return made


@transaction.atomic
def answer(*, actor: User, approval_id: UUID, verdict: str, note: str = "", checked: Iterable[int] = ()) -> Approval:
    """Say as a reviewer what one thinks; one's last answer counts, until it is approved.

    Raises Missing, Forbidden, Refused, or Conflict for what is decided or withdrawn, and for an image in the trash.
    """
    seen: Approval = Approval.objects.see(actor, approval_id)
    try:
        hold_awake(seen.team_id)
    except Conflict:
        _seat(actor, seen)  # who may not answer at all hears that first
        raise
    row = _locked(actor, approval_id)
    seat = _seat(actor, row)
    if row.status not in PENDING:
        remedy = "Reload it. Who asked can withdraw it and ask anew."
        raise Conflict("decided", f"This was {row.get_status_display().lower()} already.", remedy=remedy)
    _check_same(row)
    if verdict not in Verdict.values:
        remedy = f"Use {', '.join(Verdict.values)}."
        raise Refused("unknown_verdict", "There is no such answer.", field="verdict", remedy=remedy)
    _check_turn(row, seat, verdict)
    before, seat.verdict = seat.verdict, verdict
    seat.note = plain_text(note, field="note", longest=NOTE) if note.strip() else ""
    seat.checked = sorted({place for place in checked if 0 <= place < len(row.checklist)})
    seat.answered_at = Now()
    seat.save(update_fields=["verdict", "note", "checked", "answered_at", "updated_at"])
    if not _settle(row):
        row.save(update_fields=["updated_at"])
    _note(row, actor, "answered", {"verdict": verdict, "status": row.status})
    _announce(row, "answered", actor, verdict=verdict, note=seat.note, before=before)
    return row


@transaction.atomic
def withdraw(*, actor: User, approval_id: UUID) -> Approval:
    """End a review, or unlock what was approved; by who asked, or by who may change everybody's work.

    Raises Missing, Forbidden, or Conflict where it is withdrawn already.
    """
    hold_awake(Approval.objects.for_edit(actor, approval_id).team_id)
    row = _locked(actor, approval_id)
    _withdraw(row, actor, "")
    return row


@transaction.atomic
def follow_roles(*, user_id: UUID, team_id: UUID | None) -> None:
    """Somebody left a team (None: all), or may review no longer: what waited for them goes on without them.

    Where nobody is left to review, it is withdrawn; where no named owner is left to sign, the others are asked. In a
    team that is about to be deleted nobody is seen, and nothing is decided: that waits until it is restored.
    """
    if team_id is None and User.objects.filter(pk=user_id, is_active=True).exists():
        return  # a token or a password of theirs has ended, and no role
    rows = Approval.objects.asked_of(user_id).filter(status__in=PENDING, team__ends_at=None)
    _go_on(rows if team_id is None else rows.filter(team=team_id), without=str(user_id))


@transaction.atomic
def catch_up(*, team_id: UUID) -> None:
    """The team was restored: what waited for those who left meanwhile goes on without them, as if they left now."""
    absent = Reviewer.objects.filter(approval__team=team_id, approval__status__in=PENDING).absent()
    _go_on(Approval.objects.filter(pk__in=absent.values("approval")), without="who left while it was deleted")


def _go_on(rows: QuerySet[Approval], *, without: str) -> None:
    for pk, asset_id in list(rows.order_by("asset").values_list("pk", "asset")):  # in one order: two may do so at once
        _lock_asset(asset_id)
        row = Approval.objects.select_for_update(of=("self",), no_key=True).filter(pk=pk, status__in=PENDING).first()
        if row is None:
            continue
        present = any(seat.present for seat in _seats(row))
        if not Team.objects.filter(pk=row.team_id, ends_at=None).exists():
            continue  # deleted since the rows were sought: nobody is seen in it
        if not present:
            _withdraw(row, None, "no_reviewers_left")
        elif _settle(row):
            _note(row, None, "settled", {"status": row.status, "without": without})
            _announce(row, "settled", None)
        elif row.status == Status.OPEN and row.policy == Policy.OWNER_LAST and not _owner_named(row):
            _note(row, None, "ownerless", {"without": without})
            _announce(row, "ownerless", None)


def waited_for(row: Approval) -> list[User]:
    """Whom a review waits for: who has not answered, and who may sign in the place of an owner."""
    return [*(seat.user for seat in _seats(row) if seat.present and not seat.verdict), *stand_ins(row)]


def stand_ins(row: Approval) -> list[User]:
    """The owners of the team who may sign, where one must and none that was named is left."""
    if row.policy != Policy.OWNER_LAST or _owner_named(row):
        return []
    owners = Membership.objects.filter(team=row.team_id, role=Role.OWNER, user__is_active=True)
    others = owners.exclude(user=row.requester_id).select_related("user").order_by("created_at", "pk")
    return [each.user for each in others]


def is_owners_turn(row: Approval) -> bool:
    """Whether an owner, who signs last, is all it still waits for."""
    others = [seat.verdict for seat in _seats(row) if seat.present and not seat.owns]
    return (
        row.policy == Policy.OWNER_LAST
        and row.status == Status.OPEN
        and all(verdict == Verdict.APPROVE for verdict in others)
    )


def _owner_named(row: Approval) -> bool:
    return any(seat.present and seat.owns for seat in _seats(row))


def remind() -> int:
    """The scheduler's duty: tell of what is due soon or overdue, each once; how many."""
    told = 0
    awake = Approval.objects.awaited().filter(team__archived_at=None, team__ends_at=None)
    due = awake.filter(remind_at__lte=Now()).order_by("remind_at")
    for row in due.select_related("asset", "requester", "team")[:AT_ONCE]:
        try:
            told += _remind_of(row)
        except Exception:  # the others wait for their reminders no less
            logger.exception("Nobody could be reminded of the review %s.", row.pk)
    return told


@transaction.atomic
def _remind_of(row: Approval) -> bool:
    late = row.due_at is None or row.due_at <= timezone.now()
    same = Approval.objects.filter(pk=row.pk, status=Status.OPEN, remind_at=row.remind_at)
    if not same.update(remind_at=None if late else row.due_at):  # another scheduler told of it
        return False
    _announce(row, "overdue" if late else "due_soon", None)
    return True


def refuse_locked(assets: Iterable[UUID]) -> None:
    """What would throw these images away asks here first, with their rows locked. Raises Conflict for one approved.

    Nothing else is refused: the bytes of an image never change, and its title or tags are no matter of its reviewers.
    """
    held = Approval.objects.filter(asset__in=list(assets), status=Status.APPROVED).count()
    if held:
        what = "This image is" if held == 1 else f"{held} of these images are"
        raise Conflict(
            "approved",
            f"{what} approved, and so locked.",
            remedy="Withdraw the approval first, on the page of the image or under Reviews.",
        )


def outcome(policy: str, seats: Sequence[Reviewer]) -> str:
    """What the answers of those who may still review come to. seats: as `told`."""
    said = [seat.verdict for seat in seats if seat.present]
    if policy == Policy.ONE_OF and Verdict.APPROVE in said:
        return Status.APPROVED
    if Verdict.REJECT in said:
        return Status.REJECTED
    if Verdict.CHANGES_REQUESTED in said:
        return Status.CHANGES_REQUESTED
    signed = policy != Policy.OWNER_LAST or any(seat.owns and seat.verdict for seat in seats)
    return Status.APPROVED if said and all(said) and signed else Status.OPEN


def _settle(row: Approval) -> bool:
    """Move it to where its answers bring it; whether it moved. Raises Conflict where it may not go there any more."""
    status = outcome(row.policy, _seats(row))
    if status == row.status:
        return False
    Approval.objects.move(row.pk, status, decided_at=None if status == Status.OPEN else Now())
    row.refresh_from_db()
    return True


def _withdraw(row: Approval, actor: User | None, why: str) -> None:
    before = row.status
    Approval.objects.move(row.pk, Status.WITHDRAWN, decided_at=Now())
    row.refresh_from_db()
    _note(row, actor, "withdrawn", {"before": before, **({"why": why} if why else {})})
    _announce(row, "withdrawn", actor, why=why)


def _assets() -> Any:
    """The images, asked of their own floor through the field that points there."""
    related: Any = Approval._meta.get_field("asset").related_model
    return related.objects


def _lock_asset(asset_id: UUID) -> Any:
    return _assets().select_for_update(of=("self",), no_key=True).get(pk=asset_id)


def _locked(actor: User, approval_id: UUID) -> Approval:
    """The approval, if `actor` may see it, with its image; both locked until the transaction ends."""
    seen: Approval = Approval.objects.see(actor, approval_id)
    asset = _lock_asset(seen.asset_id)
    row: Approval = Approval.objects.select_for_update(of=("self",), no_key=True).see(actor, approval_id)
    row.asset = asset
    return row


def _seats(row: Approval) -> list[Reviewer]:
    return list(Reviewer.objects.filter(approval=row).told())


def _asset_of(actor: User, team: Team, asset_id: UUID) -> Any:
    """The image, locked, if it is of this team and `actor` may change it."""
    rows = _assets().filter(team=team)
    if not rows.visible_to(actor).filter(pk=asset_id).exists():
        raise Missing(message="There is no such image in this team.", field="asset", remedy="Check the id.")
    rows.for_edit(actor, asset_id)
    asset = _lock_asset(asset_id)
    if asset.trashed_at is not None:
        raise Conflict("trashed", "This image is in the trash.", field="asset", remedy="Restore it first.")
    return asset


def _reviewers(actor: User, team: Team, wish: Request) -> dict[UUID, str]:
    """Who is asked, with their roles; each once."""
    wanted = list(dict.fromkeys(wish.reviewers))
    if not wanted:
        raise Refused("no_reviewers", "Nobody is asked.", field="reviewers", remedy="Name one reviewer at least.")
    if len(wanted) > MOST:
        message = f"{len(wanted)} reviewers are too many."
        raise Refused("too_many", message, field="reviewers", remedy=f"Name {MOST} at most.")
    if actor.pk in wanted:
        remedy = "Name others: who asks does not answer."
        raise Refused("own_review", "You cannot review your own request.", field="reviewers", remedy=remedy)
    held = Membership.objects.filter(team=team, user__in=wanted, user__is_active=True)
    roles = dict(held.values_list("user_id", "role"))
    for place, pk in enumerate(wanted):
        field = f"reviewers[{place}]"
        if pk not in roles:  # the same words for a stranger and for nobody
            raise Missing(message=f"{pk} is no member of this team.", field=field, remedy="Leave them out.")
        if roles[pk] not in ABLE:
            remedy = "Name an editor, admin or owner, or give them that role first."
            raise Refused("may_not_review", "A viewer looks and does not review.", field=field, remedy=remedy)
    return {pk: roles[pk] for pk in wanted}


def _known_policy(policy: str, people: dict[UUID, str]) -> str:
    if policy not in Policy.values:
        remedy = f"Use {', '.join(Policy.values)}."
        raise Refused("unknown_policy", "There is no such policy.", field="policy", remedy=remedy)
    if policy == Policy.OWNER_LAST and Role.OWNER not in people.values():
        remedy = "Name an owner among the reviewers, or choose another policy."
        raise Refused("no_owner", "None of them owns the team.", field="policy", remedy=remedy)
    return policy


def _lines(checklist: Sequence[str]) -> list[str]:
    if len(checklist) > LINES:
        remedy = f"Use {LINES} at most."
        raise Refused("too_many", f"The checklist has {len(checklist)} lines.", field="checklist", remedy=remedy)
    return [one_line(line, field=f"checklist[{place}]", longest=LINE) for place, line in enumerate(checklist)]


def _dates(due_at: datetime | None) -> dict[str, datetime | None]:
    """The due date, and when its reviewers are to be reminded first."""
    if due_at is None:
        return {"due_at": None, "remind_at": None}
    now = timezone.now()
    if due_at <= now:
        raise Refused("past", "The due date is over already.", field="due_at", remedy="Choose a later one.")
    if due_at > now + LATEST:
        remedy = "Choose one within five years, or none."
        raise Refused("too_late", "The due date is too far away.", field="due_at", remedy=remedy)
    due_at = due_at.astimezone(UTC)  # as it is read again, and told in notes and mails
    return {"due_at": due_at, "remind_at": max(due_at - EARLIEST, now + (due_at - now) / 2)}


def _clear_way(actor: User, asset: Any) -> None:
    """Of an image one approval stands at a time: what was sent back or refused makes way, what is open does not."""
    rows = Approval.objects.standing().select_for_update(of=("self",), no_key=True)
    earlier = rows.filter(asset=asset).first()
    if earlier is None:
        return
    if earlier.status == Status.APPROVED:
        remedy = "Withdraw that approval to have it reviewed anew."
        raise Conflict("approved", "This image is approved already.", field="asset", remedy=remedy)
    if earlier.status == Status.OPEN:
        remedy = "Wait for its reviewers, or withdraw it first."
        raise Conflict("in_review", "This image is in review already.", field="asset", remedy=remedy)
    _withdraw(earlier, actor, ASKED_ANEW)


def _seat(actor: User, row: Approval) -> Reviewer:
    """The place of `actor` among the reviewers. An owner may sign what an owner must, also if another was named."""
    if row.requester_id == actor.pk:
        raise Forbidden("own_review", "Who asks does not answer.", remedy="Wait for the reviewers, or withdraw it.")
    role = Membership.objects.filter(user=actor, team=row.team_id).values_list("role", flat=True).first()
    seat = Reviewer.objects.filter(approval=row, user=actor).first()
    if role not in ABLE:
        raise Forbidden(message="Your role lets you look, not review.", remedy="Ask an owner or admin of the team.")
    if seat is None and row.policy == Policy.OWNER_LAST and role == Role.OWNER:
        seat = Reviewer.objects.create(approval=row, user=actor)
    if seat is None:
        remedy = "Ask who requested it to name you."
        raise Forbidden("not_asked", "You were not asked to review this.", remedy=remedy)
    return seat


def _check_same(row: Approval) -> None:
    if row.asset.trashed_at is not None:
        raise Conflict("trashed", "This image is in the trash.", remedy="Ask its owner to restore it.")
    if row.asset.sha256 != row.sha256:
        remedy = "It has to be requested anew."
        raise Conflict("changed", "This image is another one than that which was to be reviewed.", remedy=remedy)


def _check_turn(row: Approval, seat: Reviewer, verdict: str) -> None:
    """An owner who signs last waits for the others; to send it back nobody needs to wait."""
    if row.policy != Policy.OWNER_LAST or verdict != Verdict.APPROVE:
        return
    seats = _seats(row)
    owns = {each.user_id for each in seats if each.owns}
    waits = [each for each in seats if each.present and not each.owns and each.verdict != Verdict.APPROVE]
    if seat.user_id in owns and waits:
        names = ", ".join(each.user.shown_name for each in waits[:3])
        raise Conflict("not_yet", f"An owner approves last: {names} did not yet.", remedy="Wait for their answer.")


def _note(row: Approval, actor: User | None, what: str, facts: dict[str, object]) -> None:
    audit.write(actor, f"approval.{what}", f"approval:{row.pk}", {"asset": str(row.asset_id), **facts}, row.team_id)


def _announce(row: Approval, what: str, actor: User | None, **more: str) -> None:
    approval_changed.send(sender=Approval, approval=row, what=what, actor=actor, more=more)
