"""The only writers of review sessions. Each locks the session's row first and tells its watchers in its transaction.

Editors, admins and owners vote and present; viewers watch.
"""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max
from django.db.models.functions import Greatest

from designer.notifications.services import notify
from designer.realtime import events
from designer.realtime.events import record
from designer.sessions.models import (
    LONGEST_NOTE,
    Choice,
    ReviewSession,
    SessionImage,
    SessionPerson,
    SessionQuerySet,
    SessionStatus,
    SessionVote,
)
from designer.sessions.summary import summary_of
from designer.sessions.telling import database_time, full_time, open_votes, tally_of, timer_of
from teams.accounts.models import User
from teams.base.errors import Conflict, Forbidden, Missing, Refused
from teams.base.text import one_line
from teams.membership.models import Membership, Team
from teams.membership.ownership import visible_team
from teams.membership.permissions import allowed, check_awake, roles_with
from teams.review.collections.models import NAME_LENGTH, Collection

GONE: Final = timedelta(seconds=15)  # after so long without a word somebody is not there; pages speak every 5 s
FORGOTTEN: Final = timedelta(hours=1)  # after so long without anybody a session ends by itself
LONGEST: Final = 3600  # seconds for one image
ABLE: Final = roles_with("create_work")


@transaction.atomic
def open_session(
    *,
    actor: User,
    team_id: UUID,
    collection: UUID,
    title: str = "",
    seconds: int = 0,
    votes_hidden: bool = False,
) -> ReviewSession:
    """Begin a review of what the collection holds now, with `actor` presenting its first image.

    Raises Missing, Forbidden, Refused (collection, title, seconds), or Conflict for one in the trash or under review.
    """
    source = _reviewable(actor, team_id, collection)
    items = list(source.items.shown().select_related("asset"))
    if not items:
        remedy = "Add images to it first."
        raise Refused("empty", "This collection holds no images.", field="collection", remedy=remedy)
    title = one_line(title or source.name, field="title", longest=NAME_LENGTH)
    row = ReviewSession.objects.create(
        team=source.team,
        owner=actor,
        collection=source,
        title=title,
        presenter=actor,
        shown_since=database_time(),
        votes_hidden=votes_hidden,
        seconds=_checked_seconds(seconds),
        left=seconds,
    )
    agenda = [
        SessionImage(team_id=row.team_id, session=row, asset=item.asset, title=item.asset.title, position=position)
        for position, item in enumerate(items, 1)
    ]
    row.present = SessionImage.objects.bulk_create(agenda)[0]
    row.save(update_fields=["present", "updated_at"])
    _seen(row, actor, row.shown_since)
    _invite(row, actor)
    return row


def _reviewable(actor: User, team_id: UUID, collection_id: UUID) -> Collection:
    team = visible_team(actor, team_id)
    rows = Collection.objects.select_for_update(of=("self",), no_key=True).select_related("team")
    row = rows.visible_to(actor).filter(team=team, pk=collection_id).first()
    if row is None:
        raise Missing(message="There is no such collection.", field="collection", remedy="Check the id.")
    if not allowed(actor, "create_work", row.team):
        raise _watcher()
    if row.trashed_at is not None:
        raise Conflict("trashed", "This collection is in the trash.", field="collection", remedy="Restore it first.")
    if under_way := ReviewSession.objects.open().filter(collection=row).values_list("pk", flat=True).first():
        about = {"session": str(under_way)}
        remedy = "Join it."
        raise Conflict("under_way", "A review of it is under way.", field="collection", remedy=remedy, about=about)
    return row


def _invite(row: ReviewSession, actor: User) -> None:
    told = {"session": row.pk, "collection": row.collection_id, "title": row.title, "by": actor.shown_name}
    for channel in (f"collection:{row.collection_id}", f"team:{row.team_id}"):
        record(channel, events.SESSION_OPENED, told, team_id=row.team_id)
    others = User.objects.filter(memberships__team=row.team_id).exclude(pk=actor.pk)
    title = f"{actor.shown_name} presents “{row.title}” now"
    _notify(row, others, title, "Join to see it together and to vote.")


def _notify(row: ReviewSession, users: Any, title: str, body: str) -> None:
    link = f"/sessions/{row.pk}"
    notify(
        users=users, kind="session", subject=f"session:{row.pk}", title=title, body=body, link=link, team_id=row.team_id
    )


