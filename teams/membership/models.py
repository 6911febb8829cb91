"""Teams and who belongs to them in which role."""

from django.db import models
from django.db.models import Q
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from teams.base.models import Row


class Role(models.TextChoices):
    OWNER = "owner"
    ADMIN = "admin"
    EDITOR = "editor"
    VIEWER = "viewer"


TIME_ZONE, KEEP_EXIF = "time_zone", "keep_exif"  # settings


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


class TeamUserObjectPermission(UserObjectPermissionBase):
    """Guardian's permissions on a team, by direct foreign key, so that they die with their team."""

    content_object = models.ForeignKey(Team, models.CASCADE)


class TeamGroupObjectPermission(GroupObjectPermissionBase):
    content_object = models.ForeignKey(Team, models.CASCADE)
