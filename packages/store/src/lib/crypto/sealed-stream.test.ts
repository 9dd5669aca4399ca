import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { sealOlderStream } from "../test-support/older-attachment.ts";
import { createKeyring } from "./keyring.ts";
import { makeStreamKey, openDataKeyStream, openStream, sealStream } from "./sealed-stream.ts";

const chunkBytes = 65_536;
const frameBytes = 12 + chunkBytes + 16;
const deployment = "clinic-a";
const key = makeStreamKey();
const invalid = { code: "envelope.invalid" };

describe("a sealed stream", () => {
  const content = randomBytes(200_000);

  const pieces = async function* (bytes: Buffer, size = 7_777): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  };
  const collect = async (stream: AsyncIterable<Uint8Array>): Promise<Buffer> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    return Buffer.concat(chunks);
  };
  const seal = (id: string, bytes: Buffer): Promise<Buffer> =>
    collect(sealStream(key, { deployment, id }, pieces(bytes)));
  const open = (id: string, sealed: Buffer, size?: number): Promise<Buffer> =>
    collect(openStream(key, { deployment, id }, pieces(sealed, size)));

  it.each([0, 1, chunkBytes - 1, chunkBytes, chunkBytes + 1, 3 * chunkBytes])(
    "gives %i bytes back, however they come in pieces",
    async (size) => {
      const bytes = content.subarray(0, size);
      const sealed = await seal("sizes", bytes);
      for (const piece of [1009, frameBytes, 1_000_000]) expect(await open("sizes", sealed, piece)).toEqual(bytes);
    },
  );

  it("holds nothing of its content in the clear", async () => {
    const text = Buffer.from("Ana Beispiel ".repeat(1000));
    const sealed = await seal("clear", text);
    expect(sealed.includes("Beispiel")).toBe(false);
    expect(await open("clear", sealed)).toEqual(text);
  });

  it("threat 200: does not open under another id, in another deployment, nor with another key", async () => {
    const sealed = await seal("one", content);
    await expect(open("two", sealed)).rejects.toMatchObject(invalid);
    await expect(collect(openStream(key, { deployment: "clinic-b", id: "one" }, pieces(sealed)))).rejects.toMatchObject(
      invalid,
    );
    await expect(collect(openStream(makeStreamKey(), { deployment, id: "one" }, pieces(sealed)))).rejects.toMatchObject(
      invalid,
    );
  });

  it("threat 200: does not open with frames swapped, dropped or repeated", async () => {
    const sealed = await seal("frames", content);
    const frame = (index: number): Buffer => sealed.subarray(1 + index * frameBytes, 1 + (index + 1) * frameBytes);
    const head = sealed.subarray(0, 1);
    const swapped = Buffer.concat([head, frame(1), frame(0), sealed.subarray(1 + 2 * frameBytes)]);
    const dropped = Buffer.concat([head, sealed.subarray(1 + frameBytes)]);
    const repeated = Buffer.concat([head, frame(0), frame(0), sealed.subarray(1 + frameBytes)]);
    for (const changed of [swapped, dropped, repeated])
      await expect(open("frames", changed)).rejects.toMatchObject(invalid);
  });

  it("threat 201: does not open when it was cut, at a frame or within one", async () => {
    const sealed = await seal("cut", content);
    for (const length of [1 + frameBytes, 1 + 2 * frameBytes, 1 + frameBytes + 20, 1, 0])
      await expect(open("cut", sealed.subarray(0, length)), `${length} bytes`).rejects.toMatchObject(invalid);
  });

  it("threat 202: gives no chunk before its tag is verified", async () => {
    const sealed = await seal("tag", content);
    sealed[sealed.length - 1] = (sealed.at(-1) ?? 0) ^ 1;
    const given: number[] = [];
    await expect(
      (async () => {
        for await (const chunk of openStream(key, { deployment, id: "tag" }, pieces(sealed))) given.push(chunk.length);
      })(),
    ).rejects.toMatchObject(invalid);
    expect(given).toEqual([chunkBytes, chunkBytes, chunkBytes]);
  });

  it("asks for no more than it gave on: a slow reader holds the writer back", async () => {
    const asked = { bytes: 0 };
    const endless = (async function* () {
      for (;;) {
        asked.bytes += 10_000;
        yield Buffer.alloc(10_000);
      }
    })();
    let taken = 0;
    for await (const chunk of openStream(
      key,
      { deployment, id: "slow" },
      sealStream(key, { deployment, id: "slow" }, endless),
    )) {
      taken += chunk.length;
      expect(asked.bytes - taken).toBeLessThan(4 * chunkBytes);
      if (taken > 40 * chunkBytes) break;
    }
    expect(taken).toBeGreaterThan(40 * chunkBytes);
  });

  describe("of an older version, under a data key", () => {
    const keyring = createKeyring({
      deployment,
      currentId: 3,
      data: [
        { id: 1, key: randomBytes(32) },
        { id: 3, key: randomBytes(32) },
      ],
      index: randomBytes(32),
    });
    const sealOlder = (id: string, bytes: Buffer): Buffer => sealOlderStream(keyring, 1, id, bytes);

    it("still opens", async () => {
      const sealed = sealOlder("older", content);
      expect(await collect(openDataKeyStream(keyring, { deployment, id: "older" }, pieces(sealed)))).toEqual(content);
    });

    it("threat 208: opens only where no key of its own is known, and the newer only where one is", async () => {
      await expect(open("older", sealOlder("older", content))).rejects.toMatchObject(invalid);
      const newer = await seal("newer", content);
      await expect(
        collect(openDataKeyStream(keyring, { deployment, id: "newer" }, pieces(newer))),
      ).rejects.toMatchObject(invalid);
    });
  });
});
