-- Whole days of zones, out of the slots that they are made of. What a day holds is no other than what these hold.
WITH cell AS (
    SELECT * FROM unnest(%(zones)s::text[], %(teams)s::uuid[], %(begins)s::timestamptz[], %(ends)s::timestamptz[])
        AS cell(zone, team_id, begins, ends)
), held AS (
    SELECT cell.zone, cell.begins, w.* FROM cell
    JOIN analytics_work w ON w.team_id = cell.team_id AND w.slot >= cell.begins AND w.slot < cell.ends
), counts AS (
    SELECT zone, team_id, begins, member_id, provider, model, simulated,
        sum(asked) AS asked, sum(succeeded) AS succeeded, sum(partial) AS partial, sum(failed) AS failed,
        sum(cancelled) AS cancelled, sum(images) AS images, sum(set_aside) AS set_aside, sum(rated) AS rated,
        sum(liked) AS liked, sum(disliked) AS disliked, sum(ratings) AS ratings, sum(stars) AS stars,
        sum(scored) AS scored, sum(score) AS score, sum(unpriced) AS unpriced,
        max(slot) FILTER (WHERE asked > 0) AS last
    FROM held GROUP BY 1, 2, 3, 4, 5, 6, 7
), times AS (
    SELECT zone, team_id, begins, member_id, provider, model, simulated, array_agg(one ORDER BY one) AS millis
    FROM held, unnest(held.millis) AS one GROUP BY 1, 2, 3, 4, 5, 6, 7
), codes AS (
    SELECT zone, team_id, begins, member_id, provider, model, simulated, each.code, sum(each.number::integer) AS number
    FROM held, jsonb_each_text(held.faults) AS each(code, number) GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
), faults AS (
    SELECT zone, team_id, begins, member_id, provider, model, simulated, jsonb_object_agg(code, number) AS faults
    FROM codes GROUP BY 1, 2, 3, 4, 5, 6, 7
)
SELECT zone, team_id, begins AS slot, member_id, provider, model, simulated, asked, succeeded, partial, failed, cancelled,
    coalesce(millis, ARRAY[]::integer[]) AS millis, coalesce(faults, '{}'::jsonb) AS faults,
    images, set_aside, rated, liked, disliked, ratings, stars, scored, score, unpriced, last
FROM counts
LEFT JOIN times USING (zone, team_id, begins, member_id, provider, model, simulated)
LEFT JOIN faults USING (zone, team_id, begins, member_id, provider, model, simulated)
