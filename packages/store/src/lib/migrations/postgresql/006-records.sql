-- FHIR resources with their versions. A column named body holds an envelope under the key of its compartment, not one of
-- the keyring: rotating the data keys seals record_keys anew and leaves bodies as they are.

-- A compartment is a set of patients, mostly one; records about no one have the empty set. To delete the row is to shred.
CREATE TABLE record_keys (
  key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  compartment bytea NOT NULL UNIQUE,
  sealed_key bytea NOT NULL,
  created_at text COLLATE "C" NOT NULL
);

CREATE TABLE record_key_patients (
  patient bytea NOT NULL,
  key bigint NOT NULL REFERENCES record_keys (key) ON DELETE CASCADE,
  PRIMARY KEY (patient, key)
);
CREATE INDEX record_key_patients_by_key ON record_key_patients (key);

-- The head of a record; it stays when all versions are gone. tokens: JSON array of what stands in record_terms.
CREATE TABLE records (
  record bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  type text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  updated_at text COLLATE "C" NOT NULL,
  deleted bigint NOT NULL,
  tokens text COLLATE "C" NOT NULL,
  UNIQUE (type, id)
);
CREATE INDEX records_by_time ON records (type, deleted, updated_at, record);
CREATE INDEX records_changed ON records (type, record) WHERE version > 1;

-- Keyed hashes of 64 bits of the terms of each record that is not deleted.
CREATE TABLE record_terms (
  token bigint NOT NULL,
  record bigint NOT NULL,
  PRIMARY KEY (token, record)
);

CREATE TABLE record_versions (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  record bigint NOT NULL REFERENCES records (record),
  version bigint NOT NULL,
  type text COLLATE "C" NOT NULL,
  at text COLLATE "C" NOT NULL,
  by text COLLATE "C" NOT NULL,
  via text COLLATE "C",
  deleted bigint NOT NULL,
  bytes bigint NOT NULL,
  key bigint REFERENCES record_keys (key),
  body bytea,
  UNIQUE (record, version)
);
CREATE INDEX record_versions_by_type ON record_versions (type, seq, bytes);
CREATE INDEX record_versions_by_key ON record_versions (key) WHERE key IS NOT NULL;

CREATE TABLE record_blobs (
  version bigint NOT NULL REFERENCES record_versions (seq) ON DELETE CASCADE,
  blob text COLLATE "C" NOT NULL REFERENCES blobs (id),
  PRIMARY KEY (version, blob)
);
CREATE INDEX record_blobs_by_blob ON record_blobs (blob);

-- Of a record, or of a patient.
CREATE TABLE record_holds (
  target bytea PRIMARY KEY,
  record bigint REFERENCES records (record),
  patient bytea,
  at text COLLATE "C" NOT NULL,
  sealed_hold bytea NOT NULL
);
CREATE INDEX record_holds_by_record ON record_holds (record) WHERE record IS NOT NULL;
CREATE INDEX record_holds_by_patient ON record_holds (patient) WHERE patient IS NOT NULL;
