import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFileKeyProvider, openStore, type Store } from "@hilum/store";
import { stepsOf, type SoakPart } from "./part.ts";

const pieceBytes = 256 * 1024;
const mebibyte = 1024 * 1024;

/** One attachment per step, each larger than the one before, through the store and back: memory must not grow with them. */
export const attachments: SoakPart = {
  about: "one large attachment after the other, sealed to disk and opened again, in constant memory",
  unit: "MiB of the largest",
  count: 1024,
  async run({ count, signal, progress, report }) {
    const folder = mkdtempSync(join(tmpdir(), "hilum-soak-"));
    const store = await openStore({
      url: `sqlite:${folder}/hilum.db`,
      keyProvider: createFileKeyProvider(`${folder}/hilum.key`),
      blobDir: `${folder}/blobs`,
    });
    try {
      for (const { until } of stepsOf(count, 4)) {
        if (signal.aborted) break;
        progress(`${until} MiB`);
        report(await measure(store, until * mebibyte));
      }
    } finally {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function measure(store: Store, bytes: number): Promise<Record<string, number>> {
  const id = randomBytes(8).toString("hex");
  let rssMax = 0;
  const watch = (): void => {
    rssMax = Math.max(rssMax, process.memoryUsage.rss());
  };
  const writeFrom = performance.now();
  const content = generate(bytes, watch);
  const { sha256 } = await store.blobs.write(content, {
    ...{ id, contentType: "application/octet-stream", by: "system:soak", bytesMax: bytes },
  });
  const readFrom = performance.now();
  const hash = createHash("sha256");
  for await (const piece of (await store.blobs.read(id)).content) {
    hash.update(piece);
    watch();
  }
  const readTo = performance.now();
  if (hash.digest("hex") !== sha256) throw new Error("what came back is not what was given");
  await store.blobs.remove(id);
  const size = bytes / mebibyte;
  return {
    "size MiB": size,
    "write MiB/s": (1000 * size) / (readFrom - writeFrom),
    "read MiB/s": (1000 * size) / (readTo - readFrom),
    "largest RSS MiB": Math.round(rssMax / mebibyte),
  };
}

async function* generate(bytes: number, watch: () => void): AsyncGenerator<Uint8Array> {
  const block = randomBytes(pieceBytes);
  for (let left = bytes, at = 0; left > 0; left -= pieceBytes, at += 1) {
    block.writeUInt32BE(at);
    watch();
    yield Buffer.from(block.subarray(0, Math.min(left, pieceBytes)));
  }
}
