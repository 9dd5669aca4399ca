import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { repository, runCommand } from "../process.ts";
import { packageOf } from "./write-code.ts";

const own = ["contract", "policy", "sdk"] as const;

/**
 * Writes the declarations of the SDK, and of the repository's packages that they speak of, into `out`, and answers the packages of
 * others whose types they name.
 */
export async function writeTypes(out: string): Promise<Set<string>> {
  for (const project of ["packages/sdk/tsconfig.types.json", "packages/sdk/tsconfig.ui-types.json"]) {
    const { code, output } = await runCommand("tsc", ["-p", project, "--outDir", out]);
    if (code !== 0) throw new Error(`The declarations cannot be written.\n${output}`);
  }
  const foreign = new Set<string>();
  for (const file of readdirSync(out, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".d.ts")) continue;
    const path = join(out, file);
    writeFileSync(path, turnSpecifiers(readFileSync(path, "utf8"), path, out, foreign));
  }
  return foreign;
}

/** Module names of a declaration as they are in the package: the compiler writes those of the sources. */
function turnSpecifiers(text: string, path: string, out: string, foreign: Set<string>): string {
  return text.replaceAll(/(\bfrom |\bimport\(|\bimport )"([^"]+)"/g, (_whole, before: string, id: string) => {
    if (id.startsWith(".")) return `${before}"${id.replace(/\.tsx?$/, ".js")}"`;
    const target = ownTarget(id, out);
    if (target === undefined) {
      if (!id.startsWith("node:")) foreign.add(packageOf(id));
      return `${before}"${id}"`;
    }
    const way = relative(dirname(path), target);
    return `${before}"${way.startsWith(".") ? way : `./${way}`}"`;
  });
}

function ownTarget(id: string, out: string): string | undefined {
  const name = own.find((one) => id === `@hilum/${one}` || id.startsWith(`@hilum/${one}/`));
  if (name === undefined) return undefined;
  const { exports } = JSON.parse(readFileSync(join(repository, "packages", name, "package.json"), "utf8")) as {
    exports: Record<string, string>;
  };
  const source = exports[`.${id.slice(`@hilum/${name}`.length)}`];
  if (source === undefined) throw new Error(`${id} is no entry of packages/${name}`);
  return join(out, name, source.replace(/\.tsx?$/, ".js"));
}
