-- What was charged, cell by cell, out of the ledger: the one definition of these figures.
SELECT r.team_id, {slot} AS slot, r.actor_id AS member_id, r.provider, r.model, r.kind, r.simulated,
    count(*) AS entries, sum(r.quantity) AS quantity, sum(r.amount) AS amount
FROM ledger_entries r {scope}
GROUP BY 1, 2, 3, 4, 5, 6, 7
