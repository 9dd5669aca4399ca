import { execFile, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { noteSkip } from "@hilum/testkit";
import { describe, expect, it } from "vitest";
import { appendMany, flipByte, openTestLog, ORIGIN, publicKey, temporaryDirectory } from "../test/temporary-log.ts";
import { leafHash } from "./tlog/hash.ts";
import { createNoteVerifier, formatVerifierKey } from "./tlog/note.ts";
import { verifyConsistency, verifyInclusion } from "./tlog/proof.ts";

const source = fileURLToPath(new URL("../test/gosumdb", import.meta.url));
const unavailable = whyUnavailable();
if (unavailable !== undefined)
  noteSkip({
    name: "Go's sumdb packages",
    reason: unavailable,
    enable: "put Go on the path, where its modules can be fetched",
  });

describe.skipIf(unavailable !== undefined)(
  `Go's sumdb packages${unavailable === undefined ? "" : ` (skipped: ${unavailable})`}`,
  () => {
    it("accept the checkpoint, the tiles, the entries and the proofs of a log", { timeout: 120_000 }, async () => {
      const dir = temporaryDirectory();
      const program = path.join(temporaryDirectory(), "gosumdb");
      await promisify(execFile)("go", ["build", "-o", program, "."], { cwd: source });
      const log = await openTestLog(dir);
      const older = [];
      for (const count of [1, 255, 44, 700]) {
        await appendMany(log, count);
        older.push(await log.checkpoint());
      }
      await appendMany(log, 21);
      const { size } = await log.checkpoint();
      const inclusion = await Promise.all(
        [0, 1, 255, 256, 511, 999, 1_020].map(async (index) => {
          const [entry] = await collect(log.read(index, index + 1));
          return { index, leaf: entry!.leafHash, proof: await log.inclusionProof(index) };
        }),
      );
      const consistency = await Promise.all(
        older.map(async ({ size: oldSize, root }) => ({
          oldSize,
          oldRoot: root,
          proof: await log.consistencyProof(oldSize),
        })),
      );
      await log.close();
      const check = (): ReturnType<typeof spawnSync> =>
        spawnSync(program, [dir, formatVerifierKey(createNoteVerifier(ORIGIN, publicKey))], {
          input: JSON.stringify({ inclusion, consistency }, base64Buffers),
          encoding: "utf8",
        });

      expect(check()).toMatchObject({
        status: 0,
        stdout: `${size} entries, 7 inclusion proofs, 4 consistency proofs\n`,
      });
      flipByte(path.join(dir, "tile", "entries", "002"), 200);
      expect(check().status).toBe(1);
      flipByte(path.join(dir, "tile", "entries", "002"), 200);
      flipByte(path.join(dir, "tile", "0", "001"), 200);
      expect(check().status).toBe(1);
    });

    it("brings along real proofs of a public log, which verify here too", () => {
      const module = spawnSync("go", ["list", "-m", "-f", "{{.Dir}}", "golang.org/x/mod"], {
        cwd: source,
        encoding: "utf8",
      }).stdout.trim();
      const read = <T>(name: string): T =>
        JSON.parse(fs.readFileSync(path.join(module, "sumdb/tlog/testdata/argon2020", `${name}.json`), "utf8")) as T;
      const bytes = (text: string): Buffer => Buffer.from(text, "base64");
      const head = read<{ tree_size: number; sha256_root_hash: string }>("sth");
      const { entries } = read<{ entries: { leaf_input: string }[] }>("entries");
      const path_ = read<{ leaf_index: number; audit_path: string[] }>("proof");
      const { consistency } = read<{ consistency: string[] }>("consistency");
      const root = bytes(head.sha256_root_hash);
      // The index and the older head are those of ct_test.go beside that data.
      expect(
        verifyInclusion(
          path_.leaf_index,
          head.tree_size,
          leafHash(bytes(entries[0]!.leaf_input)),
          path_.audit_path.map(bytes),
          root,
        ),
      ).toBe(true);
      expect(
        verifyInclusion(
          path_.leaf_index + 1,
          head.tree_size,
          leafHash(bytes(entries[0]!.leaf_input)),
          path_.audit_path.map(bytes),
          root,
        ),
      ).toBe(false);
      expect(
        verifyConsistency(
          3_654_490,
          head.tree_size,
          bytes("AuIZ5V6sDUj1vn3Y1K85oOaQ7y+FJJKtyRTl1edIKBQ="),
          root,
          consistency.map(bytes),
        ),
      ).toBe(true);
    });
  },
);

function whyUnavailable(): string | undefined {
  if (spawnSync("go", ["version"]).status !== 0) return "go is not on the path";
  return spawnSync("go", ["mod", "download"], { cwd: source, timeout: 60_000 }).status === 0
    ? undefined
    : "Go modules cannot be fetched";
}

/** Go's tlog.Hash reads base64 strings. */
function base64Buffers(this: unknown, key: string, value: unknown): unknown {
  const original = (this as Record<string, unknown>)[key];
  return Buffer.isBuffer(original) ? original.toString("base64") : value;
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
