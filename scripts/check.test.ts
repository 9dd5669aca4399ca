import { describe, expect, it } from "vitest";
import type { Check } from "./check/check.ts";
import { boundaries } from "./check/boundaries.ts";
import { checks } from "./check/checks.ts";
import { format } from "./check/format.ts";
import { lint } from "./check/lint.ts";
import { manifest, plantTree, type Tree } from "./check/planted-tree.ts";
import { sizes } from "./check/sizes.ts";
import { types } from "./check/types.ts";
import { unused } from "./check/unused.ts";
import { words } from "./check/words.ts";
import { staleFiles, writeFiles, type Generator } from "./generate/generate-files.ts";

async function judge(check: Check, planted: Tree = {}): Promise<string> {
  using tree = plantTree(planted);
  return (await check.run(tree.path)).faults.join("\n");
}

const slowMs = 60_000;
/** Its generators read the repository's contract, so it is judged with a generator of its own below. */
const judgedOnTrees = checks.filter(({ name }) => name !== "generated");

describe("every checker", () => {
  it.each(judgedOnTrees)("$name is green on a clean tree", { timeout: slowMs }, async (check) => {
    expect(await judge(check)).toBe("");
  });
});

const place = "packages/policy/src/planted.ts";
/** A file in the console that breaks a rule for pages. */
const page = "apps/console/src/page.tsx";

interface Plant {
  fault: string;
  tree: Tree;
  /** What the checker must print. */
  prints: RegExp;
}

const lintPlants: Plant[] = [
  { fault: "any", tree: { [place]: "export const x: any = 1;\n" }, prints: /no-explicit-any/ },
  {
    fault: "a promise that nobody awaits",
    tree: { [place]: "export function f(): void {\n  Promise.resolve(1);\n}\n" },
    prints: /no-floating-promises/,
  },
  { fault: "an unused variable", tree: { [place]: "const x = 1;\nexport const y = 2;\n" }, prints: /no-unused-vars/ },
  {
    fault: "a type imported as a value",
    tree: { [place]: `import { Stats } from "node:fs";\nexport const f = (stats: Stats): number => stats.size;\n` },
    prints: /consistent-type-imports/,
  },
  { fault: "a default export", tree: { [place]: "export default 1;\n" }, prints: /no-default-export/ },
  { fault: "console.log in a package", tree: { [place]: `console.log("hello");\n` }, prints: /no-console/ },
  {
    fault: "a value that is no Error thrown",
    tree: { [place]: `export function f(): never {\n  throw "text";\n}\n` },
    prints: /only-throw-error/,
  },
  {
    fault: "an async function where no promise is expected",
    tree: { [place]: "export const f = (list: string[]): void => list.forEach(async () => {});\n" },
    prints: /no-misused-promises/,
  },
  {
    fault: "a test that alone would run",
    tree: { "packages/policy/src/x.test.ts": `import { it } from "vitest";\nit.only("x", () => {});\n` },
    prints: /no-focused-tests/,
  },
  {
    fault: "two files that import each other",
    tree: {
      [place]: `import { b } from "./other.ts";\nexport const a = (): number => b();\n`,
      "packages/policy/src/other.ts": `import { a } from "./planted.ts";\nexport const b = (): number => a();\n`,
    },
    prints: /no-cycle/,
  },
  {
    fault: "an image without a text",
    tree: { [page]: `export const Page = () => <img src="x.png" />;\n` },
    prints: /alt-text/,
  },
  {
    fault: "a click that no keyboard reaches",
    tree: { [page]: `export const Page = () => <div onClick={() => {}}>x</div>;\n` },
    prints: /click-events-have-key-events|no-static-element-interactions/,
  },
];

describe("lint finds", () => {
  it.each(lintPlants)("$fault", { timeout: slowMs }, async ({ tree, prints }) => {
    expect(await judge(lint, tree)).toMatch(prints);
  });
});

