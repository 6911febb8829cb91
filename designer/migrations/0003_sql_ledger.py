"""The ledger is append-only: the database refuses changes, whoever asks."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ledger_entries is append-only; write an adjustment instead' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE ON ledger_entries
    FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
"""
BACKWARD = """
DROP TRIGGER ledger_append_only ON ledger_entries;
DROP FUNCTION ledger_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("designer", "0002_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
