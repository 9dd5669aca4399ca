import { readdirSync, statSync, writeFileSync } from "node:fs";
import { conformanceFormat, type ConformanceResult } from "@hilum/contract/api";
import { createTempDir } from "@hilum/testkit";
import { expect, it } from "vitest";
import { createConformanceFiles } from "./conformance-files.ts";

const idOf = (number: number): string => String(number).padStart(26, "0");

const result = (number: number): ConformanceResult => ({
  ...{ format: conformanceFormat, id: idOf(number) },
  plugin: { id: "com.example.plugin", name: "Plugin", manifestDigest: "m", codeDigest: "c" },
  host: { version: "0.1.0", protocol: "1" },
  ...{ startedAt: "2026-03-02T08:00:00.000Z", durationMs: 1, by: "user:ana", passed: true },
  ...{ counts: { passed: 0, failed: 0, skipped: 0 }, cases: [] },
});

it("keeps the newest twenty, newest first, for this user alone", async () => {
  using folder = createTempDir("conformance");
  const files = createConformanceFiles(folder.path);
  for (let number = 1; number <= 22; number++) await files.add(result(number));
  const kept = await files.list("com.example.plugin");
  expect(kept.map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, index) => idOf(22 - index)));
  expect(readdirSync(folder.join("com.example.plugin"))).toHaveLength(20);
  expect(statSync(folder.join(`com.example.plugin/${idOf(22)}.json`)).mode & 0o777).toBe(0o600);
});

it("knows nothing of other plugins, of other formats, and of what else lies there", async () => {
  using folder = createTempDir("conformance");
  const files = createConformanceFiles(folder.path);
  await files.add(result(1));
  await files.add({ ...result(2), format: "hilum-conformance/2" as never });
  writeFileSync(folder.join("com.example.plugin/notes.json"), "{}");
  expect((await files.list("com.example.plugin")).map(({ id }) => id)).toEqual([idOf(1)]);
  expect(await files.list("com.example.other")).toEqual([]);
});
