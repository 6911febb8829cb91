-- Whatever changes a figure notes the quarter of an hour to be worked out anew, in its own transaction. Notes are only
-- ever added, so no two writers wait for each other; the scheduler's duty takes them away.
CREATE FUNCTION analytics_slot(at timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT date_bin(interval '15 minutes', at, timestamptz '2000-01-01 00:00:00+00')
$$;

CREATE FUNCTION analytics_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO analytics_pending (team_id, slot)
    SELECT DISTINCT team_id, analytics_slot(created_at) FROM new_rows;
    RETURN NULL;
END $$;

CREATE FUNCTION analytics_taken() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO analytics_pending (team_id, slot)
    SELECT DISTINCT team_id, analytics_slot(created_at) FROM old_rows;
    RETURN NULL;
END $$;

CREATE FUNCTION analytics_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO analytics_pending (team_id, slot)
    VALUES (NEW.team_id, analytics_slot(NEW.created_at));
    IF (OLD.team_id, OLD.created_at) IS DISTINCT FROM (NEW.team_id, NEW.created_at) THEN
        INSERT INTO analytics_pending (team_id, slot) VALUES (OLD.team_id, analytics_slot(OLD.created_at));
    END IF;
    RETURN NULL;
END $$;

-- A charge may come for images that were made before it: until then nobody knew what they cost.
CREATE FUNCTION analytics_charged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO analytics_pending (team_id, slot)
    SELECT team_id, analytics_slot(created_at) FROM new_rows
    UNION
    SELECT image.team_id, analytics_slot(image.created_at)
    FROM new_rows charge JOIN assets image ON image.generation_id = substring(
        charge.subject FROM '^generation:([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$')::uuid
    WHERE charge.kind = 'generation';
    RETURN NULL;
END $$;

CREATE FUNCTION analytics_said() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO analytics_pending (team_id, slot)
    SELECT DISTINCT image.team_id, analytics_slot(image.created_at)
    FROM new_rows said JOIN assets image ON image.id = said.asset_id;
    RETURN NULL;
END $$;

CREATE FUNCTION analytics_unsaid() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO analytics_pending (team_id, slot)
    SELECT DISTINCT image.team_id, analytics_slot(image.created_at)
    FROM old_rows said JOIN assets image ON image.id = said.asset_id;
    RETURN NULL;
END $$;

CREATE FUNCTION analytics_said_otherwise() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO analytics_pending (team_id, slot)
    SELECT DISTINCT image.team_id, analytics_slot(image.created_at)
    FROM assets image WHERE image.id IN (OLD.asset_id, NEW.asset_id);
    RETURN NULL;
END $$;

CREATE TRIGGER analytics_added AFTER INSERT ON generations REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION analytics_added();
CREATE TRIGGER analytics_taken AFTER DELETE ON generations REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION analytics_taken();
-- By row and by column: a percent that moves is asked about, and costs nothing.
CREATE TRIGGER analytics_changed
    AFTER UPDATE OF team_id, owner_id, created_at, status, provider, model, simulated, error, started_at, finished_at
    ON generations FOR EACH ROW
    WHEN ((OLD.team_id, OLD.owner_id, OLD.created_at, OLD.status, OLD.provider, OLD.model, OLD.simulated,
           OLD.error, OLD.started_at, OLD.finished_at)
       IS DISTINCT FROM
          (NEW.team_id, NEW.owner_id, NEW.created_at, NEW.status, NEW.provider, NEW.model, NEW.simulated,
           NEW.error, NEW.started_at, NEW.finished_at))
    EXECUTE FUNCTION analytics_changed();

CREATE TRIGGER analytics_added AFTER INSERT ON assets REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION analytics_added();
CREATE TRIGGER analytics_taken AFTER DELETE ON assets REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION analytics_taken();
CREATE TRIGGER analytics_changed
    AFTER UPDATE OF team_id, owner_id, created_at, kind, generation_id, provenance, quality, simulated, set_aside
    ON assets FOR EACH ROW
    WHEN ((OLD.team_id, OLD.owner_id, OLD.created_at, OLD.kind, OLD.generation_id, OLD.provenance, OLD.quality,
           OLD.simulated, OLD.set_aside)
       IS DISTINCT FROM
          (NEW.team_id, NEW.owner_id, NEW.created_at, NEW.kind, NEW.generation_id, NEW.provenance, NEW.quality,
           NEW.simulated, NEW.set_aside))
    EXECUTE FUNCTION analytics_changed();

CREATE TRIGGER analytics_charged AFTER INSERT ON ledger_entries REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION analytics_charged();

CREATE TRIGGER analytics_said AFTER INSERT ON feedback REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION analytics_said();
CREATE TRIGGER analytics_unsaid AFTER DELETE ON feedback REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION analytics_unsaid();
CREATE TRIGGER analytics_said_otherwise AFTER UPDATE OF kind, rating, asset_id ON feedback FOR EACH ROW
    WHEN ((OLD.kind, OLD.rating, OLD.asset_id) IS DISTINCT FROM (NEW.kind, NEW.rating, NEW.asset_id))
    EXECUTE FUNCTION analytics_said_otherwise();
