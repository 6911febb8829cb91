-- Whole days of zones, out of the slots that they are made of.
SELECT cell.zone, cell.team_id, cell.begins AS slot, s.member_id, s.persona_id, s.garment, s.provider, s.model,
    s.simulated, sum(s.asked) AS asked, sum(s.succeeded) AS succeeded, sum(s.partial) AS partial,
    sum(s.failed) AS failed, sum(s.cancelled) AS cancelled, sum(s.images) AS images, sum(s.rated) AS rated,
    sum(s.liked) AS liked, sum(s.disliked) AS disliked, sum(s.ratings) AS ratings, sum(s.stars) AS stars,
    sum(s.scored) AS scored, sum(s.score) AS score, sum(s.approved) AS approved, sum(s.unpriced) AS unpriced,
    sum(s.amount) AS amount
FROM unnest(%(zones)s::text[], %(teams)s::uuid[], %(begins)s::timestamptz[], %(ends)s::timestamptz[])
    AS cell(zone, team_id, begins, ends)
JOIN analytics_styles s ON s.team_id = cell.team_id AND s.slot >= cell.begins AND s.slot < cell.ends
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
