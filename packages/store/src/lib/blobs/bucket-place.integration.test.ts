import { createHash, randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createCertificateAuthority, requires, startS3Server, type S3Server } from "@hilum/testkit";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { BlobPlaceChoice } from "../ports/blob-places.ts";
import { databases, newId, type TestStore } from "../test-support/databases.ts";
import { queryRaw } from "../test-support/raw-query.ts";

const by = "user:ana";
const chunkBytes = 256 * 1024;
const never = new AbortController().signal;
const onDisk = databases.find(({ name }) => name === "SQLite in a file");

/** Content of any length that is never whole in memory, and the digest of what was given. */
function makeContent(bytes: number): { content: AsyncIterable<Uint8Array>; digest(): string } {
  const hash = createHash("sha256");
  const block = randomBytes(chunkBytes);
  const generate = async function* (): AsyncGenerator<Uint8Array> {
    for (let left = bytes, at = 0; left > 0; left -= chunkBytes, at += 1) {
      block.writeUInt32BE(at);
      const piece = Buffer.from(block.subarray(0, Math.min(left, chunkBytes)));
      hash.update(piece);
      yield piece;
    }
  };
  return { content: generate(), digest: () => hash.digest("hex") };
}

describe("attachments", () => {
  let test: TestStore;
  beforeEach(async () => {
    if (onDisk === undefined) throw new Error("the suite has no database in a file");
    test = await onDisk.open();
  });
  afterEach(() => test.close());

  const write = async (bytes: number): Promise<{ id: string; sha256: string }> => {
    const id = newId();
    const { content, digest } = makeContent(bytes);
    const row = await test.store.blobs.write(content, { id, contentType: "video/mp4", by, bytesMax: 2 ** 31 });
    expect(row).toMatchObject({ size: bytes, sha256: digest() });
    return { id, sha256: row.sha256 };
  };
  const digestOf = async (id: string): Promise<string> => {
    const hash = createHash("sha256");
    for await (const piece of (await test.store.blobs.read(id)).content) hash.update(piece);
    return hash.digest("hex");
  };

  it("of 64 MB go through a folder and come back, sealed under a key of their own", async () => {
    const { id, sha256 } = await write(64 * 1024 * 1024);
    expect(await digestOf(id)).toBe(sha256);
  });

  it("threat 209: are noise once their row is gone, though their bytes are still there", async () => {
    const { id } = await write(200_000);
    const [name = ""] = readdirSync(`${test.folder}/blobs`);
    const bytes = readFileSync(`${test.folder}/blobs/${name}`);
    const other = await write(200_000);
    // The bytes of the first in the place of the second: what a row says opens its own content alone.
    await queryRaw(test.url, `UPDATE blobs SET object = '${name}' WHERE id = '${other.id}'`);
    await expect(digestOf(other.id)).rejects.toMatchObject({ code: "envelope.invalid" });
    await queryRaw(test.url, `DELETE FROM blobs WHERE id = '${id}'`);
    await expect(digestOf(id)).rejects.toMatchObject({ code: "blob.not_found" });
    expect(bytes.length).toBeGreaterThan(200_000);
  });

  describe.skipIf(!requires("moto").available)("in a bucket of an S3 server", () => {
    let server: S3Server;
    let authority: string;
    beforeAll(async () => {
      const made = await createCertificateAuthority("Storage authority");
      authority = made.certificate;
      server = await startS3Server({ certificate: await made.issue({ names: ["localhost"] }), authority });
    }, 60_000);
    afterAll(() => server?.stop());

    const bucket = (changes: object = {}): BlobPlaceChoice => ({
      kind: "bucket",
      endpoint: `https://localhost:${server.port}`,
      ...{ region: server.region, bucket: server.bucket, authority },
      ...{ accessKeyId: server.accessKeyId, secretAccessKey: server.secretAccessKey },
      ...changes,
    });

    it("go through it and come back, whatever their size; those in the folder are still read from there", async () => {
      const before = await write(100_000);
      await test.store.blobPlaces.use(bucket());
      for (const bytes of [0, 1, 70_000, 20 * 1024 * 1024]) {
        const { id, sha256 } = await write(bytes);
        expect(await digestOf(id)).toBe(sha256);
      }
      expect(readdirSync(`${test.folder}/blobs`)).toHaveLength(1);
      expect(await digestOf(before.id)).toBe(before.sha256);
      const { kind, bucket: used } = await test.store.blobPlaces.status();
      expect([kind, used?.bucket]).toEqual(["bucket", server.bucket]);
      expect(JSON.stringify(used)).not.toContain(server.secretAccessKey);
    }, 60_000);

    it("are found after a restart, a rotation and a way back to the folder", async () => {
      await test.store.blobPlaces.use(bucket());
      const { id, sha256 } = await write(300_000);
      await test.store.keys.begin(newId(), by);
      expect((await test.store.keys.run(never))?.state).toBe("finished");
      await test.store.keys.destroy(1);
      await test.store.blobPlaces.use({ kind: "folder" });
      await test.reopen();
      expect(await digestOf(id)).toBe(sha256);
      await write(10);
      expect(readdirSync(`${test.folder}/blobs`)).toHaveLength(1);
      await expect(test.store.blobPlaces.use(bucket({ bucket: server.lockedBucket }))).rejects.toMatchObject({
        code: "request.conflict",
      });
      await test.store.blobs.remove(id);
      await expect(test.store.blobs.read(id)).rejects.toMatchObject({ code: "blob.not_found" });
    });

    it("leave nothing behind when they are too large, and what a crash left is swept", async () => {
      await test.store.blobPlaces.use(bucket());
      const { content } = makeContent(20 * 1024 * 1024);
      await expect(
        test.store.blobs.write(content, { id: newId(), contentType: "video/mp4", by, bytesMax: 10_000_000 }),
      ).rejects.toMatchObject({ code: "blob.too_large" });
      const { id } = await write(1_000);
      await queryRaw(test.url, `DELETE FROM blobs WHERE id = '${id}'`);
      expect(await test.store.blobs.sweep("2199-01-01T00:00:00.000Z")).toBe(1);
      expect(await test.store.blobs.sweep("2199-01-01T00:00:00.000Z")).toBe(0);
    }, 60_000);

    it.each([
      ["a bucket that is not there", { bucket: "absent-bucket" }, "NoSuchBucket"],
      ["a key that may only read", { readOnly: true }, "AccessDenied"],
      ["a wrong key", { secretAccessKey: "wrong" }, "SignatureDoesNotMatch"],
      ["a certificate of nobody", { authority: undefined }, "UNABLE_TO_VERIFY"],
      ["a port where nobody listens", { endpoint: "https://localhost:9" }, "ECONNREFUSED"],
    ])(
      "are not sent to %s: it says so, and nothing changes",
      async (_name, change, said) => {
        const { readOnly, ...changes } = { readOnly: false, ...change };
        const refused = await test.store.blobPlaces
          .use(bucket({ ...changes, ...(readOnly ? server.readOnly : {}) }))
          .catch((error: unknown) => error);
        expect(refused).toMatchObject({ code: "blob.place_unavailable", detail: expect.stringContaining(said) });
        expect((await test.store.blobPlaces.status()).kind).toBe("folder");
      },
      60_000,
    );
  });
});
