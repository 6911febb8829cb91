"""The only writers of shares. Each locks the team's row first, as those do who take roles away."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import redis
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from teams.accounts.models import User
from teams.audit import services as audit
from teams.base.errors import Conflict, Forbidden, Missing, Refused
from teams.base.limits import Limit, TooOften, take
from teams.base.preconditions import require_match
from teams.base.text import one_line
from teams.membership.invitations import address_of
from teams.membership.models import Membership, Team
from teams.membership.services import locked_team
from teams.review.models import ABOUT
from teams.review.services import WORDS
from teams.sharing import keys
from teams.sharing.models import LIFETIME, LONGEST, NAME_LENGTH, Share, Way
from teams.sharing.whose import account_of

A_DAY: Final = Limit(key="share:by:{}", tries=300, seconds=86_400)  # that one person makes
MOST: Final = 100  # that stand of one thing
SHORTEST: Final = 8  # letters of a password; its tries are counted, see passwords.py
LONGEST_PASSWORD: Final = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What to share: `about`, a word of ABOUT and the id; with whom: an address, another team, or else by a link, which
    alone may have a password. `expires_at` None: in 30 days."""

    about: tuple[str, UUID]
    email: str = ""
    to_team: UUID | None = None
    may_comment: bool = False
    may_download: bool = False
    with_briefs: bool = False
    with_names: bool = False
    expires_at: datetime | None = None
    password: str = ""
    name: str = ""

    @property
    def way(self) -> Way:
        if self.email:
            return Way.PERSON
        return Way.LINK if self.to_team is None else Way.TEAM


def share(*, actor: User, team_id: UUID, wish: Wish) -> tuple[Share, str]:
    """Share one's own work, or anybody's for who may change it; the share and, of a link, its key: told this once.

    Raises Missing, Forbidden (and notes the try), Conflict (trash, links off, shared so already, too many), Refused.
    """
    try:
        return _share(actor, team_id, wish)
    except Forbidden:
        audit.write(actor, "share.refused", f"{wish.about[0]}:{wish.about[1]}", {"way": wish.way.value}, team_id)
        raise


@transaction.atomic
def _share(actor: User, team_id: UUID, wish: Wish) -> tuple[Share, str]:
    team = locked_team(actor, team_id)
    kind, thing = wish.about[0], _thing(actor, team, *wish.about)
    row = Share(team=team, sharer=actor, way=wish.way, **{kind: thing})
    row.name = one_line(wish.name, field="name", longest=NAME_LENGTH, empty=True)
    row.expires_at = _end(wish.expires_at)
    row.may_comment, row.may_download = wish.may_comment, wish.may_download
    row.with_briefs, row.with_names = wish.with_briefs, wish.with_names
    key = _address(row, team, wish)
    same = Share.objects.standing().filter(**{kind: thing})
    if row.way != Way.LINK and same.filter(way=row.way, email=row.email, to_team=row.to_team).exists():
        raise Conflict("shared_already", "It is shared with them already.", remedy="Change that share instead.")
    if same.count() >= MOST:
        message = f"It is shared {MOST} times already."
        raise Conflict("too_many_shares", message, remedy="Take some back first.")
    _count(actor)
    row.save()
    audit.write(actor, "share.made", f"share:{row.pk}", _facts(row), team.pk)
    return row, key


def _thing(actor: User, team: Team, kind: str, pk: UUID) -> Any:
    """The image, collection or batch, of its own floor, if `actor` may change it."""
    if kind not in ABOUT:
        raise Refused("unknown_kind", "This cannot be shared.", field="about", remedy=f"Use {', '.join(ABOUT)}.")
    rows: Any = Share._meta.get_field(kind).related_model
    if not rows.objects.visible_to(actor).filter(pk=pk, team=team).exists():
        raise Missing(message=f"There is no such {WORDS[kind]} in this team.", field=kind, remedy="Check the id.")
    thing = rows.objects.for_edit(actor, pk)
    if getattr(thing, "trashed_at", None) is not None:
        raise Conflict("trashed", f"This {WORDS[kind]} is in the trash.", field=kind, remedy="Restore it first.")
    return thing


def _end(wish: datetime | None) -> datetime:
    now = timezone.now()
    if wish is None:
        return now + LIFETIME
    if wish <= now:
        raise Refused("over_already", "This end has passed.", field="expires_at", remedy="Name a later one.")
    if wish > now + LONGEST:
        remedy = "Name one within a year; it can be put off later."
        raise Refused("too_far", "Nothing is shared for longer than a year.", field="expires_at", remedy=remedy)
    return wish


def _address(row: Share, team: Team, wish: Wish) -> str:
    """Say whom it is for; of a link its key, else ""."""
    if wish.password and row.way != Way.LINK:
        remedy = "Leave it out: they sign in."
        raise Refused("no_password_here", "Only a link has a password.", field="password", remedy=remedy)
    if row.way == Way.LINK:
        return _linked(row, team, wish)
    if row.way == Way.PERSON:
        _to_person(row, team, wish.email)
    else:
        row.to_team = Team.objects.filter(pk=str(wish.to_team)).first()
        if row.to_team is None:
            raise Missing(message="There is no such team.", field="to_team", remedy="Ask its members for its id.")
        if row.to_team == team:
            raise Refused("same_team", "This team sees it as it is.", field="to_team", remedy="Name another one.")
    return ""


