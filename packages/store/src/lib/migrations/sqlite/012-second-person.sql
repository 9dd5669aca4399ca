-- A glass that another person lets be broken, and programs that belong to somebody outside. SQLite changes no CHECK, so the
-- table of approvals is made anew.
CREATE TABLE approvals_of_three (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('export', 'shredding', 'glass')),
  state TEXT NOT NULL CHECK (state IN ('waiting', 'approved', 'refused', 'done', 'expired')),
  patient BLOB NOT NULL,
  requested_user TEXT NOT NULL,
  requested_by TEXT NOT NULL,
  requested_at TEXT NOT NULL,
  until TEXT NOT NULL,
  decided_by TEXT,
  decided_at TEXT,
  done_at TEXT,
  records INTEGER,
  versions INTEGER,
  withheld INTEGER,
  sealed_content BLOB NOT NULL,
  sealed_refusal BLOB
) STRICT;
INSERT INTO approvals_of_three (
  id, kind, state, patient, requested_user, requested_by, requested_at, until, decided_by, decided_at, done_at, records, versions,
  withheld, sealed_content, sealed_refusal
) SELECT
  id, kind, state, patient, requested_user, requested_by, requested_at, until, decided_by, decided_at, done_at, records, versions,
  withheld, sealed_content, sealed_refusal
FROM approvals;
DROP TABLE approvals;
ALTER TABLE approvals_of_three RENAME TO approvals;
CREATE INDEX approvals_by_kind ON approvals (kind, id);

ALTER TABLE glasses ADD COLUMN approved_by TEXT;
ALTER TABLE api_tokens ADD COLUMN recipient TEXT;
