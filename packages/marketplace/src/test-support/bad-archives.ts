import { deflateRawSync } from "node:zlib";
import { forgeArchive } from "./forge-archive.ts";

/** An archive that is refused: by which case of the threat catalogue, what is in it, and what the refusal says. */
export interface BadArchive {
  threat: number;
  what: string;
  bytes: Buffer;
  why: RegExp;
}

const names: [number, string, RegExp][] = [
  [109, "../outside", /leads out/],
  [109, "a/../../outside", /leads out/],
  [109, "/etc/passwd", /is absolute/],
  [109, "C:/windows", /is absolute/],
  [109, "a\\b", /backslash/],
  [109, "a//b", /leads out/],
  [111, "a.", /ends with a dot/],
  [111, "a ", /ends with a space|begins or ends/],
  [111, "CON.txt", /device/],
  [111, "caf\u00e9.txt", /not ASCII/],
  [116, ".npmrc", /hidden/],
  [116, "a/.git/hooks/post-checkout", /hidden/],
  [116, "node_modules/.bin/x", /hidden|node_modules/],
  [129, "a\u202eb", /not ASCII/],
  [109, "", /empty/],
  [109, `${"a/".repeat(40)}a`, /nested/],
];

const others: [number, string, Buffer, RegExp][] = [
  [
    110,
    "a link",
    forgeArchive([{ path: "link", content: Buffer.from("/etc/passwd"), attributes: 0o120777 << 16 }]),
    /no plain file/,
  ],
  [112, "a device", forgeArchive([{ path: "device", attributes: 0o060644 << 16 }]), /no plain file/],
  [
    115,
    "a program with rights of its own",
    forgeArchive([{ path: "program", attributes: 0o104755 << 16 }]),
    /no plain file/,
  ],
  [111, "one name twice", forgeArchive([{ path: "a.txt" }, { path: "a.txt" }]), /stands twice/],
  [111, "names that differ in capitals", forgeArchive([{ path: "A.txt" }, { path: "a.txt" }]), /capital letters/],
  [111, "folders that differ in capitals", forgeArchive([{ path: "A/x" }, { path: "a/y" }]), /capital letters/],
  [111, "a file that is a folder as well", forgeArchive([{ path: "a" }, { path: "a/b" }]), /capital letters|folder/],
  [
    113,
    "a bomb",
    forgeArchive([{ path: "bomb", content: deflateRawSync(Buffer.alloc(1_000_000)), size: 1_000_000, method: 8 }]),
    /compressed/,
  ],
  [113, "a size that is a lie", forgeArchive([{ path: "lie", size: 5 }]), /compressed/],
  [113, "a size beyond the end", forgeArchive([{ path: "a" }]).subarray(0, 33), /ends too early/],
  [
    114,
    "something before",
    forgeArchive([{ path: "a" }], { before: Buffer.from("#!/bin/sh\n") }),
    /does not begin with a file/,
  ],
  [114, "something between", forgeArchive([{ path: "a" }], { between: Buffer.from("hidden") }), /not complete/],
  [114, "something behind", forgeArchive([{ path: "a" }], { after: Buffer.from("more") }), /follows/],
  [114, "a comment", forgeArchive([{ path: "a" }], { comment: "more" }), /does not fit/],
  [114, "two archives", Buffer.concat([forgeArchive([{ path: "a" }]), forgeArchive([{ path: "b" }])]), /follows/],
  [114, "a list that names another file", forgeArchive([{ path: "a", entryName: "b" }]), /another thing/],
  [
    114,
    "a file that is not listed",
    Buffer.concat([forgeArchive([{ path: "a" }]).subarray(0, 38), forgeArchive([{ path: "b" }])]),
    /list|complete|thing/,
  ],
  [115, "extra fields", forgeArchive([{ path: "a", extra: Buffer.alloc(4) }]), /more than its name/],
  [117, "times", forgeArchive([{ path: "a", times: 77 }]), /more than its name/],
  [117, "files out of order", forgeArchive([{ path: "b" }, { path: "a" }]), /order/],
  [117, "a checksum that is wrong", forgeArchive([{ path: "a", crc: 1 }]), /damaged/],
  [114, "an empty archive", forgeArchive([]), /does not begin/],
  [114, "no archive at all", Buffer.from("hello"), /does not begin/],
  [111, "a name that is no UTF-8", forgeArchive([{ path: Buffer.from([0xff, 0xfe]) }]), /UTF-8/],
];

/** The corpus. Its files lie in `packages/testkit/fixtures/bad-packages`, for whoever reads packages in another language. */
export const badArchives: readonly BadArchive[] = [
  ...names.map(([threat, path, why]) => ({
    ...{ threat, why },
    what: `the name ${JSON.stringify(path.slice(0, 40))}`,
    bytes: forgeArchive([{ path }]),
  })),
  ...others.map(([threat, what, bytes, why]) => ({ threat, what, bytes, why })),
];
