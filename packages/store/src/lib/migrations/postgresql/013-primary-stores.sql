-- Stores of records that have a record before this Hilum has it, and what is on its way into them.

-- Absent: not primary. `*`: of all types; else a JSON list of them.
ALTER TABLE record_stores ADD COLUMN primary_of text COLLATE "C";

CREATE TABLE primary_writes (
  id text COLLATE "C" PRIMARY KEY,
  plugin text COLLATE "C" NOT NULL,
  instance text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL CHECK (state IN ('begun', 'refused')),
  at text COLLATE "C" NOT NULL,
  sealed_writes bytea NOT NULL,
  row_version bigint NOT NULL,
  FOREIGN KEY (plugin, instance) REFERENCES record_stores (plugin, instance) ON DELETE CASCADE
);
CREATE INDEX primary_writes_by_store ON primary_writes (plugin, instance, id);

CREATE TABLE primary_write_records (
  type text COLLATE "C" NOT NULL,
  record text COLLATE "C" NOT NULL,
  write text COLLATE "C" NOT NULL REFERENCES primary_writes (id) ON DELETE CASCADE,
  PRIMARY KEY (type, record)
);
CREATE INDEX primary_write_records_by_write ON primary_write_records (write);
