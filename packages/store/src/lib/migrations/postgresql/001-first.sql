-- Times are RFC 3339 text in UTC with milliseconds; flags are 0 or 1; a column named sealed_* holds an envelope.

CREATE TABLE deployment (
  id text COLLATE "C" PRIMARY KEY,
  created_at text COLLATE "C" NOT NULL
);

-- Wrapped by the key provider. A retired key still opens what it sealed.
CREATE TABLE data_keys (
  id bigint PRIMARY KEY,
  purpose text COLLATE "C" NOT NULL CHECK (purpose IN ('data', 'index')),
  state text COLLATE "C" NOT NULL CHECK (state IN ('active', 'retired')),
  provider text COLLATE "C" NOT NULL,
  wrapped bytea NOT NULL,
  check_value bytea NOT NULL,
  created_at text COLLATE "C" NOT NULL
);

CREATE TABLE facts (
  name text COLLATE "C" PRIMARY KEY,
  row_version bigint NOT NULL,
  sealed_value bytea NOT NULL
);

CREATE TABLE counters (
  name text COLLATE "C" PRIMARY KEY,
  value bigint NOT NULL
);
INSERT INTO counters (name, value) VALUES ('grants_epoch', 1);

CREATE TABLE platform_revisions (
  revision bigint PRIMARY KEY,
  sealed_settings bytea NOT NULL,
  at text COLLATE "C" NOT NULL,
  by text COLLATE "C" NOT NULL
);

CREATE TABLE leases (
  name text COLLATE "C" PRIMARY KEY,
  holder text COLLATE "C" NOT NULL,
  until text COLLATE "C" NOT NULL,
  fence bigint NOT NULL
);

-- Plugins and instances -------------------------------------------------------------------------------------------

CREATE TABLE plugins (
  id text COLLATE "C" PRIMARY KEY,
  name text COLLATE "C" NOT NULL,
  version text COLLATE "C",
  manifest text COLLATE "C" NOT NULL,
  digest text COLLATE "C" NOT NULL,
  code text COLLATE "C" NOT NULL CHECK (code IN ('included', 'linked', 'host', 'remote', 'waiting')),
  code_path text COLLATE "C",
  registered_at text COLLATE "C" NOT NULL,
  registered_by text COLLATE "C" NOT NULL,
  row_version bigint NOT NULL
);

CREATE TABLE instances (
  plugin text COLLATE "C" NOT NULL REFERENCES plugins (id) ON DELETE CASCADE,
  instance text COLLATE "C" NOT NULL,
  title text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL CHECK (state IN ('registered', 'configured', 'access_reviewed', 'enabled', 'disabled', 'quarantined')),
  health text COLLATE "C" NOT NULL CHECK (health IN ('not_tested', 'healthy', 'degraded', 'failing')),
  test_mode bigint NOT NULL,
  problem text COLLATE "C",
  enabled_at text COLLATE "C",
  access_reviewed_at text COLLATE "C",
  smoke_every_minutes bigint NOT NULL,
  next_smoke_at text COLLATE "C",
  last_smoke_run_at text COLLATE "C",
  settings_revision bigint NOT NULL,
  logs_dropped bigint NOT NULL,
  created_at text COLLATE "C" NOT NULL,
  created_by text COLLATE "C" NOT NULL,
  row_version bigint NOT NULL,
  PRIMARY KEY (plugin, instance)
);

CREATE TABLE registrations (
  id text COLLATE "C" PRIMARY KEY,
  kind text COLLATE "C" NOT NULL CHECK (kind IN ('plugin', 'revision')),
  plugin text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  origin text COLLATE "C" NOT NULL,
  at text COLLATE "C" NOT NULL,
  expires_at text COLLATE "C",
  manifest text COLLATE "C" NOT NULL,
  digest text COLLATE "C" NOT NULL,
  code text COLLATE "C" NOT NULL,
  code_path text COLLATE "C",
  UNIQUE (kind, plugin)
);

