"""What must hold of budgets, as SQL that finds what breaks it."""

from designer.jobs.invariants import INVARIANTS

INVARIANTS.update(
    {
        "what is reserved is what the open reservations hold": """
            SELECT u.id FROM budget_uses u LEFT JOIN (
                SELECT 'team' AS scope, team_id, team_id AS subject, period, sum("left") AS held
                FROM ledger_reservations WHERE state = 'open' GROUP BY team_id, period
                UNION ALL SELECT 'member', team_id, actor_id, period, sum("left")
                FROM ledger_reservations WHERE state = 'open' GROUP BY team_id, actor_id, period
                UNION ALL SELECT 'batch', team_id, batch_id, '', sum("left")
                FROM ledger_reservations WHERE state = 'open' GROUP BY team_id, batch_id
            ) r ON (r.scope, r.team_id, r.subject, r.period) = (u.scope, u.team_id, u.subject_id, u.period)
            WHERE u.reserved <> coalesce(r.held, 0)""",
        "no money is reserved for work that has ended": """
            SELECT r.id FROM ledger_reservations r JOIN job_queue j ON j.id = r.job_id
            WHERE r.state = 'open' AND j.finished_at < now() - interval '2 minutes'
            AND j.status IN ('succeeded', 'failed', 'dead', 'cancelled')""",
        "a team's budget book says what its ledger says": """
            SELECT l.team_id FROM (SELECT team_id, sum(amount) AS paid FROM ledger_entries GROUP BY team_id) l
            LEFT JOIN (SELECT team_id, sum(spent) AS spent FROM budget_uses WHERE scope = 'team' GROUP BY team_id) u
            ON u.team_id = l.team_id WHERE l.paid <> coalesce(u.spent, 0)""",
    }
)
