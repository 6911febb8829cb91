"""Notes of what changes the figures by persona and garment, and the words.

A table at a time: a trigger waits for whoever writes its table, and all others wait behind it. Within one transaction the
first table would stay shut while the next is waited for, and whoever has them in the other order would never end.
"""

import re
from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"
FUNCTIONS, *TRIGGERS = re.split(r"(?=^CREATE OR REPLACE TRIGGER)", (SQL / "styles_triggers.sql").read_text(), flags=re.M)
DROPPED = (SQL / "styles_triggers_dropped.sql").read_text().strip().splitlines()
UNDONE = [line for line in DROPPED if line.startswith("DROP TRIGGER")]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("analytics", "0012_styles"),
        ("designer", "0039_sql_ledger_ends"),
        ("teams", "0009_review_approvals"),
    ]
    operations = [
        migrations.RunSQL(FUNCTIONS, [line for line in DROPPED if line not in UNDONE]),
        *(migrations.RunSQL(each, undo) for each, undo in zip(TRIGGERS, reversed(UNDONE), strict=True)),
    ]
