import { describe, expect, it } from "vitest";
import type { Manifest, SettingsMigration } from "./manifest.ts";
import { describeMigration, migrateSettings, migrationsBetween } from "./migrate-settings.ts";
import { parseManifest } from "./parse-manifest.ts";

const renamed: SettingsMigration = {
  version: "2.0.0",
  settings: [
    { change: "rename", from: "host", to: "server" },
    { change: "rename", from: "password", to: "key" },
    { change: "replace", name: "region", values: { us: "us1" } },
  ],
};
const dropped: SettingsMigration = { version: "3.0.0", settings: [{ change: "remove", name: "region" }] };

describe("settings that follow a plugin to another version", () => {
  const saved = { values: { host: "mail.example", region: "us", port: 587 }, secrets: { password: "s3cret" } };

  it("moves values and secrets to their new names and leaves the rest", () =>
    expect(migrateSettings(saved, [renamed])).toEqual({
      values: { server: "mail.example", region: "us1", port: 587 },
      secrets: { key: "s3cret" },
    }));

  it("takes away what the version does not have", () =>
    expect(migrateSettings(saved, [renamed, dropped]).values).toEqual({ server: "mail.example", port: 587 }));

  it("puts nothing over a value that is there, and a value that is not named stays", () =>
    expect(
      migrateSettings({ values: { host: "a", server: "b", region: "eu" }, secrets: {} }, [renamed]).values,
    ).toEqual({ host: "a", server: "b", region: "eu" }));

  it("does the same once more without harm", () => {
    const once = migrateSettings(saved, [renamed]);
    expect(migrateSettings(once, [renamed])).toEqual(once);
  });

  it("takes no value for a name of every object", () =>
    expect(migrateSettings({ values: { region: "constructor" }, secrets: {} }, [renamed]).values).toEqual({
      region: "constructor",
    }));

  it.each([
    ["1.9.0", "2.0.0", ["2.0.0"]],
    ["1.0.0", "3.1.0", ["2.0.0", "3.0.0"]],
    ["2.0.0-beta.1", "2.0.0", ["2.0.0"]],
    ["2.0.0", "2.5.0", []],
    ["3.0.0", "2.0.0", []],
    ["1.10.0", "1.9.0", []],
    [undefined, "3.0.0", []],
    ["1.0.0", undefined, []],
  ])("from %s to %s these apply: %j", (from, to, versions) =>
    expect(
      migrationsBetween(from === undefined ? {} : { version: from }, {
        ...(to === undefined ? {} : { version: to }),
        migrations: [renamed, dropped],
      }).map(({ version }) => version),
    ).toEqual(versions),
  );

  it("says in words what it does", () =>
    expect([renamed, dropped].flatMap(describeMigration)).toEqual([
      "Since 2.0.0, the setting host is called server; what is saved moves with it.",
      "Since 2.0.0, the setting password is called key; what is saved moves with it.",
      "Since 2.0.0, the setting region has other values: us becomes us1.",
      "Since 3.0.0, there is no setting region; what is saved of it is removed.",
    ]));
});

describe("migrations in a manifest", () => {
  const manifest = (more: Partial<Manifest>) => ({
    id: "com.example.mail",
    name: "Mail",
    capabilities: ["send_messages"],
    version: "3.0.0",
    config: { type: "object", properties: { server: { type: "string" }, key: { type: "string", secret: true } } },
    ...more,
  });
  const problemsOf = (more: Partial<Manifest>) => {
    const parsed = parseManifest(manifest(more));
    return parsed.ok ? [] : parsed.problems.map(({ pointer, message }) => `${pointer} ${message}`);
  };

  it("are taken where each change leads to a setting, or further", () =>
    expect(problemsOf({ migrations: [renamed, dropped] })).toEqual([]));

  it.each<[string, Partial<Manifest>, string]>([
    [
      "no version",
      { migrations: [dropped], version: undefined as never },
      "/migrations the manifest has no `version` that they could lead to",
    ],
    ["the wrong order", { migrations: [dropped, renamed] }, "/migrations/1/version comes after a later version"],
    [
      "a later version than the plugin's",
      { version: "2.0.0", migrations: [dropped] },
      "/migrations/0/version is later than the plugin's own version 2.0.0",
    ],
    [
      "a setting that does not exist",
      { migrations: [{ version: "2.0.0", settings: [{ change: "rename", from: "a", to: "b" }] }] },
      "/migrations/0/settings/0/to leads to the setting `b`, which config does not declare",
    ],
    [
      "an unknown change",
      { migrations: [{ version: "2.0.0", settings: [{ change: "renam", from: "a", to: "server" } as never] }] },
      "/migrations/0/settings/0/change `renam` is not one of the values",
    ],
  ])("are refused with %s", (_what, more, problem) => expect(problemsOf(more)).toContain(problem));
});
