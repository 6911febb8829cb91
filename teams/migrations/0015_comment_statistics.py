"""That people write in their own teams: without it Postgres takes one's comments in a team for a few, and sorts them
all for the newest page."""

from django.db import migrations

MADE = """
CREATE STATISTICS IF NOT EXISTS comments_by_whom (dependencies, ndistinct, mcv) ON team_id, author_id FROM team_comments;
ANALYZE team_comments;
"""


class Migration(migrations.Migration):
    dependencies = [("teams", "0014_activity")]

    operations = [migrations.RunSQL(MADE, "DROP STATISTICS IF EXISTS comments_by_whom")]
