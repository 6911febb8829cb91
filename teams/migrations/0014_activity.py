"""The orders in which the feed of a team reads its audit log and one's comments. Each is
made while everybody writes on; broken off, this is run again: a half-made index goes first."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.fields.json import KT

PATIENT = ["SET statement_timeout = 0", "SET lock_timeout = 0"]  # it waits for transactions, and nobody waits for it
AS_EVER = ["RESET statement_timeout", "RESET lock_timeout"]


REVIEWED = ["approval.requested", "approval.answered", "approval.withdrawn", "approval.settled"]
MANAGED = [
    "team.created",
    "team.renamed",
    "team.archived",
    "team.unarchived",
    "team.restored",
    "team.handed_over",
    "member.joined",
    "team.slug_changed",
    "team.setting_changed",
    "team.avatar_changed",
    "team.exported",
    "member.invited",
    "member.invited_again",
    "member.invitation_revoked",
    "member.role_changed",
    "member.removed",
    "member.left",
    "budget.set",
    "share.changed",
    "share.revoked",
]


def made_anew(model, name, *terms, **more):
    return [
        migrations.RunSQL(f"DROP INDEX CONCURRENTLY IF EXISTS {name}", migrations.RunSQL.noop),
        AddIndexConcurrently(model_name=model, index=models.Index(*terms, name=name, **more)),
    ]


def one_of(actions):
    return models.Q(("action__in", actions))


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("teams", "0013_membership_life")]

    operations = [
        migrations.RunSQL(PATIENT, AS_EVER),
        *made_anew(
            "auditentry", "audit_reviewed", fields=["team_id", "-created_at", "-id"], condition=one_of(REVIEWED)
        ),
        *made_anew("auditentry", "audit_managed", fields=["team_id", "-created_at", "-id"], condition=one_of(MANAGED)),
        *made_anew(
            "auditentry",
            "audit_of_actor",
            fields=["team_id", "actor_id", "-created_at", "-id"],
            condition=one_of([*REVIEWED, *MANAGED]),
        ),
        *made_anew("auditentry", "audit_of_image", KT("facts__asset"), condition=one_of(REVIEWED)),
        *made_anew("comment", "comment_of_team", fields=["team", "-created_at", "-id"]),
        *made_anew("comment", "comment_of_author", fields=["team", "author", "-created_at", "-id"]),
        migrations.RunSQL(AS_EVER, PATIENT),
    ]
