-- Stores of records that have a record before this Hilum has it, and what is on its way into them.

-- Absent: not primary. `*`: of all types; else a JSON list of them.
ALTER TABLE record_stores ADD COLUMN primary_of TEXT;

CREATE TABLE primary_writes (
  id TEXT PRIMARY KEY,
  plugin TEXT NOT NULL,
  instance TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('begun', 'refused')),
  at TEXT NOT NULL,
  sealed_writes BLOB NOT NULL,
  row_version INTEGER NOT NULL,
  FOREIGN KEY (plugin, instance) REFERENCES record_stores (plugin, instance) ON DELETE CASCADE
) STRICT;
CREATE INDEX primary_writes_by_store ON primary_writes (plugin, instance, id);

CREATE TABLE primary_write_records (
  type TEXT NOT NULL,
  record TEXT NOT NULL,
  write TEXT NOT NULL REFERENCES primary_writes (id) ON DELETE CASCADE,
  PRIMARY KEY (type, record)
) STRICT;
CREATE INDEX primary_write_records_by_write ON primary_write_records (write);
