import { expect, it } from "vitest";
import { loadMigrations } from "./migrate.ts";
import { openWriter } from "./sqlite/open-writer.ts";
import { createTempDir } from "@hilum/testkit";

const at = "2026-03-02T08:00:00.000Z";

it("carries a route over as the first of its channel, and a message that was cut off to its provider", () => {
  using folder = createTempDir("migration");
  const file = folder.join("hilum.db");
  const migrations = loadMigrations("sqlite");
  const before = openWriter(file, migrations.slice(0, 3), at);
  before.script(`
    INSERT INTO plugins VALUES ('org.example.p', 'P', NULL, '{}', 'd', 'included', NULL, '${at}', 'user:ana', 1);
    INSERT INTO instances VALUES ('org.example.p', 'default', 'P', 'enabled', 'healthy', 0, NULL, NULL, NULL, 60, NULL, NULL, 0, 0, '${at}', 'user:ana', 1);
    INSERT INTO routes VALUES ('email', 'org.example.p', 'default', '${at}', 'user:ana');
    INSERT INTO message_work VALUES ('m1', 'email', 'retrying', 0, 3, '${at}', NULL, NULL, 'org.example.p', 'default', 'other', 'plugin.link_lost', 1, '${at}');
    INSERT INTO message_work VALUES ('m2', 'email', 'sent', 0, 1, NULL, NULL, NULL, 'org.example.p', 'default', NULL, NULL, 0, '${at}');
  `);
  before.close();
  const after = openWriter(file, migrations, at);
  const rows = (sql: string) => after.execute({ sql, parameters: [] }).rows;
  expect(rows("SELECT channel, place, plugin, instance, set_by FROM route_targets")).toEqual([
    { channel: "email", place: 0, plugin: "org.example.p", instance: "default", setBy: "user:ana" },
  ]);
  expect(rows("SELECT id, rounds, next_plugin, next_only FROM message_work ORDER BY id")).toEqual([
    { id: "m1", rounds: 3, nextPlugin: "org.example.p", nextOnly: 1 },
    { id: "m2", rounds: 0, nextPlugin: null, nextOnly: 0 },
  ]);
  expect(rows("SELECT name FROM sqlite_schema WHERE name = 'routes'")).toEqual([]);
  after.close();
});
