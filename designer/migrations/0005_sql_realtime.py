"""Numbers events at commit.

The trigger is a deferred constraint trigger: it runs after the transaction's last statement. Its first firing numbers all
of the transaction's rows, channel by channel in sorted order, so that two writers always take the counters in the same
order; the later firings find nothing to do. A counter is locked only from there to the end of the commit, so writers of one
channel queue for a commit, not for a whole transaction. Readers see numbers only together with their rows: no gaps.
"""

from django.db import migrations

UP = """
CREATE INDEX events_unnumbered ON events (channel, id) WHERE seq IS NULL;

CREATE FUNCTION number_events() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    pending record;
    top bigint;
BEGIN
    PERFORM 1 FROM events WHERE id = NEW.id AND seq IS NULL;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    -- rows without a number are visible only to the transaction that wrote them
    FOR pending IN
        SELECT channel, count(*) AS n FROM events WHERE seq IS NULL GROUP BY channel ORDER BY channel COLLATE "C"
    LOOP
        INSERT INTO channel_heads AS head (channel, seq, epoch) VALUES (pending.channel, pending.n, gen_random_uuid())
            ON CONFLICT (channel) DO UPDATE SET seq = head.seq + excluded.seq RETURNING head.seq INTO top;
        UPDATE events SET seq = top - pending.n + ranked.place
            FROM (
                SELECT id, row_number() OVER (ORDER BY id) AS place
                FROM events WHERE seq IS NULL AND channel = pending.channel
            ) AS ranked
            WHERE events.id = ranked.id;
    END LOOP;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER number_events AFTER INSERT ON events DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.seq IS NULL) EXECUTE FUNCTION number_events();

-- every row is written twice: leave room on the page, and sweep early, or the partial index fills with dead entries
ALTER TABLE events SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE channel_heads SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
"""

DOWN = """
DROP TRIGGER number_events ON events;
DROP FUNCTION number_events();
DROP INDEX events_unnumbered;
ALTER TABLE events RESET (fillfactor, autovacuum_vacuum_scale_factor);
ALTER TABLE channel_heads RESET (fillfactor, autovacuum_vacuum_scale_factor);
"""


class Migration(migrations.Migration):
    dependencies = [("designer", "0004_catalogue_kind")]

    operations = [migrations.RunSQL(UP, DOWN)]
