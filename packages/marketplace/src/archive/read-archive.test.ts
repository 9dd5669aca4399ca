import { crc32 } from "node:zlib";
import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readArchive } from "./read-archive.ts";
import { writeArchive } from "./write-archive.ts";

const file = (path: string, text = "content") => ({ path, bytes: Buffer.from(text) });
const refuses = (bytes: Buffer, why: RegExp): void =>
  expect(() => readArchive(bytes)).toThrow(
    expect.objectContaining({ code: "package.invalid", detail: expect.stringMatching(why) }) as Error,
  );

interface Forged {
  path: string | Buffer;
  content?: Buffer;
  method?: number;
  size?: number;
  crc?: number;
  attributes?: number;
  extra?: Buffer;
  entryName?: string;
  times?: number;
}

/** An archive as a general tool or an attacker would write it. */
function forge(
  files: readonly Forged[],
  around: { before?: Buffer; between?: Buffer; after?: Buffer; comment?: string } = {},
): Buffer {
  const parts: Buffer[] = [around.before ?? Buffer.alloc(0)];
  const entries: Buffer[] = [];
  let at = parts[0]?.length ?? 0;
  for (const {
    path,
    content = Buffer.from("content"),
    method = 0,
    size = content.length,
    crc = crc32(content),
    attributes = 0o100644 << 16,
    extra = Buffer.alloc(0),
    entryName,
    times = 0,
  } of files) {
    const name = Buffer.from(path as string);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    [20, 0x0800, method, times, 0x21].forEach((value, index) => local.writeUInt16LE(value, 4 + 2 * index));
    [crc, content.length, size].forEach((value, index) => local.writeUInt32LE(value, 14 + 4 * index));
    local.writeUInt16LE(name.length, 26);
    local.writeUInt16LE(extra.length, 28);
    parts.push(local, name, extra, content);
    const listed = Buffer.from(entryName ?? name);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    [(3 << 8) | 20, 20, 0x0800, method, times, 0x21].forEach((value, index) =>
      entry.writeUInt16LE(value, 4 + 2 * index),
    );
    [crc, content.length, size].forEach((value, index) => entry.writeUInt32LE(value, 16 + 4 * index));
    entry.writeUInt16LE(listed.length, 28);
    entry.writeUInt32LE(attributes >>> 0, 38);
    entry.writeUInt32LE(at, 42);
    entries.push(entry, listed);
    at += 30 + name.length + extra.length + content.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  const comment = Buffer.from(around.comment ?? "");
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at + (around.between?.length ?? 0), 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([
    ...parts,
    around.between ?? Buffer.alloc(0),
    directory,
    end,
    comment,
    around.after ?? Buffer.alloc(0),
  ]);
}

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

  it.each([
    ["threat 109", "../outside", /leads out/],
    ["threat 109", "a/../../outside", /leads out/],
    ["threat 109", "/etc/passwd", /is absolute/],
    ["threat 109", "C:/windows", /is absolute/],
    ["threat 109", "a\\b", /backslash/],
    ["threat 109", "a//b", /leads out/],
    ["threat 111", "a.", /ends with a dot/],
    ["threat 111", "a ", /ends with a space|begins or ends/],
    ["threat 111", "CON.txt", /device/],
    ["threat 111", "caf\u00e9.txt", /not ASCII/],
    ["threat 116", ".npmrc", /hidden/],
    ["threat 116", "a/.git/hooks/post-checkout", /hidden/],
    ["threat 116", "node_modules/.bin/x", /hidden|node_modules/],
    ["threat 129", "a\u202eb", /not ASCII/],
    ["threat 109", "", /empty/],
    ["threat 109", `${"a/".repeat(40)}a`, /nested/],
  ])("%s: refuses the name %j", (_threat, path, why) => refuses(forge([{ path }]), why));

  it.each([
    [
      "threat 110: a link",
      forge([{ path: "link", content: Buffer.from("/etc/passwd"), attributes: 0o120777 << 16 }]),
      /no plain file/,
    ],
    ["threat 112: a device", forge([{ path: "device", attributes: 0o060644 << 16 }]), /no plain file/],
    [
      "threat 115: a program with rights of its own",
      forge([{ path: "program", attributes: 0o104755 << 16 }]),
      /no plain file/,
    ],
    ["threat 111: one name twice", forge([{ path: "a.txt" }, { path: "a.txt" }]), /stands twice/],
    ["threat 111: names that differ in capitals", forge([{ path: "A.txt" }, { path: "a.txt" }]), /capital letters/],
    ["threat 111: folders that differ in capitals", forge([{ path: "A/x" }, { path: "a/y" }]), /capital letters/],
    ["threat 111: a file that is a folder as well", forge([{ path: "a" }, { path: "a/b" }]), /capital letters|folder/],
    [
      "threat 113: a bomb",
      forge([{ path: "bomb", content: deflateRawSync(Buffer.alloc(1_000_000)), size: 1_000_000, method: 8 }]),
      /compressed/,
    ],
    ["threat 113: a size that is a lie", forge([{ path: "lie", size: 5 }]), /compressed/],
    ["threat 113: a size beyond the end", forge([{ path: "a" }]).subarray(0, 33), /ends too early/],
    [
      "threat 114: something before",
      forge([{ path: "a" }], { before: Buffer.from("#!/bin/sh\n") }),
      /does not begin with a file/,
    ],
    ["threat 114: something between", forge([{ path: "a" }], { between: Buffer.from("hidden") }), /not complete/],
    ["threat 114: something behind", forge([{ path: "a" }], { after: Buffer.from("more") }), /follows/],
    ["threat 114: a comment", forge([{ path: "a" }], { comment: "more" }), /does not fit/],
    ["threat 114: two archives", Buffer.concat([forge([{ path: "a" }]), forge([{ path: "b" }])]), /follows/],
    ["threat 114: a list that names another file", forge([{ path: "a", entryName: "b" }]), /another thing/],
    [
      "threat 114: a file that is not listed",
      Buffer.concat([forge([{ path: "a" }]).subarray(0, 38), forge([{ path: "b" }])]),
      /list|complete|thing/,
    ],
    ["threat 115: extra fields", forge([{ path: "a", extra: Buffer.alloc(4) }]), /more than its name/],
    ["times", forge([{ path: "a", times: 77 }]), /more than its name/],
    ["files out of order", forge([{ path: "b" }, { path: "a" }]), /order/],
    ["a checksum that is wrong", forge([{ path: "a", crc: 1 }]), /damaged/],
    ["an empty archive", forge([]), /does not begin/],
    ["no archive at all", Buffer.from("hello"), /does not begin/],
    ["a name that is no UTF-8", forge([{ path: Buffer.from([0xff, 0xfe]) }]), /UTF-8/],
  ])("refuses %s", (_what, bytes, why) => refuses(bytes, why));

  it("threat 113: refuses more files than there may be", () => {
    const many = Array.from({ length: 5_001 }, (_, index) => file(`f${String(index).padStart(5, "0")}`, ""));
    refuses(writeArchive(many), /more than 5000 files/);
  });
});
