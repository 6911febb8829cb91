-- What was asked for, made and judged, cell by cell, out of the raw rows: the one definition of these figures.
-- The scope joins r to the cells that are asked for, slot is the quarter of an hour in which r began.
WITH asked AS (
    SELECT r.team_id, {slot} AS slot, r.owner_id AS member_id, r.provider, r.model, r.simulated,
        count(*) AS asked,
        count(*) FILTER (WHERE r.status = 'succeeded') AS succeeded,
        count(*) FILTER (WHERE r.status = 'partial') AS partial,
        count(*) FILTER (WHERE r.status = 'failed') AS failed,
        count(*) FILTER (WHERE r.status = 'cancelled') AS cancelled,
        coalesce(array_agg(took.millis ORDER BY took.millis) FILTER (WHERE took.millis >= 0), ARRAY[]::integer[]) AS millis
    FROM generations r {scope}
    LEFT JOIN LATERAL (
        SELECT least(round(1000 * extract(epoch FROM r.finished_at - r.started_at)), 2147483647)::integer AS millis
        WHERE r.status IN ('succeeded', 'partial') AND r.finished_at >= r.started_at
    ) took ON true
    GROUP BY 1, 2, 3, 4, 5, 6
), faults AS (
    SELECT team_id, slot, member_id, provider, model, simulated, jsonb_object_agg(code, number) AS faults
    FROM (
        SELECT r.team_id, {slot} AS slot, r.owner_id AS member_id, r.provider, r.model, r.simulated,
            coalesce(nullif(left(r.error ->> 'code', 60), ''), 'unknown') AS code, count(*) AS number
        FROM generations r {scope}
        WHERE r.status IN ('failed', 'partial')
        GROUP BY 1, 2, 3, 4, 5, 6, 7
    ) each
    GROUP BY 1, 2, 3, 4, 5, 6
), judged AS (
    SELECT r.team_id, {slot} AS slot, r.owner_id AS member_id,
        left(coalesce(r.provenance ->> 'provider', ''), 60) AS provider,
        left(coalesce(r.provenance ->> 'model', ''), 120) AS model,
        r.simulated, r.set_aside,
        CASE WHEN jsonb_typeof(r.quality -> 'score') = 'number'
            THEN round((r.quality ->> 'score')::numeric, 6) END AS score,
        NOT r.simulated AND NOT EXISTS (  -- nor is it known what one cost whose generation is gone: no charge names it
            SELECT FROM ledger_entries l
            WHERE l.subject = 'generation:' || r.generation_id AND l.kind = 'generation'
        ) AS unpriced,
        said.signals, said.balance, said.ratings, said.stars
    FROM assets r {scope}
    CROSS JOIN LATERAL (
        SELECT count(*) AS signals,
            coalesce(sum(CASE
                WHEN f.kind IN ('like', 'pick') OR f.rating >= 4 THEN 1
                WHEN f.kind = 'dislike' OR f.rating <= 2 THEN -1
                ELSE 0 END), 0) AS balance,
            count(f.rating) AS ratings, coalesce(sum(f.rating), 0) AS stars
        FROM feedback f WHERE f.asset_id = r.id AND f.kind <> 'comment'
    ) said
    WHERE r.kind = 'generated'
), made AS (
    SELECT team_id, slot, member_id, provider, model, simulated,
        count(*) FILTER (WHERE NOT set_aside) AS images,
        count(*) FILTER (WHERE set_aside) AS set_aside,
        count(*) FILTER (WHERE NOT set_aside AND signals > 0) AS rated,
        count(*) FILTER (WHERE NOT set_aside AND balance > 0) AS liked,
        count(*) FILTER (WHERE NOT set_aside AND balance < 0) AS disliked,
        coalesce(sum(ratings) FILTER (WHERE NOT set_aside), 0) AS ratings,
        coalesce(sum(stars) FILTER (WHERE NOT set_aside), 0) AS stars,
        count(score) FILTER (WHERE NOT set_aside) AS scored,
        coalesce(sum(score) FILTER (WHERE NOT set_aside), 0) AS score,
        count(*) FILTER (WHERE unpriced) AS unpriced
    FROM judged
    GROUP BY 1, 2, 3, 4, 5, 6
)
SELECT team_id, slot, member_id, provider, model, simulated,
    coalesce(asked, 0) AS asked, coalesce(succeeded, 0) AS succeeded, coalesce(partial, 0) AS partial,
    coalesce(failed, 0) AS failed, coalesce(cancelled, 0) AS cancelled,
    coalesce(millis, ARRAY[]::integer[]) AS millis, coalesce(faults, '{}'::jsonb) AS faults,
    coalesce(images, 0) AS images, coalesce(set_aside, 0) AS set_aside, coalesce(rated, 0) AS rated,
    coalesce(liked, 0) AS liked, coalesce(disliked, 0) AS disliked, coalesce(ratings, 0) AS ratings,
    coalesce(stars, 0) AS stars, coalesce(scored, 0) AS scored, coalesce(score, 0) AS score,
    coalesce(unpriced, 0) AS unpriced
FROM asked
LEFT JOIN faults USING (team_id, slot, member_id, provider, model, simulated)
FULL JOIN made USING (team_id, slot, member_id, provider, model, simulated)
