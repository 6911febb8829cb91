"""How somebody comes into a team: invited by an owner or admin, let in once by a key that only the invited ever holds.

The key follows from the invitation's id and serial by an HMAC with the site's secret, so that whoever writes the mail
can write it again, while the database keeps its SHA-256 alone. A key lets in only who has the invited address.
"""

import base64
import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from allauth.account import app_settings
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower, Now
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from teams.accounts.models import User
from teams.audit import services as audit
from teams.base.errors import Conflict, Forbidden, Missing, Refused
from teams.base.limits import Limit, take_or_refuse
from teams.base.text import one_line
from teams.membership.models import Invitation, Membership, Role, Team
from teams.membership.ownership import visible_team
from teams.membership.permissions import CODES, check_awake
from teams.membership.services import check_may_manage, known_role, locked_team
from teams.signals import invitation_renewed, member_joined

MARK: Final = "dbffi_"  # lets secret scanners find a leaked key
LIFETIME: Final = timedelta(days=7)
PAUSE: Final = timedelta(minutes=1)  # between two keys of one invitation
MOST_OPEN: Final = 500  # of one team
MOST_A_DAY: Final = 500  # new ones of one team
BY_ONE: Final = Limit(key="invite:by:{}", tries=200, seconds=86_400)  # keys that one person gives, renewed ones too
TO_ONE: Final = Limit(key="invite:to:{}", tries=5, seconds=86_400)  # and that one address gets, of all teams
MOST_KEYS: Final = 20  # of one invitation
KEPT: Final = timedelta(days=90)  # after its end
LONGEST: Final = 254  # characters of an address
ASK_ANEW: Final = "Ask whoever invited you for another."


def key_of(row: Invitation) -> str:
    """The key that its mail carries."""
    digest = salted_hmac("teams.invitation", f"{row.pk}:{row.serial}", algorithm="sha256").digest()
    return MARK + base64.urlsafe_b64encode(digest).decode().rstrip("=")


def link_of(key: str) -> str:
    """Where the invited goes. What stands behind # is sent to no server: it is in no log and no referrer."""
    return f"{settings.SITE_URL}{reverse('invitation')}#{key}"


def digest_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def invitations_of(actor: User, team_id: UUID) -> QuerySet[Invitation]:
    """Those of a team, the newest first. Raises Missing; Forbidden for who does not manage its members."""
    team = visible_team(actor, team_id)
    check_may_manage(actor, team)
    return Invitation.objects.filter(team=team).select_related("inviter").order_by("-created_at", "-id")


def invite(*, actor: User, team_id: UUID, email: str, role: str, by_mail: bool = True) -> tuple[Invitation, str]:
    """Invite an address; the invitation and its key, which goes to nobody but the invited.

    An earlier one to this address that is over gives way. Raises Missing, Forbidden (and notes the try), Refused for a
    bad address or role, Conflict: a member, invited already, no seat left, too many invitations.
    """
    try:
        return _invite(actor, team_id, email, role, by_mail)
    except Forbidden:
        audit.write(actor, "member.invitation_refused", f"team:{team_id}", {"role": role}, team_id)
        raise


@transaction.atomic
def _invite(actor: User, team_id: UUID, email: str, role: str, by_mail: bool) -> tuple[Invitation, str]:
    team = locked_team(actor, team_id)
    check_may_manage(actor, team, role)
    check_awake(team.pk)
    email = address_of(email)
    if team.personal:
        remedy = "Make a team under Settings, Teams, and invite to that."
        raise Conflict("personal_team", "This studio is one person's own.", remedy=remedy)
    if Membership.objects.filter(team=team, user__in=whose(email)).exists():
        message = "This person is already a member."
        raise Conflict("already_member", message, field="email", remedy="Change their role instead.")
    rows = Invitation.objects.filter(team=team)
    rows.filter(email=email, accepted_at=None, revoked_at=None, expires_at__lte=Now()).update(revoked_at=Now())
    if rows.open().filter(email=email).exists():
        message, remedy = "This address is invited already.", "Send that invitation again, or take it back first."
        raise Conflict("already_invited", message, field="email", remedy=remedy)
    _check_room(team, rows)
    _take(actor, email)
    row = Invitation(team=team, inviter=actor, email=email, role=known_role(role), by_mail=by_mail, serial=0)
    key = _renew(row)
    audit.write(actor, "member.invited", f"invitation:{row.pk}", {"email": email, "role": role}, team.pk)
    return row, key


