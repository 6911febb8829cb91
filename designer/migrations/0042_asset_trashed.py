"""The trash of a team by itself: to count it the gallery read all images. Made while everybody writes on; broken off,
this is run again: a half-made index goes first. And that people judge in their own teams: without it Postgres takes
one's likes in a team for a few, and sorts them all for the newest page."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

PATIENT = ["SET statement_timeout = 0", "SET lock_timeout = 0"]  # it waits for transactions, and nobody waits for it
BY_WHOM = """
CREATE STATISTICS IF NOT EXISTS feedback_by_whom (dependencies, ndistinct, mcv) ON team_id, owner_id FROM feedback;
ANALYZE feedback;
"""
AS_EVER = ["RESET statement_timeout", "RESET lock_timeout"]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("designer", "0041_activity_digests")]

    operations = [
        migrations.RunSQL(PATIENT, AS_EVER),
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS asset_trashed", migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="asset",
            index=models.Index(
                name="asset_trashed",
                fields=["team", "-created_at", "-id"],
                condition=models.Q(("trashed_at__isnull", False)),
            ),
        ),
        migrations.RunSQL(BY_WHOM, "DROP STATISTICS IF EXISTS feedback_by_whom"),
        migrations.RunSQL(AS_EVER, PATIENT),
    ]
