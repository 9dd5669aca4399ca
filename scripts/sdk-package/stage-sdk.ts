import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../process.ts";
import { writeCode } from "./write-code.ts";
import { writeTypes } from "./write-types.ts";

const sdk = join(repository, "packages/sdk");
const definitions = "definitions.gen.json";
const read = (path: string): Description => JSON.parse(readFileSync(path, "utf8")) as Description;

interface Description {
  version: string;
  license: string;
  exports: Record<string, string>;
  dependencies?: Record<string, string>;
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, object>;
}

/**
 * Lays the SDK as others install it into `out`: JavaScript that any Node 20 runs, declarations beside it, and a package.json that names
 * what it needs of others, in the versions of this repository.
 */
export async function stageSdk(out: string): Promise<void> {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const node = { index: join(sdk, "src/index.ts"), testing: join(sdk, "src/testing/index.ts") };
  const needed = new Set([
    ...(await writeCode(node, join(out, "dist"), "node")),
    ...(await writeCode({ ui: join(sdk, "src/ui/index.ts") }, join(out, "dist/browser"), "browser")),
    ...(await writeTypes(join(out, "types"))),
  ]);
  cpSync(join(sdk, "src/ui/css"), join(out, "css"), { recursive: true });
  // The test host judges records by it, and reads it beside the code that does.
  cpSync(join(repository, "packages/contract/src/fhir", definitions), join(out, "dist/shared", definitions));
  cpSync(join(repository, "LICENSE"), join(out, "LICENSE"));
  writeFileSync(join(out, "README.md"), readme);
  writeFileSync(join(out, "package.json"), `${JSON.stringify(describePackage(needed), undefined, 2)}\n`);
}

function describePackage(needed: ReadonlySet<string>): object {
  const { version, license, peerDependencies, peerDependenciesMeta } = read(join(sdk, "package.json"));
  const versions = new Map(
    ["sdk", "contract", "policy"].flatMap((name) => {
      const { dependencies = {} } = read(join(repository, "packages", name, "package.json"));
      return Object.entries(dependencies).filter(([id]) => !id.startsWith("@hilum/"));
    }),
  );
  const dependencies = [...needed].filter((id) => !(id in peerDependencies)).toSorted();
  const unknown = dependencies.find((id) => !versions.has(id));
  if (unknown !== undefined)
    throw new Error(`The SDK imports ${unknown}, which no package.json of its packages names.`);
  const entry = (code: string, types: string): object => ({
    types: `./types/sdk/src/${types}`,
    default: `./dist/${code}`,
  });
  return {
    name: "@hilum/sdk",
    version,
    license,
    description: "Writes plugins for Hilum in JavaScript and TypeScript.",
    type: "module",
    sideEffects: false,
    engines: { node: ">=20" },
    exports: {
      ".": entry("index.js", "index.d.ts"),
      "./testing": entry("testing.js", "testing/index.d.ts"),
      "./ui": entry("browser/ui.js", "ui/index.d.ts"),
      "./ui/kit.css": "./css/kit.css",
      "./ui/lanes.css": "./css/lanes.css",
      "./ui/records.css": "./css/records.css",
      "./ui/views.css": "./css/views.css",
      "./package.json": "./package.json",
    },
    dependencies: Object.fromEntries(dependencies.map((id) => [id, versions.get(id)])),
    peerDependencies,
    peerDependenciesMeta,
  };
}

const readme = `# @hilum/sdk

Writes plugins for Hilum in JavaScript and TypeScript: \`definePlugin\` and \`serve\` from \`@hilum/sdk\`, an in-memory host for tests from
\`@hilum/sdk/testing\` (it needs a Node with \`node:sqlite\`, 22.13 or newer), React parts for pages of a plugin's own from \`@hilum/sdk/ui\`.
`;