def address_of(email: str) -> str:
    """An address in lower case, compared letter by letter: no database may take look-alikes for each other. Raises
    Refused."""
    email = one_line(email, field="email", longest=LONGEST, empty=True).lower()
    try:
        validate_email(email)
        if '"' in email or len(email) > LONGEST:
            raise ValidationError("No mailbox is called so.")
    except ValidationError:
        message, remedy = "This is no e-mail address.", "Write one like ada@example.org."
        raise Refused("bad_address", message, field="email", remedy=remedy) from None
    return email


def whose(email: str) -> QuerySet[User]:
    """The people who have this address."""
    theirs = EmailAddress.objects.filter(email=email, verified=True).values("user")
    return User.objects.annotate(folded=Lower("email")).filter(Q(folded=email) | Q(pk__in=theirs))


def _take(actor: User, email: str) -> None:
    """Count a key. Raises Refused (429) for too many of one person, or to one address; 503 where nobody can count."""
    to = hashlib.sha256(email.encode()).hexdigest()
    limits = [replace(BY_ONE, key=BY_ONE.key.format(actor.pk)), replace(TO_ONE, key=TO_ONE.key.format(to))]
    message = "So many invitations were given today that no more go out."
    take_or_refuse(limits, "too_many_invitations", message)


def _check_room(team: Team, rows: QuerySet[Invitation]) -> None:
    waiting = rows.open().count()  # type: ignore[attr-defined]
    if Membership.objects.filter(team=team).count() + waiting >= settings.TEAM_SEATS:
        raise _full()
    lately = rows.filter(created_at__gt=Now() - timedelta(days=1)).count()
    if waiting >= MOST_OPEN or lately >= MOST_A_DAY:
        message = f"A team has at most {MOST_OPEN} open invitations, and {MOST_A_DAY} new ones a day."
        raise Conflict("too_many_invitations", message, remedy="Take some back, or go on tomorrow.")


def _full() -> Conflict:
    message = f"All {settings.TEAM_SEATS:,} seats of this team are taken or promised."
    return Conflict("seats_full", message, remedy="Remove a member or take an invitation back first.")


def _renew(row: Invitation) -> str:
    """Give it a new key, the only one that counts from now on, and have it mailed."""
    row.serial += 1
    row.renewed_at = timezone.now()
    row.expires_at, row.mailed_at, row.returned = row.renewed_at + LIFETIME, None, False
    key = key_of(row)
    row.digest = digest_of(key)
    row.save()
    invitation_renewed.send(sender=Invitation, invitation=row)
    return key


@transaction.atomic
def renew(*, actor: User, team_id: UUID, invitation_id: UUID) -> tuple[Invitation, str]:
    """Send it again: with a new key and its whole time; the old key lets nobody in any more.

    Raises Missing, Forbidden, Conflict when it is accepted or revoked, Refused (429) within a minute of the last.
    """
    row = _managed(actor, team_id, invitation_id)
    check_awake(team_id)
    if row.state in ("accepted", "revoked"):
        raise Conflict("not_open", f"This invitation was {row.state}.", remedy="Invite anew.")
    left = row.renewed_at + PAUSE - timezone.now()
    if left > timedelta(0):
        message, seconds = "It was sent less than a minute ago.", int(left.total_seconds()) + 1
        raise Refused("too_soon", message, remedy="Wait a moment.", status=429, retry_after=seconds)
    if row.serial >= MOST_KEYS:
        raise Conflict("renewed_too_often", "It was sent often enough.", remedy="Take it back, and ask them first.")
    if row.state == "expired":
        _check_room(row.team, Invitation.objects.filter(team=row.team))
    _take(actor, row.email)
    row.inviter = actor  # a key is worth no more than its giver
    key = _renew(row)
    audit.write(actor, "member.invited_again", f"invitation:{row.pk}", {"email": row.email}, team_id)
    return row, key


