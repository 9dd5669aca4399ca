import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createDenyCoalescer } from "./deny-coalescer.ts";
import type { AuditInput } from "./entry.ts";

const denial = (actor: string, reason = "policy.denied"): AuditInput => ({
  kind: "outcome",
  call: "c-1",
  actor,
  action: "messages.send",
  decision: "deny",
  reason,
});

describe("the coalescer of denials", () => {
  const written: AuditInput[] = [];
  const append = (entry: AuditInput): Promise<void> => Promise.resolve(void written.push(entry));

  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.useRealTimers();
    written.length = 0;
  });

  it("threat 196: writes a thousand equal denials as the first and one count", async () => {
    const coalescer = createDenyCoalescer({ append, windowMs: 1_000 });
    for (let i = 0; i < 1_000; i += 1) await coalescer.deny(denial("plugin:com.x/default"));
    expect(written).toEqual([denial("plugin:com.x/default")]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(written[1]).toMatchObject({
      kind: "note",
      actor: "plugin:com.x/default",
      decision: "deny",
      count: 999,
      detail: { windowMs: 1_000 },
    });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(written).toHaveLength(2);
    await coalescer.deny(denial("plugin:com.x/default"));
    expect(written).toHaveLength(3);
  });

  it("keeps actors, actions and reasons apart", async () => {
    const coalescer = createDenyCoalescer({ append });
    await coalescer.deny(denial("plugin:a"));
    await coalescer.deny(denial("plugin:b"));
    await coalescer.deny(denial("plugin:a", "lane.full"));
    await coalescer.deny({ ...denial("plugin:a"), action: "records.read" });
    expect(written).toHaveLength(4);
    await coalescer.close();
    expect(written).toHaveLength(4);
  });

  it("threat 196: counts together what comes from more actors than it remembers", async () => {
    const coalescer = createDenyCoalescer({ append, keysMax: 10 });
    for (let i = 0; i < 5_000; i += 1) await coalescer.deny(denial(`token:${i}`));
    await coalescer.close();
    expect(written).toHaveLength(12);
    expect(written.at(-1)).toMatchObject({ actor: "system:many", count: 4_989 });
  });

  it("rejects when the first denial cannot be written", async () => {
    const coalescer = createDenyCoalescer({ append: () => Promise.reject(new Error("blocked")) });
    await expect(coalescer.deny(denial("user:ana"))).rejects.toThrow("blocked");
  });
});