const boundaryPlants: Plant[] = [
  {
    fault: "an arrow that points up",
    tree: { "packages/contract/src/up.ts": `export { decided } from "@hilum/policy";\n` },
    prints: /packages\/contract may not import @hilum\/policy/,
  },
  {
    fault: "an arrow that points up in an import() and in a type",
    tree: {
      "packages/contract/src/up.ts": `export const a = import("@hilum/policy");\nexport type B = import("@hilum/policy").C;\n`,
    },
    prints: /up\.ts:1: .*\n.*\n.*up\.ts:2: /,
  },
  {
    fault: "a way into another package's src/lib",
    tree: { [place]: `export { word } from "@hilum/contract/src/lib/word.ts";\n` },
    prints: /is no entry of packages\/contract/,
  },
  {
    fault: "a relative path out of the package",
    tree: { [place]: `export { word } from "../../contract/src/index.ts";\n` },
    prints: /leaves packages\/policy/,
  },
  {
    fault: "somebody who imports an app",
    tree: { "apps/server/package.json": manifest("@hilum/server"), [place]: `export * from "@hilum/server";\n` },
    prints: /nobody imports apps\/server/,
  },
  {
    fault: "somebody who imports a plugin",
    tree: {
      "plugins/smtp/package.json": manifest("@hilum/plugin-smtp"),
      [place]: `export * from "@hilum/plugin-smtp";\n`,
    },
    prints: /nobody imports plugins\/smtp/,
  },
  {
    fault: "a plugin that imports more than the SDK",
    tree: {
      "plugins/smtp/package.json": manifest("@hilum/plugin-smtp", ["@hilum/policy"]),
      "plugins/smtp/src/main.ts": `import "@hilum/policy";\n`,
    },
    prints: /plugins\/\* may not depend on @hilum\/policy[\s\S]*plugins\/\* may not import @hilum\/policy/,
  },
  {
    fault: "a console that imports more than client and contract",
    tree: {
      "apps/console/package.json": manifest("@hilum/console", ["@hilum/policy"]),
      "apps/console/src/page.tsx": `import "@hilum/policy";\n`,
    },
    prints: /apps\/console may not import @hilum\/policy/,
  },
  {
    fault: "the testkit outside a test",
    tree: { [place]: `export * from "@hilum/testkit";\n` },
    prints: /packages\/policy may not import @hilum\/testkit/,
  },
  {
    fault: "a package that is not declared",
    tree: {
      "packages/audit/package.json": manifest("@hilum/audit"),
      "packages/audit/src/index.ts": `export * from "@hilum/contract";\n`,
    },
    prints: /packages\/audit\/package.json does not declare @hilum\/contract/,
  },
  {
    fault: "I/O in a package that only computes",
    tree: { [place]: `import "node:fs";\n` },
    prints: /packages\/policy only computes, so it cannot import node:fs/,
  },
  {
    fault: "a Node module in what a browser runs",
    tree: {
      "packages/client/package.json": manifest("@hilum/client"),
      "packages/client/src/index.ts": `import "node:buffer";\n`,
    },
    prints: /packages\/client runs in a browser, so it cannot import node:buffer/,
  },
  {
    fault: "a folder that no arrow leads to",
    tree: { "packages/extra/package.json": manifest("@hilum/extra"), "packages/extra/src/index.ts": "export {};\n" },
    prints: /packages\/extra: no arrow is drawn/,
  },
];

describe("boundaries finds", () => {
  it.each(boundaryPlants)("$fault", async ({ tree, prints }) => {
    expect(await judge(boundaries, tree)).toMatch(prints);
  });

  it("lets a test use the testkit", async () => {
    const declared = {
      ...JSON.parse(manifest("@hilum/policy", ["@hilum/contract"])),
      devDependencies: { "@hilum/testkit": "*" },
    };
    const tree = {
      "packages/policy/package.json": JSON.stringify(declared),
      "packages/policy/src/x.test.ts": `import "@hilum/testkit";\n`,
    };
    expect(await judge(boundaries, tree)).toBe("");
  });

  it("does not take the text of a string or a comment for an import", async () => {
    const text = `// import "@hilum/server";\nexport const text = 'import "@hilum/server"';\n`;
    expect(await judge(boundaries, { [place]: text })).toBe("");
  });
});

// Written in parts, so that this file holds none of the words itself.
const home = ["", "home", "ada", "hilum"].join("/");
const registry = `https://${["registry", "npmjs", "org"].join(".")}`;

