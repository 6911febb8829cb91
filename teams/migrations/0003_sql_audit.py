"""The audit log: rows are sealed into a hash chain when their transaction commits, and never change afterwards."""

from django.db import migrations

# Sealing waits for the commit, so that the lock that orders the chain is held for an instant and not for as long as
# somebody's transaction. Until then a row has no number; the one update allowed is the one that gives it.
FORWARD = """
CREATE FUNCTION audit_digest(entry audit_entries) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT encode(sha256(convert_to(jsonb_build_array(
        entry.number, entry.previous_digest, entry.id, extract(epoch FROM entry.created_at), entry.team_id,
        entry.actor_id, entry.action, entry.subject, entry.facts)::text, 'UTF8')), 'hex')
$$;
CREATE FUNCTION audit_seal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entry audit_entries;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('audit_entries'));
    SELECT * INTO entry FROM audit_entries WHERE id = NEW.id AND number IS NULL;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT number + 1, digest INTO entry.number, entry.previous_digest
        FROM audit_entries WHERE number IS NOT NULL ORDER BY number DESC LIMIT 1;
    entry.number := coalesce(entry.number, 1);
    entry.previous_digest := coalesce(entry.previous_digest, '');
    UPDATE audit_entries SET number = entry.number, previous_digest = entry.previous_digest,
        digest = audit_digest(entry) WHERE id = entry.id;
    RETURN NULL;
END $$;
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.number IS NULL AND NEW.number IS NOT NULL AND NEW.digest = audit_digest(NEW)
        AND to_jsonb(OLD) - '{number,previous_digest,digest}'::text[]
          = to_jsonb(NEW) - '{number,previous_digest,digest}'::text[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'audit_entries is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION audit_starts_unsealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.number := NULL;
    NEW.previous_digest := '';
    NEW.digest := '';
    RETURN NEW;
END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit_entries
    FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_unsealed BEFORE INSERT ON audit_entries
    FOR EACH ROW EXECUTE FUNCTION audit_starts_unsealed();
CREATE CONSTRAINT TRIGGER audit_sealed AFTER INSERT ON audit_entries
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_seal();
"""
BACKWARD = """
DROP TRIGGER audit_sealed ON audit_entries;
DROP TRIGGER audit_unsealed ON audit_entries;
DROP TRIGGER audit_append_only ON audit_entries;
DROP FUNCTION audit_starts_unsealed();
DROP FUNCTION audit_is_append_only();
DROP FUNCTION audit_seal();
DROP FUNCTION audit_digest(audit_entries);
"""


class Migration(migrations.Migration):
    dependencies = [("teams", "0002_sql_membership")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