def _linked(row: Share, team: Team, wish: Wish) -> str:
    if not team.allows_share_links:
        remedy = "Share it with a person, or ask an owner or admin of the team."
        raise Conflict("links_off", "This team does not share by link.", remedy=remedy)
    if wish.may_comment:
        remedy = "Share it with a person or a team, who sign in."
        raise Refused("no_guests", "Who has only a link cannot comment.", field="rights", remedy=remedy)
    if wish.password and not SHORTEST <= len(wish.password) <= LONGEST_PASSWORD:
        remedy = f"Use {SHORTEST} to {LONGEST_PASSWORD} letters, or none."
        raise Refused("bad_password", "This is no password.", field="password", remedy=remedy)
    row.password = make_password(wish.password) if wish.password else ""
    key = keys.new_key()
    row.digest = keys.digest_of(key)
    return key


def _to_person(row: Share, team: Team, email: str) -> None:
    """By the account that has the address now; else whoever will have it. The answer is the same, so that nobody learns
    here who has an account."""
    row.email = address_of(email)
    row.user = account_of(row.email)
    if row.user and Membership.objects.filter(team=team, user=row.user).exists():
        message = "They are a member of the team and see it as it is."
        raise Conflict("already_member", message, field="email", remedy="Share it with somebody outside.")


def _count(actor: User) -> None:
    try:
        take([replace(A_DAY, key=A_DAY.key.format(actor.pk))])
    except TooOften as often:
        message, remedy = "You shared so much today that no more goes out.", "Go on tomorrow."
        raise Refused("too_many_shares", message, remedy=remedy, status=429, retry_after=often.seconds) from often
    except redis.RedisError as away:
        raise Refused("unavailable", "Shares cannot be counted.", remedy="Try again.", status=503) from away


def _facts(row: Share) -> dict[str, object]:
    to = row.email or (str(row.to_team_id) if row.to_team_id else "whoever has the link")
    rights = row.rights + (["briefs"] if row.with_briefs else []) + (["names"] if row.with_names else [])
    about = f"{row.kind}:{row.about_id}"
    return {"about": about, "with": to, "rights": ", ".join(rights), "until": row.expires_at.isoformat("T", "minutes")}


@transaction.atomic
def change(
    *,
    actor: User,
    team_id: UUID,
    share_id: UUID,
    if_match: str | None,
    expires_at: datetime | None = None,
    may_comment: bool | None = None,
    may_download: bool | None = None,
) -> Share:
    """Give it another end or other rights, if `if_match` names its present version; for who may take it back.

    Raises Missing, Refused, or Conflict for one that was taken back.
    """
    row = _managed(actor, team_id, share_id)
    require_match(if_match, row)
    if row.revoked_at:
        raise Conflict("revoked", "This share was taken back.", remedy="Share it anew.")
    if may_comment and row.way == Way.LINK:
        remedy = "Share it with a person or a team, who sign in."
        raise Refused("no_guests", "Who has only a link cannot comment.", field="rights", remedy=remedy)
    before = _facts(row)
    row.expires_at = row.expires_at if expires_at is None else _end(expires_at)
    row.may_comment = row.may_comment if may_comment is None else may_comment
    row.may_download = row.may_download if may_download is None else may_download
    if _facts(row) != before:
        row.save(update_fields=["expires_at", "may_comment", "may_download", "updated_at"])
        audit.write(actor, "share.changed", f"share:{row.pk}", _facts(row), team_id)
    return row


@transaction.atomic
def revoke(*, actor: User, team_id: UUID, share_id: UUID) -> Share:
    """Take it back: it opens nothing any more. Again changes nothing. Raises Missing."""
    row = _managed(actor, team_id, share_id)
    if row.revoked_at is None:
        row.revoked_at = timezone.now()
        row.save(update_fields=["revoked_at", "updated_at"])
        audit.write(actor, "share.revoked", f"share:{row.pk}", _facts(row), team_id)
    return row


def _managed(actor: User, team_id: UUID, share_id: UUID) -> Share:
    """The share, locked, if `actor` may decide about it. To others of the team there is none."""
    team = locked_team(actor, team_id)
    mine = Share.objects.managed_by(actor).filter(team=team)
    row = (
        Share.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=mine.values("pk"), pk=share_id).first()
    )
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
    allowed = theirs.rightful().values("pk")
    return theirs.exclude(pk__in=allowed).update(revoked_at=Now(), updated_at=Now())


KEPT: Final = timedelta(days=90)  # after its end


def forget_old() -> int:
    """Delete what ended long ago: it holds the addresses of people who may never have come. How many."""
    before = timezone.now() - KEPT
    return Share.objects.filter(expires_at__lt=before).delete()[0]
