-- The providers of a channel, in the order in which they are asked.
CREATE TABLE route_targets (
  channel text COLLATE "C" NOT NULL,
  place bigint NOT NULL,
  plugin text COLLATE "C" NOT NULL,
  instance text COLLATE "C" NOT NULL,
  set_at text COLLATE "C" NOT NULL,
  set_by text COLLATE "C" NOT NULL,
  PRIMARY KEY (channel, place),
  UNIQUE (channel, plugin, instance),
  FOREIGN KEY (plugin, instance) REFERENCES instances (plugin, instance) ON DELETE CASCADE
);
CREATE INDEX route_targets_instance ON route_targets (plugin, instance);
INSERT INTO route_targets (channel, place, plugin, instance, set_at, set_by)
  SELECT channel, 0, plugin, instance, set_at, set_by FROM routes;
DROP TABLE routes;

-- How far a message has come in its route: how often the whole of it was gone through in vain, and where it goes on.
ALTER TABLE message_work ADD COLUMN rounds bigint NOT NULL DEFAULT 0;
ALTER TABLE message_work ADD COLUMN next_plugin text COLLATE "C";
ALTER TABLE message_work ADD COLUMN next_instance text COLLATE "C";
-- 1: an attempt there may have gone out, so no other provider is asked.
ALTER TABLE message_work ADD COLUMN next_only bigint NOT NULL DEFAULT 0;
-- 1: a provider that was passed over in this round may take the message later.
ALTER TABLE message_work ADD COLUMN may_recover bigint NOT NULL DEFAULT 0;
-- What waits now was tried in vain before: it keeps its place in the series of pauses.
UPDATE message_work SET rounds = attempts WHERE state IN ('queued', 'sending', 'retrying');
-- An attempt that was cut off under the version before goes on at the same provider.
UPDATE message_work SET next_plugin = plugin, next_instance = instance, next_only = 1
  WHERE state = 'retrying' AND code = 'plugin.link_lost' AND plugin IS NOT NULL;
