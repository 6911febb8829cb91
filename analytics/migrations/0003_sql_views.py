"""The views that the roadmap names."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [("analytics", "0002_sql_triggers")]
    operations = [migrations.RunSQL((SQL / "views.sql").read_text(), (SQL / "views_dropped.sql").read_text())]
