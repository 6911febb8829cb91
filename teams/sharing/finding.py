"""Which shares: those that open something now, those that reach somebody, those that somebody may take back."""

from typing import TYPE_CHECKING, Final, Self
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from teams.accounts.models import User
from teams.membership.models import NO_SHARE_LINKS, Membership
from teams.membership.ownership import OwnedQuerySet
from teams.membership.permissions import roles_with

if TYPE_CHECKING:
    from teams.sharing.models import Share


class Way(models.TextChoices):
    LINK = "link", "Link"
    PERSON = "person", "Person"
    TEAM = "team", "Team"


STATES: Final = ("open", "resting", "expired", "revoked")


class ShareQuerySet(OwnedQuerySet["Share"]):
    """`visible_to` and `for_edit`: who may change them. What a share opens is asked of `standing`, each time."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Those that this person may change and take back: their own, and all for who may change everybody's work. To
        others of the team there is none: it tells addresses of people outside."""
        mine = Membership.objects.filter(user=user.pk, role__in=roles_with("edit_all_work")).values("team")
        return super().visible_to(user).filter(Q(sharer=user.pk) | Q(team__in=mine))

    def editable_by(self, user: "User | AnonymousUser") -> Self:
        return self.visible_to(user)

    def for_edit(self, user: "User | AnonymousUser", pk: UUID | str) -> "Share":
        """Who sees a share may take it back, also when their role has become a lower one. Raises Missing."""
        return self.see(user, pk)

    def standing(self) -> Self:
        """Those that open something now: neither revoked nor over by the database's clock, what they show is not in the
        trash, its team not about to be deleted, links are allowed, and who shared has the right still. A share is worth
        no more than its giver. An archived team's stay open: there everybody goes on looking, and nobody writes."""
        kept = Q(asset__trashed_at=None, collection__trashed_at=None, team__ends_at=None)
        allowed = ~Q(way=Way.LINK) | ~Q(team__settings__has_key=NO_SHARE_LINKS)
        return self.rightful().filter(kept, allowed, revoked_at=None, expires_at__gt=Now())

    def rightful(self) -> Self:
        """Those whose giver could share it so now."""
        held = Membership.objects.filter(team=OuterRef("team"), user=OuterRef("sharer"), user__is_active=True)
        own = Q(asset__owner=F("sharer")) | Q(collection__owner=F("sharer")) | Q(batch__owner=F("sharer"))
        everything, theirs = (held.filter(role__in=roles_with(code)) for code in ("edit_all_work", "edit_own_work"))
        return self.filter(Exists(everything) | (Exists(theirs) & own))

    def reaching(self, user: "User | AnonymousUser") -> Self:
        """Those to this person or a team of theirs, and not declined. A link reaches nobody: who has it opens it."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        from teams.sharing.whose import addresses_of  # its tables are loaded after these

        waiting = Q(user=None, email__in=addresses_of(user))  # it was shared before they had an account
        teams = Membership.objects.filter(user=user).values("team")
        theirs = self.filter(Q(way=Way.PERSON) & (Q(user=user) | waiting) | Q(way=Way.TEAM, to_team__in=teams))
        return theirs.exclude(declined__user=user)

    def heard_by(self, author: str) -> Self:
        """Within a query of what guests said: the shares by which who said it, a field of that query, still reads."""
        person = OuterRef(OuterRef(author))
        there = Membership.objects.filter(team=OuterRef("to_team"), user=person)
        active = User.objects.filter(pk=person, is_active=True)
        rows = self.filter(Exists(active), ~Q(way=Way.TEAM) | Exists(there))
        return rows.exclude(declined__user=OuterRef(author))

    def in_state(self, state: str) -> Self:
        """Those whose `state` is this."""
        if state == "revoked":
            return self.filter(revoked_at__isnull=False)
        left = self.filter(revoked_at=None)
        if state == "expired":
            return left.filter(expires_at__lte=Now())
        stands = self.model.objects.standing().values("pk")
        return (
            left.filter(pk__in=stands) if state == "open" else left.filter(expires_at__gt=Now()).exclude(pk__in=stands)
        )

    def told(self) -> Self:
        """With all that a list shows of them, `stands` among it."""
        stands = self.model.objects.standing().filter(pk=OuterRef("pk"))
        rows = self.select_related("team", "sharer", "user", "to_team", "asset", "collection", "batch")
        return rows.defer("batch__plan").annotate(stands=Exists(stands))

    def for_eyes_of(self, user: "User | AnonymousUser") -> Self:
        """With `knows_team`: whether this person may know what the team is called for which it is."""
        return self.annotate(knows_team=Exists(Membership.objects.filter(team=OuterRef("to_team"), user=user.pk)))

    def matching(self, words: str) -> Self:
        """Every word stands in its name, in what it shows or in whom it is for."""
        rows = self
        for word in words.replace("\x00", "").split()[:8]:
            fields = ("name", "email", "asset__title", "collection__name", "batch__title", "sharer__name")
            said = Q()
            for field in fields:
                said |= Q(**{f"{field}__icontains": word})
            rows = rows.filter(said)
        return rows