CREATE TABLE grants (
  plugin text COLLATE "C" NOT NULL,
  instance text COLLATE "C" NOT NULL,
  scope text COLLATE "C" NOT NULL,
  decision text COLLATE "C" NOT NULL CHECK (decision IN ('granted', 'denied')),
  narrowed_to text COLLATE "C",
  pinned text COLLATE "C",
  at text COLLATE "C" NOT NULL,
  by text COLLATE "C" NOT NULL,
  PRIMARY KEY (plugin, instance, scope),
  FOREIGN KEY (plugin, instance) REFERENCES instances (plugin, instance) ON DELETE CASCADE
);

CREATE TABLE grant_usage (
  plugin text COLLATE "C" NOT NULL,
  instance text COLLATE "C" NOT NULL,
  scope text COLLATE "C" NOT NULL,
  day text COLLATE "C" NOT NULL,
  count bigint NOT NULL,
  last_at text COLLATE "C" NOT NULL,
  PRIMARY KEY (plugin, instance, scope, day),
  FOREIGN KEY (plugin, instance) REFERENCES instances (plugin, instance) ON DELETE CASCADE
);

CREATE TABLE settings_revisions (
  plugin text COLLATE "C" NOT NULL,
  instance text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  sealed_values bytea NOT NULL,
  sealed_changes bytea NOT NULL,
  at text COLLATE "C" NOT NULL,
  by text COLLATE "C" NOT NULL,
  PRIMARY KEY (plugin, instance, revision),
  FOREIGN KEY (plugin, instance) REFERENCES instances (plugin, instance) ON DELETE CASCADE
);

CREATE TABLE secrets (
  plugin text COLLATE "C" NOT NULL,
  instance text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  sealed_value bytea NOT NULL,
  set_at text COLLATE "C" NOT NULL,
  set_by text COLLATE "C" NOT NULL,
  PRIMARY KEY (plugin, instance, name),
  FOREIGN KEY (plugin, instance) REFERENCES instances (plugin, instance) ON DELETE CASCADE
);

CREATE TABLE setup_sessions (
  plugin text COLLATE "C" NOT NULL,
  instance text COLLATE "C" NOT NULL,
  sealed_session bytea NOT NULL,
  started_at text COLLATE "C" NOT NULL,
  started_by text COLLATE "C" NOT NULL,
  row_version bigint NOT NULL,
  PRIMARY KEY (plugin, instance),
  FOREIGN KEY (plugin, instance) REFERENCES instances (plugin, instance) ON DELETE CASCADE
);

CREATE TABLE private_state (
  plugin text COLLATE "C" NOT NULL,
  instance text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  bytes bigint NOT NULL,
  sealed_value bytea NOT NULL,
  updated_at text COLLATE "C" NOT NULL,
  PRIMARY KEY (plugin, instance, key),
  FOREIGN KEY (plugin, instance) REFERENCES instances (plugin, instance) ON DELETE CASCADE
);

-- Health ----------------------------------------------------------------------------------------------------------

CREATE TABLE smoke_runs (
  id text COLLATE "C" PRIMARY KEY,
  plugin text COLLATE "C" NOT NULL,
  instance text COLLATE "C" NOT NULL,
  cause text COLLATE "C" NOT NULL,
  by text COLLATE "C" NOT NULL,
  started_at text COLLATE "C" NOT NULL,
  finished_at text COLLATE "C",
  status text COLLATE "C" NOT NULL CHECK (status IN ('running', 'passed', 'failed', 'no_tests')),
  sealed_results bytea NOT NULL,
  row_version bigint NOT NULL,
  FOREIGN KEY (plugin, instance) REFERENCES instances (plugin, instance) ON DELETE CASCADE
);
CREATE INDEX smoke_runs_of_instance ON smoke_runs (plugin, instance, id);
CREATE INDEX smoke_runs_running ON smoke_runs (status) WHERE status = 'running';

