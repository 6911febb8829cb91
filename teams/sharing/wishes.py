"""What somebody wants to share, with whom and how: held against what may be."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.account import app_settings
from django.utils import timezone

from teams.accounts.models import User
from teams.base.errors import Conflict, Missing, Refused
from teams.base.text import one_line
from teams.membership.invitations import address_of, whose
from teams.membership.models import Membership, Team
from teams.review.models import ABOUT
from teams.review.services import WORDS
from teams.sharing import keys
from teams.sharing.models import LIFETIME, LONGEST, NAME_LENGTH, Share, Way
from teams.sharing.whose import confirmed_by


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What to share: `about`, a word of ABOUT and the id; with whom: an address, another team, or else by a link, which
    alone may have a password. `expires_at` None: in 30 days. `once`: said again with the same, it is done once."""

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
    once: str = ""

    @property
    def way(self) -> Way:
        if self.email:
            return Way.PERSON
        return Way.LINK if self.to_team is None else Way.TEAM

    def is_of(self, row: Share) -> bool:
        """Whether `row` is what is wished for; the password is not looked at. An end that is not named is any."""
        email = address_of(self.email) if self.email else ""
        due = (
            *self.about, self.way, email, self.to_team, self.may_comment, self.may_download, self.with_briefs,
            self.with_names, called(self.name), self.expires_at or row.expires_at,
        )  # fmt: skip
        return due == (
            row.kind, row.about_id, row.way, row.email, row.to_team_id, row.may_comment, row.may_download,
            row.with_briefs, row.with_names, row.name, row.expires_at,
        )  # fmt: skip


def row_of(actor: User, team: Team, wish: Wish, pk: UUID, hidden: str) -> Share:
    """The share that is wished for, not yet saved; `hidden`: its password's hash. Raises as `services.share`."""
    kind, thing = wish.about[0], _thing(actor, team, *wish.about)
    row = Share(pk=pk, team=team, sharer=actor, way=wish.way, **{kind: thing})
    row.name = called(wish.name)
    row.expires_at = end_of(wish.expires_at)
    row.may_comment, row.may_download = wish.may_comment, wish.may_download
    row.with_briefs, row.with_names = wish.with_briefs, wish.with_names
    check_comments(row)
    if row.way == Way.LINK:
        check_links(team)
        row.password, row.digest = hidden, keys.digest_of(keys.key_of(pk))
    elif wish.password:
        raise no_password_here()
    elif row.way == Way.PERSON:
        _to_person(row, team, wish.email)
    else:
        _to_team(row, team, wish.to_team)
    return row


def called(name: str) -> str:
    return one_line(name, field="name", longest=NAME_LENGTH, empty=True)


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


def end_of(wish: datetime | None) -> datetime:
    """When it ends. Raises Refused for a past or too late one."""
    now = timezone.now()
    if wish is None:
        return now + LIFETIME
    if wish <= now:
        raise Refused("over_already", "This end has passed.", field="expires_at", remedy="Name a later one.")
    if wish > now + LONGEST:
        remedy = "Name one within a year; it can be put off later."
        raise Refused("too_far", "Nothing is shared for longer than a year.", field="expires_at", remedy=remedy)
    return wish


def check_comments(row: Share) -> None:
    """Raises Refused where it lets comment and nobody would have a name."""
    if row.may_comment and row.way == Way.LINK:
        remedy = "Share it with a person or a team, who sign in."
        raise Refused("no_guests", "Who has only a link cannot comment.", field="rights", remedy=remedy)


def check_links(team: Team) -> None:
    """Raises Conflict where the team shares by no link."""
    if not team.allows_share_links:
        remedy = "Share it with a person, or ask an owner or admin of the team."
        raise Conflict("links_off", "This team does not share by link.", remedy=remedy)


def no_password_here() -> Refused:
    return Refused("no_password_here", "Only a link has a password.", field="password", remedy="They sign in.")


def confirms() -> bool:
    """Whether nobody gets in here without having confirmed an address."""
    return bool(app_settings.EMAIL_VERIFICATION == "mandatory")


def _to_person(row: Share, team: Team, email: str) -> None:
    """For who has confirmed the address, whom nobody can replace; else for whoever has it at each look.

    Where this house confirms addresses, one without account waits for its owner, and the answer tells nobody who has an
    account. Where it does not, whoever opens an account for it would see the work: so there must be an account.
    """
    row.email = address_of(email)
    row.user = confirmed_by(row.email)
    people = [row.user] if row.user else list(whose(row.email))
    if Membership.objects.filter(team=team, user__in=people).exists():
        message = "They are a member of the team and see it as it is."
        raise Conflict("already_member", message, field="email", remedy="Share it with somebody outside.")
    if not people and not confirms():
        message = "Nobody here has this address, and as none are confirmed, anybody could open an account for it."
        remedy = "Share a link with a password, or ask them to open an account first."
        raise Conflict("nobodys_address", message, field="email", remedy=remedy)


def _to_team(row: Share, team: Team, pk: UUID | None) -> None:
    row.to_team = Team.objects.filter(pk=str(pk), ends_at=None).first()  # of one about to be deleted nothing is shown
    if row.to_team is None:
        raise Missing(message="There is no such team.", field="to_team", remedy="Ask its members for its id.")
    if row.to_team == team:
        raise Refused("same_team", "This team sees it as it is.", field="to_team", remedy="Name another one.")
