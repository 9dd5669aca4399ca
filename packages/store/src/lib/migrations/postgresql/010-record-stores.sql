-- Plugins to which records are carried, how far each of them is, and the records that they refused.

CREATE TABLE record_stores (
  plugin text COLLATE "C" NOT NULL,
  instance text COLLATE "C" NOT NULL,
  role text COLLATE "C" NOT NULL CHECK (role IN ('replica', 'archive')),
  cursor bigint NOT NULL,
  set_at text COLLATE "C" NOT NULL,
  set_by text COLLATE "C" NOT NULL,
  taken bigint NOT NULL,
  taken_at text COLLATE "C",
  withheld bigint NOT NULL,
  refused_since text COLLATE "C",
  sealed_refusal bytea,
  sealed_reconciliation bytea,
  row_version bigint NOT NULL,
  PRIMARY KEY (plugin, instance),
  FOREIGN KEY (plugin, instance) REFERENCES instances (plugin, instance) ON DELETE CASCADE
);

CREATE TABLE record_store_faults (
  plugin text COLLATE "C" NOT NULL,
  instance text COLLATE "C" NOT NULL,
  type text COLLATE "C" NOT NULL,
  record text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL UNIQUE,
  version bigint NOT NULL,
  change text COLLATE "C" NOT NULL CHECK (change IN ('create', 'update', 'delete')),
  at text COLLATE "C" NOT NULL,
  attempts bigint NOT NULL,
  last_attempt_at text COLLATE "C" NOT NULL,
  code text COLLATE "C" NOT NULL,
  sealed_refusal bytea NOT NULL,
  row_version bigint NOT NULL,
  PRIMARY KEY (plugin, instance, type, record),
  FOREIGN KEY (plugin, instance) REFERENCES record_stores (plugin, instance) ON DELETE CASCADE
);
CREATE INDEX record_store_faults_by_id ON record_store_faults (plugin, instance, id);
