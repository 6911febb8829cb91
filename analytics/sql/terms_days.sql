-- Whole days of zones, out of the slots that they are made of.
WITH held AS (
    SELECT cell.zone, cell.begins, t.* FROM unnest(
        %(zones)s::text[], %(teams)s::uuid[], %(begins)s::timestamptz[], %(ends)s::timestamptz[]
    ) AS cell(zone, team_id, begins, ends)
    JOIN analytics_terms t ON t.team_id = cell.team_id AND t.slot >= cell.begins AND t.slot < cell.ends
), counted AS (
    SELECT zone, team_id, begins, jsonb_object_agg(term, number) AS terms
    FROM (
        SELECT zone, team_id, begins, each.term, sum(each.number::integer) AS number
        FROM held, jsonb_each_text(held.terms) AS each(term, number) GROUP BY 1, 2, 3, 4
    ) each
    GROUP BY 1, 2, 3
), briefs AS (
    SELECT zone, team_id, begins, array_agg(brief ORDER BY brief) AS prompts
    FROM held, unnest(held.prompts) AS brief GROUP BY 1, 2, 3
)
SELECT zone, team_id, begins AS slot, asked, coalesce(terms, '{}') AS terms,
    coalesce(prompts, ARRAY[]::bigint[]) AS prompts
FROM (SELECT zone, team_id, begins, sum(asked) AS asked FROM held GROUP BY 1, 2, 3) days
LEFT JOIN counted USING (zone, team_id, begins)
LEFT JOIN briefs USING (zone, team_id, begins)
