"""The orders in which the feed of a team reads its audit log and one's comments. Each is
made while everybody writes on; broken off, this is run again: a half-made index goes first."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

PATIENT = ["SET statement_timeout = 0", "SET lock_timeout = 0"]  # it waits for transactions, and nobody waits for it
AS_EVER = ["RESET statement_timeout", "RESET lock_timeout"]


def made_anew(model, name, fields, **more):
    return [
        migrations.RunSQL(f"DROP INDEX CONCURRENTLY IF EXISTS {name}", migrations.RunSQL.noop),
        AddIndexConcurrently(model_name=model, index=models.Index(fields=fields, name=name, **more)),
    ]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("teams", "0013_membership_life")]

    operations = [
        migrations.RunSQL(PATIENT, AS_EVER),
        *made_anew("auditentry", "audit_of_team", ["team_id", "-created_at", "-id"]),
        *made_anew("comment", "comment_of_author", ["team", "author", "-created_at", "-id"]),
        migrations.RunSQL(AS_EVER, PATIENT),
    ]
