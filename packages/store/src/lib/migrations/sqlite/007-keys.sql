-- A key is known to every process before it seals (pending); SQLite changes a CHECK only with the table.
CREATE TABLE data_keys_next (
  id INTEGER PRIMARY KEY,
  purpose TEXT NOT NULL CHECK (purpose IN ('data', 'index')),
  state TEXT NOT NULL CHECK (state IN ('pending', 'active', 'retired')),
  provider TEXT NOT NULL,
  wrapped BLOB NOT NULL,
  check_value BLOB NOT NULL,
  created_at TEXT NOT NULL,
  retired_at TEXT,
  -- Values that it seals, as the last rotation counted them.
  counted INTEGER
) STRICT;
INSERT INTO data_keys_next (id, purpose, state, provider, wrapped, check_value, created_at)
  SELECT id, purpose, state, provider, wrapped, check_value, created_at FROM data_keys;
DROP TABLE data_keys;
ALTER TABLE data_keys_next RENAME TO data_keys;

-- One row per rotation; the newest may be unfinished, and goes on after a restart when it is running.
CREATE TABLE key_rotations (
  id TEXT PRIMARY KEY,
  key INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'stopped', 'failed', 'finished')),
  started_at TEXT NOT NULL,
  started_by TEXT NOT NULL,
  finished_at TEXT,
  done INTEGER NOT NULL,
  total INTEGER NOT NULL,
  at_table TEXT,
  fault TEXT
) STRICT, WITHOUT ROWID;
INSERT INTO counters (name, value) VALUES ('keys_epoch', 1);

-- An attachment's bytes are sealed with a key of its own, which is sealed in the row: without the row they are noise,
-- wherever they are. The object is the name of the file, or of the object in the bucket. Rows without a key are older;
-- a rotation gives them one.
ALTER TABLE blobs ADD COLUMN sealed_key BLOB;
ALTER TABLE blobs ADD COLUMN object TEXT;
ALTER TABLE blobs ADD COLUMN place TEXT NOT NULL DEFAULT 'folder';
CREATE INDEX blobs_object ON blobs (object);
CREATE INDEX blobs_without_key ON blobs (id) WHERE sealed_key IS NULL;
