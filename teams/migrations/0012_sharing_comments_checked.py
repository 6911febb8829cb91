"""The index over comments that came through a share, and the look whether all of them are a guest's: both read the whole
table, while everybody writes on. Broken off, it is run again: a half-made index goes first."""

import django.contrib.postgres.operations
from django.db import migrations, models

PATIENT = ["SET statement_timeout = 0", "SET lock_timeout = 0"]  # it waits for transactions, and nobody waits for it
AS_EVER = ["RESET statement_timeout", "RESET lock_timeout"]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("teams", "0011_sharing_comments")]

    operations = [
        migrations.RunSQL(PATIENT, AS_EVER),
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS comment_of_share", migrations.RunSQL.noop),
        django.contrib.postgres.operations.AddIndexConcurrently(
            model_name="comment",
            index=models.Index(
                condition=models.Q(("share__isnull", False)), fields=["share"], name="comment_of_share"
            ),
        ),
        django.contrib.postgres.operations.ValidateConstraint(
            model_name="comment", name="comment_through_share_by_guest"
        ),
        migrations.RunSQL(AS_EVER, PATIENT),
    ]