@transaction.atomic
def revoke(*, actor: User, team_id: UUID, invitation_id: UUID) -> Invitation:
    """Take it back: its key lets nobody in. Again changes nothing. Raises Missing, Forbidden, Conflict if accepted."""
    row = _managed(actor, team_id, invitation_id)
    if row.accepted_at:
        raise Conflict("accepted", "This invitation was accepted.", remedy="Remove the member instead.")
    if row.revoked_at is None:
        row.revoked_at = timezone.now()
        row.save(update_fields=["revoked_at", "updated_at"])
        audit.write(actor, "member.invitation_revoked", f"invitation:{row.pk}", {"email": row.email}, team_id)
    return row


def _managed(actor: User, team_id: UUID, invitation_id: UUID) -> Invitation:
    """The invitation, with its team locked, if `actor` may decide about its role."""
    team = locked_team(actor, team_id)
    check_may_manage(actor, team)
    row = Invitation.objects.select_for_update().filter(team=team, pk=invitation_id).first()
    if row is None:
        raise Missing(message="There is no such invitation.", remedy="List the team's invitations.")
    check_may_manage(actor, team, row.role)
    row.team = team
    return row


# Being invited


def look(digest: str) -> Invitation:
    """The open invitation of a key, by the key's digest. Raises Missing, Conflict (409: used), Refused (410: over)."""
    row = Invitation.objects.select_related("team", "inviter").filter(digest=digest).first()
    if row is None:
        remedy = "Copy it whole from the mail. A later mail may have replaced it."
        raise Missing(message="This link is not valid.", remedy=remedy)
    if row.accepted_at:
        raise Conflict(
            "invitation_used", "This invitation has been used.", remedy="It lets in once. Sign in to see your teams."
        )
    if row.revoked_at or not _still_may(row):
        raise Refused("invitation_revoked", "This invitation was taken back.", remedy=ASK_ANEW, status=410)
    if row.state == "expired":
        raise Refused("invitation_expired", "This invitation has expired.", remedy=ASK_ANEW, status=410)
    check_awake(row.team_id)
    return row


def _still_may(row: Invitation) -> bool:
    """Whether who invited could still do so, and in this role: a key is worth no more than its giver."""
    role = Membership.objects.filter(team=row.team_id, user=row.inviter_id, user__is_active=True)
    given = role.values_list("role", flat=True).first()
    return given == Role.OWNER or (row.role != Role.OWNER and "manage_members" in CODES.get(given or "", frozenset()))


def is_for(row: Invitation, user: User) -> bool:
    """Whether the invited address is one of this person's."""
    return row.email == user.email.lower() or _verified(user, row.email)


def _verified(user: User, email: str) -> bool:
    return bool(EmailAddress.objects.filter(user=user, email=email, verified=True).exists())


