import { createHash } from "node:crypto";

/**
 * The user IDs for plugins when Hilum runs as root: one per running process, from a range that neither distributions,
 * containers nor systemd hand out (systemd, docs/UIDS-GIDS.md: 1879048192 to 2147352575 is unused).
 */
const firstUserId = 1_900_000_000;
const userIdCount = 100_000;

export interface UserIds {
  /** An ID that no other running plugin of this host has; the same instance tends to get the same one. */
  take(owner: string): number;
  release(userId: number): void;
}

export function createUserIds(): UserIds {
  const taken = new Set<number>();
  return {
    take(owner) {
      const start = createHash("sha256").update(owner).digest().readUInt32LE(0) % userIdCount;
      for (let step = 0; step < userIdCount; step += 1) {
        const userId = firstUserId + ((start + step) % userIdCount);
        if (taken.has(userId)) continue;
        taken.add(userId);
        return userId;
      }
      throw new RangeError("Every plugin user ID is in use");
    },
    release: (userId) => void taken.delete(userId),
  };
}
