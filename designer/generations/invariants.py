"""What must hold beyond the queue: money, ends and events, as SQL that finds what breaks it."""

from designer.generations.again import NEEDED
from designer.jobs.invariants import INVARIANTS

INVARIANTS.update(
    {
        "an image that was made says all it takes to ask for it again": f"""
            SELECT a.id FROM assets a JOIN generations g ON g.id = a.generation_id
            WHERE a.kind = 'generated' AND g.finished_at IS NOT NULL
            AND NOT jsonb_exists_all(a.provenance, ARRAY[{", ".join(f"'{name}'" for name in NEEDED)}, 'persona'])
            AND EXISTS (SELECT 1 FROM ledger_entries l
                        WHERE l.subject = 'generation:' || g.id AND l.kind = 'generation')""",  # noqa: S608
        "a generation cost what its ledger entries say": """
            SELECT g.id FROM generations g LEFT JOIN (
                SELECT subject, sum(amount) AS paid FROM ledger_entries
                WHERE kind IN ('generation', 'analysis', 'prompting') GROUP BY subject
            ) l ON l.subject = 'generation:' || g.id WHERE coalesce(g.cost, 0) <> coalesce(l.paid, 0)""",
        "a generation cost what its stages say": """
            SELECT g.id FROM generations g LEFT JOIN stage_runs s ON s.generation_id = g.id
            GROUP BY g.id HAVING coalesce(g.cost, 0) <> coalesce(sum(s.cost), 0)""",
        "an image that was made was charged for": """
            SELECT a.id FROM job_attempts a JOIN job_queue j ON j.id = a.job_id AND j.kind = 'generation.run'
            WHERE a.outcome = 'succeeded' AND NOT EXISTS (
                SELECT 1 FROM ledger_entries l
                WHERE l.job_id = a.job_id AND l.attempt = a.number AND l.step = a.step)""",
        "a generation waits or runs as long as its job does": """
            SELECT g.id FROM generations g JOIN job_queue j ON j.id = g.job_id
            WHERE (g.status IN ('queued', 'running'))
            <> (j.status IN ('scheduled', 'queued', 'leased', 'retrying'))""",
        "whoever watched a generation was told its end": """
            SELECT g.id FROM generations g WHERE g.finished_at > now() - interval '23 hours' AND NOT EXISTS (
                SELECT 1 FROM events e WHERE e.channel = 'generation:' || g.id
                AND e.event IN ('generation:complete', 'generation:failed', 'generation:cancelled'))""",
        "the facts of a channel are numbered without a gap": """
            SELECT channel FROM events GROUP BY channel HAVING count(seq) <> max(seq) - min(seq) + 1""",
    }
)
