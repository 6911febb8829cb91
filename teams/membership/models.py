"""Teams and who belongs to them in which role."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils import timezone
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from teams.base.models import Row


class Role(models.TextChoices):
    OWNER = "owner"
    ADMIN = "admin"
    EDITOR = "editor"
    VIEWER = "viewer"


TIME_ZONE, KEEP_EXIF, NO_SHARE_LINKS = "time_zone", "keep_exif", "no_share_links"  # settings


class TeamQuerySet(models.QuerySet["Team"]):
    def closed(self) -> "TeamQuerySet":
        """Those in which nothing is made or changed: archived, or about to be deleted."""
        return self.filter(Q(archived_at__isnull=False) | Q(ends_at__isnull=False))

    def keeping_trash(self, limit: datetime) -> "TeamQuerySet":
        """Those whose trash is not emptied yet of what was thrown away before `limit`: nobody could restore it, while
        they were closed."""
        return self.closed() | self.filter(awake_at__gte=limit)


class Team(Row):
    """Whose work it is. Every user has a personal team of their own."""

    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=80, unique=True)
    personal = models.BooleanField(default=False)
    settings = models.JSONField(default=dict, blank=True)
    members = models.ManyToManyField("teams.User", through="Membership", related_name="teams")
    archived_at = models.DateTimeField(null=True, blank=True, help_text="Since then everything is to be read only.")
    ends_at = models.DateTimeField(null=True, blank=True, help_text="When it is deleted for good; until then restored.")
    ending_at = models.DateTimeField(null=True, blank=True, help_text="Since then its rows go, and nobody restores it.")
    ending_step = models.CharField(max_length=160, blank=True, default="", db_default="")  # what is being emptied
    awake_at = models.DateTimeField(
        null=True, blank=True, help_text="Brought back then: what lies in the trash has thirty days from there."
    )
    # how the slug reads at a glance, so that no two look alike; older teams have none until they choose one
    slug_look = models.CharField(max_length=80, unique=True, null=True, blank=True)
    objects = TeamQuerySet.as_manager()

    class Meta:
        db_table = "teams"
        constraints = [
            models.CheckConstraint(
                name="team_personal_stays", condition=Q(personal=False) | Q(archived_at=None, ends_at=None)
            ),
            models.CheckConstraint(
                name="team_ending_after_grace", condition=Q(ending_at=None) | Q(ends_at__isnull=False)
            ),
        ]
        indexes = [
            models.Index(
                name="team_closed", fields=["id"], condition=Q(archived_at__isnull=False) | Q(ends_at__isnull=False)
            ),
        ]
        permissions = [
            ("manage_members", "Invite, remove and change roles"),
            ("create_work", "Create generations and assets"),
            ("edit_own_work", "Change one's own work"),
            ("edit_all_work", "Change everybody's work"),
            ("view_work", "See the team's work"),
            ("view_billing", "See costs and budgets"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_closed(self) -> bool:
        """Whether nothing is made or changed in it: it is archived, or about to be deleted."""
        return self.archived_at is not None or self.ends_at is not None

    @property
    def initials(self) -> str:
        """One or two letters that stand for it where it has no picture."""
        words = [word for word in self.name.split() if word[0].isalnum()]
        return "".join(word[0] for word in (words[:1] + words[1:][-1:] if words else [self.name])).upper()

    @property
    def time_zone(self) -> str:
        """In which the team's clocks are meant; "": in each member's own."""
        return str(self.settings.get(TIME_ZONE, ""))

    @property
    def keeps_exif(self) -> bool:
        """Whether uploads keep what camera and author wrote; if not, nobody can read it out of a file."""
        return bool(self.settings.get(KEEP_EXIF, False))

    @property
    def allows_share_links(self) -> bool:
        """Whether what is shared may be opened by whoever has a link."""
        return not self.settings.get(NO_SHARE_LINKS, False)


class PresentManager(models.Manager["Membership"]):
    """Without those whose team is about to be deleted: whoever asks for a team of somebody's does not see that one."""

    def get_queryset(self) -> models.QuerySet["Membership"]:
        return super().get_queryset().filter(away=False)


