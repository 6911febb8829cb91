"""Budgets count what was spent before there were any: the ledger's sums by month, of each team and member."""

from django.db import migrations

FORWARD = """
INSERT INTO budget_uses (id, created_at, updated_at, team_id, scope, subject_id, period, spent, reserved)
SELECT gen_random_uuid(), now(), now(), team_id, 'team', team_id,
       to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM') AS period, sum(amount), 0
FROM ledger_entries GROUP BY team_id, period
UNION ALL
SELECT gen_random_uuid(), now(), now(), team_id, 'member', actor_id,
       to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM') AS period, sum(amount), 0
FROM ledger_entries WHERE actor_id IS NOT NULL GROUP BY team_id, actor_id, period;
"""


class Migration(migrations.Migration):
    dependencies = [("designer", "0021_ledger_budgets")]
    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
