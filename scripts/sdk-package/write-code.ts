import { mkdirSync, writeFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join } from "node:path";
import { rolldown } from "rolldown";

const builtin = new Set(builtinModules);
/** The repository's own packages come along; what others publish is a dependency. */
const isForeign = (id: string): boolean => !/^(?:[./\0]|@hilum\/)/.test(id);

/**
 * Bundles the SDK's entries into `out` and answers the packages of others that the code imports. Entries share what they share, so
 * that an error of the one is an instance of the other's class.
 */
export async function writeCode(
  entries: Readonly<Record<string, string>>,
  out: string,
  platform: "node" | "browser",
): Promise<Set<string>> {
  const build = await rolldown({
    input: { ...entries },
    platform,
    external: isForeign,
    onLog: (_level, log) => {
      throw new Error(log.message);
    },
  });
  const { output } = await build.generate({
    ...{ format: "esm", minify: false, comments: { legal: true, jsdoc: true } },
    ...{ entryFileNames: "[name].js", chunkFileNames: "shared/[name]-[hash].js" },
  });
  await build.close();
  const packages = new Set<string>();
  for (const chunk of output) {
    const file = join(out, chunk.fileName);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, chunk.type === "chunk" ? chunk.code : chunk.source);
    if (chunk.type !== "chunk") continue;
    for (const id of [...chunk.imports, ...chunk.dynamicImports])
      if (isForeign(id) && !id.startsWith("node:") && !builtin.has(id) && !id.startsWith("shared/") && !(id in entries))
        packages.add(packageOf(id));
  }
  return packages;
}

/** `@scope/name` or `name` of what is imported. */
export function packageOf(id: string): string {
  return id
    .split("/")
    .slice(0, id.startsWith("@") ? 2 : 1)
    .join("/");
}
