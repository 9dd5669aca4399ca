import { expect, it } from "vitest";
import { planUpgrade } from "./plan-upgrade.ts";
import type { Upgrade } from "./upgrade.ts";

const files = new Map([
  ["package.json", '{\n  "dependencies": { "@hilum/sdk": "^0.1.0" }\n}\n'],
  ["plugin.ts", 'import { checkStep } from "@hilum/sdk";\ncheckStep("a", "A", run);\n'],
  ["hilum.json", '{ "id": "com.example.x", "version": "1.0.0" }'],
]);

it("shows each step and one diff for each file, and moves the declared version with its sign", async () => {
  const plan = await planUpgrade(files, { language: "node" });
  expect(plan).toMatchObject({ from: "0.1.0", declaredIn: "package.json", to: "0.2.0" });
  expect(plan.steps.map((step) => [step.number, step.files])).toEqual([
    [1, []],
    [2, ["plugin.ts"]],
    [3, ["hilum.json"]],
  ]);
  expect(plan.changed.get("package.json")).toContain('"@hilum/sdk": "^0.2.0"');
  expect(plan.files.find(({ path }) => path === "plugin.ts")?.diff).toBe(
    [
      ...["--- a/plugin.ts", "+++ b/plugin.ts", "@@ -1,2 +1,2 @@"],
      '-import { checkStep } from "@hilum/sdk";',
      '-checkStep("a", "A", run);',
      '+import { checkClaim } from "@hilum/sdk";',
      '+checkClaim("a", "A", run);',
      "",
    ].join("\n"),
  );
});

it("has nothing to do where it has been done", async () => {
  const { changed } = await planUpgrade(files, { language: "node" });
  const again = await planUpgrade(new Map([...files, ...changed]), { language: "node" });
  expect([again.steps, again.files]).toEqual([[], []]);
});

it("keeps the declared version while something is left to a person", async () => {
  const unclear = new Map([...files, ["more.ts", 'const { checkStep } = await import("@hilum/sdk");']]);
  const plan = await planUpgrade(unclear, { language: "node" });
  expect(plan.changed.has("package.json")).toBe(false);
});

it("asks every upgrade of a folder that declares no version, and says what to write", async () => {
  const plan = await planUpgrade(new Map([["hilum.json", '{"id":"com.example.x"}']]), { language: "python" });
  expect(plan.from).toBeUndefined();
  expect(plan.steps).toHaveLength(3);
  expect(plan.declares.byHand[0]).toMatchObject({
    path: "pyproject.toml",
    todo: expect.stringContaining("hilum==0.2.0"),
  });
});

it("moves what pyproject.toml declares", async () => {
  const text = '[project]\ndependencies = ["hilum>=0.1.0", "anyio"]\n';
  const plan = await planUpgrade(new Map([["pyproject.toml", text]]), { language: "python" });
  expect(plan.changed.get("pyproject.toml")).toBe(text.replace("0.1.0", "0.2.0"));
});

it("gives another basis as soon as a file that was looked at is another one", async () => {
  const basis = async (known: ReadonlyMap<string, string>): Promise<string> =>
    (await planUpgrade(known, { language: "node" })).basis;
  expect(await basis(files)).toBe(await basis(new Map([...files].toReversed())));
  expect(await basis(files)).not.toBe(await basis(new Map([...files, ["plugin.ts", ""]])));
});

it("makes one upgrade upon what the one before it made", async () => {
  const add = (number: number, from: string, text: string): Upgrade => ({
    ...{ number, version: "0.2.0", title: "T", why: "W", languages: ["node"] },
    find: async (known) => ({
      edits: [...known].flatMap(([path, held]) => (held === from ? [{ path, start: 0, end: held.length, text }] : [])),
      byHand: [],
    }),
  });
  const known = [add(1, "one", "two"), add(2, "two", "three")];
  const plan = await planUpgrade(new Map([["a.ts", "one"]]), { language: "node", known });
  expect(plan.changed.get("a.ts")).toBe("three");
});
