import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cosignatureLine, createKeyFile, renew, usualLifetimes, witnessKeyText } from "@hilum/marketplace/sign";
import { createTempDir } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestMarketplace, type TestMarketplace } from "../../../../test-support/a-marketplace.ts";
import type { TestClient } from "../../../../test-support/test-client.ts";
import { startTestServer, type TestServer } from "../../../../test-support/test-server.ts";

const temp = createTempDir("package-log");
const plugin = "com.example.mail";
const policy = { coolingOffDays: 0, whenRevoked: "stop" as const, publishers: [] };
const mail = (version: string, name?: string) => ({
  manifest: { id: plugin, version, ...(name === undefined ? {} : { name }) },
});

describe("the log of a source's packages", () => {
  let server: TestServer;
  let ana: TestClient;
  let market: TestMarketplace;
  const head = (): string => readFileSync(join(market.folder, "log/checkpoint"), "utf8");
  const refusal = async (): Promise<string | undefined> =>
    (await ana.call("refreshSource", { params: { source: "own" } })).problem().code;
  const source = async () => (await ana.ok("listSources")).items[0];
  const verdict = async (checkpoint: string): Promise<string> =>
    (await ana.ok("compareSourceTree", { params: { source: "own" }, body: { checkpoint } })).verdict;

  beforeAll(async () => {
    server = await startTestServer();
    ana = await server.as("administrator");
    const { settings, revision } = await ana.ok("getPlatformSettings");
    await ana.ok("savePlatformSettings", { body: { settings: { ...settings, environment: "test" }, revision } });
    market = await createTestMarketplace(temp.join("market"));
    await market.offer([mail("1.0.0")]);
    const place = { kind: "folder" as const, path: market.folder };
    const { fingerprint } = await ana.ok("inspectSource", { body: { place } });
    await ana.ok("addSource", {
      body: { id: "own", title: "Our own", kind: "organisation", place, fingerprint, policy },
    });
  });
  afterAll(async () => {
    await server.close();
    temp.remove();
  });

  it("is shown with the source, and compared with what another hospital read", async () => {
    const first = head();
    expect((await source())?.log).toMatchObject({ size: 1, checkpoint: first, witnesses: [] });
    expect(await verdict(first)).toBe("same");
    expect(await verdict(`  ${first.split("\n\n")[0]?.replaceAll("\n", "\r\n")}\r\n`)).toBe("same");
    await market.offer([mail("1.0.0"), mail("1.1.0")]);
    expect(await verdict(head())).toBe("newer");
    await ana.ok("refreshSource", { params: { source: "own" } });
    expect(await verdict(first)).toBe("older");
    expect(await verdict(head().replace("hilum-marketplace/", "another-marketplace/"))).toBe("other");
    const nothing = await ana.call("compareSourceTree", {
      ...{ params: { source: "own" }, body: { checkpoint: "the tree has two entries, they told me by telephone" } },
    });
    expect(nothing.problem().code).toBe("request.invalid");
  });

  it("threat 134: another history is refused, said in Repairs, and shown by comparing; what was read before stays", async () => {
    const shown = (await source())?.log;
    const before = market.repository;
    await market.offer([mail("1.0.0"), mail("1.1.0"), mail("1.2.0", "For this hospital")]);
    await ana.ok("refreshSource", { params: { source: "own" } });
    market.repository = before;
    await market.offer([mail("1.0.0"), mail("1.1.0"), mail("1.2.0", "For another hospital")]);
    market.repository = await renew(market.repository, market.keys, { now: new Date(), lifetimes: usualLifetimes });
    market.write();
    expect(await verdict(head())).toBe("forked");
    expect(await refusal()).toBe("source.forked");
    expect(await refusal()).toBe("source.forked");
    const refused = await source();
    expect(refused?.log).toMatchObject({ size: 3, origin: shown?.origin });
    expect(refused?.log?.root).not.toBe(shown?.root);
    const { open } = await ana.ok("listRepairs");
    expect(open.find(({ id }) => id === "source:own")).toMatchObject({ severity: "error" });
    const listing = await ana.ok("getListing", { params: { plugin } });
    expect(listing.version).toBe("1.2.0");
    // It is compared also while it is refused, and after nothing of it is opened.
    expect(await verdict(refused?.log?.checkpoint ?? "")).toBe("same");
  });

  it("threat 134: is asked for witnesses where the policy names some", async () => {
    const other = await createTestMarketplace(temp.join("witnessed"));
    await other.offer([mail("1.0.0")]);
    const { key } = await createKeyFile({ title: "Witness" }, "paper lantern over quiet water");
    const name = "witness.example/ward";
    const place = { kind: "folder" as const, path: other.folder };
    const { fingerprint } = await ana.ok("inspectSource", { body: { place } });
    const log = { required: true, witnesses: [await witnessKeyText(name, key.public)], threshold: 1 };
    const body = { id: "seen", title: "Seen", kind: "organisation" as const, place, fingerprint };
    const wrong = { ...policy, log: { ...log, witnesses: ["witness.example/ward+00000000+AAAA"] } };
    expect((await ana.call("addSource", { body: { ...body, policy: wrong } })).problem().code).toBe("request.invalid");
    const added = await ana.ok("addSource", { body: { ...body, policy: { ...policy, log } } });
    expect(added).toMatchObject({ state: "failing", problem: { code: "source.not_witnessed" }, versions: 0 });
    const checkpoint = readFileSync(join(other.folder, "log/checkpoint"), "utf8");
    const line = await cosignatureLine(`${checkpoint.split("\n\n")[0]}\n`, name, key, new Date());
    writeFileSync(join(other.folder, "log/cosigned"), `${checkpoint}${line}`);
    const { source: read } = await ana.ok("refreshSource", { params: { source: "seen" } });
    expect(read).toMatchObject({ state: "fresh", versions: 1, log: { size: 1, witnesses: [{ name }] } });
    rmSync(join(other.folder, "log"), { recursive: true });
    const stripped = await ana.call("refreshSource", { params: { source: "seen" } });
    expect(stripped.problem().code).toBe("source.log_missing");
  });
});
