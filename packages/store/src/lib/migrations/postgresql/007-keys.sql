-- A key is known to every process before it seals (pending).
CREATE TABLE data_keys_next (
  id bigint PRIMARY KEY,
  purpose text COLLATE "C" NOT NULL CHECK (purpose IN ('data', 'index')),
  state text COLLATE "C" NOT NULL CHECK (state IN ('pending', 'active', 'retired')),
  provider text COLLATE "C" NOT NULL,
  wrapped bytea NOT NULL,
  check_value bytea NOT NULL,
  created_at text COLLATE "C" NOT NULL,
  retired_at text COLLATE "C",
  -- Values that it seals, as the last rotation counted them.
  counted bigint
);
INSERT INTO data_keys_next (id, purpose, state, provider, wrapped, check_value, created_at)
  SELECT id, purpose, state, provider, wrapped, check_value, created_at FROM data_keys;
DROP TABLE data_keys;
ALTER TABLE data_keys_next RENAME TO data_keys;

-- One row per rotation; the newest may be unfinished, and goes on after a restart when it is running.
CREATE TABLE key_rotations (
  id text COLLATE "C" PRIMARY KEY,
  key bigint NOT NULL,
  state text COLLATE "C" NOT NULL CHECK (state IN ('running', 'stopped', 'failed', 'finished')),
  started_at text COLLATE "C" NOT NULL,
  started_by text COLLATE "C" NOT NULL,
  finished_at text COLLATE "C",
  done bigint NOT NULL,
  total bigint NOT NULL,
  at_table text COLLATE "C",
  fault text COLLATE "C"
);
INSERT INTO counters (name, value) VALUES ('keys_epoch', 1);

-- An attachment's bytes are sealed with a key of its own, which is sealed in the row: without the row they are noise,
-- wherever they are. The object is the name of the file, or of the object in the bucket. Rows without a key are older;
-- a rotation gives them one.
ALTER TABLE blobs ADD COLUMN sealed_key bytea;
ALTER TABLE blobs ADD COLUMN object text COLLATE "C";
ALTER TABLE blobs ADD COLUMN place text COLLATE "C" NOT NULL DEFAULT 'folder';
CREATE INDEX blobs_object ON blobs (object);
CREATE INDEX blobs_without_key ON blobs (id) WHERE sealed_key IS NULL;
