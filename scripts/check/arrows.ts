/** Which workspace may import which: the arrows of ARCHITECTURE.md as a table. */
export interface Arrow {
  /** Folder from the root; `*` stands for one name. The longest match holds. */
  place: string;
  /** Names without `@hilum/`: `contract` is that entry alone, `contract/*` every entry of the package. */
  imports: readonly string[];
  /** What its tests may import besides. */
  testImports?: readonly string[];
  /**
   * What its `src/` may use of Node: `all` (the default); `computing`, the built-in modules that do no I/O; or `nothing`,
   * for what runs in a browser.
   */
  node?: "all" | "computing" | "nothing";
  /** It is bundled or never published, so that its dependencies may be declared as devDependencies. */
  unpublished?: boolean;
}

const tests = ["testkit/*"];
const floor = "contract/*";
const everyPackage = [
  ...[floor, "policy/*", "audit/*", "store/*", "host/*", "client/*"],
  ...["devtools/*", "marketplace/*", "sdk/*", "testkit/*"],
];

export const arrows: readonly Arrow[] = [
  { place: "packages/contract", imports: [], node: "computing", testImports: tests },
  // The FHIR definitions are large and are read from their file on demand; what runs in a browser has no arrow here.
  { place: "packages/contract/src/fhir", imports: [], testImports: tests },
  { place: "packages/policy", imports: [floor], node: "computing", testImports: tests },
  { place: "packages/audit", imports: [floor], testImports: tests },
  { place: "packages/client", imports: ["contract", "contract/api"], node: "nothing", testImports: tests },
  { place: "packages/sdk", imports: [floor], testImports: tests },
  // Runs in a plugin's page, and its canonical views in the console too.
  {
    place: "packages/sdk/src/ui",
    imports: ["contract", "contract/api", "contract/bridge"],
    testImports: tests,
    node: "nothing",
  },
  // The in-memory test host of plugin developers decides with the real rules over a real store.
  { place: "packages/sdk/src/testing", imports: [floor, "policy/*", "store/*"], testImports: tests },
  { place: "packages/testkit", imports: [floor] },
  { place: "packages/store", imports: [floor, "policy/*", "audit/*"], testImports: tests },
  { place: "packages/host", imports: [floor, "policy/*", "audit/*"], testImports: [...tests, "sdk"] },
  // Its log of packages is a tree as the audit log's is, written once.
  { place: "packages/marketplace", imports: [floor, "audit/tlog"], testImports: tests },
  // Keys are used in the browser, and on the command line.
  {
    place: "packages/marketplace/src/sign",
    imports: ["contract/errors"],
    testImports: [...tests, "audit/tlog"],
    node: "nothing",
  },
  { place: "packages/devtools", imports: [floor, "marketplace"], testImports: [...tests, "sdk/*"] },
  {
    place: "apps/server",
    imports: [floor, "policy/*", "audit/*", "store/*", "host/*", "devtools/*", "marketplace/*"],
    testImports: [...tests, "client", "sdk"],
  },
  {
    place: "apps/console",
    imports: [
      ...["contract", "contract/api", "contract/bridge", "contract/errors", "contract/fhir"],
      ...["client", "marketplace/sign", "sdk/ui"],
    ],
    testImports: tests,
    node: "nothing",
    unpublished: true,
  },
  // Keys are used here as in the browser: the part of the marketplace that signs, what a witness reads, and no other.
  {
    place: "apps/cli",
    imports: ["contract", "contract/api", "client", "marketplace/sign", "marketplace/witness"],
    testImports: [...tests, "marketplace"],
  },
  { place: "plugins/*", imports: ["sdk", "sdk/ui"], testImports: [...tests, "sdk/testing"] },
  { place: "examples/*", imports: ["sdk", "sdk/ui", "client", floor], testImports: [...tests, "sdk/testing"] },
  { place: "bench", imports: everyPackage, unpublished: true },
  { place: "conformance", imports: everyPackage, unpublished: true },
  { place: "scripts", imports: [floor, "client", "devtools", "marketplace/*", "testkit/*"] },
  // Sees the server and the console from outside alone: through a browser, programs and the disk. It signs a marketplace as
  // a keeper elsewhere does.
  { place: "e2e", imports: [floor, "marketplace/*", "sdk", "testkit/*"], unpublished: true },
];

/** The arrow of a file or folder: the one whose place is the longest prefix. */
export function arrowOf(path: string): Arrow | undefined {
  const parts = path.split("/");
  const matches = arrows.filter(({ place }) =>
    place.split("/").every((part, index) => part === parts[index] || (part === "*" && parts[index] !== undefined)),
  );
  return matches.toSorted((a, b) => b.place.length - a.place.length)[0];
}

/** True where the arrow allows `specifier`, a name without `@hilum/`. */
export function allows(imports: readonly string[], specifier: string): boolean {
  const [name = ""] = specifier.split("/");
  return imports.includes(specifier) || imports.includes(`${name}/*`);
}
