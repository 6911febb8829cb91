"""The only writers of shares. Each locks the team's row first, as those do who take roles away."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4, uuid5

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from teams.accounts.models import User
from teams.audit import services as audit
from teams.base.errors import Conflict, Forbidden, Missing, Refused
from teams.base.limits import Limit, take_or_refuse
from teams.base.preconditions import require_match
from teams.base.repeats import HEADER
from teams.membership.permissions import check_awake
from teams.membership.services import locked_team
from teams.sharing import keys, passwords
from teams.sharing.models import Share, ShareQuerySet, Way
from teams.sharing.wishes import Wish, check_comments, check_links, end_of, no_password_here, row_of

__all__ = ["Wish", "change", "follow_role", "forget_old", "links_off", "opened", "revoke", "share"]
A_DAY: Final = Limit(key="share:by:{}", tries=300, seconds=86_400)  # that one person makes or tries to
MOST: Final = 100  # that stand of one thing
KEPT: Final = timedelta(days=90)  # after its end


def share(*, actor: User, team_id: UUID, wish: Wish) -> tuple[Share, str]:
    """Share one's own work, or anybody's for who may change it; the share and, of a link, its key: told this once.

    Raises Missing, Forbidden (and notes the try), Conflict (trash, links off, shared so already, too many), Refused.
    """
    _count(actor)  # before the hash, which costs; both before the transaction, which holds the team's row
    hidden = passwords.hidden(wish.password) if wish.way == Way.LINK else ""
    try:
        row, again = _share(actor, team_id, wish, hidden)
    except Forbidden:
        audit.write(actor, "share.refused", f"{wish.about[0]}:{wish.about[1]}", {"way": wish.way.value}, team_id)
        raise
    if again:
        _check_same(row, wish)  # compares passwords, which is slow, too
    return row, _key(row)


@transaction.atomic
def _share(actor: User, team_id: UUID, wish: Wish, hidden: str) -> tuple[Share, bool]:
    """The share, and whether it was there: what was sent twice is done once."""
    team = locked_team(actor, team_id)
    pk = uuid5(actor.pk, f"{team_id}:{wish.once}") if wish.once else uuid4()
    if (done := Share.objects.filter(pk=pk).first()) is not None:
        return done, True
    row = row_of(actor, team, wish, pk, hidden)
    same = Share.objects.standing().filter(**{row.kind: row.about_id})
    to_them = same.filter(way=row.way, email=row.email, to_team=row.to_team)
    if row.way == Way.PERSON:
        to_them = to_them.filter(declined=None)  # by a slip, perhaps: they asked for it again
    if row.way != Way.LINK and to_them.exists():
        raise Conflict("shared_already", "It is shared with them already.", remedy="Change that share instead.")
    if same.count() >= MOST:
        message = f"It is shared {MOST} times already."
        raise Conflict("too_many_shares", message, remedy="Take some back first.")
    row.save(force_insert=True)
    audit.write(actor, "share.made", f"share:{row.pk}", _facts(row), team.pk)
    return row, False


def _check_same(done: Share, wish: Wish) -> None:
    """Raises Refused where the share that this key has made is not what is wished for, or opens nothing any more: who
    wished for a password must not be told a link without one."""
    over = done.revoked_at is not None or done.expires_at <= timezone.now()
    same = wish.is_of(done) and bool(wish.password) == done.is_locked
    if over or not same or (wish.password and not passwords.fits(wish.password, done.password)):
        message = "This was sent before, and what it shared is something else, was changed or has ended."
        remedy = "Look at what is shared, and send it with a new key."
        raise Refused("key_reused", message, field=HEADER, remedy=remedy)


def _key(row: Share) -> str:
    """Of a link, its key. Raises Conflict where it was made with a secret of the site that was changed since."""
    if row.way != Way.LINK:
        return ""
    key = keys.key_of(row.pk)
    if keys.digest_of(key) != row.digest:
        message = "Its link cannot be told again: the studio's secret was changed."
        raise Conflict("link_lost", message, remedy="Take it back, and share anew.")
    return key


def _count(actor: User) -> None:
    limit = replace(A_DAY, key=A_DAY.key.format(actor.pk))
    take_or_refuse([limit], "too_many_shares", "You shared so much today that no more goes out.")


def _facts(row: Share) -> dict[str, object]:
    to = row.email or (str(row.to_team_id) if row.to_team_id else "whoever has the link")
    ticked = {"briefs": row.with_briefs, "names": row.with_names, "password": row.is_locked}
    rights = [*row.rights, *(word for word, yes in ticked.items() if yes)]
    facts: dict[str, object] = {"about": f"{row.kind}:{row.about_id}", "with": to, "rights": ", ".join(rights)}
    called = {"called": row.name} if row.name else {}
    return {**facts, **called, "until": row.expires_at.isoformat("T", "minutes")}


def change(
    *,
    actor: User,
    team_id: UUID,
    share_id: UUID,
    if_match: str | None,
    expires_at: datetime | None = None,
    may_comment: bool | None = None,
    may_download: bool | None = None,
    password: str | None = None,
) -> Share:
    """Give it another end, other rights or, a link, another password (which opens it after too many wrong ones; "" for
    none), if `if_match` names its present version; for who may take it back.

    Raises Missing, Refused, or Conflict for one that was taken back or is over, for a link where they are off, while
    the team is archived.
    """
    hidden = None if password is None else passwords.hidden(password)
    with transaction.atomic():
        row = _managed(actor, team_id, share_id)
        check_awake(team_id)
        require_match(if_match, row)
        _check_alive(row)
        if password and row.way != Way.LINK:
            raise no_password_here()
        before, lock = _facts(row), row.password
        row.expires_at = row.expires_at if expires_at is None else end_of(expires_at)
        row.may_comment = row.may_comment if may_comment is None else may_comment
        row.may_download = row.may_download if may_download is None else may_download
        check_comments(row)
        if hidden is not None:
            row.password, row.wrong = hidden, 0
        if _facts(row) != before or row.password != lock:
            row.save(update_fields=["expires_at", "may_comment", "may_download", "password", "wrong", "updated_at"])
            news = {"new_password": True} if row.password != lock else {}
            audit.write(actor, "share.changed", f"share:{row.pk}", {**_facts(row), **news}, team_id)
        return row


def _check_alive(row: Share) -> None:
    """What has ended stays so: a link that somebody kept would live again."""
    if row.revoked_at:
        raise Conflict("revoked", "This share was taken back.", remedy="Share it anew.")
    if row.expires_at <= timezone.now():
        raise Conflict("expired", "This share is over.", remedy="Share it anew.")
    if row.way == Way.LINK:
        check_links(row.team)


@transaction.atomic
def revoke(*, actor: User, team_id: UUID, share_id: UUID) -> Share:
    """Take it back: it opens nothing any more. Again changes nothing. Raises Missing.

    In an archived team too: what is outside must never be out of reach.
    """
    row = _managed(actor, team_id, share_id)
    if row.revoked_at is None:
        row.revoked_at = timezone.now()
        row.save(update_fields=["revoked_at", "updated_at"])
        audit.write(actor, "share.revoked", f"share:{row.pk}", _facts(row), team_id)
    return row


def _managed(actor: User, team_id: UUID, share_id: UUID) -> Share:
    """The share, locked, if `actor` may decide about it. To others of the team there is none."""
    team = locked_team(actor, team_id)
    mine = Share.objects.visible_to(actor).filter(team=team).values("pk")
    row = Share.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=mine, pk=share_id).first()
    if row is None:
        raise Missing(message="There is no such share.", remedy="List the team's shares.")
    row.team = team
    return row


def opened(row: Share) -> None:
    """Count that somebody came in. It is no change of the share: its ETag stays."""
    Share.objects.filter(pk=row.pk).update(openings=F("openings") + 1, opened_at=Now())


@transaction.atomic
def follow_role(*, user_id: UUID, team_id: UUID) -> int:
    """After somebody lost a role, or has a lower one: what they could not share any more is taken back for good, so
    that it does not open again if they return. How many."""
    theirs = Share.objects.filter(team=team_id, sharer=user_id, revoked_at=None)
    return _end(theirs.exclude(pk__in=theirs.rightful().values("pk")), "who shared it may not any more")


@transaction.atomic
def links_off(*, actor: User, team_id: UUID) -> int:
    """After a team has switched links off: all are taken back, so that none lives again unseen when they are on once
    more. How many."""
    return _end(Share.objects.filter(team=team_id, way=Way.LINK, revoked_at=None), "links were switched off", actor)


@transaction.atomic
def team_gone(*, team_id: UUID) -> int:
    """Before a team's rows go: what others share with it goes too, and their audit logs say so. How many."""
    return _end(Share.objects.filter(to_team=team_id, revoked_at=None), "the team it was for is gone")


def _end(rows: ShareQuerySet, why: str, actor: User | None = None) -> int:
    found = list(rows.order_by("pk").select_for_update(of=("self",), no_key=True))
    Share.objects.filter(pk__in=[row.pk for row in found]).update(revoked_at=Now(), updated_at=Now())
    for row in found:
        if row.expires_at > timezone.now():  # what was over has ended before, and without a word
            audit.write(actor, "share.revoked", f"share:{row.pk}", {**_facts(row), "why": why}, row.team_id)
    return len(found)


def forget_old() -> int:
    """Delete what ended long ago, by its day or because it was taken back: it holds the addresses of people who may
    never have come. How many."""
    before = timezone.now() - KEPT
    return Share.objects.filter(Q(expires_at__lt=before) | Q(revoked_at__lt=before)).delete()[0]
