import { createTempDir } from "@hilum/testkit";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { repository } from "../process.ts";
import { readCoverage } from "./threat-titles.ts";
import { renderThreatsPage } from "./threats-page.ts";

const catalogue = {
  groups: [{ id: "A", title: "Hostile plugin process" }],
  cases: [
    { number: 1, group: "A", case: "Reads a file", expected: "It does not" },
    { number: 2, group: "A", case: "Opens a socket", expected: "Refused" },
    { number: 3, group: "A", case: "Traps", expected: "Deny", cannotOccur: "There is nothing to trap." },
  ],
};

function coverageOf(files: Record<string, string>): Map<number, string[]> {
  using tree = createTempDir("threats");
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(tree.join(path)), { recursive: true });
    writeFileSync(tree.join(path), text);
  }
  return readCoverage(tree.path);
}

it("reads the cases that a title begins with, in tests alone", () => {
  const coverage = coverageOf({
    "packages/host/src/a.test.ts": `it("threat 1, 2: reads nothing", () => {});\nit.skipIf(x)(\`threat 7: \${name}\`, f);\nit("a threat 9: elsewhere", f);`,
    "packages/host/src/b.integration.test.ts": `// it("threat 8: in a comment")\ndescribe.each([])("threat 2: again", f);`,
    "packages/host/src/c.ts": `log("threat 9: not a test");`,
    "sdks/python/tests/test_wire.py": `def test_x():\n    """threat 23: refuses invalid UTF-8"""\n`,
  });
  expect(Object.fromEntries(coverage)).toEqual({
    1: ["packages/host/src/a.test.ts"],
    2: ["packages/host/src/a.test.ts", "packages/host/src/b.integration.test.ts"],
    7: ["packages/host/src/a.test.ts"],
    23: ["sdks/python/tests/test_wire.py"],
  });
});

it("tells covered, open and impossible cases apart and counts them", () => {
  const page = renderThreatsPage(catalogue, new Map([[1, ["packages/host/src/a.test.ts"]]]));
  expect(page).toContain("1 are covered by tests, 1 cannot occur in this design, and 1 are open");
  expect(page).toContain(
    "| 1 | Reads a file | It does not | [packages/host/src/a.test.ts](../../packages/host/src/a.test.ts) |",
  );
  expect(page).toContain("| 2 | Opens a socket | Refused | open |");
  expect(page).toContain("| 3 | Traps | Deny | cannot occur: There is nothing to trap. |");
});

it("refuses a test that names a case which does not exist", () => {
  expect(() => renderThreatsPage(catalogue, new Map([[99, ["a.test.ts"]]]))).toThrow(
    "a.test.ts: there is no threat 99",
  );
});

it("has the cases 1 to 230, each in a group", () => {
  const committed = JSON.parse(
    readFileSync(join(repository, "docs/reference/threats.json"), "utf8"),
  ) as typeof catalogue;
  expect(committed.cases.map(({ number }) => number)).toEqual(Array.from({ length: 230 }, (_, index) => index + 1));
  const groups = new Set(committed.groups.map(({ id }) => id));
  expect(committed.cases.filter(({ group }) => !groups.has(group))).toEqual([]);
});
