-- What changes the figures by persona and garment, and the words: beside the notes of triggers.sql, and like these only
-- ever added. Each can be done twice: they are put in one by one, and one that had to wait too long is tried again.

-- An image counts as approved where a version of it is: its slot, and those of what it was made of.
CREATE OR REPLACE FUNCTION analytics_note_line(start uuid) RETURNS void LANGUAGE sql AS $$
    WITH RECURSIVE line(id, parent_id) AS (
        SELECT id, parent_id FROM assets WHERE id = start
        UNION SELECT above.id, above.parent_id FROM line JOIN assets above ON above.id = line.parent_id
    )
    INSERT INTO analytics_pending (team_id, slot)
    SELECT DISTINCT image.team_id, analytics_slot(image.created_at)
    FROM line JOIN assets image ON image.id = line.id WHERE image.kind = 'generated'
$$;

CREATE OR REPLACE FUNCTION analytics_reviewed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        IF OLD.status = 'approved' THEN PERFORM analytics_note_line(OLD.asset_id); END IF;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        IF NEW.status = 'approved' THEN PERFORM analytics_note_line(NEW.asset_id); END IF;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION analytics_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM analytics_note_line(OLD.parent_id);
    PERFORM analytics_note_line(NEW.parent_id);
    RETURN NULL;
END $$;

-- Its images and its charges count by its persona and garment as well, each in a slot of its own.
CREATE OR REPLACE FUNCTION analytics_recast() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO analytics_pending (team_id, slot)
    SELECT NEW.team_id, analytics_slot(NEW.created_at)
    UNION SELECT image.team_id, analytics_slot(image.created_at) FROM assets image WHERE image.generation_id = NEW.id
    UNION SELECT charge.team_id, analytics_slot(charge.created_at)
    FROM ledger_entries charge WHERE charge.subject = 'generation:' || NEW.id;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION analytics_reworded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO analytics_pending (team_id, slot) VALUES (NEW.team_id, analytics_slot(NEW.created_at));
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION analytics_uncast() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO analytics_pending (team_id, slot)
    SELECT DISTINCT charge.team_id, analytics_slot(charge.created_at)
    FROM old_rows gone JOIN ledger_entries charge ON charge.subject = 'generation:' || gone.id;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER analytics_reviewed AFTER INSERT OR DELETE OR UPDATE OF status, asset_id ON team_approvals
    FOR EACH ROW EXECUTE FUNCTION analytics_reviewed();
CREATE OR REPLACE TRIGGER analytics_moved AFTER UPDATE OF parent_id ON assets FOR EACH ROW
    WHEN (OLD.parent_id IS DISTINCT FROM NEW.parent_id) EXECUTE FUNCTION analytics_moved();
CREATE OR REPLACE TRIGGER analytics_recast AFTER UPDATE OF persona_id, understood ON generations FOR EACH ROW
    WHEN ((OLD.persona_id, OLD.understood #>> '{garment,value}')
        IS DISTINCT FROM (NEW.persona_id, NEW.understood #>> '{garment,value}'))
    EXECUTE FUNCTION analytics_recast();
CREATE OR REPLACE TRIGGER analytics_reworded AFTER UPDATE OF understood, brief, trashed_at ON generations FOR EACH ROW
    WHEN ((OLD.understood, OLD.brief, OLD.trashed_at IS NULL)
        IS DISTINCT FROM (NEW.understood, NEW.brief, NEW.trashed_at IS NULL))
    EXECUTE FUNCTION analytics_reworded();
CREATE OR REPLACE TRIGGER analytics_uncast AFTER DELETE ON generations REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION analytics_uncast();
