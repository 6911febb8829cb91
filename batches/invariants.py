"""What must hold of batches, as SQL that finds what breaks it."""

from batches.models import ItemStatus
from designer.catalogue.models import ModelKind
from designer.generations.health import ACCOUNT
from designer.jobs.invariants import INVARIANTS
from designer.jobs.steering import HELD
from designer.pipeline.circuits import LONGEST_REST

COUNTED = ", ".join(f"count(i.id) FILTER (WHERE i.status = '{state}') AS {state}" for state in ItemStatus.values)
DIFFERENT = " OR ".join(f"b.{state} <> c.{state}" for state in ItemStatus.values)

INVARIANTS.update(
    {
        "a batch counts its items and their costs": f"""
            SELECT b.id FROM batch_jobs b JOIN (
                SELECT b.id, {COUNTED}, coalesce(sum(i.cost), 0) AS cost
                FROM batch_jobs b LEFT JOIN batch_items i ON i.batch_id = b.id GROUP BY b.id
            ) c ON c.id = b.id WHERE {DIFFERENT} OR b.cost <> c.cost""",  # noqa: S608  (constants of this house)
        "an ended item cost what the ledger says": """
            SELECT i.id FROM batch_items i LEFT JOIN (
                SELECT subject, sum(amount) AS paid FROM ledger_entries GROUP BY subject
            ) l ON l.subject = coalesce('generation:' || i.generation_id, 'enhancement:' || i.enhancement_id)
            WHERE i.status IN ('succeeded', 'failed', 'cancelled') 
            AND i.cost - i.paid_before <> coalesce(l.paid, 0)""",
        "an item is in flight as long as its work is": """
            SELECT i.id FROM batch_items i
            LEFT JOIN generations g ON g.id = i.generation_id
            LEFT JOIN image_enhancements e ON e.id = i.enhancement_id
            WHERE coalesce(g.status, e.status) IS NOT NULL AND i.status <> 'waiting'
            AND (i.status IN ('queued', 'running')) <> (coalesce(g.status, e.status) IN ('queued', 'running'))""",
        "a batch of which every item ended has ended": """
            SELECT id FROM batch_jobs WHERE status IN ('running', 'paused') AND cron = ''
            AND waiting + queued + running = 0 AND succeeded + failed + cancelled > 0""",
        "a batch that has ended has nothing left to do": """
            SELECT id FROM batch_jobs
            WHERE status IN ('completed', 'partial', 'failed') AND waiting + queued + running > 0
            OR status = 'cancelled' AND waiting > 0 AND updated_at < now() - interval '60 seconds'""",
        "a running batch holds nothing back": f"""
            SELECT i.id FROM batch_items i JOIN batch_jobs b ON b.id = i.batch_id AND b.status = 'running'
            LEFT JOIN generations g ON g.id = i.generation_id
            LEFT JOIN image_enhancements e ON e.id = i.enhancement_id
            JOIN job_queue j ON j.id = coalesce(g.job_id, e.job_id)
            WHERE i.status IN ('queued', 'running') AND j.status = 'scheduled'
            AND j.scheduled_at > now() + interval '{HELD.days} days'""",  # noqa: S608  (constants of this house)
        "a batch that waits for its time will be started": """
            SELECT b.id FROM batch_jobs b WHERE b.status = 'scheduled' AND (b.run_at IS NULL
            OR b.run_at < now() - interval '2 minutes' AND NOT EXISTS (
                SELECT 1 FROM job_queue j WHERE j.dedup_key LIKE 'batch.start:' || b.id || ':%'
                AND j.status IN ('scheduled', 'queued', 'leased', 'retrying')))""",
        "a series runs nothing itself": "SELECT id FROM batch_jobs WHERE status = 'running' AND cron <> ''",
        "a running batch does not stand still, but for a model's rest": f"""
            SELECT b.id FROM batch_jobs b WHERE b.status = 'running' AND b.waiting > 0 AND b.queued + b.running = 0
            AND b.updated_at < now() - interval '60 seconds' AND NOT EXISTS (
                SELECT 1 FROM job_queue j WHERE j.dedup_key = 'batch.feed:' || b.id
                AND j.status IN ('scheduled', 'queued', 'leased', 'retrying'))
            AND NOT EXISTS (SELECT 1 FROM batch_items i JOIN model_health h
                ON h.provider = i.provider AND (h.model = i.model OR starts_with(h.model, '{ACCOUNT}{ModelKind.IMAGE}'))
                WHERE i.batch_id = b.id AND i.status = 'waiting'
                AND h.opened_at > now() - interval '{LONGEST_REST.total_seconds()} seconds')""",  # noqa: S608
    }
)