const wordPlants: Plant[] = [
  {
    fault: "a file called utils",
    tree: { "packages/policy/src/utils.ts": "export {};\n" },
    prints: /"utils" says nothing/,
  },
  {
    fault: "a folder called helpers",
    tree: { "packages/policy/src/helpers/a.ts": "export {};\n" },
    prints: /"helpers" says nothing/,
  },
  {
    fault: "a name that ends in manager",
    tree: { "packages/policy/src/plugin-manager.ts": "export {};\n" },
    prints: /"plugin-manager" says nothing/,
  },
  {
    fault: "a path of one machine",
    tree: { "docs/guide.md": `Open ${home}/main.ts.\n` },
    prints: /docs\/guide\.md:1: .* a path of one machine/,
  },
  {
    fault: "the host of a registry",
    tree: { "package-lock.json": JSON.stringify({ resolved: `${registry}/x` }) },
    prints: /the host of a package registry/,
  },
  {
    fault: "a console that sends the operator to the CLI",
    tree: { [page]: `export const Page = () => (\n  <p>Use the CLI instead.</p>\n);\n` },
    prints: /page\.tsx:2: "CLI"/,
  },
  {
    fault: "a console that speaks of a terminal",
    tree: { [page]: `export const hint = "Open a terminal";\n` },
    prints: /"terminal"/,
  },
  {
    fault: "a console that speaks of env vars",
    tree: { [page]: "export const hint = `Set the env var ${1}`;\n" },
    prints: /"env var"/,
  },
  {
    fault: "a console that sends the operator away",
    tree: { [page]: `export const hint = "Please contact your administrator.";\n` },
    prints: /"contact your administrator"/,
  },
];

describe("words finds", () => {
  it.each(wordPlants)("$fault", async ({ tree, prints }) => {
    expect(await judge(words, tree)).toMatch(prints);
  });

  it("lets comments and names of the console say what they like", async () => {
    expect(await judge(words, { [page]: "// No CLI is needed.\nexport const terminal = 1;\n" })).toBe("");
  });
});

describe("the other checkers find", () => {
  it("a wrong type", { timeout: slowMs }, async () => {
    expect(await judge(types, { [place]: `export const x: number = "text";\n` })).toMatch(/planted\.ts.*TS2322/);
  });

  it("a wrong type in the console's own project", { timeout: slowMs }, async () => {
    const tree = {
      "apps/console/tsconfig.json": JSON.stringify({ extends: "../../tsconfig.json", include: ["src"], exclude: [] }),
      "apps/console/src/page.ts": `export const x: number = "text";\n`,
    };
    expect(await judge(types, tree)).toMatch(/page\.ts.*TS2322/);
  });

  it("a file that is not formatted", { timeout: slowMs }, async () => {
    expect(await judge(format, { [place]: "export const x   = 1\n" })).toMatch(/planted\.ts/);
  });

  it("a file of more than 500 lines, but not a generated one", async () => {
    const long = "export {};\n".repeat(501);
    expect(await judge(sizes, { [place]: long, "packages/policy/src/long.gen.ts": long })).toBe(
      "packages/policy/src/planted.ts has 501 lines; at most 500",
    );
  });

  it("a file that nobody imports", { timeout: slowMs }, async () => {
    expect(await judge(unused, { [place]: "export const x = 1;\n" })).toMatch(/Unused files[\s\S]*planted\.ts/);
  });

  it("a dependency that nobody uses", { timeout: slowMs }, async () => {
    const tree = { "packages/testkit/package.json": manifest("@hilum/testkit", ["vitest"]) };
    expect(await judge(unused, tree)).toMatch(/Unused dependencies[\s\S]*vitest/);
  });

  it("a dependency that is used and not declared", { timeout: slowMs }, async () => {
    const tree = {
      "packages/policy/src/index.ts": `import { word } from "@hilum/contract";\nexport { it } from "vitest";\nexport const decided = word;\n`,
    };
    expect(await judge(unused, tree)).toMatch(/Unlisted dependencies[\s\S]*vitest/);
  });
});

describe("generated files", () => {
  const generator: Generator = { name: "page", generate: async () => [{ path: "docs/page.md", content: "# Page\n" }] };

  it("are red while missing or changed, and green once written", async () => {
    using tree = plantTree();
    expect(await staleFiles(tree.path, [generator])).toEqual([expect.stringContaining("docs/page.md is missing")]);
    expect(await writeFiles(tree.path, [generator])).toEqual(["docs/page.md"]);
    expect(await staleFiles(tree.path, [generator])).toEqual([]);
    expect(await writeFiles(tree.path, [generator])).toEqual([]);
    const changed: Generator = { name: "page", generate: async () => [{ path: "docs/page.md", content: "# Other\n" }] };
    expect(await staleFiles(tree.path, [changed])).toEqual([
      expect.stringContaining("is not what its sources make it"),
    ]);
  });
});
