"""What must hold of webhooks, as SQL that finds what breaks it."""

from designer.jobs.invariants import INVARIANTS

INVARIANTS.update(
    {
        "no webhook is under way for a minute": """
            SELECT id FROM webhook_deliveries
            WHERE status = 'sending' AND updated_at < now() - interval '60 seconds'""",
        "every call of a webhook is on record": """
            SELECT d.id FROM webhook_deliveries d LEFT JOIN webhook_attempts a ON a.delivery_id = d.id
            GROUP BY d.id HAVING count(a.id) <> d.attempts""",
        "a delivered webhook was answered with success": """
            SELECT d.id FROM webhook_deliveries d WHERE d.status = 'delivered' AND NOT EXISTS (
                SELECT 1 FROM webhook_attempts a WHERE a.delivery_id = d.id AND a.status_code BETWEEN 200 AND 299)""",
        "an ended webhook has its time, and no other has": """
            SELECT id FROM webhook_deliveries WHERE (status IN ('delivered', 'dead')) <> (finished_at IS NOT NULL)""",
        "a webhook that is sent has its courier, and no other has": """
            SELECT id FROM webhook_deliveries WHERE (status = 'sending') <> (courier <> '')""",
    }
)
