-- The roadmap's five views, by day in UTC, over the rollups: as exact as these, and as quick. `id` names a row.

CREATE VIEW daily_generation_stats AS
SELECT team_id || '/' || day AS id, day, team_id, asked, succeeded, partial, failed, cancelled,
    asked - succeeded - partial - failed - cancelled AS live,
    succeeded::float / nullif(succeeded + partial + failed, 0) AS success_rate,
    images, set_aside, rated, liked
FROM (
    SELECT (slot AT TIME ZONE 'UTC')::date AS day, team_id, sum(asked) AS asked, sum(succeeded) AS succeeded,
        sum(partial) AS partial, sum(failed) AS failed, sum(cancelled) AS cancelled, sum(images) AS images,
        sum(set_aside) AS set_aside, sum(rated) AS rated, sum(liked) AS liked
    FROM analytics_work GROUP BY 1, 2
) days;

CREATE VIEW model_performance_summary AS
SELECT team_id || '/' || provider || '/' || model || '/' || simulated AS id, team_id, provider, model, simulated,
    asked, succeeded, partial, failed, succeeded::float / nullif(succeeded + partial + failed, 0) AS success_rate,
    (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY one) / 1000
     FROM analytics_work w, unnest(w.millis) one
     WHERE (w.team_id, w.provider, w.model, w.simulated) = (t.team_id, t.provider, t.model, t.simulated)
    ) AS median_seconds,
    images, rated, liked, liked::float / nullif(rated, 0) AS satisfaction, score / nullif(scored, 0) AS quality
FROM (
    SELECT team_id, provider, model, simulated, sum(asked) AS asked, sum(succeeded) AS succeeded,
        sum(partial) AS partial, sum(failed) AS failed, sum(images) AS images, sum(rated) AS rated,
        sum(liked) AS liked, sum(score) AS score, sum(scored) AS scored
    FROM analytics_work GROUP BY 1, 2, 3, 4
) t;

CREATE VIEW user_activity_summary AS
SELECT team_id || '/' || member_id AS id, team_id, member_id,
    sum(asked) AS asked, sum(images) AS images, sum(liked) AS liked,
    count(DISTINCT (slot AT TIME ZONE 'UTC')::date) FILTER (WHERE asked > 0) AS days_active,
    max(slot) FILTER (WHERE asked > 0) AS last_active
FROM analytics_work GROUP BY team_id, member_id;

CREATE VIEW cost_breakdown_by_model AS
SELECT team_id || '/' || day || '/' || kind || '/' || provider || '/' || model AS id, day, team_id, kind, provider,
    model, entries, quantity, paid, simulated
FROM (
    SELECT (slot AT TIME ZONE 'UTC')::date AS day, team_id, kind, provider, model, sum(entries) AS entries,
        sum(quantity) AS quantity, coalesce(sum(amount) FILTER (WHERE NOT simulated), 0) AS paid,
        coalesce(sum(amount) FILTER (WHERE analytics_money.simulated), 0) AS simulated
    FROM analytics_money GROUP BY 1, 2, 3, 4, 5
) days;

CREATE VIEW quality_trends AS
SELECT team_id || '/' || day AS id, day, team_id, images, rated, liked, disliked,
    liked::float / nullif(rated, 0) AS satisfaction, ratings, stars::float / nullif(ratings, 0) AS rating,
    scored, score / nullif(scored, 0) AS quality
FROM (
    SELECT (slot AT TIME ZONE 'UTC')::date AS day, team_id, sum(images) AS images, sum(rated) AS rated,
        sum(liked) AS liked, sum(disliked) AS disliked, sum(ratings) AS ratings, sum(stars) AS stars,
        sum(scored) AS scored, sum(score) AS score
    FROM analytics_work GROUP BY 1, 2
) days;
