-- What each model made of each generation and was paid for it; one that made nothing stands by the model it ended with.
-- Beside it who said most of its images, how it failed, and the batch that it is of.
WITH own AS (
    SELECT id, created_at, coalesce(error ->> 'code', '') AS code, provider, model, status,
        coalesce(understood #>> '{garment,value}', '') AS garment,
        CASE WHEN finished_at >= started_at THEN round(1000 * extract(epoch FROM finished_at - started_at)) END
            AS millis
    FROM generations
    WHERE team_id = %(team)s AND NOT simulated AND created_at >= %(begin)s AND created_at < %(end)s
), made AS (
    SELECT own.id, left(coalesce(a.provenance ->> 'provider', ''), 60) AS provider,
        left(coalesce(a.provenance ->> 'model', ''), 120) AS model,
        count(*) AS drawn, count(*) FILTER (WHERE NOT a.set_aside) AS images,
        count(*) FILTER (WHERE NOT a.set_aside AND said.signals > 0) AS rated,
        count(*) FILTER (WHERE NOT a.set_aside AND said.balance > 0) AS liked,
        mode() WITHIN GROUP (ORDER BY said.rater) FILTER (WHERE NOT a.set_aside) AS rater
    FROM own JOIN assets a ON a.generation_id = own.id AND a.kind = 'generated' AND NOT a.simulated
    CROSS JOIN LATERAL (
        SELECT count(*) AS signals,
            coalesce(sum(CASE
                WHEN f.kind IN ('like', 'pick') OR f.rating >= 4 THEN 1
                WHEN f.kind = 'dislike' OR f.rating <= 2 THEN -1
                ELSE 0 END), 0) AS balance,
            mode() WITHIN GROUP (ORDER BY f.owner_id) AS rater
        FROM feedback f WHERE f.asset_id = a.id AND f.kind <> 'comment'
    ) said
    GROUP BY 1, 2, 3
), paid AS (
    SELECT own.id, l.provider, l.model, sum(l.amount) AS amount
    FROM own JOIN ledger_entries l ON l.subject = 'generation:' || own.id AND l.team_id = %(team)s
        AND l.kind = 'generation' AND NOT l.simulated
    GROUP BY 1, 2, 3
)
SELECT own.id, own.created_at, own.garment, own.status, own.millis, ARRAY[own.provider, own.model],
    coalesce(each.provider, own.provider), coalesce(each.model, own.model), coalesce(each.images, 0),
    coalesce(each.rated, 0), coalesce(each.liked, 0), coalesce(each.drawn, 0) > 0, each.amount,
    each.rater, own.code, item.batch_id
FROM own LEFT JOIN (made FULL JOIN paid USING (id, provider, model)) each USING (id)
LEFT JOIN batch_items item ON item.generation_id = own.id
ORDER BY own.created_at, own.id
