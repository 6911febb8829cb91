"""Writes the deliveries of a fact in the transaction of the fact.

The events' own trigger numbers a transaction's facts as its last act, one UPDATE per channel. This trigger follows each
such UPDATE and writes one delivery for every webhook of the team that chose the event. So a committed fact has its
deliveries, one that is rolled back has none, and no worker, no Redis and no code that forgets stands in between.
Following the log from outside could miss: its channels are numbered apart, and it is cut after 24 hours.

Numbers are drawn while the channel's counter is locked: the deliveries of a channel are numbered as its facts are.

- A fact told on a second channel too (an enhancement also on its asset's) is sent once, from its own channel.
- What is told to one person (`user:…`) is no team's.
- FOR KEY SHARE waits for nothing but the deletion of the webhook itself, which no request does: removing is an update.
"""

from django.db import migrations

UP = """
CREATE SEQUENCE webhook_order;

CREATE FUNCTION webhook_fan_out() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO webhook_deliveries (id, created_at, updated_at, number, team_id, endpoint_id, event_id, type, channel,
        seq, data, happened_at, status, tries, attempts, next_at, courier)
    SELECT gen_random_uuid(), clock_timestamp(), clock_timestamp(), nextval('webhook_order'), fact.team_id,
        fact.endpoint_id, fact.id, fact.type, fact.channel, fact.seq, fact.data, fact.created_at, 'waiting', 0, 0,
        clock_timestamp(), ''
    FROM (
        SELECT now.*, replace(now.event, ':', '.') AS type, webhook.id AS endpoint_id
        FROM numbered now
        JOIN unnumbered before ON before.id = now.id AND before.seq IS NULL AND now.seq IS NOT NULL
        JOIN webhook_endpoints webhook ON webhook.team_id = now.team_id AND webhook.status = 'enabled'
        WHERE now.channel NOT LIKE 'user:%'
          AND webhook.patterns && ARRAY[
              '*', split_part(now.event, ':', 1) || '.*', replace(now.event, ':', '.')]::varchar[]
          AND (split_part(now.event, ':', 1) = split_part(now.channel, ':', 1)
               OR split_part(now.event, ':', 1) NOT IN ('generation', 'enhancement', 'batch', 'portfolio', 'asset'))
        ORDER BY now.seq
        FOR KEY SHARE OF webhook
    ) AS fact;
    RETURN NULL;
END $$;

CREATE TRIGGER webhook_fan_out AFTER UPDATE ON events
    REFERENCING OLD TABLE AS unnumbered NEW TABLE AS numbered
    FOR EACH STATEMENT EXECUTE FUNCTION webhook_fan_out();
"""

DOWN = """
DROP TRIGGER webhook_fan_out ON events;
DROP FUNCTION webhook_fan_out();
DROP SEQUENCE webhook_order;
"""


class Migration(migrations.Migration):
    dependencies = [("batches", "0003_webhooks"), ("designer", "0005_sql_realtime")]

    operations = [migrations.RunSQL(UP, DOWN)]
