-- One call that arrived at a hook, whoever sent it. The content is sealed; the identity of a signed request is a blind
-- index, by which the same one is found again.
CREATE TABLE hook_deliveries (
  id TEXT PRIMARY KEY,
  plugin TEXT NOT NULL,
  instance TEXT NOT NULL,
  hook TEXT NOT NULL,
  at TEXT NOT NULL,
  method TEXT NOT NULL,
  origin TEXT NOT NULL CHECK (origin IN ('vendor', 'test', 'replay')),
  verdict TEXT NOT NULL CHECK (verdict IN ('accepted', 'bad_signature', 'stale', 'replayed', 'too_large', 'busy', 'plugin_failed', 'not_running')),
  reason TEXT,
  status INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL,
  identity BLOB,
  replay_of TEXT,
  sealed_content BLOB,
  FOREIGN KEY (plugin, instance) REFERENCES instances (plugin, instance) ON DELETE CASCADE
) STRICT;
CREATE INDEX hook_deliveries_of_instance ON hook_deliveries (plugin, instance, id);
CREATE INDEX hook_deliveries_of_hook ON hook_deliveries (plugin, instance, hook, id);
CREATE INDEX hook_deliveries_identity ON hook_deliveries (identity) WHERE identity IS NOT NULL;
CREATE INDEX hook_deliveries_at ON hook_deliveries (at);
