import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { openSource, readFolderFiles, repositoryFiles } from "@hilum/marketplace";
import {
  createKeyFile,
  createRepository,
  delegate,
  publish,
  takePublication,
  usualLifetimes,
  type Repository,
  type SigningKey,
} from "@hilum/marketplace/sign";
import { createTempDir } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FlowContext } from "./flow.ts";
import { witnessFlows } from "./witness.ts";

const temp = createTempDir("witness");
const passphrase = "paper lantern over quiet water";
const name = "witness.example/ward";
const publisher = "com.example";
const when = { now: new Date(), lifetimes: usualLifetimes };

describe("hilum witness", () => {
  let keeper: SigningKey;
  let begun: Repository;
  const market = temp.join("market");
  const [rootFile, secret, keyFile] = [temp.join("root.json"), temp.join("secret"), temp.join("witness.key")];
  const run = async (words: string, place: string, flags: FlowContext["flags"]): Promise<string[]> => {
    const said: string[] = [];
    const flow = witnessFlows.find((one) => one.words === words);
    const context = { positionals: [place], flags, say: (line: string) => said.push(line) };
    await flow?.run(context as unknown as FlowContext);
    return said;
  };
  const cosign = async (seen = "seen"): Promise<string[]> =>
    run("witness cosign", market, {
      ...{ root: rootFile, seen: temp.join(seen), name, key: keyFile, "passphrase-file": secret },
    });
  const write = (repository: Repository): void => {
    for (const { path, bytes } of repositoryFiles(repository)) {
      mkdirSync(dirname(join(market, path)), { recursive: true });
      writeFileSync(join(market, path), bytes);
    }
  };
  const offer = async (before: Repository, ...contents: readonly string[]): Promise<Repository> => {
    const files = contents.map((content, at) => {
      const custom = { kind: "package", plugin: "com.example.mail", version: `1.${at}.0` };
      const hashes = { sha256: createHash("sha256").update(content).digest("hex") };
      return [`${publisher}/com.example.mail-1.${at}.0.hilum`, { length: content.length, hashes, custom }] as const;
    });
    const signed = await publish(before.publishers[publisher], publisher, Object.fromEntries(files), [keeper], when);
    return takePublication(before, publisher, signed, keysOf(keeper), when);
  };
  const keysOf = (key: SigningKey) => ({ root: [key], targets: [key], snapshot: [key], timestamp: [key] });

  beforeAll(async () => {
    keeper = (await createKeyFile({ title: "Keeper" }, passphrase)).key;
    const own = { keys: [keeper], threshold: 1 };
    const roles = { root: own, targets: own, snapshot: own, timestamp: own };
    const empty = await createRepository(roles, keysOf(keeper), when);
    begun = await delegate(empty, { name: publisher, ...own }, keysOf(keeper), when);
    begun = await offer(begun, "first");
    write(begun);
    writeFileSync(rootFile, readFileSync(join(market, "metadata/1.root.json")));
    writeFileSync(secret, passphrase);
    writeFileSync(keyFile, JSON.stringify((await createKeyFile({ title: "Ward" }, passphrase)).file));
  });
  afterAll(() => temp.remove());

  it("cosigns the tree, so that a source which asks for it takes it", async () => {
    const [said] = await cosign();
    expect(said).toMatch(/^hilum-marketplace\/[0-9a-f]{32}: 1 packages, root [0-9a-f]{64}$/);
    await cosign();
    expect(readFileSync(join(market, "log/cosigned"), "utf8").split("\u2014")).toHaveLength(3);
    const [key = ""] = await run("witness key", keyFile, { name });
    const trust = { required: true, witnesses: [key], threshold: 1 };
    const options = { folder: temp.join("hospital"), root: readFileSync(rootFile), read: readFolderFiles(market) };
    const source = await openSource({ ...options, testKeys: false, trust });
    await source.refresh();
    expect(source.log()?.witnesses).toMatchObject([{ name }]);
  });

  it("threat 134: cosigns a tree that grew, and no other that it is shown", async () => {
    const here = await offer(begun, "first", "for this hospital");
    write(here);
    await cosign();
    const there = await offer(await offer(begun, "first"), "first", "for another hospital");
    write(there);
    await expect(cosign()).rejects.toMatchObject({ code: "source.forked" });
    // A witness that lost what it saw says nothing of before; that is why it is told not to.
    expect(await cosign("forgotten")).toHaveLength(2);
  });

  it("says what it needs", async () => {
    await expect(run("witness key", keyFile, { name: "two words" })).rejects.toThrow("no spaces");
    await expect(
      run("witness cosign", "https://plugins.example/", { root: rootFile, seen: temp.join("seen"), name }),
    ).rejects.toThrow("--out");
  });
});
