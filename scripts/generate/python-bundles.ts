import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { GeneratedFile, Generator } from "./generate-files.ts";

const sdk = "sdks/python/src/hilum";

/**
 * The code of the Python plugins that come with Hilum: a sandbox sees nothing but the plugin's own folder, so the SDK stands
 * beside it, as `python -m hilum.pack` puts it there. No Python is needed to check it.
 */
export const pythonBundles: Generator = {
  name: "Python plugins",
  generate: async (root) => {
    const plugins = readdirSync(join(root, "plugins")).filter((name) =>
      existsSync(join(root, "plugins", name, "src/main.py")),
    );
    const notPacked = readNotPacked(root);
    return plugins.flatMap((name) => [
      ...copy(root, `plugins/${name}/src`, `plugins/${name}/dist`),
      ...copy(root, sdk, `plugins/${name}/dist/hilum`, notPacked),
    ]);
  },
};

/** The names that the Python packer itself leaves out. */
function readNotPacked(root: string): ReadonlySet<string> {
  const text = readFileSync(join(root, sdk, "pack.py"), "utf8");
  const [, names = ""] = /^NOT_PACKED = frozenset\(\s*\{([^}]*)\}/m.exec(text) ?? [];
  return new Set([...names.matchAll(/"([^"]+)"/g)].map(([, name = ""]) => name));
}

function copy(root: string, from: string, to: string, left: ReadonlySet<string> = new Set()): GeneratedFile[] {
  return readdirSync(join(root, from), { withFileTypes: true })
    .filter(({ name }) => name !== "__pycache__" && !left.has(name))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => {
      const [source, target] = [`${from}/${entry.name}`, `${to}/${entry.name}`];
      if (entry.isDirectory()) return copy(root, source, target, left);
      return [{ path: target, content: readFileSync(join(root, source), "utf8") }];
    });
}
