-- Whole days of zones, out of the slots that they are made of.
SELECT cell.zone, cell.team_id, cell.begins AS slot, m.member_id, m.provider, m.model, m.kind, m.simulated,
    sum(m.entries) AS entries, sum(m.quantity) AS quantity, sum(m.amount) AS amount
FROM unnest(%(zones)s::text[], %(teams)s::uuid[], %(begins)s::timestamptz[], %(ends)s::timestamptz[])
    AS cell(zone, team_id, begins, ends)
JOIN analytics_money m ON m.team_id = cell.team_id AND m.slot >= cell.begins AND m.slot < cell.ends
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
