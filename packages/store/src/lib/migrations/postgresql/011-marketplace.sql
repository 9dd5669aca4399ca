-- What marketplaces offer, the packages that were taken from them, and the jobs that install them.

-- The package that a plugin's code is; beside `code`, whose list of words cannot grow without making the table anew.
ALTER TABLE plugins ADD COLUMN package text COLLATE "C";

-- One version of one plugin at one source. What it says is public.
CREATE TABLE listings (
  source text COLLATE "C" NOT NULL,
  plugin text COLLATE "C" NOT NULL,
  version text COLLATE "C" NOT NULL,
  digest text COLLATE "C" NOT NULL,
  document text COLLATE "C" NOT NULL,
  PRIMARY KEY (source, plugin, version)
);
CREATE INDEX listings_by_plugin ON listings (plugin);
CREATE INDEX listings_by_digest ON listings (digest);

-- Packages whose bytes are on the disk.
CREATE TABLE packages (
  digest text COLLATE "C" NOT NULL PRIMARY KEY,
  list_digest text COLLATE "C" NOT NULL,
  plugin text COLLATE "C" NOT NULL,
  version text COLLATE "C" NOT NULL,
  source text COLLATE "C",
  publisher text COLLATE "C",
  revoked text COLLATE "C",
  installed_at text COLLATE "C" NOT NULL,
  installed_by text COLLATE "C" NOT NULL,
  manifest text COLLATE "C" NOT NULL
);
CREATE INDEX packages_by_plugin ON packages (plugin, installed_at);

-- Sources, install jobs, runs of updates, submissions, and what is noted of a plugin: each a document that somebody's words may be in.
CREATE TABLE marketplace_entries (
  kind text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL,
  sealed_document bytea NOT NULL,
  row_version bigint NOT NULL,
  PRIMARY KEY (kind, id)
);
CREATE INDEX marketplace_entries_by_subject ON marketplace_entries (kind, subject, id);
-- A plugin has one job at a time, also where two processes begin one; what is only watched keeps nobody from the next.
CREATE UNIQUE INDEX marketplace_one_job ON marketplace_entries (subject) WHERE kind = 'job' AND state IN ('running', 'awaiting_approval');

INSERT INTO counters (name, value) VALUES ('listings_epoch', 1);

-- What one plugin had in its hands, for the day on which it has to be known at once.
CREATE INDEX message_timeline_by_plugin ON message_timeline (plugin, message) WHERE plugin IS NOT NULL;
CREATE INDEX disclosures_by_plugin ON disclosures (plugin) WHERE plugin IS NOT NULL;
