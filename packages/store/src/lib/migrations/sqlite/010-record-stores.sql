-- Plugins to which records are carried, how far each of them is, and the records that they refused.

CREATE TABLE record_stores (
  plugin TEXT NOT NULL,
  instance TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('replica', 'archive')),
  cursor INTEGER NOT NULL,
  set_at TEXT NOT NULL,
  set_by TEXT NOT NULL,
  taken INTEGER NOT NULL,
  taken_at TEXT,
  withheld INTEGER NOT NULL,
  refused_since TEXT,
  sealed_refusal BLOB,
  sealed_reconciliation BLOB,
  row_version INTEGER NOT NULL,
  PRIMARY KEY (plugin, instance),
  FOREIGN KEY (plugin, instance) REFERENCES instances (plugin, instance) ON DELETE CASCADE
) STRICT;

CREATE TABLE record_store_faults (
  plugin TEXT NOT NULL,
  instance TEXT NOT NULL,
  type TEXT NOT NULL,
  record TEXT NOT NULL,
  id TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  change TEXT NOT NULL CHECK (change IN ('create', 'update', 'delete')),
  at TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  last_attempt_at TEXT NOT NULL,
  code TEXT NOT NULL,
  sealed_refusal BLOB NOT NULL,
  row_version INTEGER NOT NULL,
  PRIMARY KEY (plugin, instance, type, record),
  FOREIGN KEY (plugin, instance) REFERENCES record_stores (plugin, instance) ON DELETE CASCADE
) STRICT;
CREATE INDEX record_store_faults_by_id ON record_store_faults (plugin, instance, id);
