-- What was asked for, made, judged, approved and paid, by the persona and the garment of the generation: the one
-- definition of these figures. Images and charges count where work.sql and money.sql count them; what has no persona, or
-- whose generation is gone, stands under the persona of noughts, and what nobody understood under the garment ''.
WITH asked AS (
    SELECT r.team_id, {slot} AS slot, r.owner_id AS member_id,
        coalesce(r.persona_id, '00000000-0000-0000-0000-000000000000'::uuid) AS persona_id,
        left(coalesce(r.understood #>> '{garment,value}', ''), 80) AS garment, r.provider, r.model, r.simulated,
        count(*) AS asked,
        count(*) FILTER (WHERE r.status = 'succeeded') AS succeeded,
        count(*) FILTER (WHERE r.status = 'partial') AS partial,
        count(*) FILTER (WHERE r.status = 'failed') AS failed,
        count(*) FILTER (WHERE r.status = 'cancelled') AS cancelled
    FROM generations r {scope}
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
), judged AS (
    SELECT r.team_id, {slot} AS slot, r.owner_id AS member_id,
        coalesce(g.persona_id, '00000000-0000-0000-0000-000000000000'::uuid) AS persona_id,
        left(coalesce(g.understood #>> '{garment,value}', ''), 80) AS garment,
        left(coalesce(r.provenance ->> 'provider', ''), 60) AS provider,
        left(coalesce(r.provenance ->> 'model', ''), 120) AS model, r.simulated, r.set_aside,
        CASE WHEN jsonb_typeof(r.quality -> 'score') = 'number'
            THEN round((r.quality ->> 'score')::numeric, 6) END AS score,
        NOT r.simulated AND NOT EXISTS (
            SELECT FROM ledger_entries l
            WHERE l.subject = 'generation:' || r.generation_id AND l.kind = 'generation'
        ) AS unpriced,
        EXISTS (  -- itself, or what was made of it and of that
            WITH RECURSIVE line(id) AS (
                SELECT r.id UNION SELECT later.id FROM line JOIN assets later ON later.parent_id = line.id
            ) SELECT FROM line JOIN team_approvals review ON review.asset_id = line.id AND review.status = 'approved'
        ) AS approved,
        said.signals, said.balance, said.ratings, said.stars
    FROM assets r {scope}
    LEFT JOIN generations g ON g.id = r.generation_id
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
    SELECT team_id, slot, member_id, persona_id, garment, provider, model, simulated,
        count(*) FILTER (WHERE NOT set_aside) AS images,
        count(*) FILTER (WHERE NOT set_aside AND signals > 0) AS rated,
        count(*) FILTER (WHERE NOT set_aside AND balance > 0) AS liked,
        count(*) FILTER (WHERE NOT set_aside AND balance < 0) AS disliked,
        coalesce(sum(ratings) FILTER (WHERE NOT set_aside), 0) AS ratings,
        coalesce(sum(stars) FILTER (WHERE NOT set_aside), 0) AS stars,
        count(score) FILTER (WHERE NOT set_aside) AS scored,
        coalesce(sum(score) FILTER (WHERE NOT set_aside), 0) AS score,
        count(*) FILTER (WHERE NOT set_aside AND approved) AS approved,
        count(*) FILTER (WHERE unpriced) AS unpriced
    FROM judged
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
), paid AS (
    SELECT r.team_id, {slot} AS slot,
        coalesce(r.actor_id, '00000000-0000-0000-0000-000000000000'::uuid) AS member_id,
        coalesce(g.persona_id, '00000000-0000-0000-0000-000000000000'::uuid) AS persona_id,
        left(coalesce(g.understood #>> '{garment,value}', ''), 80) AS garment, r.provider, r.model, r.simulated,
        sum(r.amount) AS amount
    FROM ledger_entries r {scope}
    LEFT JOIN generations g ON g.id = substring(
        r.subject FROM '^generation:([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$')::uuid
    WHERE r.kind = 'generation'
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
)
SELECT team_id, slot, member_id, persona_id, garment, provider, model, simulated,
    coalesce(asked, 0) AS asked, coalesce(succeeded, 0) AS succeeded, coalesce(partial, 0) AS partial,
    coalesce(failed, 0) AS failed, coalesce(cancelled, 0) AS cancelled, coalesce(images, 0) AS images,
    coalesce(rated, 0) AS rated, coalesce(liked, 0) AS liked, coalesce(disliked, 0) AS disliked,
    coalesce(ratings, 0) AS ratings, coalesce(stars, 0) AS stars, coalesce(scored, 0) AS scored,
    coalesce(score, 0) AS score, coalesce(approved, 0) AS approved, coalesce(unpriced, 0) AS unpriced,
    coalesce(amount, 0) AS amount
FROM asked
FULL JOIN made USING (team_id, slot, member_id, persona_id, garment, provider, model, simulated)
FULL JOIN paid USING (team_id, slot, member_id, persona_id, garment, provider, model, simulated)