@transaction.atomic
def accept(*, actor: User, digest: str) -> Membership:
    """Let the invited in, once; said again by the same person it changes nothing. Raises as `look`, Forbidden for
    another address or one that is not confirmed, Conflict for a member and for a team without a seat."""
    found = Invitation.objects.filter(digest=digest).values("team")
    Team.objects.select_for_update(no_key=True).filter(pk__in=found).first()  # every writer of members locks it first
    done = Membership.objects.filter(team__in=found, user=actor)
    if Invitation.objects.filter(digest=digest, accepted_by=actor).exists() and (membership := done.first()):
        return membership
    row = look(digest)
    _check_is_theirs(row, actor)
    if done.exists():
        raise Conflict("already_member", "You are a member of this team.", remedy="Choose it in the studio.")
    if Membership.objects.filter(team=row.team).count() >= settings.TEAM_SEATS:
        message = "All seats of this team are taken."
        raise Conflict("seats_full", message, remedy="Tell whoever invited you; the invitation stays open.")
    membership = Membership.objects.create(team=row.team, user=actor, role=row.role)
    row.accepted_at, row.accepted_by = timezone.now(), actor
    row.save(update_fields=["accepted_at", "accepted_by", "updated_at"])
    _close_others(actor, row.team_id)
    if row.by_mail:
        _confirm(actor, row.email)
    facts: dict[str, object] = {"role": row.role, "invited_by": str(row.inviter_id)}
    audit.write(actor, "member.joined", f"user:{actor.pk}", facts, row.team_id)
    member_joined.send(sender=Invitation, invitation=row)
    return membership


def _check_is_theirs(row: Invitation, actor: User) -> None:
    if not is_for(row, actor):
        message, remedy = "This invitation is for another address.", "Sign in with the address that was invited."
        raise Forbidden("other_address", message, remedy=remedy)
    if not row.by_mail and app_settings.EMAIL_VERIFICATION == "mandatory" and not _verified(actor, row.email):
        remedy = "Follow the link in the mail we sent, then come back."
        raise Forbidden("email_unconfirmed", "Your e-mail address is not confirmed.", remedy=remedy)


def _confirm(actor: User, email: str) -> None:
    """Who has the key of a mail has read that mailbox. An address that somebody else has confirmed stays theirs."""
    if not EmailAddress.objects.filter(email=email, verified=True).exists():
        EmailAddress.objects.filter(user=actor, email=email).update(verified=True)


def _close_others(person: User, team_id: UUID) -> None:
    """Take back what else invites this person, by any address of theirs."""
    theirs = [person.email.lower(), *EmailAddress.objects.filter(user=person).values_list("email", flat=True)]
    rows = Invitation.objects.open().filter(team=team_id, email__in=theirs)
    rows.update(revoked_at=timezone.now(), updated_at=timezone.now())


@transaction.atomic
def follow_role(*, user_id: UUID, team_id: UUID) -> None:
    """After somebody lost a role, or has a lower one: what they may no longer give is taken back, and who was removed
    does not come back by an invitation that is still open."""
    for row in Invitation.objects.open().filter(team=team_id, inviter=user_id):
        if not _still_may(row):
            row.revoked_at = timezone.now()
            row.save(update_fields=["revoked_at", "updated_at"])
    if not Membership.objects.filter(team=team_id, user=user_id).exists():
        _close_others(User.objects.get(pk=user_id), team_id)


# The mail


def to_mail(invitation_id: UUID | str, serial: int) -> tuple[Invitation, str] | None:
    """What to mail, and the key; None where that is not wanted any more, or not possible since the site's secret was
    changed, which is noted."""
    rows = Invitation.objects.open().filter(pk=invitation_id, serial=serial, by_mail=True, mailed_at=None)
    row = rows.select_related("team", "inviter").first()
    if row is None or not _still_may(row):
        return None
    if digest_of(key_of(row)) != row.digest:
        mailed(invitation_id, serial, returned=True)
        return None
    return row, key_of(row)


def mailed(invitation_id: UUID | str, serial: int, *, returned: bool = False) -> None:
    """Note that the mail with this key is on its way, or that it cannot be delivered."""
    said = {"returned": True} if returned else {"mailed_at": timezone.now(), "returned": False}
    Invitation.objects.filter(pk=invitation_id, serial=serial).update(**said, updated_at=timezone.now())


def forget_old() -> None:
    """Delete what ended long ago: it holds the addresses of people who may never have come."""
    before = timezone.now() - KEPT
    ended = Q(accepted_at__lt=before) | Q(revoked_at__lt=before) | Q(accepted_at=None, expires_at__lt=before)
    Invitation.objects.filter(ended).delete()