@transaction.atomic
def present(*, actor: User, session_id: UUID, asset_id: UUID) -> ReviewSession:
    """Show an image of the agenda to everybody. Raises Missing, Forbidden, Refused (asset) or Conflict."""
    row = _presented(actor, session_id)
    image = _on_agenda(row, asset_id)
    if image.pk == row.present_id:
        return row
    now = database_time()
    _count_time(row, now)
    row.present, row.shown_since = image, now
    _wind(row, now)
    row.save(update_fields=["present", "shown_since", "ends_at", "left", "updated_at"])
    told = {"asset": image.asset_id, "position": image.position, "timer": timer_of(row, now)}
    record(_channel(row), events.SESSION_IMAGE, told, team_id=row.team_id)
    return row


@transaction.atomic
def make_presenter(*, actor: User, session_id: UUID, user_id: UUID) -> ReviewSession:
    """Hand over to a member who may present; or take over oneself, from a presenter who is gone.

    Raises Missing, Forbidden, Refused (user), or Conflict while the presenter is there.
    """
    row, now = _joined(actor, session_id), database_time()
    if row.presenter_id != actor.pk and user_id != actor.pk:
        raise _not_presenting(row)
    if row.presenter_id not in (actor.pk, user_id) and _is_there(row, now):
        name = row.presenter.shown_name if row.presenter else ""
        remedy = "Ask them to hand over."
        raise Conflict("still_presenting", f"{name} is presenting.", field="user", remedy=remedy)
    heir = Membership.objects.filter(team=row.team_id, user=user_id, role__in=ABLE).select_related("user").first()
    if heir is None:
        remedy = "Choose an editor, admin or owner of the team."
        raise Refused("cannot_present", "This person may not present here.", field="user", remedy=remedy)
    if user_id == actor.pk:
        _seen(row, actor, now)
    if row.presenter_id == user_id:
        return row
    _give_stage(row, heir.user)
    return row


def _give_stage(row: ReviewSession, user: User | None) -> None:
    row.presenter = user
    row.save(update_fields=["presenter", "updated_at"])
    told = {"presenter": user.pk if user else None, "name": user.shown_name if user else ""}
    record(_channel(row), events.SESSION_PRESENTER, told, team_id=row.team_id)


@transaction.atomic
def clear_stage(user_id: UUID) -> None:
    """Nobody presents any more where this person, who has lost a right, did and may not now: another takes over. Not in
    a team that is about to be deleted, where nobody is seen: that waits until it is restored."""
    _clear(ReviewSession.objects.filter(presenter=user_id, team__ends_at=None))


@transaction.atomic
def clear_stages(team_id: UUID) -> None:
    """The team was restored: who lost the right to present meanwhile presents no more."""
    _clear(ReviewSession.objects.filter(presenter__isnull=False, team=team_id))


def _clear(rows: SessionQuerySet) -> None:
    for row in rows.light().open().order_by("pk").select_for_update(of=("self",), no_key=True):
        may_present = _may_present(row)
        if not may_present and Team.objects.filter(pk=row.team_id, ends_at=None).exists():  # it may be deleted since
            _give_stage(row, None)


def _may_present(row: ReviewSession) -> bool:
    able = Membership.objects.filter(team=row.team_id, user=row.presenter_id, user__is_active=True, role__in=ABLE)
    return able.exists()


def _is_there(row: ReviewSession, now: datetime) -> bool:
    """Whether the presenter still may present, and has been heard of lately."""
    return _may_present(row) and row.people.filter(user=row.presenter_id, seen_at__gt=now - GONE).exists()


@transaction.atomic
def set_timer(
    *, actor: User, session_id: UUID, action: str, seconds: int | None = None, only_this: bool = False
) -> ReviewSession:
    """start, pause or reset the clock of the image shown; `seconds` gives every image, or `only_this`, another time.

    Raises Missing, Forbidden, Refused (seconds) or Conflict.
    """
    row, now = _presented(actor, session_id), database_time()
    if seconds is not None:
        _give_time(row, _checked_seconds(seconds), only_this)
        _wind(row, now)
    if action == "reset":
        _wind(row, now)
    elif action == "pause" and row.ends_at:
        row.left, row.ends_at = max(0.0, (row.ends_at - now).total_seconds()), None
    elif action == "start" and not row.ends_at:
        if not full_time(row):
            raise Refused("no_time", "There is no time set.", field="seconds", remedy="Say how many seconds.")
        row.ends_at = now + timedelta(seconds=row.left or full_time(row))
    row.save(update_fields=["seconds", "ends_at", "left", "updated_at"])
    record(_channel(row), events.SESSION_TIMER, timer_of(row, now), team_id=row.team_id)
    return row


