-- FHIR resources with their versions. A column named body holds an envelope under the key of its compartment, not one of
-- the keyring: rotating the data keys seals record_keys anew and leaves bodies as they are.

-- A compartment is a set of patients, mostly one; records about no one have the empty set. To delete the row is to shred.
CREATE TABLE record_keys (
  key INTEGER PRIMARY KEY AUTOINCREMENT,
  compartment BLOB NOT NULL UNIQUE,
  sealed_key BLOB NOT NULL,
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE record_key_patients (
  patient BLOB NOT NULL,
  key INTEGER NOT NULL REFERENCES record_keys (key) ON DELETE CASCADE,
  PRIMARY KEY (patient, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX record_key_patients_by_key ON record_key_patients (key);

-- The head of a record; it stays when all versions are gone. tokens: JSON array of what stands in record_terms.
CREATE TABLE records (
  record INTEGER PRIMARY KEY,
  type TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL,
  updated_at TEXT NOT NULL,
  deleted INTEGER NOT NULL,
  tokens TEXT NOT NULL,
  UNIQUE (type, id)
) STRICT;
CREATE INDEX records_by_time ON records (type, deleted, updated_at, record);
CREATE INDEX records_changed ON records (type, record) WHERE version > 1;

-- Keyed hashes of 64 bits of the terms of each record that is not deleted.
CREATE TABLE record_terms (
  token INTEGER NOT NULL,
  record INTEGER NOT NULL,
  PRIMARY KEY (token, record)
) STRICT, WITHOUT ROWID;

CREATE TABLE record_versions (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  record INTEGER NOT NULL REFERENCES records (record),
  version INTEGER NOT NULL,
  type TEXT NOT NULL,
  at TEXT NOT NULL,
  by TEXT NOT NULL,
  via TEXT,
  deleted INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  key INTEGER REFERENCES record_keys (key),
  body BLOB,
  UNIQUE (record, version)
) STRICT;
CREATE INDEX record_versions_by_type ON record_versions (type, seq, bytes);
CREATE INDEX record_versions_by_key ON record_versions (key) WHERE key IS NOT NULL;

CREATE TABLE record_blobs (
  version INTEGER NOT NULL REFERENCES record_versions (seq) ON DELETE CASCADE,
  blob TEXT NOT NULL REFERENCES blobs (id),
  PRIMARY KEY (version, blob)
) STRICT, WITHOUT ROWID;
CREATE INDEX record_blobs_by_blob ON record_blobs (blob);

-- Of a record, or of a patient.
CREATE TABLE record_holds (
  target BLOB PRIMARY KEY,
  record INTEGER REFERENCES records (record),
  patient BLOB,
  at TEXT NOT NULL,
  sealed_hold BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX record_holds_by_record ON record_holds (record) WHERE record IS NOT NULL;
CREATE INDEX record_holds_by_patient ON record_holds (patient) WHERE patient IS NOT NULL;
