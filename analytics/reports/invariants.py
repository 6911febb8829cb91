"""What must hold of reports at any moment, as SQL that finds what breaks it."""

from designer.jobs.invariants import INVARIANTS

INVARIANTS.update(
    {
        "a report under way has a job under way": """
            SELECT r.id FROM reports r LEFT JOIN job_queue j ON j.id = r.job_id
            WHERE r.status IN ('queued', 'running')
            AND (j.id IS NULL OR j.status IN ('succeeded', 'failed', 'dead', 'cancelled'))""",
        "a report that is done has its figures, and one that is not has no files": """
            SELECT id FROM reports WHERE (status = 'done') <> (files ? 'figures.csv')""",
        "a mail of a report that went has its time": """
            SELECT id FROM report_deliveries WHERE (status = 'sent') <> (sent_at IS NOT NULL)""",
    }
)
