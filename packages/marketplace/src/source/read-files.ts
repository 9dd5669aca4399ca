import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { HilumError } from "@hilum/contract";
import { findPathFault } from "../archive/path-fault.ts";
import type { ReadFile } from "./fetcher.ts";

/** Files of a folder: a mirror, a stick. Links are not followed. Throws `source.unreachable` where the folder is not there. */
export function readFolderFiles(folder: string): ReadFile {
  return async (path, bytesMax) => {
    if (findPathFault(path) !== undefined) return undefined;
    await assertFolder(folder);
    const file = await open(join(folder, path), constants.O_RDONLY | constants.O_NOFOLLOW).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return undefined;
        throw unreachable(error);
      },
    );
    if (file === undefined) return undefined;
    try {
      const { size } = await file.stat();
      if (size > bytesMax) throw new HilumError("source.too_large", { detail: `${path} is too large.` });
      return await file.readFile();
    } catch (error) {
      throw error instanceof HilumError ? error : unreachable(error);
    } finally {
      await file.close();
    }
  };
}

async function assertFolder(folder: string): Promise<void> {
  const opened = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY).catch((error: unknown) => {
    throw unreachable(error);
  });
  await opened.close();
}

const unreachable = (cause: unknown): HilumError => new HilumError("source.unreachable", { cause });