class Membership(Row):
    """One person's role in one team. `away`: the team is about to be deleted, and nothing of it is shown any more."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="memberships")
    user = models.ForeignKey("teams.User", models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role, default=Role.EDITOR)
    away = models.BooleanField(default=False, db_default=False)
    objects = PresentManager()
    every = models.Manager["Membership"]()

    class Meta:
        db_table = "team_members"
        constraints = [
            models.UniqueConstraint(
                name="membership_once",
                fields=["team", "user"],
                violation_error_message="This person is already a member. Change their role instead.",
            ),
            models.CheckConstraint(name="membership_role_known", condition=Q(role__in=Role.values)),
        ]
        indexes = [models.Index(fields=["user", "team"])]

    def __str__(self) -> str:
        return f"{self.user} in {self.team}: {self.role}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> "InvitationQuerySet":
        """Neither accepted nor revoked nor over, by the database's clock."""
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=Now())

    def in_state(self, state: str) -> "InvitationQuerySet":
        """Those whose `state` is this."""
        if state == "expired":
            return self.filter(accepted_at=None, revoked_at=None, expires_at__lte=Now())
        ended = {"accepted": Q(accepted_at__isnull=False), "revoked": Q(revoked_at__isnull=False)}
        return self.filter(ended[state]) if state in ended else self.open()


class Invitation(Row):
    """An address that may join a team, once, in a role. Only the SHA-256 of its key is kept."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="invitations")
    inviter = models.ForeignKey("teams.User", models.CASCADE, related_name="+")
    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=16, choices=Role)
    by_mail = models.BooleanField(help_text="Else the inviter hands the link over.")
    digest = models.CharField(max_length=64, unique=True)
    serial = models.PositiveSmallIntegerField(default=1, help_text="How many keys it has had; the last one counts.")
    renewed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True, blank=True)
    returned = models.BooleanField(default=False, help_text="The mail server refuses the address.")
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey("teams.User", models.SET_NULL, null=True, blank=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)
    objects = InvitationQuerySet.as_manager()

    class Meta:
        db_table = "team_invitations"
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                "team",
                name="invitation_one_open",
                condition=Q(accepted_at=None, revoked_at=None),
                violation_error_message="This address is invited already. Send that invitation again instead.",
            ),
            models.CheckConstraint(name="invitation_role_known", condition=Q(role__in=Role.values)),
            models.CheckConstraint(name="invitation_one_end", condition=Q(accepted_at=None) | Q(revoked_at=None)),
        ]
        indexes = [models.Index(fields=["team", "-created_at"])]

    def __str__(self) -> str:
        return f"{self.email} for {self.team}: {self.role}"

    @property
    def state(self) -> str:
        """In a word: open, accepted, revoked or expired."""
        if self.accepted_at:
            return "accepted"
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at <= timezone.now() else "open"


class FormerSlug(Row):
    """A slug that a team had: its addresses lead on, and nobody else takes it, until then."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="former_slugs")
    slug = models.SlugField(max_length=80, unique=True)
    look = models.CharField(max_length=80, db_index=True)
    until = models.DateTimeField()

    class Meta:
        db_table = "team_former_slugs"

    def __str__(self) -> str:
        return self.slug


class TeamAvatar(Row):
    """A team's picture: a small WebP that this studio made of what was sent."""

    team = models.OneToOneField(Team, models.CASCADE, related_name="avatar")
    data = models.BinaryField(max_length=60_000)
    sha256 = models.CharField(max_length=64)

    class Meta:
        db_table = "team_avatars"

    def __str__(self) -> str:
        return f"of {self.team_id}"


class TeamUserObjectPermission(UserObjectPermissionBase):
    """Guardian's permissions on a team, by direct foreign key, so that they die with their team."""

    content_object = models.ForeignKey(Team, models.CASCADE)


class TeamGroupObjectPermission(GroupObjectPermissionBase):
    content_object = models.ForeignKey(Team, models.CASCADE)
