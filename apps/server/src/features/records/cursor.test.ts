import { randomBytes } from "node:crypto";
import { isHilumError, type Actor } from "@hilum/contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCursors } from "./cursor.ts";

const token = (id: string): Actor => ({ kind: "token", id: `token:${id}`, token: id, role: "viewer" });
const start = new Date("2026-03-02T12:00:00Z");
const cursors = createCursors(randomBytes(32), () => start);
const after = (ms: number): Date => new Date(start.getTime() + ms);

function refusalOf(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return isHilumError(error) ? error.code : String(error);
  }
}

describe("a page's link", () => {
  it("gives back what it was made of, and shows nothing of it", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.string({ minLength: 4 }))), (query) => {
        const text = cursors.seal(token("t"), "search Patient", { query });
        if (!/^[A-Za-z0-9_-]+$/.test(text)) return false;
        const { query: opened } = cursors.open(token("t"), "search Patient", text, start);
        return JSON.stringify(opened) === JSON.stringify(query);
      }),
    );
    const text = cursors.seal(token("t"), "search Patient", { query: [["name", "Quillfeather"]] });
    expect(Buffer.from(text, "base64url").toString("latin1")).not.toContain("Quillfeather");
  });

  it("threat 53: opens for nobody else, nowhere else, not altered, and not after an hour", () => {
    const text = cursors.seal(token("t"), "search Patient", { query: [] });
    const bytes = Buffer.from(text, "base64url");
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const altered = Buffer.from(bytes);
        altered[at] = (altered[at] ?? 0) ^ change;
        const given = altered.toString("base64url");
        return refusalOf(() => cursors.open(token("t"), "search Patient", given, start)) === "search.invalid";
      }),
    );
    const open = (actor: Actor, place: string, at: Date, given = text) =>
      refusalOf(() => cursors.open(actor, place, given, at));
    expect(open(token("t"), "search Patient", after(3_599_999))).toBeUndefined();
    expect(open(token("t"), "search Patient", after(3_600_001))).toBe("search.invalid");
    expect(open(token("u"), "search Patient", start)).toBe("search.invalid");
    expect(open(token("t"), "search Observation", start)).toBe("search.invalid");
    for (const given of ["", "AA", text.slice(4), text.repeat(200), "not base64!"])
      expect(open(token("t"), "search Patient", start, given)).toBe("search.invalid");
  });

  it("threat 201: does not take a tag that was cut short", () => {
    const text = cursors.seal(token("t"), "search Patient", { query: [] });
    const bytes = Buffer.from(text, "base64url");
    for (const left of [4, 8, 12, 15])
      expect(
        refusalOf(() =>
          cursors.open(
            token("t"),
            "search Patient",
            bytes.subarray(0, bytes.length - 16 + left).toString("base64url"),
            start,
          ),
        ),
      ).toBe("search.invalid");
  });
});
