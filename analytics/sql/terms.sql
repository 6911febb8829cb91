-- In how many generations something was asked for: each attribute that was understood ('fabric:silk') and each word of
-- the brief that says something ('word:linen'); and the briefs as a whole, by what each comes to (eight bytes of its MD5:
-- the words themselves stay where they were written), each as often as it was asked for. Most are like no other, so they
-- stand apart: whoever counts the words need not wade through them. What lies in the trash says nothing.
WITH told AS (
    SELECT r.team_id, {slot} AS slot, r.id, lower(r.brief) AS brief,
        CASE WHEN jsonb_typeof(r.understood) = 'object' THEN r.understood ELSE '{}' END AS understood
    FROM generations r {scope}
    WHERE r.trashed_at IS NULL
), found AS (
    SELECT DISTINCT told.team_id, told.slot, told.id, one.name || ':' || left(lower(btrim(said.value)), 80) AS term
    FROM told
    CROSS JOIN LATERAL jsonb_each(told.understood) AS one(name, attribute)
    CROSS JOIN LATERAL (
        SELECT one.attribute ->> 'value' AS value WHERE jsonb_typeof(one.attribute -> 'value') = 'string'
        UNION ALL
        SELECT CASE jsonb_typeof(each.value) WHEN 'string' THEN each.value #>> '{}' ELSE each.value ->> 'name' END
        FROM jsonb_array_elements(CASE WHEN jsonb_typeof(one.attribute -> 'value') = 'array'
            THEN one.attribute -> 'value' ELSE '[]' END) AS each(value)
    ) said
    WHERE one.name IN ('garment', 'silhouette', 'fit', 'length', 'neckline', 'sleeves', 'fabric', 'fabric_weight',
        'texture', 'finish', 'pattern', 'colours', 'construction', 'aesthetic', 'mood', 'season', 'occasion',
        'formality') AND btrim(said.value) <> ''
    UNION ALL
    SELECT DISTINCT told.team_id, told.slot, told.id, 'word:' || word.said[1]
    FROM told
    CROSS JOIN LATERAL regexp_matches(told.brief, '[[:alpha:]]+(?:[-''’][[:alpha:]]+)*', 'g') AS word(said)
    WHERE length(word.said[1]) BETWEEN 3 AND 40 AND word.said[1] <> ALL (ARRAY['the', 'and', 'with', 'for', 'from',
        'that', 'this', 'its', 'it''s', 'are', 'was', 'not', 'but', 'her', 'his', 'she', 'you', 'your', 'our', 'their',
        'they', 'them', 'has', 'have', 'had', 'one', 'two', 'all', 'any', 'some', 'very', 'more', 'most', 'less',
        'than', 'then', 'into', 'onto', 'over', 'under', 'out', 'off', 'like', 'who', 'which', 'what', 'when', 'where',
        'will', 'would', 'should', 'can', 'could', 'may', 'make', 'made', 'please', 'want', 'need', 'use', 'using',
        'also', 'just', 'only', 'there', 'here', 'each', 'other', 'same', 'such', 'both', 'without'])
), briefs AS (
    SELECT team_id, slot, array_agg(brief ORDER BY brief) AS prompts
    FROM (
        SELECT team_id, slot, ('x' || left(md5(regexp_replace(btrim(brief, E' \t\n\r'), '\s+', ' ', 'g')), 16)
            )::bit(64)::bigint AS brief
        FROM told WHERE btrim(brief, E' \t\n\r') <> ''
    ) each
    GROUP BY 1, 2
), counted AS (
    SELECT team_id, slot, jsonb_object_agg(term, number) AS terms
    FROM (SELECT team_id, slot, term, count(*) AS number FROM found GROUP BY 1, 2, 3) each
    GROUP BY 1, 2
)
SELECT team_id, slot, asked, coalesce(terms, '{}') AS terms, coalesce(prompts, ARRAY[]::bigint[]) AS prompts
FROM (SELECT team_id, slot, count(*) AS asked FROM told GROUP BY 1, 2) slots
LEFT JOIN counted USING (team_id, slot)
LEFT JOIN briefs USING (team_id, slot)
