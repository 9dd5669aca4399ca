-- Break-glass with what was revealed and its review, what was given out about patients, what a second person decides, and
-- how long old versions are kept. Whom it is about is a blind index; words, names and ids of records are sealed.
CREATE TABLE glasses (
  id text COLLATE "C" PRIMARY KEY,
  state text COLLATE "C" NOT NULL CHECK (state IN ('open', 'waiting', 'accepted', 'asked', 'escalated')),
  "user" text COLLATE "C" NOT NULL,
  session text COLLATE "C" NOT NULL,
  by text COLLATE "C" NOT NULL,
  purpose text COLLATE "C" NOT NULL,
  fields text COLLATE "C" NOT NULL,
  minutes bigint NOT NULL,
  extended bigint NOT NULL,
  opened_at text COLLATE "C" NOT NULL,
  until text COLLATE "C" NOT NULL,
  ended_at text COLLATE "C",
  ended text COLLATE "C" CHECK (ended IN ('closed', 'expired', 'session_ended', 'replaced')),
  reads bigint NOT NULL,
  reviewed_by text COLLATE "C",
  reviewed_at text COLLATE "C",
  target bytea NOT NULL,
  sealed_content bytea NOT NULL
);
CREATE INDEX glasses_by_state ON glasses (state, id);
CREATE INDEX glasses_by_user ON glasses ("user", id);

CREATE TABLE glass_uses (
  id text COLLATE "C" PRIMARY KEY,
  glass text COLLATE "C" NOT NULL REFERENCES glasses (id),
  at text COLLATE "C" NOT NULL,
  what text COLLATE "C" NOT NULL CHECK (what IN ('record', 'attachment', 'copied', 'printed')),
  sealed_record bytea NOT NULL
);
CREATE INDEX glass_uses_of_glass ON glass_uses (glass, id);

CREATE TABLE glass_notes (
  id text COLLATE "C" PRIMARY KEY,
  glass text COLLATE "C" NOT NULL REFERENCES glasses (id),
  at text COLLATE "C" NOT NULL,
  by text COLLATE "C" NOT NULL,
  what text COLLATE "C" NOT NULL CHECK (what IN ('accept', 'ask', 'escalate', 'answer')),
  sealed_words bytea
);
CREATE INDEX glass_notes_of_glass ON glass_notes (glass, id);

-- One row for each patient whom a disclosure is about. `source` names what made it, so that it is kept once.
CREATE TABLE disclosures (
  id text COLLATE "C" PRIMARY KEY,
  patient bytea NOT NULL,
  source text COLLATE "C" NOT NULL,
  at text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL CHECK (kind IN ('message', 'export', 'replication', 'program', 'entered')),
  purpose text COLLATE "C" NOT NULL,
  by text COLLATE "C" NOT NULL,
  plugin text COLLATE "C",
  instance text COLLATE "C",
  part2 bigint NOT NULL,
  accountable bigint NOT NULL,
  sealed_content bytea NOT NULL,
  UNIQUE (source, patient)
);
CREATE INDEX disclosures_of_patient ON disclosures (patient, at, id);

-- What one person asks for and another decides.
CREATE TABLE approvals (
  id text COLLATE "C" PRIMARY KEY,
  kind text COLLATE "C" NOT NULL CHECK (kind IN ('export', 'shredding')),
  state text COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'approved', 'refused', 'done', 'expired')),
  patient bytea NOT NULL,
  requested_user text COLLATE "C" NOT NULL,
  requested_by text COLLATE "C" NOT NULL,
  requested_at text COLLATE "C" NOT NULL,
  until text COLLATE "C" NOT NULL,
  decided_by text COLLATE "C",
  decided_at text COLLATE "C",
  done_at text COLLATE "C",
  records bigint,
  versions bigint,
  withheld bigint,
  sealed_content bytea NOT NULL,
  sealed_refusal bytea
);
CREATE INDEX approvals_by_kind ON approvals (kind, id);

CREATE TABLE retention_rules (
  type text COLLATE "C" PRIMARY KEY,
  keep_days bigint,
  set_by text COLLATE "C",
  set_at text COLLATE "C",
  purged_by text COLLATE "C",
  purged_at text COLLATE "C",
  purged_versions bigint
);

-- Attachments of messages that were taken from a record.
CREATE TABLE attachment_sources (
  blob text COLLATE "C" PRIMARY KEY REFERENCES blobs (id) ON DELETE CASCADE,
  sealed_record bytea NOT NULL
);
