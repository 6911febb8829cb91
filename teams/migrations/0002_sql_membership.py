"""A team keeps at least one owner: checked when a transaction commits, whoever wrote and however."""

from django.db import migrations

# The team's row is locked first. Of two owners who demote each other at once, the second waits here for the first
# to commit, and its check, a statement with a snapshot of its own, then sees that nobody would be left.
FORWARD = """
CREATE FUNCTION team_keeps_an_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM teams WHERE id = OLD.team_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN  -- the team itself went
        RETURN NULL;
    END IF;
    IF NOT EXISTS (SELECT 1 FROM team_members WHERE team_id = OLD.team_id AND role = 'owner') THEN
        RAISE EXCEPTION 'A team keeps at least one owner. Make somebody else an owner first.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'team_keeps_an_owner', TABLE = 'team_members';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER team_keeps_an_owner AFTER UPDATE OF role, team_id OR DELETE ON team_members
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.role = 'owner')
    EXECUTE FUNCTION team_keeps_an_owner();
"""
BACKWARD = """
DROP TRIGGER team_keeps_an_owner ON team_members;
DROP FUNCTION team_keeps_an_owner();
"""


class Migration(migrations.Migration):
    dependencies = [("teams", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
