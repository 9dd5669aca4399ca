import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../test/canonical-json.ts";
import { detailKeys } from "./detail-keys.ts";
import { createEntryEncoder } from "./encode-entry.ts";
import type { AuditInput } from "./entry.ts";
import { recordRef } from "./record-ref.ts";

const AT = "2026-11-22T13:00:00.000Z";
const encode = createEntryEncoder({ boot: "b00t" });
const input: AuditInput = { kind: "intent", call: "c-1", actor: "user:ana", action: "messages.send" };

const token = fc.stringMatching(/^[A-Za-z0-9_.:/@+-]{1,128}$/);
const details = fc.dictionary(fc.constantFrom(...Object.keys(detailKeys)), fc.anything()).map((record) =>
  Object.fromEntries(
    Object.keys(record).map((key, i) => {
      const kind = detailKeys[key as keyof typeof detailKeys];
      return [
        key,
        kind === "number"
          ? [0, -0, 1.5, 1e21, 4e-9, 333_333_333.3333333][i % 6]!
          : kind === "boolean"
            ? i % 2 === 0
            : "a/b:c+d@e_f.g-1",
      ];
    }),
  ),
);
const inputs: fc.Arbitrary<AuditInput> = fc.record(
  {
    kind: fc.constantFrom("intent", "outcome", "note"),
    call: token,
    actor: token,
    action: token,
    request: token,
    via: token,
    plugin: token,
    instance: token,
    resource: fc.stringMatching(/^[A-Za-z][A-Za-z-]{0,63}$/),
    ref: fc.stringMatching(/^[A-Za-z0-9_-]{22}$/),
    purpose: fc.constantFrom("TREAT", "HPAYMT", "BTG"),
    decision: fc.constantFrom("allow", "deny"),
    reason: token,
    outcome: fc.constantFrom("ok", "plugin.timeout", "killed", "unknown"),
    bytes: fc.maxSafeNat(),
    count: fc.nat(),
    detail: details,
  },
  { requiredKeys: ["kind", "call", "actor", "action"] },
);

describe("the entry encoder", () => {
  it("writes what a generic RFC 8785 canonicaliser writes", () => {
    fc.assert(
      fc.property(inputs, fc.nat(), (entry, mono) => {
        const json = encode(entry, AT, mono);
        expect(json).toBe(canonicalJson({ v: 1, at: AT, mono, boot: "b00t", ...entry }));
        expect(/^[\x20-\x7e]+$/.test(json)).toBe(true);
      }),
    );
  });

  it("threat 192: refuses every field that is not on the list, and does not repeat a value", () => {
    for (const extra of [
      { body: "Jane Doe" },
      { headers: {} },
      { patient: "123" },
      { message: "x" },
      { at: AT },
      { constructor: "x" },
    ]) {
      expect(() => encode({ ...input, ...extra }, AT, 1)).toThrow("audit.bad_entry");
    }
    const canary = "Jane Doe 1980-02-03";
    for (const field of [
      "actor",
      "action",
      "call",
      "via",
      "plugin",
      "instance",
      "resource",
      "ref",
      "purpose",
      "decision",
      "reason",
      "outcome",
      "request",
    ]) {
      const error = thrown(() => encode({ ...input, [field]: canary }, AT, 1));
      expect(error, field).toMatchObject({ code: "audit.bad_entry" });
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error)), field).not.toContain("Jane");
    }
  });

  it("threat 192: refuses text, nesting, bytes and unknown keys in detail", () => {
    const bad: Record<string, unknown>[] = [
      { note: "x" },
      { attempt: "3" },
      { state: "two words" },
      { state: { a: 1 } },
      { state: ["a"] },
      { state: Buffer.from("a") },
      { live: "true" },
      { attempt: Number.NaN },
      { state: "x".repeat(121) },
      { toString: "x" },
      { state: "J\u00fcrgen" },
      { "Jane Doe": 1 },
    ];
    for (const detail of bad) {
      const error = thrown(() => encode({ ...input, detail } as AuditInput, AT, 1));
      expect(error, JSON.stringify(detail)).toMatchObject({ code: "audit.bad_entry" });
      expect(String(error)).not.toContain("Jane");
    }
  });

  it("threat 192: takes a record's reference only as its keyed hash", () => {
    expect(() => encode({ ...input, ref: "MRN-0012345" }, AT, 1)).toThrow("audit.bad_entry");
    expect(() => encode({ ...input, resource: "Patient/123" }, AT, 1)).toThrow("audit.bad_entry");
    expect(
      encode({ ...input, resource: "Patient", ref: recordRef(Buffer.alloc(32), "Patient", "123") }, AT, 1),
    ).toContain('"resource":"Patient"');
  });

  it("threat 194: lets no newline, escape sequence or quote into the log", () => {
    for (const value of ["user:a\nuser:b", "user:a\u001b[31m", 'user:"a', "user:a\\", "user:\u2028", "user:a\0", ""]) {
      expect(() => encode({ ...input, actor: value }, AT, 1), JSON.stringify(value)).toThrow("audit.bad_entry");
      expect(() => encode({ ...input, detail: { state: `${value} ` } }, AT, 1), JSON.stringify(value)).toThrow(
        "audit.bad_entry",
      );
    }
  });

  it("refuses numbers that are not whole and entries above 4 KiB", () => {
    expect(() => encode({ ...input, bytes: -1 }, AT, 1)).toThrow("audit.bad_entry");
    expect(() => encode({ ...input, count: 1.5 }, AT, 1)).toThrow("audit.bad_entry");
    const large = Object.fromEntries(
      Object.entries(detailKeys).flatMap(([key, kind]) => (kind === "token" ? [[key, "x".repeat(120)]] : [])),
    );
    const long = "y".repeat(128);
    expect(() =>
      encode(
        {
          ...input,
          call: long,
          actor: long,
          action: long,
          via: long,
          plugin: long,
          instance: long,
          reason: long,
          request: long,
          detail: large,
        },
        AT,
        1,
      ),
    ).toThrow("4096");
  });

  it("does not grow with the number of different values", () => {
    for (let i = 0; i < 10_000; i += 1) encode({ ...input, actor: `user:${i}` }, AT, 1);
    expect(() => encode({ ...input, actor: "user:a b" }, AT, 1)).toThrow("audit.bad_entry");
  });
});

describe("a record's reference", () => {
  it("threat 193: depends on a key that is not in the log, and tells classes apart", () => {
    const [key, other] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
    expect(recordRef(key, "Patient", "123")).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(recordRef(key, "Patient", "123")).toBe(recordRef(key, "Patient", "123"));
    expect(recordRef(other, "Patient", "123")).not.toBe(recordRef(key, "Patient", "123"));
    expect(recordRef(key, "Person", "123")).not.toBe(recordRef(key, "Patient", "123"));
    expect(recordRef(key, "a", "bc")).not.toBe(recordRef(key, "ab", "c"));
  });
});

function thrown(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
