import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { HilumError } from "@hilum/contract";

/**
 * Refuses installed code that has a symbolic link anywhere in it (threat 12): a link could lead outside the package
 * for whoever reads it on the host.
 */
export async function assertNoSymlinks(directory: string): Promise<void> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const links = entries
    .filter((entry) => entry.isSymbolicLink())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)));
  if (links.length === 0) return;
  throw new HilumError("package.symlink", {
    detail: `The package holds a symbolic link: ${links[0]}`,
    problems: links.slice(0, 10).map((link) => ({
      pointer: `/${link}`,
      message: "is a symbolic link",
      fix: "Put the file itself into the package.",
    })),
  });
}
