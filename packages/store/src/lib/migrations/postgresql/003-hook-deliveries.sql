-- One call that arrived at a hook, whoever sent it. The content is sealed; the identity of a signed request is a blind
-- index, by which the same one is found again.
CREATE TABLE hook_deliveries (
  id text COLLATE "C" PRIMARY KEY,
  plugin text COLLATE "C" NOT NULL,
  instance text COLLATE "C" NOT NULL,
  hook text COLLATE "C" NOT NULL,
  at text COLLATE "C" NOT NULL,
  method text COLLATE "C" NOT NULL,
  origin text COLLATE "C" NOT NULL CHECK (origin IN ('vendor', 'test', 'replay')),
  verdict text COLLATE "C" NOT NULL CHECK (verdict IN ('accepted', 'bad_signature', 'stale', 'replayed', 'too_large', 'busy', 'plugin_failed', 'not_running')),
  reason text COLLATE "C",
  status bigint NOT NULL,
  bytes bigint NOT NULL,
  duration_ms bigint NOT NULL,
  identity bytea,
  replay_of text COLLATE "C",
  sealed_content bytea,
  FOREIGN KEY (plugin, instance) REFERENCES instances (plugin, instance) ON DELETE CASCADE
);
CREATE INDEX hook_deliveries_of_instance ON hook_deliveries (plugin, instance, id);
CREATE INDEX hook_deliveries_of_hook ON hook_deliveries (plugin, instance, hook, id);
CREATE INDEX hook_deliveries_identity ON hook_deliveries (identity) WHERE identity IS NOT NULL;
CREATE INDEX hook_deliveries_at ON hook_deliveries (at);
