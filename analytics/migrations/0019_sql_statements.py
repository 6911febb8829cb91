"""Statements, and what stands on them, are append-only as the ledger is: they end with their team, and never before."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION statements_are_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND EXISTS (
        SELECT 1 FROM teams WHERE id = OLD.team_id AND ending_at IS NOT NULL AND ends_at <= now()
    ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is append-only; correct the ledger, and the next statement says so', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER statement_append_only BEFORE UPDATE OR DELETE ON billing_statements
    FOR EACH ROW EXECUTE FUNCTION statements_are_frozen();
CREATE TRIGGER stated_append_only BEFORE UPDATE OR DELETE ON billing_stated
    FOR EACH ROW EXECUTE FUNCTION statements_are_frozen();
"""
BACKWARD = """
DROP TRIGGER stated_append_only ON billing_stated;
DROP TRIGGER statement_append_only ON billing_statements;
DROP FUNCTION statements_are_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("analytics", "0018_statements")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
