"""What was there before: noted, and worked off by the scheduler. In a transaction of its own, for the triggers' locks
must not last as long as this reads."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [("analytics", "0003_sql_views")]
    operations = [
        migrations.RunSQL(
            ["SET LOCAL statement_timeout = 0", (SQL / "fill.sql").read_text()], "DELETE FROM analytics_pending"
        )
    ]
