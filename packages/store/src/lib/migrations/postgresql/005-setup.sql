-- Sign-ins at providers that are under way, sign-ins that no longer hold, and problems that were put off.

CREATE TABLE oauth_states (
  state_hash text COLLATE "C" NOT NULL PRIMARY KEY,
  plugin text COLLATE "C" NOT NULL,
  instance text COLLATE "C" NOT NULL,
  step text COLLATE "C" NOT NULL,
  browser_hash text COLLATE "C" NOT NULL,
  sealed_request bytea NOT NULL,
  started_at text COLLATE "C" NOT NULL,
  started_by text COLLATE "C" NOT NULL,
  expires_at text COLLATE "C" NOT NULL,
  FOREIGN KEY (plugin, instance) REFERENCES instances (plugin, instance) ON DELETE CASCADE
);
CREATE INDEX oauth_states_by_instance ON oauth_states (plugin, instance, step);

CREATE TABLE sign_in_faults (
  plugin text COLLATE "C" NOT NULL,
  instance text COLLATE "C" NOT NULL,
  step text COLLATE "C" NOT NULL,
  code text COLLATE "C" NOT NULL,
  sealed_reply bytea NOT NULL,
  since text COLLATE "C" NOT NULL,
  row_version bigint NOT NULL,
  PRIMARY KEY (plugin, instance, step),
  FOREIGN KEY (plugin, instance) REFERENCES instances (plugin, instance) ON DELETE CASCADE
);

CREATE TABLE repair_snoozes (
  repair text COLLATE "C" NOT NULL PRIMARY KEY,
  severity text COLLATE "C" NOT NULL,
  until text COLLATE "C" NOT NULL,
  sealed_reason bytea NOT NULL,
  at text COLLATE "C" NOT NULL,
  by text COLLATE "C" NOT NULL,
  row_version bigint NOT NULL
);
