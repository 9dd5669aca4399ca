-- Times are RFC 3339 text in UTC with milliseconds; flags are 0 or 1; a column named sealed_* holds an envelope.

CREATE TABLE deployment (
  id TEXT PRIMARY KEY,
  created_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Wrapped by the key provider. A retired key still opens what it sealed.
CREATE TABLE data_keys (
  id INTEGER PRIMARY KEY,
  purpose TEXT NOT NULL CHECK (purpose IN ('data', 'index')),
  state TEXT NOT NULL CHECK (state IN ('active', 'retired')),
  provider TEXT NOT NULL,
  wrapped BLOB NOT NULL,
  check_value BLOB NOT NULL,
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE facts (
  name TEXT PRIMARY KEY,
  row_version INTEGER NOT NULL,
  sealed_value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE counters (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO counters (name, value) VALUES ('grants_epoch', 1);

CREATE TABLE platform_revisions (
  revision INTEGER PRIMARY KEY,
  sealed_settings BLOB NOT NULL,
  at TEXT NOT NULL,
  by TEXT NOT NULL
) STRICT;

CREATE TABLE leases (
  name TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  until TEXT NOT NULL,
  fence INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Plugins and instances -------------------------------------------------------------------------------------------

CREATE TABLE plugins (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  version TEXT,
  manifest TEXT NOT NULL,
  digest TEXT NOT NULL,
  code TEXT NOT NULL CHECK (code IN ('included', 'linked', 'host', 'remote', 'waiting')),
  code_path TEXT,
  registered_at TEXT NOT NULL,
  registered_by TEXT NOT NULL,
  row_version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE instances (
  plugin TEXT NOT NULL REFERENCES plugins (id) ON DELETE CASCADE,
  instance TEXT NOT NULL,
  title TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('registered', 'configured', 'access_reviewed', 'enabled', 'disabled', 'quarantined')),
  health TEXT NOT NULL CHECK (health IN ('not_tested', 'healthy', 'degraded', 'failing')),
  test_mode INTEGER NOT NULL,
  problem TEXT,
  enabled_at TEXT,
  access_reviewed_at TEXT,
  smoke_every_minutes INTEGER NOT NULL,
  next_smoke_at TEXT,
  last_smoke_run_at TEXT,
  settings_revision INTEGER NOT NULL,
  logs_dropped INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  created_by TEXT NOT NULL,
  row_version INTEGER NOT NULL,
  PRIMARY KEY (plugin, instance)
) STRICT, WITHOUT ROWID;

CREATE TABLE registrations (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('plugin', 'revision')),
  plugin TEXT NOT NULL,
  name TEXT NOT NULL,
  origin TEXT NOT NULL,
  at TEXT NOT NULL,
  expires_at TEXT,
  manifest TEXT NOT NULL,
  digest TEXT NOT NULL,
  code TEXT NOT NULL,
  code_path TEXT,
  UNIQUE (kind, plugin)
) STRICT, WITHOUT ROWID;

CREATE TABLE grants (
  plugin TEXT NOT NULL,
  instance TEXT NOT NULL,
  scope TEXT NOT NULL,
  decision TEXT NOT NULL CHECK (decision IN ('granted', 'denied')),
  narrowed_to TEXT,
  pinned TEXT,
  at TEXT NOT NULL,
  by TEXT NOT NULL,
  PRIMARY KEY (plugin, instance, scope),
  FOREIGN KEY (plugin, instance) REFERENCES instances (plugin, instance) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE grant_usage (
  plugin TEXT NOT NULL,
  instance TEXT NOT NULL,
  scope TEXT NOT NULL,
  day TEXT NOT NULL,
  count INTEGER NOT NULL,
  last_at TEXT NOT NULL,
  PRIMARY KEY (plugin, instance, scope, day),
  FOREIGN KEY (plugin, instance) REFERENCES instances (plugin, instance) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE settings_revisions (
  plugin TEXT NOT NULL,
  instance TEXT NOT NULL,
  revision INTEGER NOT NULL,
  sealed_values BLOB NOT NULL,
  sealed_changes BLOB NOT NULL,
  at TEXT NOT NULL,
  by TEXT NOT NULL,
  PRIMARY KEY (plugin, instance, revision),
  FOREIGN KEY (plugin, instance) REFERENCES instances (plugin, instance) ON DELETE CASCADE
) STRICT;

CREATE TABLE secrets (
  plugin TEXT NOT NULL,
  instance TEXT NOT NULL,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  sealed_value BLOB NOT NULL,
  set_at TEXT NOT NULL,
  set_by TEXT NOT NULL,
  PRIMARY KEY (plugin, instance, name),
  FOREIGN KEY (plugin, instance) REFERENCES instances (plugin, instance) ON DELETE CASCADE
) STRICT;

CREATE TABLE setup_sessions (
  plugin TEXT NOT NULL,
  instance TEXT NOT NULL,
  sealed_session BLOB NOT NULL,
  started_at TEXT NOT NULL,
  started_by TEXT NOT NULL,
  row_version INTEGER NOT NULL,
  PRIMARY KEY (plugin, instance),
  FOREIGN KEY (plugin, instance) REFERENCES instances (plugin, instance) ON DELETE CASCADE
) STRICT;

CREATE TABLE private_state (
  plugin TEXT NOT NULL,
  instance TEXT NOT NULL,
  key TEXT NOT NULL,
  version INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  sealed_value BLOB NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (plugin, instance, key),
  FOREIGN KEY (plugin, instance) REFERENCES instances (plugin, instance) ON DELETE CASCADE
) STRICT;

-- Health ----------------------------------------------------------------------------------------------------------

CREATE TABLE smoke_runs (
  id TEXT PRIMARY KEY,
  plugin TEXT NOT NULL,
  instance TEXT NOT NULL,
  cause TEXT NOT NULL,
  by TEXT NOT NULL,
  started_at TEXT NOT NULL,
  finished_at TEXT,
  status TEXT NOT NULL CHECK (status IN ('running', 'passed', 'failed', 'no_tests')),
  sealed_results BLOB NOT NULL,
  row_version INTEGER NOT NULL,
  FOREIGN KEY (plugin, instance) REFERENCES instances (plugin, instance) ON DELETE CASCADE
) STRICT;
CREATE INDEX smoke_runs_of_instance ON smoke_runs (plugin, instance, id);
CREATE INDEX smoke_runs_running ON smoke_runs (status) WHERE status = 'running';

CREATE TABLE health_snapshots (
  plugin TEXT NOT NULL,
  instance TEXT NOT NULL,
  state TEXT NOT NULL,
  checked_at TEXT NOT NULL,
  sealed_checks BLOB NOT NULL,
  PRIMARY KEY (plugin, instance),
  FOREIGN KEY (plugin, instance) REFERENCES instances (plugin, instance) ON DELETE CASCADE
) STRICT;

CREATE TABLE health_days (
  plugin TEXT NOT NULL,
  instance TEXT NOT NULL,
  day TEXT NOT NULL,
  -- 0 not tested, 1 healthy, 2 degraded, 3 failing: the worst of the day
  severity INTEGER NOT NULL,
  runs INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  PRIMARY KEY (plugin, instance, day),
  FOREIGN KEY (plugin, instance) REFERENCES instances (plugin, instance) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE call_minutes (
  minute TEXT NOT NULL,
  plugin TEXT NOT NULL,
  instance TEXT NOT NULL,
  source TEXT NOT NULL,
  calls INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  cause TEXT,
  histogram TEXT NOT NULL,
  PRIMARY KEY (minute, plugin, instance, source)
) STRICT, WITHOUT ROWID;

CREATE TABLE plugin_logs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  entry TEXT NOT NULL,
  plugin TEXT NOT NULL,
  instance TEXT NOT NULL,
  at TEXT NOT NULL,
  level INTEGER NOT NULL,
  source TEXT NOT NULL,
  call TEXT,
  sealed_text BLOB NOT NULL,
  FOREIGN KEY (plugin, instance) REFERENCES instances (plugin, instance) ON DELETE CASCADE
) STRICT;
CREATE INDEX plugin_logs_of_instance ON plugin_logs (plugin, instance, id);

-- Messages --------------------------------------------------------------------------------------------------------

CREATE TABLE messages (
  id TEXT PRIMARY KEY,
  channel TEXT NOT NULL,
  test_mode INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  created_by TEXT NOT NULL,
  recipient_masked TEXT NOT NULL,
  more_recipients INTEGER NOT NULL,
  replaces TEXT,
  sealed_body BLOB NOT NULL
) STRICT;

CREATE TABLE message_work (
  id TEXT PRIMARY KEY,
  channel TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'retrying', 'sent', 'delivered', 'dead', 'uncertain', 'cancelled', 'discarded')),
  priority INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  -- When it may be claimed; null when it waits for nobody.
  due_at TEXT,
  claim_owner TEXT,
  claim_until TEXT,
  plugin TEXT,
  instance TEXT,
  cause TEXT,
  code TEXT,
  maybe_sent_twice INTEGER NOT NULL,
  updated_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX message_work_due ON message_work (priority DESC, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX message_work_claimed ON message_work (claim_owner) WHERE claim_owner IS NOT NULL;
CREATE INDEX message_work_state ON message_work (state);
CREATE INDEX message_work_plugin ON message_work (plugin) WHERE plugin IS NOT NULL;
CREATE INDEX message_work_plugin_state ON message_work (plugin, state) WHERE plugin IS NOT NULL;

CREATE TABLE message_timeline (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  entry TEXT NOT NULL,
  message TEXT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
  at TEXT NOT NULL,
  kind TEXT NOT NULL,
  attempt INTEGER,
  plugin TEXT,
  instance TEXT,
  actor TEXT,
  cause TEXT,
  code TEXT,
  duration_ms REAL,
  next_attempt_at TEXT,
  sealed_words BLOB
) STRICT;
CREATE INDEX message_timeline_of_message ON message_timeline (message, id);

CREATE TABLE message_keys (
  -- Blind index of scope and idempotency key.
  key BLOB PRIMARY KEY,
  message TEXT NOT NULL,
  -- Blind index of the body: tells a repeat from another request.
  body BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Written by several at a time, so each hour is spread over shards.
CREATE TABLE message_hours (
  hour TEXT NOT NULL,
  kind TEXT NOT NULL,
  shard INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (hour, kind, shard)
) STRICT, WITHOUT ROWID;

CREATE TABLE blobs (
  id TEXT PRIMARY KEY,
  content_type TEXT NOT NULL,
  size INTEGER NOT NULL,
  sealed_sha256 BLOB NOT NULL,
  created_at TEXT NOT NULL,
  created_by TEXT NOT NULL
) STRICT;
CREATE INDEX blobs_created ON blobs (created_at);

CREATE TABLE message_blobs (
  message TEXT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
  blob TEXT NOT NULL REFERENCES blobs (id),
  PRIMARY KEY (message, blob)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_blobs_blob ON message_blobs (blob);

CREATE TABLE routes (
  channel TEXT PRIMARY KEY,
  plugin TEXT NOT NULL,
  instance TEXT NOT NULL,
  set_at TEXT NOT NULL,
  set_by TEXT NOT NULL,
  FOREIGN KEY (plugin, instance) REFERENCES instances (plugin, instance) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE practice_messages (
  id TEXT PRIMARY KEY,
  message TEXT NOT NULL,
  channel TEXT NOT NULL,
  at TEXT NOT NULL,
  sealed_content BLOB NOT NULL
) STRICT;

-- Identity --------------------------------------------------------------------------------------------------------

CREATE TABLE users (
  id TEXT PRIMARY KEY,
  username TEXT NOT NULL UNIQUE,
  display_name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('administrator', 'operator', 'auditor', 'viewer')),
  state TEXT NOT NULL CHECK (state IN ('invited', 'active', 'disabled')),
  password_hash TEXT,
  preferences TEXT,
  created_at TEXT NOT NULL,
  last_sign_in_at TEXT,
  totp_version INTEGER NOT NULL,
  totp_last_step INTEGER NOT NULL,
  sealed_totp BLOB,
  pending_version INTEGER NOT NULL,
  sealed_pending BLOB,
  row_version INTEGER NOT NULL
) STRICT;

CREATE TABLE recovery_codes (
  user TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  hash TEXT NOT NULL,
  PRIMARY KEY (user, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  user TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  started_at TEXT NOT NULL,
  last_seen_at TEXT NOT NULL,
  idle_expires_at TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  stepped_up_until TEXT,
  client TEXT NOT NULL
) STRICT;
CREATE INDEX sessions_user ON sessions (user);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE sign_in_challenges (
  hash TEXT PRIMARY KEY,
  user TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  expires_at TEXT NOT NULL,
  failures INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sign_in_throttles (
  key TEXT PRIMARY KEY,
  failures INTEGER NOT NULL,
  blocked_until TEXT,
  updated_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE invitations (
  hash TEXT PRIMARY KEY,
  user TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created_at TEXT NOT NULL,
  created_by TEXT NOT NULL,
  expires_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX invitations_user ON invitations (user);

CREATE TABLE api_tokens (
  id TEXT PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  prefix TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  last_used_at TEXT,
  revoked_at TEXT
) STRICT;

CREATE TABLE remote_links (
  id TEXT PRIMARY KEY,
  plugin TEXT NOT NULL,
  instance TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('enrolment', 'link')),
  hash TEXT UNIQUE,
  public_key TEXT,
  fingerprint TEXT,
  created_at TEXT NOT NULL,
  created_by TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  used_at TEXT,
  last_used_at TEXT,
  revoked_at TEXT,
  FOREIGN KEY (plugin, instance) REFERENCES instances (plugin, instance) ON DELETE CASCADE
) STRICT;
CREATE INDEX remote_links_of_instance ON remote_links (plugin, instance);

CREATE TABLE remote_tokens (
  hash TEXT PRIMARY KEY,
  link TEXT NOT NULL REFERENCES remote_links (id) ON DELETE CASCADE,
  expires_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX remote_tokens_link ON remote_tokens (link);

CREATE TABLE remote_nonces (
  link TEXT NOT NULL REFERENCES remote_links (id) ON DELETE CASCADE,
  nonce TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  PRIMARY KEY (link, nonce)
) STRICT, WITHOUT ROWID;

-- Audit index: derived from the log, may be wiped and rebuilt ------------------------------------------------------

CREATE TABLE audit_index (
  position INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  kind TEXT NOT NULL,
  call TEXT NOT NULL,
  request TEXT,
  actor TEXT NOT NULL,
  via TEXT,
  action TEXT NOT NULL,
  plugin TEXT,
  instance TEXT,
  resource TEXT,
  ref TEXT,
  purpose TEXT,
  decision TEXT,
  reason TEXT,
  outcome TEXT
) STRICT;
CREATE INDEX audit_index_call ON audit_index (call);
CREATE INDEX audit_index_request ON audit_index (request) WHERE request IS NOT NULL;
CREATE INDEX audit_index_actor ON audit_index (actor);
CREATE INDEX audit_index_action ON audit_index (action);
CREATE INDEX audit_index_plugin ON audit_index (plugin) WHERE plugin IS NOT NULL;
CREATE INDEX audit_index_at ON audit_index (at);

CREATE TABLE verifications (
  id TEXT PRIMARY KEY,
  started_at TEXT NOT NULL,
  document TEXT NOT NULL
) STRICT;
