import { rolldown } from "rolldown";
import { realpath } from "node:fs/promises";
import { isAbsolute, relative } from "node:path";
import { HilumError } from "@hilum/contract";

export interface Bundle {
  code: string;
  /** Files of other packages whose code is in it, absolute. */
  foreign: string[];
}

export interface BundleOptions {
  /** Folders that code may come from, besides the plugin's own: the SDK and what it stands on. */
  roots: readonly string[];
  platform: "node" | "browser";
  minify?: boolean;
}

/**
 * Code in one file: a sandbox sees the plugin's own folder alone, and a page is one script, so dependencies come along.
 * Nothing of it is run. A module that is found elsewhere than below `folder` and `roots` is refused, so that no file of the
 * server can be packed by naming it. Throws `package.invalid`.
 */
export async function bundle(
  folder: string,
  entry: string,
  { roots, platform, minify = false }: BundleOptions,
): Promise<Bundle> {
  const allowed = await Promise.all([folder, ...roots].map((root) => realpath(root)));
  const modulesFolders = roots.filter((root) => root.endsWith("node_modules"));
  const build = await rolldown({
    cwd: folder,
    input: `./${entry}`,
    platform,
    resolve: { modules: ["node_modules", ...modulesFolders] },
    ...(platform === "browser" ? { transform: { define: { "process.env.NODE_ENV": '"production"' } } } : {}),
    plugins: [
      {
        name: "stay-inside",
        load(id) {
          const path = id.split("?")[0] ?? id;
          if (!isAbsolute(path) || allowed.some((root) => isInside(root, path))) return null;
          throw new Error(`${relative(folder, path)} lies outside of the plugin's folder`);
        },
      },
    ],
    onLog(_level, log) {
      throw new Error(log.message);
    },
  }).catch((cause: unknown) => {
    throw refused(cause);
  });
  try {
    const { output } = await build.generate({ format: "esm", codeSplitting: false, minify, comments: { legal: true } });
    const [chunk, ...rest] = output;
    if (rest.length > 0) throw new Error("the code makes more than one file");
    const own = await realpath(folder);
    const foreign = Object.keys(chunk.modules).filter((id) => isAbsolute(id) && !isOwn(own, id));
    return { code: chunk.code, foreign };
  } catch (cause) {
    throw refused(cause);
  } finally {
    await build.close();
  }
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== "" && !way.startsWith("..") && !isAbsolute(way);
}

const isOwn = (folder: string, path: string): boolean =>
  isInside(folder, path) && !relative(folder, path).split("/").includes("node_modules");

/** The bundler's first line names the module; what follows is an excerpt of code. */
function refused(cause: unknown): HilumError {
  const [line = ""] = (cause instanceof Error ? cause.message : "unknown")
    .split("\n")
    .filter((text) => text.trim() !== "" && !text.startsWith("Build failed with"));
  return new HilumError("package.invalid", {
    detail: `The code cannot be put into one file: ${line.slice(0, 300)}`,
    problems: [
      {
        pointer: "/runtime/entry",
        message: "cannot be bundled",
        fix: "Correct the import that is named, or install what it imports.",
      },
    ],
    cause,
  });
}
