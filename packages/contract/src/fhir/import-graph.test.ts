import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

/** Modules that a file loads as soon as it is loaded; types and `import()` are not among them. */
function staticImports(file: URL): string[] {
  const source = readFileSync(file, "utf8");
  return [...source.matchAll(/^(?:import|export)\s+(?!type\b)[^;]*?from\s+"([^"]+)"/gm)].map((match) => match[1] ?? "");
}

function reachable(entry: string): { files: Set<string>; packages: Set<string> } {
  const [files, packages] = [new Set<string>(), new Set<string>()];
  const waiting = [new URL(entry, import.meta.url)];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (files.has(file.href)) continue;
    files.add(file.href);
    for (const specifier of staticImports(file)) {
      if (specifier.startsWith(".")) waiting.push(new URL(specifier, file));
      else packages.add(specifier);
    }
  }
  return { files, packages };
}

it("loads neither Medplum nor a module of Node with the entry, so that a browser can", () => {
  const { files, packages } = reachable("./index.ts");
  const names = [...files].map((file) => file.slice(file.lastIndexOf("/") + 1));
  expect([...packages]).toEqual([]);
  expect(names).toContain("communication.ts");
  for (const heavy of ["validator.ts", "structure-walk.ts", "medplum-check.ts", "definitions.ts"])
    expect(names).not.toContain(heavy);
});

it("loads nothing of Medplum with the validator that plugins' tests bring along, not even later", () => {
  const { files, packages } = reachable("./compiled-validator.ts");
  expect([...packages]).toEqual(["node:fs/promises"]);
  const sources = [...files].map((file) => readFileSync(new URL(file), "utf8"));
  expect(sources.filter((source) => /import\("@medplum/.test(source))).toEqual([]);
  expect(files.size).toBeGreaterThan(4);
});

it.each(["./search/index.ts", "./mask/index.ts"])("loads nothing of Node with %s either", (entry) => {
  const { files, packages } = reachable(entry);
  expect([...packages]).toEqual([]);
  expect(files.size).toBeGreaterThan(5);
});

it("sees a static import where there is one", () => {
  expect([...reachable("./validator.ts").packages]).toEqual(["node:fs/promises"]);
  expect(staticImports(new URL("./import-graph.test.ts", import.meta.url))).toEqual(["node:fs", "vitest"]);
});
