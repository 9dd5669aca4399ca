import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const sources = fileURLToPath(new URL("../../../", import.meta.url));
/** What makes, opens or holds a key that signs. */
const ofKeys = /\b(createKeyFile|openKeyFile|SigningKey|SignersOf)\b/;

it("no code of the server makes, opens or holds a key that signs a marketplace", () => {
  const files = readdirSync(sources, { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".ts") && !name.endsWith(".test.ts"),
  );
  const found = files.filter((name) => ofKeys.test(readFileSync(join(sources, name), "utf8")));
  expect(found).toEqual([]);
  expect(files.length).toBeGreaterThan(100);
  // What signs lies beside the sources, in what tests stand on: the search would find it there.
  const beside = readFileSync(join(sources, "../test-support/own-marketplace.ts"), "utf8");
  expect(ofKeys.test(beside)).toBe(true);
});
