"""Notes of what is to be worked out anew: see the file for why they only ever add rows.

A file that a migration has read is history: what changes later is another file.
"""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0001_initial"),
        ("designer", "0038_notification_wishes_named"),
    ]
    operations = [
        migrations.RunSQL((SQL / "triggers.sql").read_text(), (SQL / "triggers_dropped.sql").read_text()),
    ]
