import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { GeneratedFile, Generator } from "./generate-files.ts";

/** Pages of the examples' plugins, by the build script that stands beside them: a linked folder is served as it is. */
export const pageBundles: Generator = {
  name: "page bundles",
  generate: async (root) => {
    const examples = readdirSync(join(root, "examples")).filter((name) =>
      existsSync(join(root, "examples", name, "pages")),
    );
    const bundles = await Promise.all(examples.map((name) => bundlePages(root, `examples/${name}`)));
    return bundles.flat();
  },
};

async function bundlePages(root: string, folder: string): Promise<GeneratedFile[]> {
  const out = mkdtempSync(join(tmpdir(), "hilum-pages-"));
  try {
    await promisify(execFile)(process.execPath, [join(root, folder, "build.ts"), out]);
    return readdirSync(out).map((name) => ({
      path: `${folder}/dist/ui/${name}`,
      content: readFileSync(join(out, name), "utf8"),
    }));
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}
