import { HilumError, type ErrorCode } from "@hilum/contract";
import type { RecordRow } from "@hilum/store";
import { describe, expect, it } from "vitest";
import { carryBatch } from "./carry-batch.ts";
import { judgeRefusal } from "./judge-refusal.ts";

const row = (id: string, version: number, seq: number): RecordRow => ({
  ...{ type: "Patient", id, version, seq, at: "2026-03-02T08:00:00.000Z", by: "user:ana", resource: "{}" },
  ...{ patients: [], hold: false },
});
const judge = (error: unknown) => judgeRefusal(error, undefined);
const carry = (rows: readonly RecordRow[], refuses: (row: RecordRow) => ErrorCode | undefined) => {
  const order: string[] = [];
  const give = async (one: RecordRow): Promise<void> => {
    await Promise.resolve();
    const code = refuses(one);
    if (code !== undefined) throw new HilumError(code);
    order.push(`${one.id}/${one.version}`);
  };
  return carryBatch(rows, give, judge).then((outcome) => ({ ...outcome, order }));
};

describe("carrying a batch", () => {
  it("hands the versions of a record over in their order, beside those of others", async () => {
    const rows = [row("a", 1, 1), row("b", 1, 2), row("a", 2, 3), row("a", 3, 4)];
    const { taken, order } = await carry(rows, () => undefined);
    expect(taken.size).toBe(4);
    expect(order.filter((name) => name.startsWith("a"))).toEqual(["a/1", "a/2", "a/3"]);
  });

  it("lets no later version overtake one that was refused", async () => {
    const rows = [row("a", 1, 1), row("a", 2, 2), row("b", 1, 3)];
    const { taken, refused, blocked } = await carry(rows, ({ seq }) => (seq === 1 ? "record.invalid" : undefined));
    expect([...taken]).toEqual([3]);
    expect([...refused.keys()]).toEqual([1]);
    expect(blocked).toBeUndefined();
  });

  it("ends at what concerns the whole store", async () => {
    const rows = Array.from({ length: 100 }, (_, index) => row(`p${index}`, 1, index + 1));
    const { taken, refused, blocked } = await carry(rows, ({ seq }) => (seq > 10 ? "provider.unreachable" : undefined));
    expect(blocked?.refusal).toMatchObject({ code: "provider.unreachable", cause: "network" });
    expect(refused.size).toBe(0);
    expect(taken.size).toBeGreaterThan(0);
    expect(taken.size).toBeLessThanOrEqual(10);
  });
});

describe("judging why a record was not taken", () => {
  it("tells what is the record's from what is the store's, and says where it is mended", () => {
    const about = (code: ErrorCode, cause?: "configuration") =>
      judgeRefusal(new HilumError(code), cause === undefined ? undefined : { code, cause }).about;
    expect(about("record.invalid")).toBe("record");
    expect(about("record.too_large")).toBe("record");
    expect(about("provider.refused")).toBe("record");
    // What is not offered at all is mended once, not a thousand times.
    expect(about("provider.refused", "configuration")).toBe("doubtful");
    expect(about("provider.temporary")).toBe("doubtful");
    expect(about("plugin.failed")).toBe("doubtful");
    for (const code of [
      "provider.unreachable",
      "provider.bad_credentials",
      "agreement.missing",
      "plugin.not_running",
    ] as const)
      expect(about(code), code).toBe("store");
    expect(judgeRefusal(new HilumError("plugin.not_running"), undefined).isUnsent).toBe(true);
    expect(judgeRefusal(new HilumError("provider.unreachable", { sent: "no" }), undefined).isUnsent).toBe(true);
    expect(judgeRefusal(new HilumError("plugin.timeout"), undefined).isUnsent).toBe(false);
    const told = judgeRefusal(new Error("x"), {
      ...{ code: "provider.quota", cause: "quota", retryAfterMs: 7000, fix: "Wait.", field: "/host", reply: "429" },
    });
    expect(told).toEqual({
      about: "store",
      isUnsent: false,
      refusal: { code: "provider.quota", cause: "quota", fix: "Wait.", field: "/host", reply: "429" },
      retryAfterMs: 7000,
    });
  });
});
