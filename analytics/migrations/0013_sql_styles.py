"""Notes of what changes the figures by persona and garment, and the words."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0012_styles"),
        ("designer", "0039_sql_ledger_ends"),
        ("teams", "0009_review_approvals"),
    ]
    operations = [
        migrations.RunSQL((SQL / "styles_triggers.sql").read_text(), (SQL / "styles_triggers_dropped.sql").read_text())
    ]
