"""What must hold in the queue at any moment, as SQL that finds the rows which break it."""

from typing import Any, Final

from django.db import connection

# name -> query; each returns the offending ids, so that an empty answer is a pass
INVARIANTS: Final[dict[str, str]] = {
    "no lease is a minute past its end": """
        SELECT id FROM job_queue WHERE status = 'leased' AND lease_expires_at < now() - interval '60 seconds'""",
    "no due job waits unpromoted for a minute": """
        SELECT id FROM job_queue WHERE status IN ('scheduled', 'retrying')
        AND scheduled_at < now() - interval '60 seconds'""",
    "an ended job has its time and no lease": """
        SELECT id FROM job_queue WHERE status IN ('succeeded', 'failed', 'dead', 'cancelled')
        AND (finished_at IS NULL OR lease_expires_at IS NOT NULL)""",
    "a job without success says why": """
        SELECT id FROM job_queue WHERE status IN ('failed', 'dead', 'cancelled') AND last_error IS NULL""",
    "no job had more than three deaths": "SELECT id FROM job_queue WHERE deaths > 3",
    "no paid call is open after its job has ended": """
        SELECT a.id FROM job_attempts a JOIN job_queue j ON j.id = a.job_id
        WHERE a.outcome = 'started' AND j.status IN ('succeeded', 'failed', 'dead', 'cancelled')""",
    "at most one call under a key succeeded": """
        SELECT min(id::text) FROM job_attempts WHERE outcome = 'succeeded'
        GROUP BY idempotency_key HAVING count(*) > 1""",
    "every charge belongs to a lease that was given": """
        SELECT l.id FROM ledger_entries l JOIN job_queue j ON j.id = l.job_id WHERE l.attempt > j.attempts""",
    "no session idles in a transaction": """
        SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'
        AND state_change < now() - interval '5 seconds'""",
}


def broken() -> dict[str, list[Any]]:
    """The invariants that do not hold now, each with up to 20 offending ids."""
    found: dict[str, list[Any]] = {}
    with connection.cursor() as cursor:
        for name, query in INVARIANTS.items():
            cursor.execute(f"SELECT * FROM ({query}) AS offenders LIMIT 20")  # noqa: S608  (the constants above)
            rows = [row[0] for row in cursor.fetchall()]
            if rows:
                found[name] = rows
    return found
