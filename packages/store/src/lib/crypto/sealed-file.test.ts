import { randomBytes } from "node:crypto";
import { copyFileSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { createTempDir, type TempDir } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createKeyring } from "./keyring.ts";
import { readSealed, writeSealed } from "./sealed-file.ts";

const frameBytes = 12 + 65_536 + 16;
const keyring = createKeyring({
  deployment: "clinic-a",
  currentId: 1,
  data: [{ id: 1, key: randomBytes(32) }],
  index: randomBytes(32),
});
const invalid = { code: "envelope.invalid" };

describe("a sealed file", () => {
  let folder: TempDir;
  const content = randomBytes(200_000);
  beforeAll(() => {
    folder = createTempDir("sealed");
  });
  afterAll(() => folder.remove());

  const write = async (id: string, bytes: Buffer): Promise<string> => {
    const path = folder.join(id);
    const file = await open(path, "w");
    await writeSealed(
      file,
      keyring,
      id,
      (async function* () {
        for (let at = 0; at < bytes.length; at += 7_777) yield bytes.subarray(at, at + 7_777);
      })(),
    );
    await file.close();
    return path;
  };
  const read = async (path: string, id: string): Promise<Buffer> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of readSealed(path, keyring, id)) chunks.push(chunk);
    return Buffer.concat(chunks);
  };
  const change = (path: string, name: string, edit: (bytes: Buffer) => Buffer): string => {
    const changed = folder.join(name);
    writeFileSync(changed, edit(readFileSync(path)));
    return changed;
  };

  it("holds nothing of its content in the clear", async () => {
    const path = await write("clear", Buffer.from("Ana Beispiel ".repeat(1000)));
    expect(readFileSync(path).includes("Beispiel")).toBe(false);
    expect((await read(path, "clear")).toString()).toBe("Ana Beispiel ".repeat(1000));
  });

  it("threat 200: does not open under another id", async () => {
    const path = await write("one", content);
    copyFileSync(path, folder.join("two"));
    await expect(read(folder.join("two"), "two")).rejects.toMatchObject(invalid);
  });

  it("threat 200: does not open with frames swapped, dropped or repeated", async () => {
    const path = await write("frames", content);
    const frame = (bytes: Buffer, index: number): Buffer =>
      bytes.subarray(5 + index * frameBytes, 5 + (index + 1) * frameBytes);
    const swapped = change(path, "swapped", (bytes) =>
      Buffer.concat([bytes.subarray(0, 5), frame(bytes, 1), frame(bytes, 0), bytes.subarray(5 + 2 * frameBytes)]),
    );
    const dropped = change(path, "dropped", (bytes) =>
      Buffer.concat([bytes.subarray(0, 5), bytes.subarray(5 + frameBytes)]),
    );
    const repeated = change(path, "repeated", (bytes) =>
      Buffer.concat([bytes.subarray(0, 5 + frameBytes), frame(bytes, 0), bytes.subarray(5 + frameBytes)]),
    );
    for (const changed of [swapped, dropped, repeated])
      await expect(read(changed, "frames")).rejects.toMatchObject(invalid);
  });

  it("threat 201: does not open when it was cut, at a frame or within one", async () => {
    const path = await write("cut", content);
    for (const length of [5 + frameBytes, 5 + 2 * frameBytes, 5 + frameBytes + 20, 5, 3, 0]) {
      copyFileSync(path, folder.join("shorter"));
      truncateSync(folder.join("shorter"), length);
      await expect(read(folder.join("shorter"), "cut"), `${length} bytes`).rejects.toMatchObject(invalid);
    }
  });
});
