import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { createTempDir, type TempDir } from "@hilum/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openStore } from "../open-store.ts";
import { newMessage } from "../test-support/databases.ts";
import { createFileKeyProvider } from "./file-key-provider.ts";

describe("the key file", () => {
  let folder: TempDir;
  beforeEach(() => {
    folder = createTempDir("key");
  });
  afterEach(() => folder.remove());

  const keyPath = (): string => folder.join("keys", "hilum.key");
  const open = () =>
    openStore({
      url: `sqlite:${folder.join("data", "hilum.db")}`,
      keyProvider: createFileKeyProvider(keyPath()),
      blobDir: folder.join("data", "blobs"),
    });

  it("is made once, random, for its owner alone", async () => {
    await (await open()).close();
    expect(readFileSync(keyPath())).toHaveLength(32);
    expect(statSync(keyPath()).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder.join("keys"))).toEqual(["hilum.key"]);
    const before = readFileSync(keyPath());
    await (await open()).close();
    expect(readFileSync(keyPath()).equals(before)).toBe(true);
  });

  it("opens again what was sealed with it", async () => {
    const store = await open();
    const message = newMessage();
    await store.messages.accept(message);
    await store.close();
    const again = await open();
    expect((await again.messages.detail(message.id))?.body).toBe(message.body);
    await again.close();
  });

  it("threat 206: is never made anew for data that has keys", async () => {
    await (await open()).close();
    rmSync(keyPath());
    await expect(open()).rejects.toMatchObject({ code: "key.missing", detail: expect.stringContaining(keyPath()) });
    expect(existsSync(keyPath())).toBe(false);
  });

  it("threat 206: is refused when it belongs to other data", async () => {
    await (await open()).close();
    writeFileSync(keyPath(), randomBytes(32), { mode: 0o600 });
    await expect(open()).rejects.toMatchObject({ code: "key.wrong" });
    writeFileSync(keyPath(), "short", { mode: 0o600 });
    await expect(open()).rejects.toMatchObject({ code: "key.wrong" });
  });

  it.skipIf(process.platform === "win32").each([0o640, 0o604, 0o620])("is refused with mode %o", async (mode) => {
    await (await open()).close();
    chmodSync(keyPath(), mode);
    await expect(open()).rejects.toMatchObject({ code: "key.exposed" });
  });

  it("threat 200: a wrapped key does not open under another id", async () => {
    const provider = createFileKeyProvider(keyPath());
    await provider.prepare?.();
    const wrapped = await provider.wrap(randomBytes(32), "clinic/1");
    await expect(provider.unwrap(wrapped, "clinic/2")).rejects.toMatchObject({ code: "key.wrong" });
  });
});