def _give_time(row: ReviewSession, seconds: int, only_this: bool) -> None:
    if not only_this:
        row.seconds = seconds
    if row.present:
        row.present.seconds = seconds if only_this else None
        row.present.save(update_fields=["seconds", "updated_at"])


def _wind(row: ReviewSession, now: datetime) -> None:
    """The image's whole time again: running on if it ran, standing if it stood."""
    full = full_time(row)
    row.ends_at = now + timedelta(seconds=full) if row.ends_at and full else None
    row.left = full


def _checked_seconds(seconds: int) -> int:
    if not 0 <= seconds <= LONGEST:
        remedy = f"Send 0 for none, or up to {LONGEST}."
        raise Refused("out_of_range", "An image cannot have so many seconds.", field="seconds", remedy=remedy)
    return seconds


@transaction.atomic
def vote(*, actor: User, session_id: UUID, asset_id: UUID, choice: str | None, note: str | None = None) -> SessionImage:
    """Vote on an image of the agenda, change that, or take it back (None); without a `note` an earlier one stays.

    Raises Missing, Forbidden, Refused (asset, choice, note), or Conflict after the end or for an image in the trash.
    """
    row = _joined(actor, session_id)
    image = _on_agenda(row, asset_id)
    if choice is None:
        SessionVote.objects.filter(image=image, voter=actor).delete()
    elif choice not in Choice.values:
        raise Refused("unknown_choice", "There is no such vote.", field="choice", remedy="Use yes, no or perhaps.")
    else:
        said = {"choice": choice}
        if note is not None:
            said["note"] = one_line(note, field="note", longest=LONGEST_NOTE, empty=True)
        SessionVote.objects.update_or_create(team_id=row.team_id, image=image, voter=actor, defaults=said)
    tally, shown = tally_of(image), open_votes(row, image)
    told = {
        "asset": asset_id,
        "voter": actor.pk,
        "given": choice is not None,
        "voted": tally["yes"] + tally["no"] + tally["perhaps"],
        "choice": choice if shown else None,
        "tally": tally if shown else None,
    }
    record(_channel(row), events.SESSION_VOTE, told, team_id=row.team_id)
    return image


@transaction.atomic
def reveal(*, actor: User, session_id: UUID, asset_id: UUID) -> SessionImage:
    """Show everybody the votes on an image; harmless when they are shown already. As `present`."""
    row = _presented(actor, session_id)
    image = _on_agenda(row, asset_id, kept=False)
    if not open_votes(row, image):
        image.revealed = True
        image.save(update_fields=["revealed", "updated_at"])
        told = {"asset": asset_id, "tally": tally_of(image)}
        record(_channel(row), events.SESSION_REVEALED, told, team_id=row.team_id)
    return image


@transaction.atomic
def attend(*, actor: User, session_id: UUID) -> datetime:
    """Note that `actor` is there, for the summary and for who may take over; the server's time. Raises Missing, or
    Conflict after the end."""
    row: ReviewSession = ReviewSession.objects.light().see(actor, session_id)
    check_awake(row.team_id)
    if row.ended_at is not None:
        raise _over()
    now = database_time()
    _seen(row, actor, now)
    return now


def _seen(row: ReviewSession, user: User, now: datetime) -> None:
    """Time counts as spent there while the gaps between two words are short."""
    about = {"team_id": row.team_id, "session": row, "user": user}
    mine, new = SessionPerson.objects.get_or_create(**about, defaults={"seen_at": now})
    if not new:
        gap = min(max(0.0, (now - mine.seen_at).total_seconds()), GONE.total_seconds())
        row.people.filter(pk=mine.pk).update(seen_at=Greatest(F("seen_at"), now), seconds=F("seconds") + gap)


