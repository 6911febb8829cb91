"""What must hold of the rollups, as SQL that finds what breaks it. `manage.py check_analytics` looks at it all."""

from designer.jobs.invariants import INVARIANTS

INVARIANTS.update(
    {
        "the analytics of a team add up to its ledger": """
            SELECT coalesce(l.team_id, m.team_id)
            FROM (SELECT team_id, sum(amount) AS paid FROM ledger_entries GROUP BY team_id) l
            FULL JOIN (SELECT team_id, sum(amount) AS paid FROM analytics_money GROUP BY team_id) m USING (team_id)
            WHERE l.paid IS DISTINCT FROM m.paid
            AND NOT EXISTS (SELECT FROM analytics_pending p WHERE p.team_id = coalesce(l.team_id, m.team_id))""",
    }
)
