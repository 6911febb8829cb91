"""Images whose generation is gone: what they cost is not known, and their slots are to be worked out anew.

An hour from now: until it is replaced, the scheduler of the release before would do it by its own rules."""

from django.db import migrations

NOTED = """
INSERT INTO analytics_pending (team_id, slot, held_until)
SELECT DISTINCT team_id, analytics_slot(created_at), statement_timestamp() + interval '1 hour' FROM assets
WHERE kind = 'generated' AND generation_id IS NULL AND NOT simulated"""


class Migration(migrations.Migration):
    dependencies = [("analytics", "0006_pending_oldest")]
    operations = [migrations.RunSQL(["SET LOCAL statement_timeout = 0", NOTED], migrations.RunSQL.noop)]
