import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import { createBlobWrites } from "./blob-writes.ts";
import { recordLimits } from "./records.ts";

function rig() {
  const running = new Set(["c1", "c2"]);
  const did: string[] = [];
  let gate: Promise<void> | undefined;
  let opened = 0;
  const writes = createBlobWrites({
    has: (call) => running.has(call),
    async openBlob() {
      const id = `b${++opened}`;
      return {
        id,
        async write(bytes) {
          await gate;
          did.push(`${id} +${bytes.length}`);
        },
        finish: async () => void did.push(`${id} whole`),
        discard: async () => void did.push(`${id} gone`),
      };
    },
  });
  const chunk = (call: string, text: string, more: { id?: string; last?: boolean } = {}) =>
    writes.write({ call, base64: Buffer.from(text).toString("base64"), last: false, ...more });
  return {
    ...{ writes, did, chunk },
    hold(until: Promise<void>) {
      gate = until;
    },
    end(call: string) {
      running.delete(call);
      writes.end(call);
    },
  };
}
const content = (id: string, size: number) => ({ id, size, contentType: "text/plain" });

describe("bytes that a plugin writes", () => {
  it("come in chunks and are held when they are whole", async () => {
    const { writes, did, chunk } = rig();
    expect(await chunk("c1", "abc")).toEqual({ id: "b1", size: 3 });
    expect(writes.take("c1", content("b1", 3))).toBeUndefined();
    expect(await chunk("c1", "de", { id: "b1", last: true })).toEqual({ id: "b1", size: 5 });
    expect(writes.take("c1", content("b1", 4))).toBeUndefined();
    await expect(chunk("c1", "more", { id: "b1" })).rejects.toMatchObject({ code: "blob.not_found" });
    expect(writes.take("c1", content("b1", 5))?.id).toBe("b1");
    expect(writes.take("c1", content("b1", 5))).toBeUndefined();
    expect(did).toEqual(["b1 +3", "b1 +2", "b1 whole"]);
  });

  it("threat 53: belong to their call, and are gone with it unless a record names them", async () => {
    const { writes, did, chunk, end } = rig();
    await chunk("c1", "kept", { last: true });
    await chunk("c1", "left", { last: true });
    await chunk("c1", "half");
    await expect(chunk("c2", "x", { id: "b3" })).rejects.toMatchObject({ code: "blob.not_found" });
    expect(writes.take("c2", content("b1", 4))).toBeUndefined();
    expect(writes.take("c1", content("b1", 4))).toBeDefined();
    end("c1");
    expect(did.filter((line) => line.endsWith("gone"))).toEqual(["b2 gone", "b3 gone"]);
    await expect(chunk("c1", "late")).rejects.toMatchObject({ code: "blob.not_found" });
  });

  it("are gone, too, when the call ends while a chunk is on its way", async () => {
    const { did, chunk, end, hold } = rig();
    const { promise, resolve } = Promise.withResolvers<void>();
    await chunk("c1", "abc");
    hold(promise);
    const late = chunk("c1", "def", { id: "b1" });
    await expect(chunk("c1", "ghi", { id: "b1" })).rejects.toMatchObject({ code: "request.invalid" });
    end("c1");
    expect(did).toEqual(["b1 +3"]);
    resolve();
    await late;
    expect(did).toEqual(["b1 +3", "b1 +3", "b1 gone"]);
  });

  it("are so many to a call", async () => {
    const { chunk } = rig();
    for (let blob = 0; blob < recordLimits.blobsPerCallMax; blob += 1) await chunk("c1", "x");
    await expect(chunk("c1", "x")).rejects.toMatchObject({ code: "blob.too_large" });
    await expect(chunk("c2", "x")).resolves.toMatchObject({ size: 1 });
  });
});
