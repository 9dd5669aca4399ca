-- Break-glass with what was revealed and its review, what was given out about patients, what a second person decides, and
-- how long old versions are kept. Whom it is about is a blind index; words, names and ids of records are sealed.
CREATE TABLE glasses (
  id TEXT PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN ('open', 'waiting', 'accepted', 'asked', 'escalated')),
  user TEXT NOT NULL,
  session TEXT NOT NULL,
  by TEXT NOT NULL,
  purpose TEXT NOT NULL,
  fields TEXT NOT NULL,
  minutes INTEGER NOT NULL,
  extended INTEGER NOT NULL,
  opened_at TEXT NOT NULL,
  until TEXT NOT NULL,
  ended_at TEXT,
  ended TEXT CHECK (ended IN ('closed', 'expired', 'session_ended', 'replaced')),
  reads INTEGER NOT NULL,
  reviewed_by TEXT,
  reviewed_at TEXT,
  target BLOB NOT NULL,
  sealed_content BLOB NOT NULL
) STRICT;
CREATE INDEX glasses_by_state ON glasses (state, id);
CREATE INDEX glasses_by_user ON glasses (user, id);

CREATE TABLE glass_uses (
  id TEXT PRIMARY KEY,
  glass TEXT NOT NULL REFERENCES glasses (id),
  at TEXT NOT NULL,
  what TEXT NOT NULL CHECK (what IN ('record', 'attachment', 'copied', 'printed')),
  sealed_record BLOB NOT NULL
) STRICT;
CREATE INDEX glass_uses_of_glass ON glass_uses (glass, id);

CREATE TABLE glass_notes (
  id TEXT PRIMARY KEY,
  glass TEXT NOT NULL REFERENCES glasses (id),
  at TEXT NOT NULL,
  by TEXT NOT NULL,
  what TEXT NOT NULL CHECK (what IN ('accept', 'ask', 'escalate', 'answer')),
  sealed_words BLOB
) STRICT;
CREATE INDEX glass_notes_of_glass ON glass_notes (glass, id);

-- One row for each patient whom a disclosure is about. `source` names what made it, so that it is kept once.
CREATE TABLE disclosures (
  id TEXT PRIMARY KEY,
  patient BLOB NOT NULL,
  source TEXT NOT NULL,
  at TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('message', 'export', 'replication', 'program', 'entered')),
  purpose TEXT NOT NULL,
  by TEXT NOT NULL,
  plugin TEXT,
  instance TEXT,
  part2 INTEGER NOT NULL,
  accountable INTEGER NOT NULL,
  sealed_content BLOB NOT NULL,
  UNIQUE (source, patient)
) STRICT;
CREATE INDEX disclosures_of_patient ON disclosures (patient, at, id);

-- What one person asks for and another decides.
CREATE TABLE approvals (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('export', 'shredding')),
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
CREATE INDEX approvals_by_kind ON approvals (kind, id);

CREATE TABLE retention_rules (
  type TEXT PRIMARY KEY,
  keep_days INTEGER,
  set_by TEXT,
  set_at TEXT,
  purged_by TEXT,
  purged_at TEXT,
  purged_versions INTEGER
) STRICT;

-- Attachments of messages that were taken from a record.
CREATE TABLE attachment_sources (
  blob TEXT PRIMARY KEY REFERENCES blobs (id) ON DELETE CASCADE,
  sealed_record BLOB NOT NULL
) STRICT;
