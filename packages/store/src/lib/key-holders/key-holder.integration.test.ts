import { readFileSync, writeFileSync } from "node:fs";
import { createTempDir, requires, startOpenBao, type OpenBao, type TempDir } from "@hilum/testkit";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openStore } from "../open-store.ts";
import type { KeyHolder, KeyHolderChoice } from "../ports/keys.ts";
import type { Store } from "../ports/store.ts";
import { discardKeyHolder, prepareKeyHolder, readKeyHolders } from "./key-holder.ts";

const passphrase = "seven lanterns over a slow river";
const context = "clinic/1";
const key = Buffer.alloc(32, 7);

describe("what holds the keys", () => {
  let folder: TempDir;
  beforeEach(() => {
    folder = createTempDir("holder");
  });
  afterEach(() => folder.remove());

  const path = (): string => folder.join("hilum.key");
  const only = async (): Promise<KeyHolder> => {
    const holders = await readKeyHolders(path());
    const [holder] = holders;
    if (holder === undefined || holders.length !== 1) throw new Error("one holder is expected");
    return holder;
  };
  const open = ({ provider }: KeyHolder): Promise<Store> =>
    openStore({ url: `sqlite:${folder.join("hilum.db")}`, keyProvider: provider, blobDir: folder.join("blobs") });
  /** A store whose keys are held in another way since, with a fact in it. */
  const change = async (choice: KeyHolderChoice, settle = true): Promise<void> => {
    const store = await open(await only());
    await store.platform.setFact("kept", "a fact");
    const next = await prepareKeyHolder(path(), choice);
    await store.keys.wrapWith(next.provider);
    await store.platform.setFact("after", "another");
    expect((await store.status()).keyProvider).toBe(choice.kind);
    if (settle) await next.settle();
    await store.close();
  };
  const expectFacts = async (holder: KeyHolder): Promise<void> => {
    const store = await open(holder);
    expect([await store.platform.fact("kept"), await store.platform.fact("after")]).toEqual(["a fact", "another"]);
    await holder.settle();
    await store.close();
  };

  describe("a passphrase", () => {
    it("threat 206: is asked for at each start, and nothing is read without it", async () => {
      await change({ kind: "passphrase", passphrase });
      const holder = await only();
      expect(holder.status).toEqual({ kind: "passphrase", file: path() });
      await expect(open(holder)).rejects.toMatchObject({ code: "key.sealed" });
      await expect(holder.unlock("seven lanterns over a slow rivet")).rejects.toMatchObject({
        code: "key.passphrase_wrong",
      });
      await expect(open(holder)).rejects.toMatchObject({ code: "key.sealed" });
      await holder.unlock(passphrase);
      await expectFacts(holder);
    });

    it("is the same however the keyboard composes its letters", async () => {
      await change({ kind: "passphrase", passphrase: "über sieben Brücken am Fluss" });
      const holder = await only();
      await holder.unlock("u\u0308ber sieben Bru\u0308cken am Fluss");
      await expectFacts(holder);
    });

    it("is changed: the old one, and a copy of the old file, open nothing any more", async () => {
      await change({ kind: "passphrase", passphrase });
      const copy = readFileSync(path());
      const holder = await only();
      await holder.unlock(passphrase);
      const store = await open(holder);
      const next = await prepareKeyHolder(path(), { kind: "passphrase", passphrase: "another one that is new" });
      await store.keys.wrapWith(next.provider);
      await next.settle();
      await store.close();
      await expect((await only()).unlock(passphrase)).rejects.toMatchObject({ code: "key.passphrase_wrong" });
      writeFileSync(path(), copy);
      const old = await only();
      await old.unlock(passphrase);
      await expect(open(old)).rejects.toMatchObject({ code: "key.wrong" });
    });

    it.each([
      ["memoryKiB", 8],
      ["passes", 1],
      ["memoryKiB", 2 ** 31],
      ["lanes", 200],
      ["salt", "AA=="],
    ])("threat 212: a file whose %s was made %s is refused before a passphrase is asked for", async (name, value) => {
      await change({ kind: "passphrase", passphrase });
      const file = JSON.parse(readFileSync(path(), "utf8")) as object;
      writeFileSync(path(), JSON.stringify({ ...file, [name]: value }));
      await expect(readKeyHolders(path())).rejects.toMatchObject({ code: "key.weak" });
    });

    it("threat 210: stands neither in the file nor in what is said of it", async () => {
      await change({ kind: "passphrase", passphrase });
      expect(readFileSync(path(), "utf8")).not.toContain("lanterns");
      const holder = await only();
      const said = await holder.unlock("lanterns, but the wrong ones").catch((error: unknown) => error);
      expect(JSON.stringify(said, Object.getOwnPropertyNames(said))).not.toContain("lanterns");
      expect(JSON.stringify(holder.status)).not.toContain("lanterns");
    });
  });

  describe("a change that was cut off", () => {
    it("before the keys were wrapped: the file that is there counts, and the other goes", async () => {
      const store = await open(await only());
      await store.platform.setFact("kept", "a fact");
      await store.platform.setFact("after", "another");
      await store.close();
      await prepareKeyHolder(path(), { kind: "passphrase", passphrase });
      const [first, second] = await readKeyHolders(path());
      if (first === undefined || second === undefined) throw new Error("both files are expected");
      await expectFacts(first);
      expect((await only()).status.kind).toBe("file");
    });

    it("after it: the other opens the data and takes the place of the file", async () => {
      await change({ kind: "passphrase", passphrase }, false);
      const [first, second] = await readKeyHolders(path());
      if (first === undefined || second === undefined) throw new Error("both files are expected");
      await expect(open(first)).rejects.toMatchObject({ code: "key.wrong" });
      await second.unlock(passphrase);
      await expectFacts(second);
      expect((await only()).status.kind).toBe("passphrase");
    });

    it("is taken back when the new holder cannot be used", async () => {
      const store = await open(await only());
      const nobody: KeyHolderChoice = {
        ...{ kind: "transit", address: "http://127.0.0.1:9", mount: "transit", key: "k" },
        signIn: { kind: "token", token: "t" },
      };
      const next = await prepareKeyHolder(path(), nobody);
      await expect(store.keys.wrapWith(next.provider)).rejects.toMatchObject({ code: "key.provider_unreachable" });
      await discardKeyHolder(path());
      await store.keys.begin("r1", "user:ana");
      expect((await store.keys.run(new AbortController().signal))?.state).toBe("finished");
      await store.close();
      expect((await only()).status.kind).toBe("file");
    });
  });

  it.each([
    "ftp://vault.example.org",
    "http://vault.example.org:8200",
    "https://vault.example.org/v1",
    "https://user:secret@vault.example.org",
    "vault.example.org",
  ])("refuses %s as the address of a key server", async (address) => {
    const choice = { kind: "transit", address, mount: "transit", key: "k" } as const;
    await expect(prepareKeyHolder(path(), { ...choice, signIn: { kind: "token", token: "t" } })).rejects.toMatchObject({
      code: "request.invalid",
    });
  });

  it.each(["", "{}", '{"format":"hilum-key/1","kind":"transit"}', "x".repeat(100_000)])(
    "refuses a key file that holds something else",
    async (content) => {
      writeFileSync(path(), content, { mode: 0o600 });
      await expect(readKeyHolders(path())).rejects.toMatchObject({ code: "key.wrong" });
    },
  );

  describe.skipIf(!requires("openbao").available)("the transit engine of a real OpenBao", () => {
    let bao: OpenBao;
    beforeAll(async () => {
      bao = await startOpenBao();
    }, 60_000);
    afterAll(() => bao?.stop());

    const choice = (changes: Partial<Extract<KeyHolderChoice, { kind: "transit" }>> = {}): KeyHolderChoice => ({
      kind: "transit",
      address: bao.address,
      mount: bao.mount,
      key: bao.keys[0],
      authority: bao.authority,
      signIn: { kind: "approle", roleId: bao.roleId, secretId: bao.secretId },
      ...changes,
    });
    const holderOf = (changes = {}): Promise<KeyHolder> => prepareKeyHolder(path(), choice(changes));

    it("wraps the data keys, by an AppRole and by a token", async () => {
      await change(choice());
      await expectFacts(await only());
      await change(choice({ signIn: { kind: "token", token: bao.token } }));
      const holder = await only();
      expect(holder.status.transit).toEqual({
        ...{ address: bao.address, mount: "transit", key: "hilum", signIn: "token" },
      });
      await expectFacts(holder);
    });

    it("threat 200: does not unwrap a key under another id, nor one that another key wrapped", async () => {
      const { provider } = await holderOf();
      const wrapped = await provider.wrap(key, context);
      expect(Buffer.from(await provider.unwrap(wrapped, context)).equals(key)).toBe(true);
      await expect(provider.unwrap(wrapped, "clinic/2")).rejects.toMatchObject({ code: "key.provider_refused" });
      const other = await holderOf({ key: bao.keys[1] });
      await expect(other.provider.unwrap(wrapped, context)).rejects.toMatchObject({ code: "key.provider_refused" });
    });

    it("threat 206: opens nothing while it is sealed, and everything once it answers again", async () => {
      await change(choice());
      await bao.seal();
      await expect(open(await only())).rejects.toMatchObject({ code: "key.provider_unreachable" });
      await bao.unseal();
      await expectFacts(await only());
    });

    it("says what it refuses, and never the token", async () => {
      const wrongToken = { kind: "token", token: "s.canary-token" } as const;
      for (const [changes, code] of [
        [{ signIn: wrongToken }, "key.provider_refused"],
        [{ signIn: { kind: "approle", roleId: bao.roleId, secretId: "canary-token" } }, "key.provider_refused"],
        [{ mount: "elsewhere" }, "key.provider_refused"],
        [{ authority: undefined }, "key.provider_unreachable"],
        [{ address: "https://127.0.0.1:9" }, "key.provider_unreachable"],
      ] as const) {
        const { provider } = await holderOf(changes);
        const said = await provider.wrap(key, context).catch((error: unknown) => error);
        expect(said).toMatchObject({ code, detail: expect.stringContaining("https://127.0.0.1") });
        expect(JSON.stringify(said, Object.getOwnPropertyNames(said))).not.toContain("canary-token");
      }
    });
  });
});
