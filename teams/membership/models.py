"""Teams and who belongs to them in which role."""

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


class Team(Row):
    """Whose work it is. Every user has a personal team of their own."""

    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=80, unique=True)
    personal = models.BooleanField(default=False)
    settings = models.JSONField(default=dict, blank=True)
    members = models.ManyToManyField("teams.User", through="Membership", related_name="teams")

    class Meta:
        db_table = "teams"
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


class Membership(Row):
    """One person's role in one team."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="memberships")
    user = models.ForeignKey("teams.User", models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role, default=Role.EDITOR)

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


class TeamUserObjectPermission(UserObjectPermissionBase):
    """Guardian's permissions on a team, by direct foreign key, so that they die with their team."""

    content_object = models.ForeignKey(Team, models.CASCADE)


class TeamGroupObjectPermission(GroupObjectPermissionBase):
    content_object = models.ForeignKey(Team, models.CASCADE)
