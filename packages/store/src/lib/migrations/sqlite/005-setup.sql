-- Sign-ins at providers that are under way, sign-ins that no longer hold, and problems that were put off.

CREATE TABLE oauth_states (
  state_hash TEXT NOT NULL PRIMARY KEY,
  plugin TEXT NOT NULL,
  instance TEXT NOT NULL,
  step TEXT NOT NULL,
  browser_hash TEXT NOT NULL,
  sealed_request BLOB NOT NULL,
  started_at TEXT NOT NULL,
  started_by TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  FOREIGN KEY (plugin, instance) REFERENCES instances (plugin, instance) ON DELETE CASCADE
) STRICT;
CREATE INDEX oauth_states_by_instance ON oauth_states (plugin, instance, step);

CREATE TABLE sign_in_faults (
  plugin TEXT NOT NULL,
  instance TEXT NOT NULL,
  step TEXT NOT NULL,
  code TEXT NOT NULL,
  sealed_reply BLOB NOT NULL,
  since TEXT NOT NULL,
  row_version INTEGER NOT NULL,
  PRIMARY KEY (plugin, instance, step),
  FOREIGN KEY (plugin, instance) REFERENCES instances (plugin, instance) ON DELETE CASCADE
) STRICT;

CREATE TABLE repair_snoozes (
  repair TEXT NOT NULL PRIMARY KEY,
  severity TEXT NOT NULL,
  until TEXT NOT NULL,
  sealed_reason BLOB NOT NULL,
  at TEXT NOT NULL,
  by TEXT NOT NULL,
  row_version INTEGER NOT NULL
) STRICT;