CREATE TABLE health_snapshots (
  plugin text COLLATE "C" NOT NULL,
  instance text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL,
  checked_at text COLLATE "C" NOT NULL,
  sealed_checks bytea NOT NULL,
  PRIMARY KEY (plugin, instance),
  FOREIGN KEY (plugin, instance) REFERENCES instances (plugin, instance) ON DELETE CASCADE
);

CREATE TABLE health_days (
  plugin text COLLATE "C" NOT NULL,
  instance text COLLATE "C" NOT NULL,
  day text COLLATE "C" NOT NULL,
  -- 0 not tested, 1 healthy, 2 degraded, 3 failing: the worst of the day
  severity bigint NOT NULL,
  runs bigint NOT NULL,
  failed bigint NOT NULL,
  PRIMARY KEY (plugin, instance, day),
  FOREIGN KEY (plugin, instance) REFERENCES instances (plugin, instance) ON DELETE CASCADE
);

CREATE TABLE call_minutes (
  minute text COLLATE "C" NOT NULL,
  plugin text COLLATE "C" NOT NULL,
  instance text COLLATE "C" NOT NULL,
  source text COLLATE "C" NOT NULL,
  calls bigint NOT NULL,
  failed bigint NOT NULL,
  cause text COLLATE "C",
  histogram text COLLATE "C" NOT NULL,
  PRIMARY KEY (minute, plugin, instance, source)
);

CREATE TABLE plugin_logs (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  entry text COLLATE "C" NOT NULL,
  plugin text COLLATE "C" NOT NULL,
  instance text COLLATE "C" NOT NULL,
  at text COLLATE "C" NOT NULL,
  level bigint NOT NULL,
  source text COLLATE "C" NOT NULL,
  call text COLLATE "C",
  sealed_text bytea NOT NULL,
  FOREIGN KEY (plugin, instance) REFERENCES instances (plugin, instance) ON DELETE CASCADE
);
CREATE INDEX plugin_logs_of_instance ON plugin_logs (plugin, instance, id);

-- Messages --------------------------------------------------------------------------------------------------------

CREATE TABLE messages (
  id text COLLATE "C" PRIMARY KEY,
  channel text COLLATE "C" NOT NULL,
  test_mode bigint NOT NULL,
  created_at text COLLATE "C" NOT NULL,
  created_by text COLLATE "C" NOT NULL,
  recipient_masked text COLLATE "C" NOT NULL,
  more_recipients bigint NOT NULL,
  replaces text COLLATE "C",
  sealed_body bytea NOT NULL
);

