import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { createTempDir } from "../files/temp-dir.ts";
import { requires } from "./requirement.ts";

it("finds the Python that the machine has, or says what is missing", () => {
  const python = requires("python3");
  if (python.available) expect(existsSync(python.path ?? "")).toBe(true);
  else expect(python.reason).toMatch(/Python/);
});

it("notes the test file that asks, be it by a helper, the reason and the remedy when something is missing", () => {
  using tree = createTempDir("requirement");
  const source = fileURLToPath(new URL(".", import.meta.url));
  cpSync(source, tree.join("packages/testkit/src/run"), { recursive: true });
  cpSync(join(source, "../hapi"), tree.join("packages/testkit/src/hapi"), { recursive: true });
  mkdirSync(tree.join("packages/asking"), { recursive: true });
  const asking = tree.join("packages/asking/asking.test.ts");
  writeFileSync(
    tree.join("packages/asking/has-data.ts"),
    `import { requires } from "../testkit/src/run/requirement.ts"; export const hasData = () => requires("test-data").available;`,
  );
  writeFileSync(asking, `import { hasData } from "./has-data.ts"; console.log(hasData());`);
  const environment = { ...process.env };
  delete environment["HILUM_TEST_DATA"];
  const child = spawnSync(process.execPath, [asking], { encoding: "utf8", env: environment });
  expect(child.stdout.trim()).toBe("false");
  const notes = readdirSync(tree.join("reports/skips")).map((name) =>
    readFileSync(tree.join("reports/skips", name), "utf8"),
  );
  expect(notes.map((note) => JSON.parse(note))).toEqual([
    {
      file: "packages/asking/asking.test.ts",
      name: "test-data",
      reason: "HILUM_TEST_DATA is not set",
      enable: "set HILUM_TEST_DATA to the folder of the shared test data",
    },
  ]);
});
