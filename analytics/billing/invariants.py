"""What must hold of statements, as SQL that finds what breaks it."""

from designer.jobs.invariants import INVARIANTS

INVARIANTS.update(
    {
        "a statement says what the charges on it say": """
            SELECT s.id FROM billing_statements s LEFT JOIN (
                SELECT b.statement_id, count(*) AS n, sum(e.amount) FILTER (WHERE NOT e.simulated) AS owed,
                sum(e.amount) FILTER (WHERE e.simulated) AS simulated
                FROM billing_stated b JOIN ledger_entries e ON e.id = b.entry_id AND e.team_id = b.team_id
                GROUP BY b.statement_id
            ) c ON c.statement_id = s.id JOIN teams t ON t.id = s.team_id AND t.ending_at IS NULL
            WHERE coalesce(c.n, 0) <> s.charges OR coalesce(c.owed, 0) <> s.owed
            OR coalesce(c.simulated, 0) <> s.simulated""",
    }
)