@transaction.atomic
def end(*, actor: User, session_id: UUID) -> ReviewSession:
    """Close the session and keep its summary. For the presenter, who opened it, and who may change everybody's work.

    Raises Missing, Forbidden, or Conflict when it is over already.
    """
    row = _joined(actor, session_id)
    may_end = actor.pk in (row.presenter_id, row.owner_id) or allowed(actor, "edit_all_work", row.team)
    if not may_end:
        raise _not_presenting(row)
    return _close(row)


def _close(row: ReviewSession) -> ReviewSession:
    now = database_time()
    _count_time(row, now)
    row.status, row.ended_at, row.ends_at = SessionStatus.ENDED, now, None
    row.summary = summary_of(row)
    ReviewSession.objects.move(row.pk, row.status, ended_at=now, ends_at=None, summary=row.summary)
    totals = row.summary["totals"]
    told = {"session": row.pk, **totals}
    for channel in {_channel(row), f"collection:{row.collection_id}" if row.collection_id else _channel(row)}:
        record(channel, events.SESSION_ENDED, told, team_id=row.team_id)
    absent = User.objects.filter(memberships__team=row.team_id).exclude(pk__in=row.people.values("user"))
    votes = totals["votes"]
    body = f"{totals['images']} images were looked at and {votes} vote{'s' * (votes != 1)} given. Read the summary."
    _notify(row, absent, f"The review of “{row.title}” ended", body)
    return row


def end_forgotten() -> int:
    """End the sessions that nobody has attended for an hour; how many. The scheduler calls it. In a closed team nobody
    can attend, and nothing changes."""
    before = database_time() - FORGOTTEN
    stale = ReviewSession.objects.open().annotate(last=Max("people__seen_at")).filter(last__lt=before)
    stale = stale.exclude(team__in=Team.objects.closed())
    ended = 0
    for pk in list(stale.values_list("pk", flat=True)):
        with transaction.atomic():
            row = ReviewSession.objects.select_for_update(no_key=True).open().filter(pk=pk).first()
            if row is not None and not row.people.filter(seen_at__gte=before).exists():
                _close(row)
                ended += 1
    return ended


def _count_time(row: ReviewSession, now: datetime) -> None:
    """Add the time since the image came up, as long as somebody was there to see it."""
    last = row.people.aggregate(last=Max("seen_at"))["last"]
    until = min(now, last + GONE) if last else now
    seconds = max(0.0, (until - row.shown_since).total_seconds())
    row.images.filter(pk=row.present_id).update(spent=F("spent") + seconds)


def _joined(actor: User, session_id: UUID) -> ReviewSession:
    """The session, locked until the transaction ends, if it is open and `actor` may take part in it."""
    ReviewSession.objects.light().see(actor, session_id)
    rows = ReviewSession.objects.select_related("team", "presenter", "present__asset")
    row: ReviewSession = rows.select_for_update(of=("self",), no_key=True).light().see(actor, session_id)
    if not allowed(actor, "create_work", row.team):
        raise _watcher()
    if row.ended_at is not None:
        raise _over()
    return row


def _presented(actor: User, session_id: UUID) -> ReviewSession:
    row = _joined(actor, session_id)
    if row.presenter_id != actor.pk:
        raise _not_presenting(row)
    return row


def _on_agenda(row: ReviewSession, asset_id: UUID, *, kept: bool = True) -> SessionImage:
    image: SessionImage | None = row.images.select_related("asset").filter(asset=asset_id).first()
    if image is None:
        remedy = "Choose one of its images."
        raise Refused("not_on_agenda", "This session does not show that image.", field="asset", remedy=remedy)
    if kept and image.gone:
        raise Conflict("trashed", "This image is in the trash.", field="asset", remedy="Restore it first.")
    return image


def _channel(row: ReviewSession) -> str:
    return f"session:{row.pk}"


def _not_presenting(row: ReviewSession) -> Forbidden:
    name = row.presenter.shown_name if row.presenter else "Nobody"
    remedy = "Ask them to hand over; when they are gone, take over."
    return Forbidden("not_presenting", f"{name} is presenting, not you.", remedy=remedy)


def _watcher() -> Forbidden:
    return Forbidden(message="Your role lets you watch a review, no more.", remedy="Ask an owner or admin of the team.")


def _over() -> Conflict:
    return Conflict("ended", "This session is over.", remedy="Read its summary.")
