"""The ledger stays append-only, until the team itself ends: what it paid goes with it, and nothing else ever does."""

from django.db import migrations

FORWARD = """
CREATE OR REPLACE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND EXISTS (
        SELECT 1 FROM teams WHERE id = OLD.team_id AND ending_at IS NOT NULL AND ends_at <= now()
    ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'ledger_entries is append-only; write an adjustment instead' USING ERRCODE = 'restrict_violation';
END $$;
"""
BACKWARD = """
CREATE OR REPLACE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ledger_entries is append-only; write an adjustment instead' USING ERRCODE = 'restrict_violation';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("designer", "0038_notification_wishes_named"), ("teams", "0013_membership_life")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
