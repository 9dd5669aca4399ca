import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createTempDir } from "@hilum/testkit";
import { expect, it } from "vitest";
import { planApart } from "./plan-apart.ts";
import { readSources } from "./read-sources.ts";
import { writeChanges } from "./write-changes.ts";

it("reads neither what is behind links nor what is hidden, large or binary, and says so", async () => {
  using outside = createTempDir("outside");
  using folder = createTempDir("folder");
  writeFileSync(outside.join("secret.ts"), "export const secret = 1;");
  writeFileSync(folder.join("plugin.ts"), "export {};");
  writeFileSync(folder.join("large.ts"), "/".repeat(1_048_577));
  writeFileSync(folder.join("binary.ts"), Buffer.from([0x61, 0, 0x62]));
  writeFileSync(folder.join("latin.ts"), Buffer.from([0x22, 0xe4, 0x22]));
  writeFileSync(folder.join(".env.ts"), "export {};");
  writeFileSync(folder.join("notes.txt"), "no code");
  mkdirSync(folder.join("node_modules"));
  writeFileSync(folder.join("node_modules/a.js"), "export {};");
  symlinkSync(outside.join("secret.ts"), folder.join("link.ts"));
  symlinkSync(outside.path, folder.join("linked"));
  const { files, skipped } = await readSources(folder.path);
  expect([...files.keys()]).toEqual(["plugin.ts"]);
  expect(skipped).toEqual([
    { path: "binary.ts", why: "It is binary." },
    { path: "large.ts", why: "It is larger than 1 MiB." },
    { path: "latin.ts", why: "It is not UTF-8." },
    { path: "link.ts", why: "It is a link." },
    { path: "linked", why: "It is a link." },
  ]);
});

it("writes all files with the rights that they had, and keeps them as they were", async () => {
  using folder = createTempDir("folder");
  mkdirSync(folder.join("src"));
  writeFileSync(folder.join("src/a.ts"), "old");
  chmodSync(folder.join("src/a.ts"), 0o755);
  const before = new Map([["src/a.ts", "old"]]);
  await writeChanges(folder.path, { before, changed: new Map([["src/a.ts", "new"]]), backup: ".hilum/kept" });
  expect(readFileSync(folder.join("src/a.ts"), "utf8")).toBe("new");
  expect(statSync(folder.join("src/a.ts")).mode & 0o777).toBe(0o755);
  expect(readFileSync(folder.join(".hilum/kept/src/a.ts"), "utf8")).toBe("old");
});

const both = new Map([
  ["a.ts", "old a"],
  ["src/b.ts", "old b"],
]);
const changed = new Map([
  ["a.ts", "new a"],
  ["src/b.ts", "new b"],
]);

it("writes none when one is another file than was planned for", async () => {
  using folder = createTempDir("folder");
  mkdirSync(folder.join("src"));
  writeFileSync(folder.join("a.ts"), "old a");
  writeFileSync(folder.join("src/b.ts"), "edited meanwhile");
  const refused = writeChanges(folder.path, { before: both, changed, backup: ".hilum/kept" });
  await expect(refused).rejects.toMatchObject({ code: "upgrade.changed", detail: expect.stringContaining("src/b.ts") });
  expect(readFileSync(folder.join("a.ts"), "utf8")).toBe("old a");
  expect(existsSync(folder.join(".hilum/kept/a.ts"))).toBe(true);
});

it.each(["the file", "its folder", "the place of the copies"])("writes nothing behind a link: %s", async (what) => {
  using outside = createTempDir("outside");
  using folder = createTempDir("folder");
  writeFileSync(folder.join("a.ts"), "old a");
  mkdirSync(folder.join("src"));
  writeFileSync(folder.join("src/b.ts"), "old b");
  writeFileSync(outside.join("b.ts"), "old b");
  if (what === "the file") {
    rmSync(folder.join("src/b.ts"));
    symlinkSync(outside.join("b.ts"), folder.join("src/b.ts"));
  } else if (what === "its folder") {
    rmSync(folder.join("src"), { recursive: true });
    symlinkSync(outside.path, folder.join("src"));
  } else symlinkSync(outside.path, folder.join(".hilum"));
  await expect(writeChanges(folder.path, { before: both, changed, backup: ".hilum/kept" })).rejects.toMatchObject({
    code: what.startsWith("the place") ? "upgrade.not_writable" : "upgrade.changed",
  });
  expect(readFileSync(outside.join("b.ts"), "utf8")).toBe("old b");
  expect(existsSync(outside.join("kept/a.ts"))).toBe(false);
  expect(readFileSync(folder.join("a.ts"), "utf8")).toBe("old a");
});

it("plans in a process of its own, so that what ends the parser does not end this one", async () => {
  const plan = await planApart(new Map([["plugin.ts", 'export { checkStep } from "@hilum/sdk";\n']]), {
    language: "node",
  });
  expect(plan.changed.get("plugin.ts")).toBe('export { checkClaim as checkStep } from "@hilum/sdk";\n');
  const deep = `export const checkStep = ${"[".repeat(20_000)}${"]".repeat(20_000)};`;
  await expect(planApart(new Map([["plugin.ts", deep]]), { language: "node" })).rejects.toMatchObject({
    code: "upgrade.unreadable",
  });
});
