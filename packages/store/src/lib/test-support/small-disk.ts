import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createTempDir, noteSkip } from "@hilum/testkit";

const diskBytes = 8 * 1024 * 1024;

/** A file system of 8 MiB. */
export interface SmallDisk {
  path: string;
  /** Takes what is left. */
  fill(): void;
  free(): void;
  unmount(): void;
}

/** Undefined where this user may not mount one. */
export function mountSmallDisk(path: string): SmallDisk | undefined {
  try {
    mkdirSync(path, { recursive: true });
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", path], { stdio: "ignore" });
  } catch {
    return undefined;
  }
  const filler = `${path}/filler`;
  return {
    path,
    fill: () => {
      try {
        writeFileSync(filler, Buffer.alloc(diskBytes));
      } catch {
        // The file now holds what was left of the disk.
      }
    },
    free: () => rmSync(filler),
    unmount: () => void execFileSync("umount", [path]),
  };
}

/** Asked once per test file; leaves a note where it is not so. */
export function canMountSmallDisk(): boolean {
  using folder = createTempDir("mount");
  const disk = process.platform === "linux" ? mountSmallDisk(folder.path) : undefined;
  disk?.unmount();
  if (disk !== undefined) return true;
  noteSkip({
    name: "mount",
    reason: "this user may not mount a small file system",
    enable: "run the tests as root in a container",
  });
  return false;
}
