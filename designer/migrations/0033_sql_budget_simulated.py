"""What of the months before was simulated: the ledger's sums, of each team and member."""

from django.db import migrations

FORWARD = """
UPDATE budget_uses held SET simulated = least(held.spent, old.amount)
FROM (
    SELECT 'team' AS scope, team_id, team_id AS subject, to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM') AS period,
           sum(amount) AS amount
    FROM ledger_entries WHERE simulated GROUP BY team_id, period
    UNION ALL
    SELECT 'member', team_id, actor_id, to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM') AS period, sum(amount)
    FROM ledger_entries WHERE simulated AND actor_id IS NOT NULL GROUP BY team_id, actor_id, period
) old
WHERE (held.scope, held.team_id, held.subject_id, held.period) = (old.scope, old.team_id, old.subject, old.period);
"""


class Migration(migrations.Migration):
    dependencies = [("designer", "0032_ledger_simulated")]
    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