CREATE TABLE message_work (
  id text COLLATE "C" PRIMARY KEY,
  channel text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL CHECK (state IN ('queued', 'sending', 'retrying', 'sent', 'delivered', 'dead', 'uncertain', 'cancelled', 'discarded')),
  priority bigint NOT NULL,
  attempts bigint NOT NULL,
  -- When it may be claimed; null when it waits for nobody.
  due_at text COLLATE "C",
  claim_owner text COLLATE "C",
  claim_until text COLLATE "C",
  plugin text COLLATE "C",
  instance text COLLATE "C",
  cause text COLLATE "C",
  code text COLLATE "C",
  maybe_sent_twice bigint NOT NULL,
  updated_at text COLLATE "C" NOT NULL
);
CREATE INDEX message_work_due ON message_work (priority DESC, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX message_work_claimed ON message_work (claim_owner) WHERE claim_owner IS NOT NULL;
CREATE INDEX message_work_state ON message_work (state);
CREATE INDEX message_work_plugin ON message_work (plugin) WHERE plugin IS NOT NULL;
CREATE INDEX message_work_plugin_state ON message_work (plugin, state) WHERE plugin IS NOT NULL;

CREATE TABLE message_timeline (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  entry text COLLATE "C" NOT NULL,
  message text COLLATE "C" NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
  at text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  attempt bigint,
  plugin text COLLATE "C",
  instance text COLLATE "C",
  actor text COLLATE "C",
  cause text COLLATE "C",
  code text COLLATE "C",
  duration_ms double precision,
  next_attempt_at text COLLATE "C",
  sealed_words bytea
);
CREATE INDEX message_timeline_of_message ON message_timeline (message, id);

CREATE TABLE message_keys (
  -- Blind index of scope and idempotency key.
  key bytea PRIMARY KEY,
  message text COLLATE "C" NOT NULL,
  -- Blind index of the body: tells a repeat from another request.
  body bytea NOT NULL
);

-- Written by several at a time, so each hour is spread over shards.
CREATE TABLE message_hours (
  hour text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  shard bigint NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (hour, kind, shard)
);

CREATE TABLE blobs (
  id text COLLATE "C" PRIMARY KEY,
  content_type text COLLATE "C" NOT NULL,
  size bigint NOT NULL,
  sealed_sha256 bytea NOT NULL,
  created_at text COLLATE "C" NOT NULL,
  created_by text COLLATE "C" NOT NULL
);
CREATE INDEX blobs_created ON blobs (created_at);

CREATE TABLE message_blobs (
  message text COLLATE "C" NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
  blob text COLLATE "C" NOT NULL REFERENCES blobs (id),
  PRIMARY KEY (message, blob)
);
CREATE INDEX message_blobs_blob ON message_blobs (blob);

CREATE TABLE routes (
  channel text COLLATE "C" PRIMARY KEY,
  plugin text COLLATE "C" NOT NULL,
  instance text COLLATE "C" NOT NULL,
  set_at text COLLATE "C" NOT NULL,
  set_by text COLLATE "C" NOT NULL,
  FOREIGN KEY (plugin, instance) REFERENCES instances (plugin, instance) ON DELETE CASCADE
);

CREATE TABLE practice_messages (
  id text COLLATE "C" PRIMARY KEY,
  message text COLLATE "C" NOT NULL,
  channel text COLLATE "C" NOT NULL,
  at text COLLATE "C" NOT NULL,
  sealed_content bytea NOT NULL
);

-- Identity --------------------------------------------------------------------------------------------------------

CREATE TABLE users (
  id text COLLATE "C" PRIMARY KEY,
  username text COLLATE "C" NOT NULL UNIQUE,
  display_name text COLLATE "C" NOT NULL,
  role text COLLATE "C" NOT NULL CHECK (role IN ('administrator', 'operator', 'auditor', 'viewer')),
  state text COLLATE "C" NOT NULL CHECK (state IN ('invited', 'active', 'disabled')),
  password_hash text COLLATE "C",
  preferences text COLLATE "C",
  created_at text COLLATE "C" NOT NULL,
  last_sign_in_at text COLLATE "C",
  totp_version bigint NOT NULL,
  totp_last_step bigint NOT NULL,
  sealed_totp bytea,
  pending_version bigint NOT NULL,
  sealed_pending bytea,
  row_version bigint NOT NULL
);

CREATE TABLE recovery_codes (
  "user" text COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  hash text COLLATE "C" NOT NULL,
  PRIMARY KEY ("user", hash)
);

CREATE TABLE sessions (
  id text COLLATE "C" PRIMARY KEY,
  hash text COLLATE "C" NOT NULL UNIQUE,
  "user" text COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  started_at text COLLATE "C" NOT NULL,
  last_seen_at text COLLATE "C" NOT NULL,
  idle_expires_at text COLLATE "C" NOT NULL,
  expires_at text COLLATE "C" NOT NULL,
  stepped_up_until text COLLATE "C",
  client text COLLATE "C" NOT NULL
);
CREATE INDEX sessions_user ON sessions ("user");
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE sign_in_challenges (
  hash text COLLATE "C" PRIMARY KEY,
  "user" text COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  expires_at text COLLATE "C" NOT NULL,
  failures bigint NOT NULL
);

CREATE TABLE sign_in_throttles (
  key text COLLATE "C" PRIMARY KEY,
  failures bigint NOT NULL,
  blocked_until text COLLATE "C",
  updated_at text COLLATE "C" NOT NULL
);

CREATE TABLE invitations (
  hash text COLLATE "C" PRIMARY KEY,
  "user" text COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created_at text COLLATE "C" NOT NULL,
  created_by text COLLATE "C" NOT NULL,
  expires_at text COLLATE "C" NOT NULL
);
CREATE INDEX invitations_user ON invitations ("user");

CREATE TABLE api_tokens (
  id text COLLATE "C" PRIMARY KEY,
  hash text COLLATE "C" NOT NULL UNIQUE,
  name text COLLATE "C" NOT NULL,
  role text COLLATE "C" NOT NULL,
  prefix text COLLATE "C" NOT NULL,
  created_by text COLLATE "C" NOT NULL,
  created_at text COLLATE "C" NOT NULL,
  expires_at text COLLATE "C" NOT NULL,
  last_used_at text COLLATE "C",
  revoked_at text COLLATE "C"
);

CREATE TABLE remote_links (
  id text COLLATE "C" PRIMARY KEY,
  plugin text COLLATE "C" NOT NULL,
  instance text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL CHECK (kind IN ('enrolment', 'link')),
  hash text UNIQUE,
  public_key text COLLATE "C",
  fingerprint text COLLATE "C",
  created_at text COLLATE "C" NOT NULL,
  created_by text COLLATE "C" NOT NULL,
  expires_at text COLLATE "C" NOT NULL,
  used_at text COLLATE "C",
  last_used_at text COLLATE "C",
  revoked_at text COLLATE "C",
  FOREIGN KEY (plugin, instance) REFERENCES instances (plugin, instance) ON DELETE CASCADE
);
CREATE INDEX remote_links_of_instance ON remote_links (plugin, instance);

CREATE TABLE remote_tokens (
  hash text COLLATE "C" PRIMARY KEY,
  link text COLLATE "C" NOT NULL REFERENCES remote_links (id) ON DELETE CASCADE,
  expires_at text COLLATE "C" NOT NULL
);
CREATE INDEX remote_tokens_link ON remote_tokens (link);

CREATE TABLE remote_nonces (
  link text COLLATE "C" NOT NULL REFERENCES remote_links (id) ON DELETE CASCADE,
  nonce text COLLATE "C" NOT NULL,
  expires_at text COLLATE "C" NOT NULL,
  PRIMARY KEY (link, nonce)
);

-- Audit index: derived from the log, may be wiped and rebuilt ------------------------------------------------------

CREATE TABLE audit_index (
  position bigint PRIMARY KEY,
  at text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  call text COLLATE "C" NOT NULL,
  request text COLLATE "C",
  actor text COLLATE "C" NOT NULL,
  via text COLLATE "C",
  action text COLLATE "C" NOT NULL,
  plugin text COLLATE "C",
  instance text COLLATE "C",
  resource text COLLATE "C",
  ref text COLLATE "C",
  purpose text COLLATE "C",
  decision text COLLATE "C",
  reason text COLLATE "C",
  outcome text COLLATE "C"
);
CREATE INDEX audit_index_call ON audit_index (call);
CREATE INDEX audit_index_request ON audit_index (request) WHERE request IS NOT NULL;
CREATE INDEX audit_index_actor ON audit_index (actor);
CREATE INDEX audit_index_action ON audit_index (action);
CREATE INDEX audit_index_plugin ON audit_index (plugin) WHERE plugin IS NOT NULL;
CREATE INDEX audit_index_at ON audit_index (at);

CREATE TABLE verifications (
  id text COLLATE "C" PRIMARY KEY,
  started_at text COLLATE "C" NOT NULL,
  document text COLLATE "C" NOT NULL
);
