import * as fs from "node:fs";

export interface DiskSpace {
  freeBytes: number;
  /** Share of the disk that is used, 0 to 1. */
  used: number;
  /** True from 80 % on (threat 196). */
  alarm: boolean;
}

const ALARM_FROM = 0.8;

/** Room on the disk of a directory; undefined where the system does not tell. */
export async function readDiskSpace(directory: string): Promise<DiskSpace | undefined> {
  try {
    const { bsize, bavail, blocks } = await fs.promises.statfs(directory);
    const used = blocks === 0 ? 0 : 1 - bavail / blocks;
    return { freeBytes: bavail * bsize, used, alarm: used >= ALARM_FROM };
  } catch {
    return undefined;
  }
}
