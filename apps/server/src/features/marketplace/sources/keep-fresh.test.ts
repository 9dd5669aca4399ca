import type { Log } from "@hilum/contract";
import { describe, expect, it } from "vitest";
import { createSourceKeeper } from "./keep-fresh.ts";

const start = Date.parse("2026-03-02T08:00:00.000Z");
const quiet = { warn: () => undefined } as unknown as Log;
const entry = (id: string, document: object) => ({ id, document }) as never;

describe("keeping sources fresh", () => {
  it("reads each an hour after it was read, one that was refused after a quarter of it, and goes on after a failure", async () => {
    const read: string[] = [];
    const minutesAgo = (minutes: number): string => new Date(start - minutes * 60_000).toISOString();
    const sources = {
      entries: async () => [
        entry("fresh", { refreshedAt: minutesAgo(30) }),
        entry("refused", { refreshedAt: minutesAgo(20), problem: {} }),
        entry("old", { refreshedAt: minutesAgo(61) }),
        entry("new", {}),
      ],
      refresh: async (_context: unknown, id: string) => {
        read.push(id);
        if (id === "refused") throw new Error("still refused");
        return {} as never;
      },
    };
    const keep = createSourceKeeper({ sources, hold: async (_name, work) => (await work(), true), log: quiet });
    await keep(() => new Date(start));
    expect(read).toEqual(["refused", "old", "new"]);
    await keep(() => new Date(start + 60_000));
    expect(read).toHaveLength(3);
    await keep(() => new Date(start + 16 * 60_000));
    expect(read.slice(3)).toEqual(["refused"]);
  });

  it("leaves them to the process that holds the lease", async () => {
    const keep = createSourceKeeper({
      sources: { entries: () => Promise.reject(new Error("read")), refresh: () => Promise.reject(new Error("read")) },
      hold: async () => false,
      log: quiet,
    });
    await expect(keep(() => new Date(start))).resolves.toBeUndefined();
  });
});
