import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { packFolder } from "@hilum/devtools";
import { isHilumError } from "@hilum/contract";
import type { VectorFile } from "./vector-file.ts";

type Tree = Record<string, string>;

const manifest = (change: object = {}): string =>
  JSON.stringify({
    ...{ id: "com.example.plugin", name: "Plugin", version: "1.2.3", capabilities: ["send_messages"] },
    runtime: { kind: "python", entry: "dist/main.py" },
    ...change,
  });
const sdk = { "dist/hilum/__init__.py": "", "dist/hilum/version.py": 'VERSION = "0.9.1"\n' };
const whole: Tree = { "hilum.json": manifest(), "dist/main.py": "print(1)\n", ...sdk };
const sbom = JSON.stringify({
  bomFormat: "CycloneDX",
  components: ["b", "a", "b"].map((name) => ({
    ...{ type: "library", name, version: "1.0.0", purl: `pkg:pypi/${name}@1.0.0` },
    licenses: [{ license: { name: "Eigene Lizenz \u00fc" } }],
  })),
});

const trees: Record<string, Tree> = {
  "what is built": whole,
  "what is not built": {
    ...{ "hilum.json": manifest({ runtime: { kind: "python", entry: "main.py" } }), "main.py": "print(1)\n" },
    ...{ "hilum/__init__.py": "", "lib/a.py": "x = 1\n", "test_main.py": "", "tests/test_a.py": "", "conftest.py": "" },
  },
  "documents and what is hidden": {
    ...whole,
    ...{ "README.md": "# Plugin\n", LICENSE: "MIT\n", "changelog.md": "1.2.3\n", "src/main.py": "print(1)\n" },
    ...{ ".env": "secret\n", "__pycache__/x.pyc": "x", "pyproject.toml": "", "requirements.txt": "x==1\n" },
  },
  "parts that were put beside": { ...whole, "dist/sbom.cdx.json": sbom, "dist/a/b.py": "\u00fc = 1\n" },
  pages: {
    ...whole,
    ...{ "ui/page.mjs": "1\n", "ui/page.css": "a{}\n", "ui/more.mjs": "2\n" },
    "hilum.json": manifest({
      ui: { pages: [{ path: "page", title: "Page", entry: "ui/page.mjs", style: "ui/page.css" }] },
    }),
  },
  "no version": { ...whole, "hilum.json": manifest({ version: undefined }) },
  "an empty file and names in order": {
    ...whole,
    "dist/B.py": "",
    "dist/a.py": "",
    "dist/_.py": "",
    "dist/a/z.py": "",
  },
  "an entry that is not there": { "hilum.json": manifest() },
  "parts that are not listed well": { ...whole, "dist/sbom.cdx.json": "{}" },
  "a manifest that is not valid": { ...whole, "hilum.json": manifest({ id: "X" }) },
  "no manifest": { "main.py": "" },
};

/** Whole folders, and the digest of the package that each becomes; null where it becomes none. */
export async function packageVectors(): Promise<VectorFile> {
  const cases = [];
  for (const [what, tree] of Object.entries(trees)) cases.push({ what, tree, digest: await digestOf(tree) });
  return {
    name: "packages",
    about: "tree: the files of a folder; digest: SHA-256 of the package, null where the folder is refused",
    cases,
  };
}

async function digestOf(tree: Tree): Promise<string | null> {
  const folder = mkdtempSync(join(tmpdir(), "hilum-tree-"));
  try {
    for (const [path, text] of Object.entries(tree)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const { content } = await packFolder(folder, { moduleRoots: [] });
    return createHash("sha256").update(content).digest("hex");
  } catch (error) {
    if (isHilumError(error)) return null;
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
