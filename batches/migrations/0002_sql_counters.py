"""A batch's counters and cost follow its items: one statement of the database per statement that changes items.

Set-based, so that planning 10,000 items updates their batch once; inside the same transaction, so that no reader and no
crash ever sees an item without its count.
"""

from django.db import migrations

STATES = ("waiting", "queued", "running", "succeeded", "failed", "cancelled")
SET = ", ".join(f"{state} = b.{state} + d.{state}" for state in STATES)
SUMS = ", ".join(f"coalesce(sum(sign) FILTER (WHERE status = '{state}'), 0) AS {state}" for state in STATES)
CHANGED = " OR ".join(f"d.{state} <> 0" for state in STATES)


def counted(rows: str) -> str:
    return f"""
        UPDATE batch_jobs b SET {SET}, cost = b.cost + d.cost, updated_at = statement_timestamp()
        FROM (SELECT batch_id, {SUMS}, sum(sign * cost) AS cost FROM ({rows}) changed GROUP BY batch_id) d
        WHERE b.id = d.batch_id AND ({CHANGED} OR d.cost <> 0);
    """


ADDED = "SELECT batch_id, status, cost, 1 AS sign FROM new_rows"
TAKEN = "SELECT batch_id, status, cost, -1 AS sign FROM old_rows"
FORWARD = f"""
CREATE FUNCTION batch_items_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN {counted(ADDED)}
    ELSIF TG_OP = 'DELETE' THEN {counted(TAKEN)}
    ELSE {counted(f"{ADDED} UNION ALL {TAKEN}")}
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER batch_items_added AFTER INSERT ON batch_items REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION batch_items_counted();
CREATE TRIGGER batch_items_changed AFTER UPDATE ON batch_items
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION batch_items_counted();
CREATE TRIGGER batch_items_taken AFTER DELETE ON batch_items REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION batch_items_counted();
"""
BACKWARD = """
DROP TRIGGER batch_items_added ON batch_items;
DROP TRIGGER batch_items_changed ON batch_items;
DROP TRIGGER batch_items_taken ON batch_items;
DROP FUNCTION batch_items_counted();
"""


class Migration(migrations.Migration):
    dependencies = [("batches", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
