import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { badArchives } from "../test-support/bad-archives.ts";
import { readArchive } from "./read-archive.ts";
import { writeArchive } from "./write-archive.ts";

const file = (path: string, text = "content") => ({ path, bytes: Buffer.from(text) });
const refuses = (bytes: Buffer, why: RegExp): void =>
  expect(() => readArchive(bytes)).toThrow(
    expect.objectContaining({ code: "package.invalid", detail: expect.stringMatching(why) }) as Error,
  );

describe("readArchive", () => {
  it("reads what writeArchive wrote, whatever is in it", () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9_-]{0,12}$/);
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((steps) => `${steps.join("/")}.x`);
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(path, fc.uint8Array({ maxLength: 64 })), { selector: ([one]) => one, minLength: 1 }),
        (files) => {
          const given = files.map(([one, bytes]) => ({ path: one, bytes }));
          const archive = writeArchive(given);
          const read = readArchive(archive);
          expect(read.map(({ path: one }) => one)).toEqual(given.map(({ path: one }) => one).toSorted());
          for (const { path: one, bytes } of given)
            expect(Buffer.from(read.find((other) => other.path === one)?.bytes ?? []).equals(bytes)).toBe(true);
        },
      ),
    );
  });

  it("refuses every archive that differs in a single byte", () => {
    const archive = writeArchive([file("hilum.json", "{}"), file("main.mjs", "1")]);
    const taken: number[] = [];
    for (let at = 0; at < archive.length; at += 1) {
      const changed = Buffer.from(archive);
      changed[at] = (changed[at] ?? 0) ^ 1;
      try {
        readArchive(changed);
        taken.push(at);
      } catch (error) {
        expect(error).toMatchObject({ code: "package.invalid" });
      }
    }
    expect(taken).toEqual([]);
  });

  it.each(badArchives)(
    "threat 109, 110, 111, 112, 113, 114, 115, 116, 117, 129: refuses $what ($threat)",
    ({ bytes, why }) => refuses(bytes, why),
  );

  it("threat 113: refuses more files than there may be", () => {
    const many = Array.from({ length: 5_001 }, (_, index) => file(`f${String(index).padStart(5, "0")}`, ""));
    refuses(writeArchive(many), /more than 5000 files/);
  });
});
