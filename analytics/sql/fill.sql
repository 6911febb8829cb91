-- Every quarter of an hour that has rows from before the triggers. To be run after them, so that none is missed.
INSERT INTO analytics_pending (team_id, slot)
SELECT team_id, analytics_slot(created_at) FROM generations
UNION SELECT team_id, analytics_slot(created_at) FROM assets
UNION SELECT team_id, analytics_slot(created_at) FROM ledger_entries
ORDER BY 2, 1;
